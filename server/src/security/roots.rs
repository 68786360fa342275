//! The root fields of an operation, each as often as it is selected, by any alias and in any fragment.

use std::collections::HashMap;

use async_graphql::parser::types::{ExecutableDocument, OperationType, Selection, SelectionSet};
use transport::document::Prepared;

pub(super) struct Roots<'d> {
    kind: OperationType,
    counts: Vec<(&'d str, u64)>,
}

impl<'d> Roots<'d> {
    pub(super) fn of(operation: &'d Prepared) -> Self {
        let mut walk = Walk { document: operation.parsed(), fragments: HashMap::new() };
        let counts = walk.counts(&operation.operation().selection_set.node);
        Self { kind: operation.kind(), counts }
    }

    pub(super) fn count(&self, name: &str) -> u64 {
        self.counts.iter().find(|(known, _)| *known == name).map_or(0, |(_, count)| *count)
    }

    pub(super) fn any(&self, is_meant: impl Fn(&str) -> bool) -> bool {
        self.counts.iter().any(|(name, _)| is_meant(name))
    }

    /// Their own prices together, as the edge's limit of cost reckons with them.
    pub(super) fn price(&self, prices: &HashMap<String, u64>, default: u64) -> u64 {
        let root = match self.kind {
            OperationType::Query => "Query",
            OperationType::Mutation => "Mutation",
            OperationType::Subscription => "Subscription",
        };
        let price = |name: &str| {
            let at_root = prices.get(&format!("{root}.{name}"));
            at_root.or_else(|| prices.get(name)).copied().unwrap_or(default)
        };
        let sum = |sum: u64, (name, count): &(&str, u64)| sum.saturating_add(price(name).saturating_mul(*count));
        self.counts.iter().fold(0, sum)
    }
}

/// Counts every fragment once, so that the work is linear in the document.
struct Walk<'d> {
    document: &'d ExecutableDocument,
    fragments: HashMap<&'d str, Vec<(&'d str, u64)>>,
}

impl<'d> Walk<'d> {
    fn counts(&mut self, set: &'d SelectionSet) -> Vec<(&'d str, u64)> {
        let mut counts = Vec::new();
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => add(&mut counts, &field.node.name.node, 1),
                Selection::InlineFragment(fragment) => {
                    for (name, count) in self.counts(&fragment.node.selection_set.node) {
                        add(&mut counts, name, count);
                    }
                }
                Selection::FragmentSpread(spread) => {
                    for (name, count) in self.fragment(&spread.node.fragment_name.node) {
                        add(&mut counts, name, count);
                    }
                }
            }
        }
        counts
    }

    fn fragment(&mut self, name: &str) -> Vec<(&'d str, u64)> {
        let Some((name, fragment)) = self.document.fragments.get_key_value(name) else {
            return Vec::new();
        };
        if let Some(counts) = self.fragments.get(name.as_str()) {
            return counts.clone();
        }
        let counts = self.counts(&fragment.node.selection_set.node);
        self.fragments.insert(name, counts.clone());
        counts
    }
}

fn add<'d>(counts: &mut Vec<(&'d str, u64)>, name: &'d str, count: u64) {
    match counts.iter_mut().find(|(known, _)| *known == name) {
        Some((_, sum)) => *sum += count,
        None => counts.push((name, count)),
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use transport::document::{Documents, RawRequest};

    use super::*;
    use crate::config::Config;

    fn prepared(text: &str) -> Prepared {
        let documents = Documents::new(Config::default().transport.documents).expect("no manifest is configured");
        let prepared = documents.prepare(RawRequest::new(text)).now_or_never().expect("nothing is waited for");
        prepared.unwrap_or_else(|rejection| panic!("{}", rejection.message))
    }

    #[test]
    fn a_field_counts_as_often_as_it_is_selected_by_any_alias_and_in_any_fragment() {
        let operation = prepared(
            "mutation { a: signOut { success } ...two ... on Mutation { ...two e: cancelReservation { id } } }
             fragment two on Mutation { b: signOut { success } ...one }
             fragment one on Mutation { c: signOut { success } }",
        );
        let roots = Roots::of(&operation);

        assert_eq!(roots.count("signOut"), 5);
        assert_eq!(roots.count("cancelReservation"), 1);
        assert_eq!(roots.count("success"), 0);
    }

    #[test]
    fn root_fields_have_the_prices_of_the_edge() {
        let prices = &Config::default().transport.documents.field_costs;
        let price = |text: &str| Roots::of(&prepared(text)).price(prices, 1);

        assert_eq!(price("{ matches { nodes { id } } me { id } }"), 1 + 100);
        assert_eq!(price("mutation { a: signOut { success } b: signOut { success } }"), 2_000);
    }
}

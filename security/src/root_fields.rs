//! The root fields of an operation, each as often as it is selected, by any alias and in any fragment.

use std::collections::{BTreeMap, HashMap};

use async_graphql::{
    Name, Value,
    parser::types::{Field, OperationType, Selection, SelectionSet},
};
use transport::document::Prepared;

pub(crate) struct RootFields<'d> {
    operation: &'d Prepared,
    counts: &'d [(Name, u64)],
}

impl<'d> RootFields<'d> {
    pub(crate) fn of(operation: &'d Prepared) -> Self {
        Self { operation, counts: operation.root_fields() }
    }

    pub(crate) fn count(&self, name: &str) -> u64 {
        self.counts.iter().find(|(known, _)| known == name).map_or(0, |(_, count)| *count)
    }

    pub(crate) fn any(&self, is_meant: impl Fn(&str) -> bool) -> bool {
        self.counts.iter().any(|(name, _)| is_meant(name))
    }

    /// Whether every field is meant; what GraphQL says of itself aside.
    pub(crate) fn are_all(&self, is_meant: impl Fn(&str) -> bool) -> bool {
        self.counts.iter().all(|(name, _)| name == "__typename" || is_meant(name))
    }

    /// Tickets that it would take, by their match; none stands for other fans' listings.
    pub(crate) fn tickets(&self) -> BTreeMap<Option<i32>, u64> {
        let mut tickets = BTreeMap::new();
        if self.count(ORDER) > 0 {
            tickets.insert(None, self.count(ORDER));
        }
        if self.count(RESERVE) > 0 {
            let mut found = Vec::new();
            named(self.operation, &self.operation.operation().selection_set.node, RESERVE, &mut found);
            for (number, quantity) in found.into_iter().filter_map(|field| wanted(self.operation, field)) {
                *tickets.entry(Some(number)).or_default() += quantity;
            }
        }
        tickets
    }

    /// Their own prices together, as the edge's limit of cost reckons with them.
    pub(crate) fn price(&self, prices: &HashMap<String, u64>, default: u64) -> u64 {
        let root = match self.operation.kind() {
            OperationType::Query => "Query",
            OperationType::Mutation => "Mutation",
            OperationType::Subscription => "Subscription",
        };
        let price = |name: &str| {
            let at_root = prices.get(&format!("{root}.{name}"));
            at_root.or_else(|| prices.get(name)).copied().unwrap_or(default)
        };
        let sum = |sum: u64, (name, count): &(Name, u64)| sum.saturating_add(price(name).saturating_mul(*count));
        self.counts.iter().fold(0, sum)
    }
}

/// Root fields that take tickets: of the stock, and of other fans.
const RESERVE: &str = "reserve";
const ORDER: &str = "orderListing";

/// Root fields of this name, each as often as it is selected. The edge has bounded how often fragments are spread.
fn named<'d>(operation: &'d Prepared, set: &'d SelectionSet, name: &str, found: &mut Vec<&'d Field>) {
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) if field.node.name.node == name => found.push(&field.node),
            Selection::Field(_) => {}
            Selection::InlineFragment(fragment) => named(operation, &fragment.node.selection_set.node, name, found),
            Selection::FragmentSpread(spread) => {
                if let Some(fragment) = operation.parsed().fragments.get(&spread.node.fragment_name.node) {
                    named(operation, &fragment.node.selection_set.node, name, found);
                }
            }
        }
    }
}

/// The match and the quantity of a `reserve`; none where it says nothing that could be granted.
fn wanted(operation: &Prepared, field: &Field) -> Option<(i32, u64)> {
    let input = field.get_argument("input")?.node.clone();
    let input = input.into_const_with(|name| {
        let sent = operation.variables().get(&name);
        let defined = operation.operation().variable_definitions.iter().find(|one| one.node.name.node == name);
        let default = defined.and_then(|one| one.node.default_value.as_ref()).map(|value| &value.node);
        sent.or(default).cloned().ok_or(())
    });
    let Ok(Value::Object(fields)) = input else { return None };
    let number = |name: &str| match fields.get(name) {
        Some(Value::Number(number)) => number.as_i64(),
        _ => None,
    };
    let quantity = number("quantity").and_then(|quantity| u64::try_from(quantity).ok())?;
    Some((i32::try_from(number("matchNumber")?).ok()?, quantity.min(MAX_QUANTITY)))
}

/// No `reserve` is granted more.
const MAX_QUANTITY: u64 = domain::desk::MAX_QUANTITY.unsigned_abs() as u64;

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use transport::document::{Documents, RawRequest};

    use super::*;
    use crate::config::prices;

    fn prepared(text: &str) -> Prepared {
        prepared_of(RawRequest::new(text))
    }

    fn prepared_of(request: RawRequest) -> Prepared {
        let documents = Documents::new(transport::config::Documents::default()).expect("no manifest is configured");
        let prepared = documents.prepare(request).now_or_never().expect("nothing is waited for");
        prepared.unwrap_or_else(|rejection| panic!("{}", rejection.message))
    }

    #[test]
    fn a_field_counts_as_often_as_it_is_selected_by_any_alias_and_in_any_fragment() {
        let operation = prepared(
            "mutation { a: signOut { success } ...two ... on Mutation { ...two e: cancelReservation { id } } }
             fragment two on Mutation { b: signOut { success } ...one }
             fragment one on Mutation { c: signOut { success } }",
        );
        let roots = RootFields::of(&operation);

        assert_eq!(roots.count("signOut"), 5);
        assert_eq!(roots.count("cancelReservation"), 1);
        assert_eq!(roots.count("success"), 0);
    }

    #[test]
    fn tickets_are_counted_by_match_wherever_the_numbers_stand() {
        let mut request = RawRequest::new(
            "mutation($n: Int!, $i: ReserveInput = {matchNumber: 7, category: 1, quantity: 2}) {
               a: reserve(input: {matchNumber: 7, category: 1, quantity: 1}) { reservation { id } }
               b: reserve(input: {matchNumber: $n, category: 1, quantity: 9}) { reservation { id } }
               ...more c: orderListing(input: {listingId: \"x\"}) { order { id } } }
             fragment more on Mutation { d: reserve(input: $i) { reservation { id } } }",
        );
        request.variables = async_graphql::Variables::from_json(serde_json::json!({ "n": 8 }));

        let tickets = RootFields::of(&prepared_of(request)).tickets();

        assert_eq!(tickets, [(None, 1), (Some(7), 3), (Some(8), 2)].into());
    }

    #[test]
    fn root_fields_have_the_prices_of_the_edge() {
        let mut documents = transport::config::Documents::default();
        prices::complete(&mut documents);
        let price = |text: &str| RootFields::of(&prepared(text)).price(&documents.field_costs, 1);

        assert_eq!(price("{ matches { nodes { id } } me { id } }"), 1 + 100);
        assert_eq!(price("mutation { a: signOut { success } b: signOut { success } }"), 2_000);
    }
}

//! Root fields of operations: counted once with their document, each fragment once, so that the work is linear in it.

use std::collections::HashMap;

use async_graphql::{
    Name,
    parser::types::{ExecutableDocument, Selection, SelectionSet},
};

/// Fields by name, each with how often it is selected.
type Counts = Vec<(Name, u64)>;

/// The root fields of each operation of a document, by the operation's name.
pub(super) struct RootFields(Vec<(Option<Name>, Counts)>);

impl RootFields {
    /// Run it only on documents that were measured: fragments that spread each other would have no end.
    pub(super) fn of(document: &ExecutableDocument) -> Self {
        let mut counter = Counter { document, fragments: HashMap::new() };
        let operations = document.operations.iter();
        let counts = operations
            .map(|(name, operation)| (name.cloned(), counter.selection_set(&operation.node.selection_set.node)));
        Self(counts.collect())
    }

    /// Those of an operation; without a name it is the only one.
    pub(super) fn of_operation(&self, name: Option<&str>) -> &[(Name, u64)] {
        let mut all = self.0.iter();
        let found = all.find(|(known, _)| name.is_none() || known.as_deref() == name);
        found.map_or(&[], |(_, counts)| counts)
    }
}

struct Counter<'d> {
    document: &'d ExecutableDocument,
    fragments: HashMap<&'d str, Counts>,
}

impl<'d> Counter<'d> {
    fn selection_set(&mut self, set: &'d SelectionSet) -> Counts {
        let mut counts = Counts::new();
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => add(&mut counts, &field.node.name.node, 1),
                Selection::InlineFragment(fragment) => {
                    add_all(&mut counts, &self.selection_set(&fragment.node.selection_set.node));
                }
                Selection::FragmentSpread(spread) => {
                    add_all(&mut counts, &self.fragment(&spread.node.fragment_name.node));
                }
            }
        }
        counts
    }

    fn fragment(&mut self, name: &str) -> Counts {
        let Some((name, fragment)) = self.document.fragments.get_key_value(name) else {
            return Counts::new();
        };
        if let Some(counts) = self.fragments.get(name.as_str()) {
            return counts.clone();
        }
        let counts = self.selection_set(&fragment.node.selection_set.node);
        self.fragments.insert(name, counts.clone());
        counts
    }
}

fn add_all(counts: &mut Counts, others: &[(Name, u64)]) {
    for (name, count) in others {
        add(counts, name, *count);
    }
}

fn add(counts: &mut Counts, name: &Name, count: u64) {
    match counts.iter_mut().find(|(known, _)| known == name) {
        Some((_, sum)) => *sum = sum.saturating_add(count),
        None => counts.push((name.clone(), count)),
    }
}

//! Introspection: how often the lists of a type may be asked for within each other. A type leads to its fields, these to
//! their types and so on, so a short document could ask for an answer that grows without end.

use std::collections::HashMap;

use async_graphql::parser::types::{Selection, SelectionSet};

use super::Validator;
use crate::document::Rejection;

/// Fields whose answers are lists that lead to types again.
const LISTS: [&str; 4] = ["fields", "interfaces", "possibleTypes", "inputFields"];

/// Such lists within each other that are too many.
const TOO_MANY: usize = 3;

impl<'d> Validator<'d> {
    pub(super) fn introspection_depth(&mut self) {
        let document = self.document;
        let mut fragments = HashMap::new();
        let sets = document.operations.iter().map(|(_, operation)| &operation.node.selection_set.node);
        let mut waiting: Vec<&SelectionSet> = sets.collect();
        waiting.extend(document.fragments.values().map(|fragment| &fragment.node.selection_set.node));
        while let Some(set) = waiting.pop() {
            for selection in &set.items {
                match &selection.node {
                    Selection::Field(field) => {
                        let below = &field.node.selection_set.node;
                        let asks = matches!(field.node.name.node.as_str(), "__schema" | "__type");
                        if asks && self.lists(below, &mut fragments) >= TOO_MANY {
                            self.report(Rejection::invalid("The introspection is nested too deeply.", field.pos));
                        }
                        waiting.push(below);
                    }
                    Selection::InlineFragment(fragment) => waiting.push(&fragment.node.selection_set.node),
                    Selection::FragmentSpread(_) => {}
                }
            }
        }
    }

    /// Lists within each other, at most. Each fragment is looked at once.
    fn lists(&self, set: &'d SelectionSet, fragments: &mut HashMap<&'d str, usize>) -> usize {
        let mut most = 0;
        for selection in &set.items {
            let found = match &selection.node {
                Selection::Field(field) => {
                    let own = usize::from(LISTS.contains(&field.node.name.node.as_str()));
                    own + self.lists(&field.node.selection_set.node, fragments)
                }
                Selection::InlineFragment(fragment) => self.lists(&fragment.node.selection_set.node, fragments),
                Selection::FragmentSpread(spread) => {
                    let name = spread.node.fragment_name.node.as_str();
                    match (fragments.get(name), self.document.fragments.get(name)) {
                        (Some(known), _) => *known,
                        (None, None) => 0,
                        (None, Some(fragment)) => {
                            let found = self.lists(&fragment.node.selection_set.node, fragments);
                            fragments.insert(name, found);
                            found
                        }
                    }
                }
            };
            most = most.max(found);
        }
        most
    }
}

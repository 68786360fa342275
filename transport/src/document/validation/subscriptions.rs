//! Subscriptions: one source of events each, so their selections are all of one field of the root, of one that has events,
//! and whatever the variables are.

use std::collections::HashSet;

use async_graphql::{
    Positioned,
    parser::types::{Directive, OperationDefinition, Selection},
};

use super::Validator;
use crate::document::{Rejection, contract::Defined};

impl<'d> Validator<'d> {
    pub(super) fn single_field(&mut self, operation: &'d Positioned<OperationDefinition>, root: &Defined) {
        let mut keys = HashSet::new();
        let mut spread = HashSet::new();
        let mut sets = vec![&operation.node.selection_set.node];
        while let Some(set) = sets.pop() {
            for selection in &set.items {
                self.unconditional(selection.node.directives());
                match &selection.node {
                    Selection::Field(field) => {
                        keys.insert(field.node.response_key().node.as_str());
                        if field.node.name.node.starts_with("__") {
                            let message = format!("`{}` can't be subscribed to.", field.node.name.node);
                            self.report(Rejection::invalid(message, field.pos));
                        }
                    }
                    Selection::InlineFragment(fragment) => sets.push(&fragment.node.selection_set.node),
                    Selection::FragmentSpread(found) => {
                        let name = found.node.fragment_name.node.as_str();
                        if let (Some(fragment), true) = (self.document.fragments.get(name), spread.insert(name)) {
                            sets.push(&fragment.node.selection_set.node);
                        }
                    }
                }
            }
        }
        if keys.len() > 1 {
            let message = format!("A subscription selects exactly one field of `{}`.", root.name);
            self.report(Rejection::invalid(message, operation.pos));
        }
    }

    /// Without its field there is nothing to subscribe to; who does not want it does not send it.
    fn unconditional(&mut self, directives: &'d [Positioned<Directive>]) {
        for directive in directives.iter().filter(|found| matches!(found.node.name.node.as_str(), "skip" | "include")) {
            let name = &directive.node.name.node;
            let message = format!("`@{name}` is not allowed at the root of a subscription, only below its field.");
            self.report(Rejection::invalid(message, directive.pos));
        }
    }
}

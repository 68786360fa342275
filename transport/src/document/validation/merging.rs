//! Merging: fields of one key in an answer must be the same field with the same arguments, and of the same shape even
//! where no object can have both.
//!
//! Comparing each pair of fields takes the square of their number, and once more at each level. Here the fields of a key
//! are compared with the first of them alone, because being the same carries over, and what they select is judged
//! together at the next level.

use std::collections::{BTreeMap, HashSet};

use async_graphql::{
    Name, Positioned,
    parser::types::{BaseType, Field, Selection, SelectionSet, Type},
};
use async_graphql_value::Value;

use super::Validator;
use crate::document::{Rejection, contract::Defined};

/// A field where it is selected.
#[derive(Clone, Copy)]
struct Selected<'d> {
    field: &'d Positioned<Field>,
    parent: &'d Defined,
    ty: &'d Type,
}

/// What must be the same of the fields of a key.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Same {
    Shape,
    Field,
}

impl<'d> Validator<'d> {
    pub(super) fn merging(&mut self) -> Result<(), Rejection> {
        for (_, operation) in self.document.operations.iter() {
            let Some(root) = self.root(operation) else { continue };
            let selected = self.selected(&[(&operation.node.selection_set.node, root)])?;
            self.judge(&selected, Same::Shape)?;
            self.judge(&selected, Same::Field)?;
        }
        Ok(())
    }

    /// The fields of selection sets that are merged, those of fragments included.
    fn selected(&mut self, sets: &[(&'d SelectionSet, &'d Defined)]) -> Result<Vec<Selected<'d>>, Rejection> {
        let mut selected = Vec::new();
        let mut spread = HashSet::new();
        let mut waiting = sets.to_vec();
        while let Some((set, parent)) = waiting.pop() {
            self.steps.take(set.items.len())?;
            for selection in &set.items {
                match &selection.node {
                    Selection::Field(field) => {
                        if let Some(found) = self.contract.field(parent, &field.node.name.node) {
                            selected.push(Selected { field, parent, ty: &found.ty });
                        }
                    }
                    Selection::InlineFragment(fragment) => {
                        let condition = fragment.node.type_condition.as_ref();
                        let on = condition.and_then(|condition| self.contract.get(&condition.node.on.node));
                        waiting.push((&fragment.node.selection_set.node, on.unwrap_or(parent)));
                    }
                    Selection::FragmentSpread(found) => {
                        let name = &found.node.fragment_name.node;
                        let Some(fragment) = self.document.fragments.get(name) else { continue };
                        let on = self.contract.get(&fragment.node.type_condition.node.on.node);
                        if let (Some(on), true) = (on, spread.insert(name)) {
                            waiting.push((&fragment.node.selection_set.node, on));
                        }
                    }
                }
            }
        }
        Ok(selected)
    }

    fn judge(&mut self, selected: &[Selected<'d>], same: Same) -> Result<(), Rejection> {
        let mut keys: BTreeMap<&str, Vec<Selected<'d>>> = BTreeMap::new();
        for found in selected {
            keys.entry(found.field.node.response_key().node.as_str()).or_default().push(*found);
        }
        for (key, fields) in keys {
            let groups = if same == Same::Field { of_one_object(&fields) } else { vec![fields] };
            for group in groups {
                self.steps.take(group.len())?;
                if let [first, others @ ..] = &*group
                    && let Some(other) = others.iter().find(|other| !self.is_same(same, first, other))
                {
                    self.conflict(key, same, first, other);
                }
                let below = |found: &Selected<'d>| {
                    let set = &found.field.node.selection_set.node;
                    let ty = self.contract.named(found.ty).filter(|_| !set.items.is_empty());
                    ty.map(|ty| (set, ty))
                };
                let below: Vec<_> = group.iter().filter_map(below).collect();
                if !below.is_empty() {
                    let selected = self.selected(&below)?;
                    self.judge(&selected, same)?;
                }
            }
        }
        Ok(())
    }

    fn is_same(&self, same: Same, one: &Selected<'_>, other: &Selected<'_>) -> bool {
        let (one_field, other_field) = (&one.field.node, &other.field.node);
        match same {
            Same::Shape => self.same_shape(one.ty, other.ty),
            Same::Field => {
                one_field.name.node == other_field.name.node
                    && same_arguments(&one_field.arguments, &other_field.arguments)
            }
        }
    }

    fn same_shape(&self, one: &Type, other: &Type) -> bool {
        one.nullable == other.nullable
            && match (&one.base, &other.base) {
                (BaseType::List(one), BaseType::List(other)) => self.same_shape(one, other),
                (BaseType::Named(one), BaseType::Named(other)) => {
                    let is_leaf = |name: &Name| self.contract.get(name).is_some_and(Defined::is_leaf);
                    one == other || !is_leaf(one) && !is_leaf(other)
                }
                _ => false,
            }
    }

    fn conflict(&mut self, key: &str, same: Same, one: &Selected<'_>, other: &Selected<'_>) {
        let (first, second) = (&one.field.node.name.node, &other.field.node.name.node);
        let why = match same {
            Same::Shape => format!("`{second}` and `{first}` have different types"),
            Same::Field if first == second => "their arguments differ".to_owned(),
            Same::Field => format!("one is `{first}`, the other `{second}`"),
        };
        let message =
            format!("Two fields can't both be `{key:.64}` in the response: {why}. Give one of them another alias.");
        self.report(Rejection::invalid(message, other.field.pos));
    }
}

/// Groups whose fields one object can have all: of each object's own, and of interfaces, which any can have.
fn of_one_object<'d>(fields: &[Selected<'d>]) -> Vec<Vec<Selected<'d>>> {
    let objects: BTreeMap<&Name, ()> =
        fields.iter().filter(|found| found.parent.is_object()).map(|found| (&found.parent.name, ())).collect();
    if objects.len() < 2 {
        return vec![fields.to_vec()];
    }
    let of = |object: &Name| {
        fields.iter().filter(|found| !found.parent.is_object() || found.parent.name == *object).copied().collect()
    };
    objects.keys().map(|object| of(object)).collect()
}

fn same_arguments(
    one: &[(Positioned<Name>, Positioned<Value>)],
    other: &[(Positioned<Name>, Positioned<Value>)],
) -> bool {
    let has = |(name, value): &(Positioned<Name>, Positioned<Value>)| {
        other.iter().any(|(other, given)| other.node == name.node && given.node == value.node)
    };
    one.len() == other.len() && one.iter().all(has)
}

//! The collector: fields of a document put together, object by object, as `CollectFields` of the specification does.

use std::collections::HashSet;

use async_graphql::{
    Name, Pos, Positioned,
    parser::types::{Field, InlineFragment, Selection, SelectionSet, Type, TypeCondition},
};
use async_graphql_value::{Value, indexmap::IndexMap};
use resolvers::json_plan::HIDDEN;

use super::{Below, ResponseField};
use crate::{
    contract::{self, Composite, TYPENAME},
    parsed_operation::ParsedOperation,
};

/// What is selected of one object, by the keys that it is shown under, in the order in which these come first.
type Groups<'a> = IndexMap<&'a Name, Vec<&'a Positioned<Field>>>;

pub(super) struct Collector<'a> {
    parsed: &'a ParsedOperation<'a>,
    fields: usize,
}

impl<'a> Collector<'a> {
    pub(super) fn new(parsed: &'a ParsedOperation<'a>) -> Self {
        Self { parsed, fields: 0 }
    }

    /// Fields that were collected.
    pub(super) fn fields(&self) -> usize {
        self.fields
    }

    /// What all of these sets together select of an object; `None` where something does not fit the contract.
    pub(super) fn object(
        &mut self,
        object: &'static Composite,
        sets: &[&'a SelectionSet],
    ) -> Option<(SelectionSet, Vec<ResponseField>)> {
        let (mut groups, mut spread) = (Groups::new(), HashSet::new());
        for set in sets {
            self.gather(object, set, &mut spread, &mut groups)?;
        }
        self.fields += groups.len();
        let mut executed = SelectionSet { items: Vec::with_capacity(groups.len().max(1)) };
        let mut shown = Vec::with_capacity(groups.len());
        for (key, selected) in groups {
            let (field, show) = self.field(object, key, &selected)?;
            executed.items.push(field);
            shown.push(show);
        }
        if executed.items.is_empty() {
            // The library answers an object of which nothing is selected with null.
            executed.items.push(hidden());
        }
        Some((executed, shown))
    }

    /// Groups what a set selects of an object, fragments included. The edge has refused fragments that spread themselves.
    fn gather(
        &self,
        object: &Composite,
        set: &'a SelectionSet,
        spread: &mut HashSet<&'a Name>,
        groups: &mut Groups<'a>,
    ) -> Option<()> {
        for selection in &set.items {
            if self.parsed.leaves_out(&selection.node) {
                continue;
            }
            let (condition, inner) = match &selection.node {
                Selection::Field(field) => {
                    groups.entry(&field.node.response_key().node).or_default().push(field);
                    continue;
                }
                Selection::InlineFragment(fragment) => {
                    (fragment.node.type_condition.as_ref(), &fragment.node.selection_set.node)
                }
                Selection::FragmentSpread(fragment) => {
                    let name = &fragment.node.fragment_name.node;
                    if !spread.insert(name) {
                        continue;
                    }
                    let fragment = &self.parsed.document.fragments.get(name)?.node;
                    (Some(&fragment.type_condition), &fragment.selection_set.node)
                }
            };
            if condition.is_none_or(|condition| object.is(&condition.node.on.node)) {
                self.gather(object, inner, spread, groups)?;
            }
        }
        Some(())
    }

    /// One field of everything that is selected under its key.
    fn field(
        &mut self,
        object: &'static Composite,
        key: &Name,
        selected: &[&'a Positioned<Field>],
    ) -> Option<(Positioned<Selection>, ResponseField)> {
        let (first, others) = selected.split_first()?;
        let (pos, Field { alias, name, arguments, .. }) = (first.pos, &first.node);
        let ty = object.field(&name.node)?;
        let (selection_set, below) = self.below(ty, selected)?;
        let field = Field {
            alias: alias.clone(),
            name: name.clone(),
            arguments: arguments.iter().filter_map(|(name, value)| self.argument(name, value)).collect(),
            directives: Vec::new(),
            selection_set: Positioned::new(selection_set, first.node.selection_set.pos),
        };
        let again = others.iter().map(|field| field.pos).collect();
        let shown = ResponseField { key: key.clone(), ty, below, pos, again };
        Some((Positioned::new(Selection::Field(Positioned::new(field, pos)), pos), shown))
    }

    fn below(&mut self, ty: &Type, selected: &[&'a Positioned<Field>]) -> Option<(SelectionSet, Below)> {
        let composite = contract::composite(ty);
        let selects = |field: &&Positioned<Field>| !field.node.selection_set.node.items.is_empty();
        if !selected.iter().all(|field| selects(field) == composite.is_some()) {
            return None;
        }
        let Some(composite) = composite else {
            return Some((SelectionSet::default(), Below::Leaf));
        };
        let sets: Vec<&SelectionSet> = selected.iter().map(|field| &field.node.selection_set.node).collect();
        let Some(possible) = composite.possible() else {
            let (executed, shown) = self.object(composite, &sets)?;
            return Some((executed, Below::Object(shown)));
        };

        // Which object the value is, is known once it is there.
        let mut executed = SelectionSet { items: vec![hidden()] };
        let mut shown = Vec::new();
        for object in possible {
            let (of_object, show) = self.object(object, &sets)?;
            executed.items.push(on(object.name(), of_object));
            shown.push((object.name().clone(), show));
        }
        Some((executed, Below::Abstract(shown)))
    }

    /// An argument with the values of its variables; `None` where it is a variable without one.
    fn argument(
        &self,
        name: &Positioned<Name>,
        value: &Positioned<Value>,
    ) -> Option<(Positioned<Name>, Positioned<Value>)> {
        let known = self.value(&value.node)?;
        Some((name.clone(), Positioned::new(known, value.pos)))
    }

    fn value(&self, value: &Value) -> Option<Value> {
        Some(match value {
            Value::Variable(name) => self.parsed.variable(name)?.clone().into_value(),
            Value::List(items) => Value::List(items.iter().map(|item| self.value(item).unwrap_or_default()).collect()),
            Value::Object(fields) => {
                let known = |(name, value): (&Name, &Value)| Some((name.clone(), self.value(value)?));
                Value::Object(fields.iter().filter_map(known).collect())
            }
            constant => constant.clone(),
        })
    }
}

/// Asks which object it is, beside what the client asks for.
fn hidden() -> Positioned<Selection> {
    let field = Field {
        alias: Some(unplaced(Name::new(HIDDEN))),
        name: unplaced(Name::new(TYPENAME)),
        arguments: Vec::new(),
        directives: Vec::new(),
        selection_set: Positioned::default(),
    };
    unplaced(Selection::Field(unplaced(field)))
}

/// What is selected of an object where a value may be others too.
fn on(object: &Name, selection_set: SelectionSet) -> Positioned<Selection> {
    let fragment = InlineFragment {
        type_condition: Some(unplaced(TypeCondition { on: unplaced(object.clone()) })),
        directives: Vec::new(),
        selection_set: unplaced(selection_set),
    };
    unplaced(Selection::InlineFragment(unplaced(fragment)))
}

fn unplaced<T>(node: T) -> Positioned<T> {
    Positioned::new(node, Pos::default())
}

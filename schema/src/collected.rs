//! Collected: an operation as the GraphQL specification collects its fields, ready to be executed and completed.
//!
//! Fragments are in place, what directives leave out is left out, variables have their values, and what is selected
//! under one key is one field. So the library and the plans of written lists execute plain selections only, and however
//! something is asked, it is executed alike.
//!
//! Invariant: it has at most as many fields as the edge's survey counted selections, once for each object that a value
//! of an interface may be.

use std::fmt::Write as _;

use async_graphql::{
    Name, Pos, Positioned, Request, Response, Value,
    parser::types::{
        DocumentOperations, ExecutableDocument, Field, OperationDefinition, OperationType, Selection, SelectionSet,
        Type,
    },
};
use async_graphql_value::indexmap::IndexMap;

use self::collector::Collector;
use crate::{contract, parsed_operation::ParsedOperation};

mod collector;
mod refusal;

/// Fields that a subscription may select, fragments expanded and each key once. They are kept for as long as it runs: at
/// about half a kilobyte each, that bounds its memory, however little text multiplies them.
const MOST_SUBSCRIBED: usize = 250;

/// The fields of a result, in its order.
pub(crate) type Fields = IndexMap<Name, Value>;

/// An operation whose fields are collected.
pub struct Collected {
    pub(crate) kind: OperationType,
    /// What the library executes.
    executed: SelectionSet,
    /// What its result is completed by.
    pub(crate) shown: Vec<ResponseField>,
    /// Fields that are executed, each once however often it is selected.
    fields: usize,
}

/// A field of a response.
pub(crate) struct ResponseField {
    pub(crate) key: Name,
    pub(crate) ty: &'static Type,
    pub(crate) below: Below,
    /// Where it is selected first, and where again.
    pub(crate) pos: Pos,
    pub(crate) again: Vec<Pos>,
}

/// What is shown below a field.
pub(crate) enum Below {
    Leaf,
    Object(Vec<ResponseField>),
    /// By the name of the object that the value is.
    Abstract(Vec<(Name, Vec<ResponseField>)>),
}

impl ParsedOperation<'_> {
    /// The operation as it is executed.
    ///
    /// # Errors
    /// Why it is not executed: it is not one of the contract's, or more than a subscription may be.
    pub fn collect(&self) -> Result<Collected, Box<Response>> {
        let collected = Collected::of(self).ok_or_else(refusal::misfit)?;
        if collected.kind == OperationType::Subscription && collected.fields > MOST_SUBSCRIBED {
            return Err(refusal::too_many_subscribed(collected.fields, MOST_SUBSCRIBED));
        }
        Ok(collected)
    }
}

impl Collected {
    /// `None` where it does not fit the contract, which validation has found out before.
    fn of(parsed: &ParsedOperation<'_>) -> Option<Self> {
        let mut collector = Collector::new(parsed);
        let kind = parsed.operation.ty;
        let (executed, shown) = collector.object(contract::root(kind), &[&parsed.operation.selection_set.node])?;
        // A subscription has one source of events.
        (kind != OperationType::Subscription || shown.len() == 1).then_some(Self {
            kind,
            executed,
            shown,
            fields: collector.fields(),
        })
    }

    /// The only field at the root, if there is only one.
    pub(crate) fn only_root(&self) -> Option<&Field> {
        match self.executed.items.as_slice() {
            [Positioned { node: Selection::Field(field), .. }] => Some(&field.node),
            _ => None,
        }
    }

    /// The request for the schema.
    pub fn request(&self) -> Request {
        let operation = OperationDefinition {
            ty: self.kind,
            variable_definitions: Vec::new(),
            directives: Vec::new(),
            selection_set: Positioned::new(self.executed.clone(), Pos::default()),
        };
        let operations = DocumentOperations::Single(Positioned::new(operation, Pos::default()));
        let mut request = Request::new("");
        request.set_parsed_query(ExecutableDocument { operations, fragments: Default::default() });
        request
    }

    /// An operation of each of its root fields alone, in their order.
    pub(crate) fn into_roots(self) -> impl Iterator<Item = Self> {
        let Self { kind, executed, shown, .. } = self;
        executed.items.into_iter().zip(shown).map(move |(selection, shown)| Self {
            kind,
            executed: SelectionSet { items: vec![selection] },
            shown: vec![shown],
            fields: 1,
        })
    }

    /// What is selected, the arguments of root fields left out: the same for all who ask for it, however they say it.
    pub(crate) fn selected(&self) -> String {
        let mut text = String::new();
        print(&self.executed, false, &mut text);
        text
    }

    pub(crate) fn forget_root_arguments(&mut self) {
        for selection in &mut self.executed.items {
            if let Selection::Field(field) = &mut selection.node {
                field.node.arguments = Vec::new();
            }
        }
    }
}

fn print(set: &SelectionSet, has_arguments: bool, out: &mut String) {
    out.push('{');
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) => {
                let Field { name, arguments, selection_set, .. } = &field.node;
                // Writing to a text cannot fail.
                let _ = write!(out, "{}:{}", field.node.response_key().node, name.node);
                for (name, value) in arguments.iter().filter(|_| has_arguments) {
                    let _ = write!(out, "({}:{})", name.node, value.node);
                }
                if selection_set.node.items.is_empty() {
                    out.push(' ');
                } else {
                    print(&selection_set.node, true, out);
                }
            }
            Selection::InlineFragment(fragment) => {
                let on = fragment.node.type_condition.as_ref().map_or("", |condition| &condition.node.on.node);
                let _ = write!(out, "...{on}");
                print(&fragment.node.selection_set.node, true, out);
            }
            Selection::FragmentSpread(_) => {}
        }
    }
    out.push('}');
}

#[cfg(test)]
pub(crate) mod tests;

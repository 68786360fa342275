//! Absent variables: a document without the arguments and fields of inputs that are given a variable which has no value.
//!
//! Such an argument counts as left out, so that its default is taken. async-graphql would take null for the variable.

use async_graphql::{
    Name,
    parser::types::{DocumentOperations, ExecutableDocument, Selection, SelectionSet},
};
use async_graphql_value::Value;

/// The document as if it had been written without these variables. An item of a list stays, and is null.
pub(super) fn without(document: &ExecutableDocument, absent: &[Name]) -> ExecutableDocument {
    let mut document = document.clone();
    match &mut document.operations {
        DocumentOperations::Single(operation) => {
            selection_set(&mut operation.node.selection_set.node, absent);
        }
        DocumentOperations::Multiple(operations) => {
            for operation in operations.values_mut() {
                selection_set(&mut operation.node.selection_set.node, absent);
            }
        }
    }
    for fragment in document.fragments.values_mut() {
        selection_set(&mut fragment.node.selection_set.node, absent);
    }
    document
}

fn selection_set(set: &mut SelectionSet, absent: &[Name]) {
    for selection in &mut set.items {
        match &mut selection.node {
            Selection::Field(field) => {
                let field = &mut field.node;
                field.arguments.retain_mut(|(_, value)| is_there(&mut value.node, absent));
                selection_set(&mut field.selection_set.node, absent);
            }
            Selection::InlineFragment(fragment) => selection_set(&mut fragment.node.selection_set.node, absent),
            Selection::FragmentSpread(_) => {}
        }
    }
}

/// Whether a value is none of the absent variables; they are taken out of it.
fn is_there(value: &mut Value, absent: &[Name]) -> bool {
    match value {
        Value::Variable(name) => return !absent.contains(name),
        Value::Object(fields) => fields.retain(|_, value| is_there(value, absent)),
        Value::List(items) => {
            for item in items {
                is_there(item, absent);
            }
        }
        _ => {}
    }
    true
}

//! Sizes: about how many bytes the values take that came with a document.

use async_graphql::{Extensions, Value, Variables};

/// What a value weighs beside its text. It is more than it is in JSON, because it takes more in memory.
const EACH: usize = 16;

pub(super) fn of_variables(variables: &Variables) -> usize {
    variables.iter().map(|(name, value)| name.len() + of(value)).sum()
}

pub(super) fn of_extensions(extensions: &Extensions) -> usize {
    extensions.0.iter().map(|(name, value)| name.len() + of(value)).sum()
}

fn of(value: &Value) -> usize {
    EACH + match value {
        Value::String(text) => text.len(),
        Value::List(items) => items.iter().map(of).sum(),
        Value::Object(fields) => fields.iter().map(|(name, value)| name.len() + of(value)).sum(),
        _ => 0,
    }
}

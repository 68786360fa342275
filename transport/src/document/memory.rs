//! What an operation keeps in memory for as long as it runs, about.

use async_graphql::Value;

use crate::document::prepared::Prepared;

/// Bytes that a token of a parsed document takes at most.
const TOKEN_BYTES: usize = 512;

/// Bytes of a value that is no text, and of the place that any value has in a list or an object.
const VALUE_BYTES: usize = 72;

/// Copies of the variables that execution makes.
const COPIES: usize = 2;

impl Prepared {
    /// Bytes of memory that it keeps, about: a copy of its parsed document and the values of its variables. A small text
    /// can stand for much: `1,` is a value of 72 bytes.
    #[must_use]
    pub fn held_bytes(&self) -> usize {
        let variables = self.variables().iter().map(|(name, value)| name.len().saturating_add(bytes(value)));
        let values = variables.fold(0, usize::saturating_add);
        let document = self.document.weight.saturating_mul(TOKEN_BYTES).saturating_add(self.text().len());
        document.saturating_add(values.saturating_mul(COPIES))
    }
}

fn bytes(value: &Value) -> usize {
    let inner = match value {
        Value::String(text) => text.len(),
        Value::List(items) => items.iter().map(bytes).fold(0, usize::saturating_add),
        Value::Object(fields) => {
            fields.iter().map(|(name, value)| name.len().saturating_add(bytes(value))).fold(0, usize::saturating_add)
        }
        _ => 0,
    };
    VALUE_BYTES.saturating_add(inner)
}

//! Written lists: the JSON of hot lists, written from a plan of their selection instead of a future for each field.
//!
//! The list of matches is asked for by everybody while a sale opens, and executing it field by field costs more than all
//! the rest of a request together. A selection is planned once per list and written once per item.
//!
//! Invariant: what is executed has its fields collected: no fragments, no directives, each key once. A field that a plan
//! can't express (one with arguments) has the list executed field by field as everything else.

use std::borrow::{Borrow, Cow};

use async_graphql::{
    ContextSelectionSet, Name, OutputType, Positioned, Response, ServerResult, Value,
    parser::types::{Field, Selection, SelectionSet},
    registry::Registry,
    resolver_utils::resolve_list,
};
use async_graphql_value::{RAW_VALUE_TOKEN, indexmap::IndexMap};
use serde::Serialize;

/// The key of what is executed beside what a client asks for. No client can ask by it: it is no name.
pub const HIDDEN: &str = "";

/// An object whose fields can be written without executing them.
pub trait Written: OutputType {
    /// A field with what is selected below it.
    type Field: Send + Sync;

    /// The field of this name; `None` where it can't be planned.
    fn field(name: &str, below: &Below<'_>) -> Option<Self::Field>;

    /// Writes a field's JSON.
    fn write(&self, field: &Self::Field, out: &mut Vec<u8>);
}

/// What is selected below a field.
pub struct Below<'a>(&'a SelectionSet);

impl Below<'_> {
    /// Nothing: the field is a leaf.
    pub fn leaf<F>(&self, field: F) -> Option<F> {
        self.0.items.is_empty().then_some(field)
    }
}

/// The fields of an object that are selected, in their order, with their keys.
pub struct Plan<T: Written>(Vec<Step<T::Field>>);

struct Step<F> {
    /// `"key":`, with a comma before it from the second on.
    key: String,
    /// `None` is `__typename`.
    field: Option<F>,
}

impl<T: Written> Plan<T> {
    /// The plan of a selection; `None` where it can't be planned.
    pub fn of(below: &Below<'_>) -> Option<Self> {
        let mut plan = Self(Vec::with_capacity(below.0.items.len()));
        for selection in &below.0.items {
            let Selection::Field(field) = &selection.node else { return None };
            plan.add(&field.node)?;
        }
        Some(plan)
    }

    /// Writes an object.
    pub fn write(&self, item: &T, out: &mut Vec<u8>) {
        out.push(b'{');
        for step in &self.0 {
            out.extend_from_slice(step.key.as_bytes());
            match &step.field {
                Some(field) => item.write(field, out),
                None => json(out, &T::type_name()),
            }
        }
        out.push(b'}');
    }

    /// Writes an object, or that there is none.
    pub fn write_or_null(&self, item: Option<&T>, out: &mut Vec<u8>) {
        match item {
            Some(item) => self.write(item, out),
            None => json(out, &()),
        }
    }

    /// Writes a list of objects.
    pub fn write_all<I: Borrow<T>>(&self, items: impl IntoIterator<Item = I>, out: &mut Vec<u8>) {
        out.push(b'[');
        for (index, item) in items.into_iter().enumerate() {
            separated(out, index);
            self.write(item.borrow(), out);
        }
        out.push(b']');
    }

    fn add(&mut self, field: &Field) -> Option<()> {
        if !field.arguments.is_empty() {
            return None;
        }
        let key = &field.response_key().node;
        if key == HIDDEN {
            return Some(());
        }
        let comma = if self.0.is_empty() { "" } else { "," };
        let planned = match field.name.node.as_str() {
            "__typename" => None,
            name => Some(T::field(name, &Below(&field.selection_set.node))?),
        };
        self.0.push(Step { key: format!("{comma}\"{key}\":"), field: planned });
        Some(())
    }
}

/// A list whose JSON is written where its selection can be planned.
pub struct List<T>(pub Vec<T>);

impl<T: Written> OutputType for List<T> {
    fn type_name() -> Cow<'static, str> {
        Vec::<T>::type_name()
    }

    fn qualified_type_name() -> String {
        Vec::<T>::qualified_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Vec::<T>::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        let Some(plan) = Plan::<T>::of(&Below(&ctx.item.node)) else {
            return resolve_list(ctx, field, &self.0, Some(self.0.len())).await;
        };
        let mut out = Vec::with_capacity(self.0.len() * 256);
        plan.write_all(&self.0, &mut out);
        match String::from_utf8(out) {
            Ok(text) => Ok(Value::Object(IndexMap::from_iter([(Name::new(RAW_VALUE_TOKEN), Value::String(text))]))),
            Err(_) => resolve_list(ctx, field, &self.0, Some(self.0.len())).await,
        }
    }
}

/// The JSON of a response without errors, what is written in it taken over as it is.
///
/// Serde would parse every written list once more to be sure of it, which costs about as much as writing it.
///
/// `None` where it takes more than `bytes_max`.
pub fn encoded(response: &Response, bytes_max: usize) -> Option<Vec<u8>> {
    let mut out = br#"{"data":"#.to_vec();
    value(&mut out, &response.data, bytes_max)?;
    out.push(b'}');
    (out.len() <= bytes_max).then_some(out)
}

fn value(out: &mut Vec<u8>, of: &Value, bytes_max: usize) -> Option<()> {
    if out.len() > bytes_max {
        return None;
    }
    match of {
        Value::Object(fields) => match fields.get(RAW_VALUE_TOKEN) {
            // No alias can have the token's name, so only a written list does.
            Some(Value::String(written)) => out.extend_from_slice(written.as_bytes()),
            _ => {
                out.push(b'{');
                for (index, (key, field)) in fields.iter().enumerate() {
                    separated(out, index);
                    json(out, key.as_str());
                    out.push(b':');
                    value(out, field, bytes_max)?;
                }
                out.push(b'}');
            }
        },
        Value::List(items) => {
            out.push(b'[');
            for (index, item) in items.iter().enumerate() {
                separated(out, index);
                value(out, item, bytes_max)?;
            }
            out.push(b']');
        }
        leaf => json(out, leaf),
    }
    Some(())
}

fn separated(out: &mut Vec<u8>, index: usize) {
    if index > 0 {
        out.push(b',');
    }
}

/// Writes a value's JSON.
pub fn json(out: &mut Vec<u8>, value: &(impl Serialize + ?Sized)) {
    // Numbers, texts and booleans can't fail, and neither can a growing buffer.
    let _ = serde_json::to_writer(out, value);
}

/// Writes the last digits of a number, zeros in front.
pub fn digits(number: u64, count: u32, out: &mut Vec<u8>) {
    for place in (0..count).rev() {
        out.push(b'0' + (number / 10_u64.pow(place) % 10).to_le_bytes()[0]);
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::value;

    use super::*;

    #[test]
    fn a_response_is_encoded_as_serde_encodes_it() {
        let object = |key: &str, value| Value::Object(IndexMap::from_iter([(Name::new(key), value)]));
        let list =
            object(RAW_VALUE_TOKEN, Value::String(r#"[{"team":"Côte d'Ivoire \"2\"","group":null}]"#.to_owned()));
        let plain = value!({
            "texts": ["a \"b\"\n", ""], "numbers": [1, -2.5], "none": null, "yes": true, "empty": {}, "nothing": [],
            "nested": [{ "a": [[{}]] }],
        });
        let status = object("status", Value::Enum(Name::new("AVAILABLE")));

        for data in [plain, status, value!({}), Value::Null, object("matches", object("nodes", list))] {
            let response = Response::new(data);
            let by_serde = serde_json::to_string(&response).expect("it can be encoded");

            let bytes = by_serde.len();
            assert_eq!(encoded(&response, bytes), Some(by_serde.into_bytes()));
            assert_eq!(encoded(&response, bytes - 1), None);
        }
    }
}

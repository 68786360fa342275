//! Written lists: the JSON of hot lists, written from a plan of their selection instead of a future for each field.
//!
//! The list of matches is asked for by everybody while a sale opens, and executing it field by field costs more than all
//! the rest of a request together. A selection is planned once per list and written once per item. What a plan can't
//! express (directives, arguments, a field selected twice) is executed field by field as everything else.

use std::{
    borrow::{Borrow, Cow},
    collections::HashMap,
};

use async_graphql::{
    ContextSelectionSet, Name, OutputType, Positioned, Response, ServerResult, Value,
    parser::types::{Field, FragmentDefinition, Selection, SelectionSet},
    registry::Registry,
    resolver_utils::resolve_list,
};
use async_graphql_value::{RAW_VALUE_TOKEN, indexmap::IndexMap};
use serde::Serialize;

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
pub struct Below<'a> {
    selection: &'a SelectionSet,
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
}

impl Below<'_> {
    /// Nothing: the field is a leaf.
    pub fn leaf<F>(&self, field: F) -> Option<F> {
        self.selection.items.is_empty().then_some(field)
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
        let mut plan = Self(Vec::with_capacity(below.selection.items.len()));
        plan.add(below)?;
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

    /// Writes a list of objects.
    pub fn write_all<I: Borrow<T>>(&self, items: impl IntoIterator<Item = I>, out: &mut Vec<u8>) {
        out.push(b'[');
        for (index, item) in items.into_iter().enumerate() {
            separated(out, index);
            self.write(item.borrow(), out);
        }
        out.push(b']');
    }

    fn add(&mut self, below: &Below<'_>) -> Option<()> {
        for selection in &below.selection.items {
            match &selection.node {
                Selection::Field(field) => self.add_field(&field.node, below)?,
                Selection::InlineFragment(fragment) => {
                    let fragment = &fragment.node;
                    let condition = fragment.type_condition.as_ref().map(|condition| &condition.node.on.node);
                    if !fragment.directives.is_empty() || condition.is_some_and(|on| *on != *T::type_name()) {
                        return None;
                    }
                    self.add(&Below { selection: &fragment.selection_set.node, ..*below })?;
                }
                Selection::FragmentSpread(spread) => {
                    let fragment = &below.fragments.get(&spread.node.fragment_name.node)?.node;
                    let plain = spread.node.directives.is_empty() && fragment.directives.is_empty();
                    if !plain || fragment.type_condition.node.on.node != *T::type_name() {
                        return None;
                    }
                    self.add(&Below { selection: &fragment.selection_set.node, ..*below })?;
                }
            }
        }
        Some(())
    }

    fn add_field(&mut self, field: &Field, below: &Below<'_>) -> Option<()> {
        if !field.directives.is_empty() || !field.arguments.is_empty() {
            return None;
        }
        let comma = if self.0.is_empty() { "" } else { "," };
        let named = format!("\"{}\":", field.response_key().node);
        if self.0.iter().any(|step| step.key.trim_start_matches(',') == named) {
            return None;
        }
        let planned = match field.name.node.as_str() {
            "__typename" => None,
            name => Some(T::field(name, &Below { selection: &field.selection_set.node, ..*below })?),
        };
        self.0.push(Step { key: format!("{comma}{named}"), field: planned });
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
        let below = Below { selection: &ctx.item.node, fragments: &ctx.query_env.fragments };
        let Some(plan) = Plan::<T>::of(&below) else {
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
pub fn encoded(response: &Response) -> Vec<u8> {
    let mut out = br#"{"data":"#.to_vec();
    value(&mut out, &response.data);
    out.push(b'}');
    out
}

fn value(out: &mut Vec<u8>, of: &Value) {
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
                    value(out, field);
                }
                out.push(b'}');
            }
        },
        Value::List(items) => {
            out.push(b'[');
            for (index, item) in items.iter().enumerate() {
                separated(out, index);
                value(out, item);
            }
            out.push(b']');
        }
        leaf => json(out, leaf),
    }
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

            assert_eq!(String::from_utf8_lossy(&encoded(&response)), by_serde);
        }
    }
}

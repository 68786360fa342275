//! Completion: what a response says, and in which order, as the GraphQL specification has it.
//!
//! The library puts a field where its resolver came to an end, and leaves a failed one out. A client is shown its fields
//! in the order in which it selected them. A failed field that may be null is null, and one that may not makes null what
//! it belongs to, up to the next that may.
//!
//! Invariant: a completed response has every field that was asked for and no other, or a null above it.

use async_graphql::{
    PathSegment, Pos, Response, ServerError, Value,
    parser::types::{BaseType, Type},
};
use async_graphql_value::RAW_VALUE_TOKEN;
use resolvers::json_plan::HIDDEN;

use crate::{
    DESCRIPTION,
    collected::{Below, Collected, Fields, ResponseField},
};

/// The type of `__schema`.
const SCHEMA: &str = "__Schema";

impl Collected {
    /// Completes a response of the request. One that was never executed stays as it is.
    pub fn complete(&self, response: &mut Response) {
        if !response.errors.is_empty() {
            self.place(response);
        }
        let Response { data, errors, .. } = response;
        let failed: Vec<&[PathSegment]> = errors.iter().map(|error| error.path.as_slice()).collect();
        let is_shown = |path: &&[PathSegment]| self.shown.iter().any(|shown| below_field(path, &shown.key).is_some());
        let was_executed = *data != Value::Null || failed.iter().any(is_shown);
        if was_executed && !complete_object(&self.shown, data, &failed) {
            *data = Value::Null;
        }
    }

    /// Has errors name every place where the failed field is selected, and stand in the order of the fields.
    fn place(&self, response: &mut Response) {
        let Response { data, errors, .. } = response;
        let mut placed: Vec<(Vec<usize>, ServerError)> = Vec::with_capacity(errors.len());
        for mut error in std::mem::take(errors) {
            let (rank, found) = find(&self.shown, data, &error.path);
            if let Some(found) = found {
                error.locations = found.places().collect();
            }
            placed.push((rank, error));
        }
        placed.sort_by(|(one, _), (other, _)| one.cmp(other));
        errors.extend(placed.into_iter().map(|(_, error)| error));
    }
}

impl ResponseField {
    fn places(&self) -> impl Iterator<Item = Pos> {
        std::iter::once(self.pos).chain(self.again.iter().copied())
    }

    /// Completes this field's value; `false` where it would be null and may not be.
    fn complete(&self, value: &mut Value, failed: &[&[PathSegment]]) -> bool {
        complete(self.ty, &self.below, value, failed)
    }
}

fn complete(ty: &Type, below: &Below, value: &mut Value, failed: &[&[PathSegment]]) -> bool {
    let is_whole = match (&ty.base, &mut *value, below) {
        (BaseType::List(item), Value::List(items), _) => items.iter_mut().enumerate().all(|(index, value)| {
            let failed: Vec<_> = failed.iter().filter_map(|path| below_item(path, index)).collect();
            complete(item, below, value, &failed)
        }),
        // An object of which everything failed is nothing to the library.
        (_, Value::Null, Below::Object(_)) if failed.iter().any(|path| !path.is_empty()) => {
            complete_below(below, value, failed)
        }
        (_, Value::Null, _) => false,
        (BaseType::Named(name), Value::Object(_), _) => {
            let is_whole = complete_below(below, value, failed);
            if name == SCHEMA {
                describe(below, value);
            }
            is_whole
        }
        _ => true,
    };
    if !is_whole {
        *value = Value::Null;
    }
    is_whole || ty.nullable
}

/// Has the schema say what it is, where it is asked: its only text beside the name of its type.
fn describe(below: &Below, value: &mut Value) {
    let (Below::Object(shown), Value::Object(fields)) = (below, value) else { return };
    for (_, value) in shown.iter().zip(fields.values_mut()).filter(|(shown, _)| matches!(shown.below, Below::Leaf)) {
        if matches!(&*value, Value::String(text) if text != SCHEMA) {
            *value = DESCRIPTION.into();
        }
    }
}

fn complete_below(below: &Below, value: &mut Value, failed: &[&[PathSegment]]) -> bool {
    match below {
        Below::Leaf => true,
        Below::Object(shown) => complete_object(shown, value, failed),
        Below::Abstract(possible) => match of_which(possible, value) {
            Some(shown) => complete_object(shown, value, failed),
            None => false,
        },
    }
}

/// Completes an object's fields; `false` where one would be null and may not be. Null is one of which everything failed.
fn complete_object(shown: &[ResponseField], value: &mut Value, failed: &[&[PathSegment]]) -> bool {
    if *value == Value::Null {
        *value = Value::Object(Fields::new());
    }
    let Value::Object(fields) = value else { return true };
    if fields.contains_key(RAW_VALUE_TOKEN) {
        return true;
    }
    let is_in_order = fields.len() == shown.len() && fields.keys().zip(shown).all(|(key, shown)| *key == shown.key);
    if !is_in_order {
        let mut found = std::mem::take(fields);
        let ordered = shown.iter().map(|shown| {
            let value = found.swap_remove(&shown.key).unwrap_or_default();
            (shown.key.clone(), value)
        });
        *fields = ordered.collect();
    }
    shown.iter().zip(fields.values_mut()).all(|(shown, value)| {
        let failed: Vec<_> = failed.iter().filter_map(|path| below_field(path, &shown.key)).collect();
        shown.complete(value, &failed)
    })
}

/// What is shown of a value that may be one of several objects.
fn of_which<'a>(
    possible: &'a [(async_graphql::Name, Vec<ResponseField>)],
    value: &Value,
) -> Option<&'a [ResponseField]> {
    let Value::Object(fields) = value else { return None };
    let Some(Value::String(name)) = fields.get(HIDDEN) else { return None };
    possible.iter().find(|(object, _)| object == name).map(|(_, shown)| shown.as_slice())
}

fn below_field<'a>(path: &&'a [PathSegment], key: &str) -> Option<&'a [PathSegment]> {
    match path.split_first()? {
        (PathSegment::Field(field), rest) if field == key => Some(rest),
        _ => None,
    }
}

fn below_item<'a>(path: &&'a [PathSegment], index: usize) -> Option<&'a [PathSegment]> {
    match path.split_first()? {
        (PathSegment::Index(item), rest) if *item == index => Some(rest),
        _ => None,
    }
}

/// The field at a path, as far as it leads, and where it stands among all in the order of a document.
fn find<'a>(
    mut shown: &'a [ResponseField],
    mut data: &Value,
    path: &[PathSegment],
) -> (Vec<usize>, Option<&'a ResponseField>) {
    const NOTHING: &Value = &Value::Null;

    let (mut rank, mut found) = (Vec::with_capacity(path.len()), None::<&ResponseField>);
    for segment in path {
        match segment {
            PathSegment::Index(index) => {
                rank.push(*index);
                data = if let Value::List(items) = data { items.get(*index).unwrap_or(NOTHING) } else { NOTHING };
            }
            PathSegment::Field(key) => {
                if let Some(ResponseField { below: Below::Abstract(possible), .. }) = found {
                    shown = of_which(possible, data).unwrap_or_default();
                }
                let Some(place) = shown.iter().position(|shown| shown.key == *key) else { break };
                rank.push(place);
                data = if let Value::Object(fields) = data {
                    fields.get(key.as_str()).unwrap_or(NOTHING)
                } else {
                    NOTHING
                };
                found = Some(&shown[place]);
                if let Below::Object(below) = &shown[place].below {
                    shown = below;
                }
            }
        }
    }
    (rank, found)
}

#[cfg(test)]
mod tests;

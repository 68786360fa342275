//! Values: what clients give where a scalar or an enum is wanted, and how errors name it.
//!
//! Invariant: no error shows a text that may be a password; [`shown`] says which are not.

use std::fmt;

use async_graphql::{Number, Value as ConstValue};
use async_graphql_value::Value;

use crate::document::{
    contract::{Contract, Defined, Kind, Leaf, Scalar},
    suggestions::did_you_mean,
};

/// How a value came: in the document, or as JSON in a variable, which knows no enums and one kind of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Literal,
    Json,
}

/// A value, as far as its kind matters.
#[derive(Debug, Clone, Copy)]
pub(super) enum Given<'v> {
    Null,
    Number(&'v Number),
    String(&'v str),
    Boolean,
    Enum(&'v str),
    List,
    Object,
    Variable,
    Other,
}

impl fmt::Display for Given<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Null => "null",
            Self::Number(number) if number.is_f64() => "a number with decimals",
            Self::Number(_) => "a whole number",
            Self::String(_) => "a string",
            Self::Boolean => "a boolean",
            Self::Enum(_) => "a name",
            Self::List => "a list",
            Self::Object => "an object",
            Self::Variable => "a variable",
            Self::Other => "something else",
        })
    }
}

impl<'v> From<&'v Value> for Given<'v> {
    fn from(value: &'v Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Number(number) => Self::Number(number),
            Value::String(text) => Self::String(text),
            Value::Boolean(_) => Self::Boolean,
            Value::Enum(name) => Self::Enum(name),
            Value::List(_) => Self::List,
            Value::Object(_) => Self::Object,
            Value::Variable(_) => Self::Variable,
            Value::Binary(_) => Self::Other,
        }
    }
}

impl<'v> From<&'v ConstValue> for Given<'v> {
    fn from(value: &'v ConstValue) -> Self {
        match value {
            ConstValue::Null => Self::Null,
            ConstValue::Number(number) => Self::Number(number),
            ConstValue::String(text) => Self::String(text),
            ConstValue::Boolean(_) => Self::Boolean,
            ConstValue::Enum(name) => Self::Enum(name),
            ConstValue::List(_) => Self::List,
            ConstValue::Object(_) => Self::Object,
            ConstValue::Binary(_) => Self::Other,
        }
    }
}

/// Whether a value is of a built-in scalar; those of a program's own judge for themselves.
pub(super) fn is_of(leaf: &Leaf, given: Given<'_>, form: Form) -> bool {
    match (leaf, given) {
        (Leaf::Int, Given::Number(number)) => whole(number, form).is_some_and(|number| i32::try_from(number).is_ok()),
        (Leaf::Float, Given::Number(_)) | (Leaf::Boolean, Given::Boolean) => true,
        (Leaf::String | Leaf::Id, Given::String(_)) => true,
        (Leaf::Id, Given::Number(number)) => whole(number, form).is_some() || number.is_u64(),
        _ => false,
    }
}

/// A number without decimals. JSON does not tell `1.0` from `1`, but a document does.
pub(super) fn whole(number: &Number, form: Form) -> Option<i64> {
    /// Whole numbers up to here are exact as floating-point numbers.
    const EXACT: f64 = 9_007_199_254_740_992.0;

    let exact = || number.as_f64().filter(|_| form == Form::Json && number.is_f64());
    let exact = || exact().filter(|number| number.fract() == 0.0 && number.abs() <= EXACT);
    number.as_i64().or_else(|| exact().and_then(|number| format!("{number:.0}").parse().ok()))
}

/// What is wrong with a value that is none of a type: `subject takes a string, but was given a list.`
pub(super) fn wrong(contract: &Contract, subject: &str, defined: &Defined, given: Given<'_>) -> String {
    match &defined.kind {
        Kind::Scalar(leaf) => match (leaf, given) {
            (Leaf::Own(Scalar { wanted, .. }), Given::String(_) | Given::Number(_)) => match shown(given) {
                Some(given) => format!("{subject} is {given}, which is not {wanted}."),
                None => format!("{subject} is not {wanted}."),
            },
            (Leaf::Int, Given::Number(number)) if !number.is_f64() => {
                format!("{subject} is {number}, which is not between {} and {}.", i32::MIN, i32::MAX)
            }
            _ => format!("{subject} takes {}, but was given {given}.", leaf.wanted()),
        },
        Kind::Enum(values) => {
            let told = contract.inputs.tells_names;
            match given {
                Given::Enum(name) | Given::String(name) if told => {
                    let names: Vec<&str> = values.iter().map(|value| value.as_str()).collect();
                    let (known, guess) = (one_of(&names), did_you_mean(name, &names));
                    match shown(given) {
                        Some(given) => format!("{subject} takes {known}, but was given {given}.{guess}"),
                        None => format!("{subject} takes {known}.{guess}"),
                    }
                }
                Given::Enum(_) | Given::String(_) => format!("{subject} does not accept this value."),
                _ => format!("{subject} takes the name of a value, but was given {given}."),
            }
        }
        Kind::Input(_) => format!("{subject} takes an object, but was given {given}."),
        Kind::Object(_) | Kind::Abstract(..) => format!("{subject} takes no value."),
    }
}

/// A text with fewer characters is too short for a password.
const PASSWORD_MIN: usize = 8;

/// Characters of a value that an error shows at most.
const SHOWN_MAX: usize = 40;

/// A value as it was given, where an error may show it: a number, a name of a document, and a text that is short or has nothing
/// but what numbers and times are written with.
fn shown(given: Given<'_>) -> Option<String> {
    let is_of_numbers = |text: &str| text.chars().all(|sign| sign.is_ascii_digit() || "+-.,:/TZ ".contains(sign));
    match given {
        Given::Number(number) => Some(number.to_string()),
        Given::Enum(name) => Some(format!("`{name:.SHOWN_MAX$}`")),
        Given::String(text) => {
            let length = text.chars().take(SHOWN_MAX + 1).count();
            let is_shown = length < PASSWORD_MIN || length <= SHOWN_MAX && is_of_numbers(text);
            is_shown.then(|| format!("{text:?}"))
        }
        _ => None,
    }
}

/// Values of an enum that an error lists at most.
const LISTED: usize = 8;

fn one_of(names: &[&str]) -> String {
    let shown: Vec<String> = names.iter().take(LISTED).map(|name| format!("`{name}`")).collect();
    let more = if names.len() > LISTED { ", …" } else { "" };
    format!("one of {}{more}", shown.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_shown_unless_it_may_be_a_password() {
        let shown_of = |text: &str| shown(Given::String(text));

        for text in ["x", "noon", "80,00", "SOLDOUT", "2022-11-20 16:00", "2022-11-20T16:00:00+03:00", "éééé"] {
            assert_eq!(shown_of(text), Some(format!("{text:?}")));
        }
        for text in ["hunter22", "my-real-Passw0rd", "éééééééé", &"1".repeat(SHOWN_MAX + 1)] {
            assert_eq!(shown_of(text), None, "{text}");
        }
        assert_eq!(shown(Given::Number(&Number::from(3_000_000_000_u64))).as_deref(), Some("3000000000"));
        assert_eq!(shown(Given::Enum("SOLDOUT")).as_deref(), Some("`SOLDOUT`"));
        assert_eq!(shown(Given::Enum(&"X".repeat(SHOWN_MAX + 1))), Some(format!("`{}`", "X".repeat(SHOWN_MAX))));
        assert_eq!(shown(Given::Boolean), None);
    }
}

//! Values: what clients give where a scalar or an enum is wanted, and how errors name it. No error shows a value.

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
        Kind::Scalar(Leaf::Own(Scalar { wanted, .. })) if matches!(given, Given::String(_) | Given::Number(_)) => {
            format!("{subject} is not {wanted}.")
        }
        Kind::Scalar(Leaf::Int) if matches!(given, Given::Number(number) if !number.is_f64()) => {
            format!("{subject} is not between {} and {}.", i32::MIN, i32::MAX)
        }
        Kind::Scalar(leaf) => format!("{subject} takes {}, but was given {given}.", leaf.wanted()),
        Kind::Enum(values) => {
            let told = contract.inputs.tells_names;
            match given {
                Given::Enum(name) | Given::String(name) if told => {
                    let names: Vec<&str> = values.iter().map(|value| value.as_str()).collect();
                    format!("{subject} takes {}.{}", one_of(&names), did_you_mean(name, &names))
                }
                Given::Enum(_) | Given::String(_) => format!("{subject} does not take this value."),
                _ => format!("{subject} takes the name of a value, but was given {given}."),
            }
        }
        Kind::Input(_) => format!("{subject} takes an object, but was given {given}."),
        Kind::Object(_) | Kind::Abstract(..) => format!("{subject} takes no value."),
    }
}

/// Values of an enum that an error lists at most.
const LISTED: usize = 8;

fn one_of(names: &[&str]) -> String {
    let shown: Vec<String> = names.iter().take(LISTED).map(|name| format!("`{name}`")).collect();
    let more = if names.len() > LISTED { ", …" } else { "" };
    format!("one of {}{more}", shown.join(", "))
}

//! Fields: one place in a JSON document, which knows its path and says what is wrong with it.

use chrono::{DateTime, Datelike, Utc};
use serde_json::Value;

/// Names of sites, holds and messages.
const MAX_NAME: usize = 128;
/// Years in which an organiser may plan a match.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2200;
/// How much of a wrong text a reason repeats.
const MAX_SHOWN: usize = 40;

#[derive(Debug, Clone)]
pub(super) struct Field<'a> {
    path: String,
    /// `None`: the key is missing.
    value: Option<&'a Value>,
}

impl<'a> Field<'a> {
    pub(super) fn root(value: &'a Value) -> Self {
        Self { path: String::new(), value: Some(value) }
    }

    /// The field `key` of this object, whether it is there or not.
    pub(super) fn get(&self, key: &str) -> Result<Field<'a>, String> {
        let Some(Value::Object(fields)) = self.value else {
            return Err(self.expected("an object"));
        };
        let path = if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) };
        Ok(Field { path, value: fields.get(key) })
    }

    /// The elements, if this is an array.
    pub(super) fn elements(&self) -> Option<Vec<Field<'a>>> {
        let elements = self.value?.as_array()?;
        let element = |(at, value)| Field { path: format!("{}[{at}]", self.path), value: Some(value) };
        Some(elements.iter().enumerate().map(element).collect())
    }

    /// Neither missing nor null.
    pub(super) fn is_there(&self) -> bool {
        self.value.is_some_and(|value| !value.is_null())
    }

    /// A whole number in `min..=max`. `75.0` is one, as in JSON Schema; `"75"` is not.
    pub(super) fn whole(&self, min: i32, max: i32) -> Result<i32, String> {
        let number = self.value.and_then(|value| match value.as_i64() {
            Some(number) => i32::try_from(number).ok(),
            None => value.as_f64().and_then(whole),
        });
        number
            .filter(|number| (min..=max).contains(number))
            .ok_or_else(|| self.expected(&format!("a whole number from {min} to {max}")))
    }

    /// Text of 1 to `max` characters that people can read and both databases can store.
    pub(super) fn text(&self, max: usize) -> Result<String, String> {
        let text = self.value.and_then(Value::as_str).map(str::trim);
        text.filter(|text| !text.is_empty() && text.chars().count() <= max && !text.chars().any(char::is_control))
            .map(str::to_owned)
            .ok_or_else(|| self.expected(&format!("text of 1 to {max} characters without control characters")))
    }

    /// Such a text, or null, or nothing.
    pub(super) fn optional_text(&self, max: usize) -> Result<Option<String>, String> {
        if !self.is_there() {
            return Ok(None);
        }
        self.text(max).map(Some).map_err(|reason| reason.replacen("expected ", "expected null or ", 1))
    }

    /// A moment in RFC 3339.
    pub(super) fn moment(&self) -> Result<DateTime<Utc>, String> {
        let text = self.value.and_then(Value::as_str);
        text.and_then(|text| DateTime::parse_from_rfc3339(text).ok())
            .map(|moment| moment.with_timezone(&Utc))
            .filter(|moment| YEARS.contains(&moment.year()))
            .ok_or_else(|| self.expected("a date and time in RFC 3339, such as 2022-11-20T16:00:00Z"))
    }

    /// One of `choices`, by its name.
    pub(super) fn choice<T: Copy>(&self, choices: &[(&str, T)]) -> Result<T, String> {
        let name = self.value.and_then(Value::as_str);
        choices.iter().find(|(known, _)| Some(*known) == name).map(|(_, choice)| *choice).ok_or_else(|| {
            let names: Vec<_> = choices.iter().map(|(known, _)| *known).collect();
            self.expected(&names.join(" or "))
        })
    }

    /// A name that a site gave to something; numbers are names too. Nothing, null and "" are none.
    pub(super) fn optional_name(&self) -> Result<Option<String>, String> {
        match self.value {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => name(&self.path, text),
            Some(Value::Number(number)) => Ok(Some(number.to_string())),
            Some(_) => Err(self.expected("text")),
        }
    }

    pub(super) fn expected(&self, what: &str) -> String {
        let place = if self.path.is_empty() { "the record" } else { &self.path };
        format!("{place}: expected {what}, found {}", self.found())
    }

    fn found(&self) -> String {
        match self.value {
            None => "nothing".to_owned(),
            Some(Value::Object(_)) => "an object".to_owned(),
            Some(Value::Array(elements)) => format!("an array of {}", elements.len()),
            Some(Value::String(text)) if text.chars().count() > MAX_SHOWN => {
                let start: String = text.chars().take(MAX_SHOWN).collect();
                format!("{start:?}… ({} characters)", text.chars().count())
            }
            Some(Value::String(text)) => format!("{text:?}"),
            Some(scalar) => scalar.to_string(),
        }
    }
}

/// A name of a site or a thing, as it stands at `place`.
pub(super) fn name(place: &str, text: &str) -> Result<Option<String>, String> {
    if text.chars().count() > MAX_NAME || text.chars().any(char::is_control) {
        return Err(format!("{place}: expected at most {MAX_NAME} characters without control characters"));
    }
    Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty()))
}

/// The whole number that `number` is, if it is one.
fn whole(number: f64) -> Option<i32> {
    // A formatted whole f64 has no fraction and no exponent, so that parsing it decides without a lossy cast.
    if number.fract() == 0.0 { format!("{number}").parse().ok() } else { None }
}

//! Times as clients see them: RFC 3339 in UTC.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::{Datelike, SecondsFormat, Timelike, Utc};

use crate::json_plan;

/// A time as clients send and read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateTime(pub chrono::DateTime<Utc>);

/// A time in RFC 3339, such as "2022-11-20T16:00:00Z". Answers are in UTC; inputs may have any offset.
#[Scalar(specified_by_url = "https://datatracker.ietf.org/doc/html/rfc3339")]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else { return Err(InputValueError::expected_type(value)) };
        let time = chrono::DateTime::parse_from_rfc3339(text)
            .map_err(|_| InputValueError::custom(format!("{text:?} is not a time such as \"2022-11-20T16:00:00Z\"")))?;

        Ok(Self(time.with_timezone(&Utc)))
    }

    fn to_value(&self) -> Value {
        Value::String(text(self.0))
    }
}

impl From<chrono::DateTime<Utc>> for DateTime {
    fn from(time: chrono::DateTime<Utc>) -> Self {
        Self(time)
    }
}

/// How a time is written.
fn text(time: chrono::DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// Writes a time as JSON: what [`text`] says, without a format that is read anew each time.
pub(crate) fn write(time: chrono::DateTime<Utc>, out: &mut Vec<u8>) {
    let year = u64::try_from(time.year()).ok().filter(|year| *year <= 9999 && time.nanosecond() == 0);
    let Some(year) = year else {
        return json_plan::json(out, &text(time));
    };
    out.push(b'"');
    json_plan::digits(year, 4, out);
    let parts =
        [(b'-', time.month()), (b'-', time.day()), (b'T', time.hour()), (b':', time.minute()), (b':', time.second())];
    for (before, part) in parts {
        out.push(before);
        json_plan::digits(part.into(), 2, out);
    }
    out.extend_from_slice(b"Z\"");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_as_its_text_says() {
        for sent in ["2022-11-20T16:00:00Z", "0001-01-02T03:04:05Z", "2022-11-20T16:00:00.250Z", "2016-12-31T23:59:60Z"]
        {
            let time = chrono::DateTime::parse_from_rfc3339(sent).expect("it is a time").with_timezone(&Utc);
            let mut out = Vec::new();
            write(time, &mut out);

            assert_eq!(String::from_utf8_lossy(&out), format!("\"{}\"", text(time)), "{sent}");
        }
    }
}

//! What is true of matches, as either says it: the database, or an instance to its followers.

use std::collections::HashMap;

use serde_json::Value;

/// By the number of the match.
pub type Truth = HashMap<i64, State>;

/// What is left of one match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// Only grows.
    pub version: i64,
    /// Available and pending of each category, in the order of their numbers.
    pub counts: Vec<(i64, i64)>,
}

impl State {
    /// Reads a message of `availability`; `None` where it is not one.
    pub(super) fn read(availability: &Value) -> Option<Self> {
        let category = |category: &Value| Some((category["available"].as_i64()?, category["pending"].as_i64()?));
        let counts = availability["categories"].as_array()?.iter().map(category).collect::<Option<_>>()?;
        Some(Self { version: availability["version"].as_i64()?, counts })
    }
}

//! The GraphQL endpoint: what it tells of the schema (unset, `dev` tells all and `prod` nothing), and its patience.

use serde::{Deserialize, Serialize};
use settings::row::{Kind, Row};

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Graphql {
    pub introspection: Option<bool>,
    pub suggestions: Option<bool>,
    /// How long a request may be under way before it is rolled back rather than committed.
    pub request_seconds: u64,
}

impl Default for Graphql {
    fn default() -> Self {
        Self { introspection: None, suggestions: None, request_seconds: 10 }
    }
}

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    ("graphql.introspection", "MATCHDAY_INTROSPECTION", Kind::Flag, "answer queries for the schema, and serve /schema.graphql; unset: in dev only"),
    ("graphql.suggestions", "MATCHDAY_SUGGESTIONS", Kind::Flag, "errors suggest names that are like a misspelt one; unset: if introspection is on"),
    ("graphql.request_seconds", "MATCHDAY_REQUEST_SECONDS", Kind::Number(1, 300), "longest time for a hold, payment or other change; after it the change is rolled back, because its client has given up"),
];

//! Rejections: why a document is not executed, as the client may act on it.

use async_graphql::{Pos, Response, ServerError, Value};
use serde_json::json;

/// A document refused before execution. Its code is stable, and a limit says what was found and what is allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    pub code: &'static str,
    pub message: String,
    pub location: Option<Pos>,
    pub limit: Option<Exceeded>,
}

/// Which limit a document exceeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exceeded {
    /// The limit's name in the configuration, without `max_`.
    pub name: &'static str,
    /// What was found; counting stops early in hostile documents, so it may be more.
    pub found: u64,
    pub allowed: u64,
}

impl Rejection {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), location: None, limit: None }
    }

    pub(crate) fn bad_input(message: impl Into<String>) -> Self {
        Self::new("BAD_USER_INPUT", message)
    }

    pub(crate) fn no_query() -> Self {
        Self::new("BAD_REQUEST", "The request has no `query`.")
    }

    pub(crate) fn syntax(message: impl Into<String>, location: Pos) -> Self {
        Self { location: Some(location), ..Self::new("GRAPHQL_PARSE_FAILED", message) }
    }

    pub(crate) fn limit(name: &'static str, found: usize, allowed: usize) -> Self {
        Self::exceeds(name, u64::try_from(found).unwrap_or(u64::MAX), u64::try_from(allowed).unwrap_or(u64::MAX))
    }

    pub(crate) fn exceeds(name: &'static str, found: u64, allowed: u64) -> Self {
        let message = format!("The request exceeds the limit of {name}: {found} found, {allowed} allowed.");
        Self { limit: Some(Exceeded { name, found, allowed }), ..Self::new("QUERY_TOO_COMPLEX", message) }
    }

    /// Counts it, by its code and the limit it exceeds.
    pub(crate) fn count(&self) {
        let limit = self.limit.map_or("none", |limit| limit.name);
        metrics::counter!("matchday_documents_rejected_total", "code" => self.code, "limit" => limit).increment(1);
    }

    pub(crate) fn at(self, location: Pos) -> Self {
        Self { location: Some(location), ..self }
    }
}

impl From<Rejection> for ServerError {
    fn from(rejection: Rejection) -> Self {
        let mut error = Self::new(rejection.message, rejection.location);
        let extensions = error.extensions.get_or_insert_default();
        extensions.set("code", rejection.code);
        if let Some(Exceeded { name, found, allowed }) = rejection.limit {
            let limit = Value::from_json(json!({ "name": name, "found": found, "allowed": allowed }));
            extensions.set("limit", limit.unwrap_or_default());
        }
        error
    }
}

impl From<Rejection> for Response {
    fn from(rejection: Rejection) -> Self {
        Self::from_errors(vec![rejection.into()])
    }
}

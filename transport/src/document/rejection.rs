//! Rejections: why a document is not executed, as the client may act on it.

use async_graphql::{Pos, Response, ServerError, Value};
use error_codes::Code;
use serde_json::json;

use super::cost::Dearest;

/// A document refused before execution. Its code is stable, and a limit says what was found and what is allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    pub code: Code,
    pub message: String,
    pub location: Option<Pos>,
    pub limit: Option<Box<Exceeded>>,
    /// The argument or the field of an input that it is about.
    pub field: Option<String>,
    /// What else is wrong with the same document or its variables.
    pub more: Vec<Rejection>,
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
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), location: None, limit: None, field: None, more: Vec::new() }
    }

    pub(crate) fn bad_input(message: impl Into<String>) -> Self {
        Self::new(Code::BAD_USER_INPUT, message)
    }

    pub(crate) fn no_query() -> Self {
        Self::new(Code::BAD_REQUEST, "The request has no `query`.")
    }

    pub(crate) fn syntax(message: impl Into<String>, location: Pos) -> Self {
        Self { location: Some(location), ..Self::new(Code::GRAPHQL_PARSE_FAILED, message) }
    }

    /// An error in a document, by the specification's rules.
    pub(crate) fn invalid(message: impl Into<String>, location: Pos) -> Self {
        Self { location: Some(location), ..Self::new(Code::GRAPHQL_VALIDATION_FAILED, message) }
    }

    /// All of them as one; nothing where there are none.
    pub(crate) fn of_all(rejections: Vec<Self>) -> Option<Self> {
        let mut rejections = rejections.into_iter();
        let first = rejections.next()?;
        Some(Self { more: rejections.collect(), ..first })
    }

    pub(crate) fn limit(name: &'static str, found: usize, allowed: usize) -> Self {
        Self::exceeds(name, u64::try_from(found).unwrap_or(u64::MAX), u64::try_from(allowed).unwrap_or(u64::MAX))
    }

    pub(crate) fn exceeds(name: &'static str, found: u64, allowed: u64) -> Self {
        let message = format!("The request exceeds the limit of {name}: {found} found, {allowed} allowed.");
        Self { limit: Some(Box::new(Exceeded { name, found, allowed })), ..Self::new(Code::QUERY_TOO_COMPLEX, message) }
    }

    /// Names the field that costs most.
    pub(super) fn naming(mut self, dearest: &Dearest) -> Self {
        let Dearest { path, units, at } = dearest;
        self.message.push_str(&format!(" The most expensive field is `{path}`, which costs {units}."));
        self.at(*at)
    }

    /// Counts it, by its code and the limit it exceeds.
    pub(crate) fn count(&self) {
        let limit = self.limit.as_ref().map_or("none", |limit| limit.name);
        metrics::counter!("matchday_documents_rejected_total", "code" => self.code.as_str(), "limit" => limit)
            .increment(1);
    }

    pub(crate) fn at(self, location: Pos) -> Self {
        Self { location: Some(location), ..self }
    }

    pub(crate) fn about(self, field: String) -> Self {
        Self { field: Some(field).filter(|field| !field.is_empty()), ..self }
    }

    pub(crate) fn into_errors(mut self) -> Vec<ServerError> {
        let more = std::mem::take(&mut self.more);
        std::iter::once(self).chain(more).map(Self::into_error).collect()
    }

    fn into_error(self) -> ServerError {
        let mut error = ServerError::new(self.message, self.location);
        let extensions = error.extensions.get_or_insert_default();
        extensions.set("code", self.code.as_str());
        if let Some(field) = self.field {
            extensions.set("field", field);
        }
        if let Some(Exceeded { name, found, allowed }) = self.limit.map(|limit| *limit) {
            let limit = Value::from_json(json!({ "name": name, "found": found, "allowed": allowed }));
            extensions.set("limit", limit.unwrap_or_default());
        }
        error
    }
}

impl From<Rejection> for Response {
    fn from(rejection: Rejection) -> Self {
        Self::from_errors(rejection.into_errors())
    }
}

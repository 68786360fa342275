//! Execution results as JSON, the same bytes on every protocol.
//!
//! Invariant: a request that was never executed has no `data`, one that was has it, be it null.

use std::io;

use async_graphql::{PathSegment, Response, ServerError, Value};
use bytes::Bytes;
use error_codes::Code;
use serde::Serialize;
use serde_json::json;

use crate::gateway::Payload;

/// Errors that a request which was never executed is told at most: a short document can be wrong in thousands of places.
const MAX_ERRORS: usize = 100;

/// The execution result as JSON.
pub(crate) fn payload(payload: Payload) -> Bytes {
    match payload {
        Payload::Cached(cached) => cached.bytes().clone(),
        Payload::Annotated(annotated) => annotated.bytes(),
        Payload::Broadcast { bytes, .. } => bytes,
        Payload::Response(result) => response(&result),
    }
}

pub fn response(response: &Response) -> Bytes {
    serde_json::to_vec(&WireResponse::of(response)).map_or_else(
        |error| {
            tracing::error!(%error, "a result could not be encoded");
            let error = json!({ "message": "Internal error.", "extensions": { "code": Code::INTERNAL.as_str() } });
            Bytes::from(json!({ "errors": [error] }).to_string())
        },
        Bytes::from,
    )
}

/// A response and the bytes that it takes as JSON; where they are more than `max`, what is told in its place.
#[must_use]
pub fn fitting(response: Response, max: usize) -> (Response, usize) {
    let mut counted = Counted { bytes: 0, max };
    if serde_json::to_writer(&mut counted, &WireResponse::of(&response)).is_ok() {
        return (response, counted.bytes);
    }
    let mut told = too_long(max);
    told.http_headers = response.http_headers;
    (told, max)
}

/// What is told in place of a result that takes more than `max` bytes. It was executed all the same.
pub(crate) fn too_long(max: usize) -> Response {
    let message = format!(
        "The operation was executed, but its response would exceed {max} bytes and is not sent: select fewer fields or \
         request shorter pages."
    );
    let mut error = ServerError::new(message, None);
    // Execution had begun, which an error without a path would deny.
    error.path = vec![PathSegment::Field("query".to_owned())];
    let extensions = error.extensions.get_or_insert_default();
    extensions.set("code", Code::QUERY_TOO_COMPLEX.as_str());
    extensions.set("limit", async_graphql::value!({ "name": "answer_bytes", "allowed": max }));
    Response::from_errors(vec![error])
}

/// What a client is told of a response.
#[derive(Serialize)]
struct WireResponse<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a Value>,
    #[serde(skip_serializing_if = "<[ServerError]>::is_empty")]
    errors: &'a [ServerError],
    #[serde(skip_serializing_if = "Option::is_none")]
    extensions: Option<&'a std::collections::BTreeMap<String, Value>>,
}

impl<'a> WireResponse<'a> {
    fn of(response: &'a Response) -> Self {
        let executed = was_executed(response);
        let told = if executed { response.errors.len() } else { response.errors.len().min(MAX_ERRORS) };
        Self {
            data: executed.then_some(&response.data),
            errors: &response.errors[..told],
            extensions: Some(&response.extensions).filter(|extensions| !extensions.is_empty()),
        }
    }
}

/// Counts what is written, up to a bound.
struct Counted {
    bytes: usize,
    max: usize,
}

impl io::Write for Counted {
    fn write(&mut self, written: &[u8]) -> io::Result<usize> {
        self.bytes += written.len();
        if self.bytes > self.max { Err(io::ErrorKind::FileTooLarge.into()) } else { Ok(written.len()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Whether execution began: async-graphql gives null data also to requests that failed validation, but their errors
/// have no path, and those of execution always have one.
pub(crate) fn was_executed(response: &Response) -> bool {
    response.data != Value::Null
        || response.errors.is_empty()
        || response.errors.iter().any(|error| !error.path.is_empty())
}

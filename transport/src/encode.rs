//! Execution results as JSON, the same bytes on every protocol.
//!
//! Invariant: a request that was never executed has no `data`, one that was has it, be it null.

use async_graphql::{Response, ServerError, Value};
use bytes::Bytes;
use serde::Serialize;

use crate::gateway::Payload;

/// Errors that a request which was never executed is told at most: a short document can be wrong in thousands of places.
const MAX_ERRORS: usize = 100;

/// The execution result as JSON.
pub(crate) fn payload(payload: Payload) -> Bytes {
    match payload {
        Payload::Kept(kept) => kept.bytes().clone(),
        Payload::Noted(noted) => noted.bytes(),
        Payload::Pushed { bytes, .. } => bytes,
        Payload::Response(result) => response(&result),
    }
}

pub fn response(response: &Response) -> Bytes {
    #[derive(Serialize)]
    struct Result<'a> {
        #[serde(skip_serializing_if = "Option::is_none")]
        data: Option<&'a Value>,
        #[serde(skip_serializing_if = "<[ServerError]>::is_empty")]
        errors: &'a [ServerError],
        #[serde(skip_serializing_if = "Option::is_none")]
        extensions: Option<&'a std::collections::BTreeMap<String, Value>>,
    }

    let executed = was_executed(response);
    let told = if executed { response.errors.len() } else { response.errors.len().min(MAX_ERRORS) };
    let result = Result {
        data: executed.then_some(&response.data),
        errors: &response.errors[..told],
        extensions: Some(&response.extensions).filter(|extensions| !extensions.is_empty()),
    };
    serde_json::to_vec(&result).map_or_else(
        |error| {
            tracing::error!(%error, "a result could not be encoded");
            Bytes::from_static(br#"{"errors":[{"message":"Internal error.","extensions":{"code":"INTERNAL"}}]}"#)
        },
        Bytes::from,
    )
}

/// Whether execution began: async-graphql gives null data also to requests that failed validation, but their errors
/// have no path, and those of execution always have one.
pub(crate) fn was_executed(response: &Response) -> bool {
    response.data != Value::Null
        || response.errors.is_empty()
        || response.errors.iter().any(|error| !error.path.is_empty())
}

//! Refusals of operations that are not executed.

use async_graphql::{Response, ServerError, Value, value};
use error_codes::Code;

pub(super) fn misfit() -> Box<Response> {
    refused(Code::GRAPHQL_VALIDATION_FAILED, "The operation does not fit the schema.".to_owned(), None)
}

pub(super) fn too_many_subscribed(found: usize, allowed: usize) -> Box<Response> {
    let message = format!("The request exceeds the limit of subscribed_fields: {found} found, {allowed} allowed.");
    let limit = value!({ "name": "subscribed_fields", "found": found, "allowed": allowed });
    refused(Code::QUERY_TOO_COMPLEX, message, Some(limit))
}

fn refused(code: Code, message: String, limit: Option<Value>) -> Box<Response> {
    let mut error = ServerError::new(message, None);
    let extensions = error.extensions.get_or_insert_default();
    extensions.set("code", code.as_str());
    if let Some(limit) = limit {
        extensions.set("limit", limit);
    }
    Box::new(Response::from_errors(vec![error]))
}

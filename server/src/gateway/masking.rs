//! Masking: what of an error a client sees.

use async_graphql::{ErrorExtensionValues, PathSegment, Response, ServerError};

pub(super) const INTERNAL: &str = "INTERNAL";
pub(super) const MASK: &str = "something went wrong on our side; the request id leads us to the cause";

/// How the library begins to name what is like a misspelt name.
const SUGGESTION: &str = "Did you mean";

/// How much errors tell.
#[derive(Debug, Clone, Copy)]
pub(super) struct Masking {
    /// Whether an error about an unknown name may name those like it.
    pub(super) suggests: bool,
}

/// The response to an operation that panicked.
pub(super) fn panicked(id: &str) -> Response {
    tracing::error!(request_id = id, "a resolver panicked");
    let mut error = ServerError::new(MASK, None);
    // Execution had begun, which an error without a path would deny.
    error.path = vec![PathSegment::Field("query".to_owned())];
    code(&mut error, INTERNAL);
    Response::from_errors(vec![error])
}

impl Masking {
    /// Gives every error its code, and hides what none of our errors said.
    pub(super) fn mask(self, mut response: Response, id: &str) -> Response {
        for error in &mut response.errors {
            match code_of(error) {
                Some(found) if found == INTERNAL => internal(error, id),
                Some(_) => {}
                None if is_about_input(&error.message) => code(error, "BAD_USER_INPUT"),
                // Validation fails before anything of ours ran, and the library's words are about the document alone.
                None if error.path.is_empty() => {
                    if !self.suggests {
                        without_suggestion(&mut error.message);
                    }
                    code(error, "GRAPHQL_VALIDATION_FAILED");
                }
                None => {
                    tracing::error!(request_id = id, error = error.message, path = ?error.path, "an error without a code");
                    MASK.clone_into(&mut error.message);
                    internal(error, id);
                }
            }
        }
        response
    }
}

/// Cuts off what would tell a stranger the names that the schema has.
fn without_suggestion(message: &mut String) {
    if let Some(start) = message.find(SUGGESTION) {
        message.truncate(start);
        message.truncate(message.trim_end().len());
    }
}

/// How the library words a value that is none of its type.
fn is_about_input(message: &str) -> bool {
    ["Failed to parse", "Invalid value", "Invalid type"].iter().any(|start| message.starts_with(start))
}

fn internal(error: &mut ServerError, id: &str) {
    metrics::counter!("matchday_internal_errors_total").increment(1);
    code(error, INTERNAL);
    if !id.is_empty() {
        error.extensions.get_or_insert_with(ErrorExtensionValues::default).set("requestId", id);
    }
}

fn code(error: &mut ServerError, code: &str) {
    error.extensions.get_or_insert_with(ErrorExtensionValues::default).set("code", code);
}

fn code_of(error: &ServerError) -> Option<String> {
    match error.extensions.as_ref()?.get("code")? {
        async_graphql::Value::String(code) => Some(code.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn error(message: &str, path: &[&str], known: Option<&str>) -> ServerError {
        let mut error = ServerError::new(message, None);
        error.path = path.iter().map(|field| PathSegment::Field((*field).to_owned())).collect();
        if let Some(known) = known {
            code(&mut error, known);
        }
        error
    }

    fn after_masking(error: ServerError) -> serde_json::Value {
        let response = Masking { suggests: true }.mask(Response::from_errors(vec![error]), "id-1");
        let error = &response.errors[0];
        json!({ "message": error.message, "extensions": error.extensions })
    }

    #[test]
    fn an_error_that_nobody_worded_for_clients_is_hidden_behind_its_request_id() {
        let shown = after_masking(error("no such table: matches", &["matches"], None));

        assert_eq!(shown, json!({ "message": MASK, "extensions": { "code": "INTERNAL", "requestId": "id-1" } }));
    }

    #[test]
    fn errors_with_a_code_of_ours_are_left_alone() {
        let shown = after_masking(error("sold out", &["reserve"], Some("SOLD_OUT")));

        assert_eq!(shown, json!({ "message": "sold out", "extensions": { "code": "SOLD_OUT" } }));
    }

    #[test]
    fn what_the_library_says_of_the_document_and_its_values_is_kept_with_a_code() {
        let validation = after_masking(error("Unknown field \"x\"", &[], None));
        let input = after_masking(error("Failed to parse \"Int\": too large", &["match"], None));

        assert_eq!(validation["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED");
        assert_eq!(input["extensions"]["code"], "BAD_USER_INPUT");
    }

    #[test]
    fn names_like_a_misspelt_one_are_suggested_only_where_the_schema_is_no_secret() {
        let wrong = "Unknown field \"matchs\" on type \"Query\". Did you mean \"matches\", \"match\"?";
        let message = |suggests| {
            let response = Response::from_errors(vec![error(wrong, &[], None)]);
            Masking { suggests }.mask(response, "id-1").errors[0].message.clone()
        };

        assert_eq!(message(true), wrong);
        assert_eq!(message(false), "Unknown field \"matchs\" on type \"Query\".");
    }
}

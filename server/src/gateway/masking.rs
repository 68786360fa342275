//! Masking: what of an error a client sees.

use async_graphql::{ErrorExtensionValues, PathSegment, Response, ServerError};
use error_codes::Code;

pub(super) const MASK: &str = "Internal error. Quote the `requestId` when you report it.";

/// Characters of an error's text that are logged: it is for the operator, and no place for what a client sent.
const LOGGED: usize = 300;

/// The response to an operation that panicked.
pub(super) fn panicked(id: &str) -> Response {
    tracing::error!(request_id = id, "a resolver panicked");
    let mut error = ServerError::new(MASK, None);
    // Execution had begun, which an error without a path would deny.
    error.path = vec![PathSegment::Field("query".to_owned())];
    code(&mut error, Code::INTERNAL);
    Response::from_errors(vec![error])
}

/// Gives every error its code, and hides what none of our errors said.
pub(super) fn mask(mut response: Response, id: &str) -> Response {
    for error in &mut response.errors {
        match code_of(error) {
            Some(found) if found == Code::INTERNAL.as_str() => internal(error, id),
            Some(_) => {}
            None if is_about_input(&error.message) => {
                // The library's words may show the value.
                "A value has the wrong type for its place.".clone_into(&mut error.message);
                code(error, Code::BAD_USER_INPUT);
            }
            // Nothing of ours ran: the library's words are about the document alone.
            None if error.path.is_empty() => code(error, Code::GRAPHQL_VALIDATION_FAILED),
            None => {
                let shown: String = error.message.chars().take(LOGGED).collect();
                tracing::error!(request_id = id, error = shown, path = ?error.path, "an error without a code");
                MASK.clone_into(&mut error.message);
                internal(error, id);
            }
        }
    }
    response
}

/// How the library words a value that is none of its type. The edge refuses these first; what it lets through is the
/// client's mistake all the same.
fn is_about_input(message: &str) -> bool {
    const BEGINNINGS: [&str; 6] =
        ["Failed to parse", "Expected input type", "Invalid value", "Invalid type", "Only integers from", "Variable "];
    BEGINNINGS.iter().any(|beginning| message.starts_with(beginning))
}

fn internal(error: &mut ServerError, id: &str) {
    metrics::counter!("matchday_internal_errors_total").increment(1);
    code(error, Code::INTERNAL);
    if !id.is_empty() {
        error.extensions.get_or_insert_with(ErrorExtensionValues::default).set("requestId", id);
    }
}

fn code(error: &mut ServerError, code: Code) {
    error.extensions.get_or_insert_with(ErrorExtensionValues::default).set("code", code.as_str());
}

pub(super) fn code_of(error: &ServerError) -> Option<String> {
    match error.extensions.as_ref()?.get("code")? {
        async_graphql::Value::String(code) => Some(code.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn error(message: &str, path: &[&str], known: Option<Code>) -> ServerError {
        let mut error = ServerError::new(message, None);
        error.path = path.iter().map(|field| PathSegment::Field((*field).to_owned())).collect();
        if let Some(known) = known {
            code(&mut error, known);
        }
        error
    }

    fn after_masking(error: ServerError) -> serde_json::Value {
        let response = mask(Response::from_errors(vec![error]), "id-1");
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
        let shown = after_masking(error("sold out", &["reserve"], Some(Code::SOLD_OUT)));

        assert_eq!(shown, json!({ "message": "sold out", "extensions": { "code": "SOLD_OUT" } }));
    }

    #[test]
    fn what_the_library_says_of_the_document_is_kept_with_a_code() {
        let validation = after_masking(error("Unknown field \"x\"", &[], None));

        assert_eq!(validation["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED");
    }

    #[test]
    fn what_the_library_says_of_a_value_is_the_clients_mistake_and_does_not_show_it() {
        for said in [
            "Failed to parse \"Int\": too large",
            "Expected input type \"SignInInput\", found \"{\\\"password\\\":\\\"hunter22\\\"}\".",
            "Invalid value for argument \"hunter22\"",
        ] {
            let input = after_masking(error(said, &["signIn"], None));

            assert_eq!(input["extensions"], json!({ "code": "BAD_USER_INPUT" }), "{said}");
            assert_eq!(input["message"], "A value has the wrong type for its place.");
        }
    }
}

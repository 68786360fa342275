//! Codes as the reference declares them: an answer of the program that has another one fails its test.

use async_graphql::parser::{
    parse_query,
    types::{OperationType, Selection},
};
use serde_json::Value;
use server::reference::operations;

/// Looks up each error that a resolver gave.
///
/// # Panics
///
/// Where the reference does not say that the field may give it.
pub(crate) fn check(document: &str, answer: &Value) {
    let errors = answer["errors"].as_array().into_iter().flatten();
    for error in errors {
        let (Some(key), Some(code)) = (error["path"][0].as_str(), error["extensions"]["code"].as_str()) else {
            continue;
        };
        let Some(field) = root_field(document, key) else { continue };
        assert!(
            operations::may_give(&field, code),
            "{field} gives {code}, which server/src/reference/operations.rs does not say"
        );
    }
}

/// The field at a root that is answered under a key, such as `Mutation.reserve`; `None` where it is in a fragment.
fn root_field(document: &str, key: &str) -> Option<String> {
    let document = parse_query(document).ok()?;
    for (_, operation) in document.operations.iter() {
        let root = match operation.node.ty {
            OperationType::Query => "Query",
            OperationType::Mutation => "Mutation",
            OperationType::Subscription => "Subscription",
        };
        for selection in &operation.node.selection_set.node.items {
            if let Selection::Field(field) = &selection.node
                && field.node.response_key().node == key
            {
                return Some(format!("{root}.{}", field.node.name.node));
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn answered(code: &str) -> Value {
        json!({ "data": null, "errors": [{ "message": "m", "path": ["a"], "extensions": { "code": code } }] })
    }

    const RESERVE: &str = "mutation { a: reserve(input: {}) { reservation { id } } }";

    #[test]
    fn a_code_that_a_field_may_give_passes() {
        for code in ["SOLD_OUT", "UNAUTHENTICATED", "INTERNAL"] {
            check(RESERVE, &answered(code));
        }
    }

    #[test]
    #[should_panic(expected = "Mutation.reserve gives PAYMENT_FAILED")]
    fn a_code_that_a_field_does_not_declare_fails() {
        check(RESERVE, &answered("PAYMENT_FAILED"));
    }
}

//! Wording: in which form clients receive errors, looked at in every answer of every test.

use serde_json::Value;

/// Checks that each message is a sentence, also those of single fields.
///
/// # Panics
///
/// When one is not.
pub fn check(answer: &Value) {
    for error in answer["errors"].as_array().into_iter().flatten() {
        let fields = error["extensions"]["fields"].as_array().into_iter().flatten();
        for said in fields.chain([error]) {
            let message = said["message"].as_str().expect("an error has a message");
            assert!(is_sentence(message), "this is not a sentence: {message}");
        }
    }
}

/// A capital, or a name or a value as it was sent, at the beginning; a full stop or a question mark at the end.
fn is_sentence(text: &str) -> bool {
    let begins =
        text.starts_with(|first: char| first.is_uppercase() || first.is_ascii_digit() || "`\"".contains(first));
    begins && text.ends_with(['.', '?'])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_not_a_sentence_is_found_also_in_a_field() {
        for (message, is_right) in [
            ("Match 3 is sold out.", true),
            ("`first` is 101; it must be 0 to 100.", true),
            ("\"x\" is not a valid id.", true),
            ("Unknown field `dgo` on type `Query`. Did you mean `dog`?", true),
            ("match 3 is sold out.", false),
            ("Match 3 is sold out", false),
            ("", false),
        ] {
            assert_eq!(is_sentence(message), is_right, "{message}");
        }
        let wrong = json!({ "errors": [{ "message": "A.", "extensions": { "fields": [{ "message": "b" }] } }] });
        assert!(std::panic::catch_unwind(|| check(&wrong)).is_err());
        check(&json!({ "data": {}, "errors": [{ "message": "A." }] }));
    }
}

//! Messages: errors are written in lower case and without a full stop, so that one can quote another; what a client
//! receives is a sentence.

/// An error's text as a sentence: a capital at the beginning, a full stop at the end. Names in backticks stay as they are.
#[must_use]
pub fn sentence(text: &str) -> String {
    let text = text.trim_end();
    let mut letters = text.chars();
    let mut sentence: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    sentence.push_str(letters.as_str());
    if !sentence.is_empty() && !sentence.ends_with(['.', '!', '?', '…']) {
        sentence.push('.');
    }
    sentence
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_becomes_a_sentence_and_a_sentence_stays_one() {
        for (text, expected) in [
            ("match 3 is sold out", "Match 3 is sold out."),
            ("`first` is 101; it must be 0 to 100", "`first` is 101; it must be 0 to 100."),
            ("\"x\" is not a valid id", "\"x\" is not a valid id."),
            ("Internal error. Quote the `requestId`.", "Internal error. Quote the `requestId`."),
            ("did you mean `a`?", "Did you mean `a`?"),
            ("send the token as `authorization: Bearer …`", "Send the token as `authorization: Bearer …`."),
            ("élan\n", "Élan."),
            ("", ""),
        ] {
            assert_eq!(sentence(text), expected);
        }
    }
}

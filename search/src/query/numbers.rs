//! Numbers of matches: `match 12`, `#12`, or a number alone.

use crate::{
    lexicon::{Looseness, Meaning, Span},
    words::Word,
};

/// Digits of the number of a match.
const DIGITS_MAX: usize = 3;

pub(super) fn spans(words: &[Word], spans: &[Span]) -> Vec<Span> {
    let mut found = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let is_number = word.text.len() <= DIGITS_MAX && word.text.bytes().all(|byte| byte.is_ascii_digit());
        let Some(number) = word.text.parse().ok().filter(|number| is_number && *number > 0) else { continue };
        let called =
            spans.iter().filter(|span| span.meaning == Meaning::MatchWord && span.is_exact() && span.end() == at);
        let first = called.map(|span| span.first).min();
        let is_sign = word.glue == Some('#');
        if let Some(first) = first.or_else(|| (is_sign || words.len() == 1).then_some(at)) {
            found.push(Span {
                first,
                typos: vec![0; at + 1 - first],
                looseness: Looseness::Whole,
                meaning: Meaning::Number(number),
                shown: word.text.as_str().into(),
            });
        }
    }
    found
}

//! Queries: what a fan typed, word by word, and what it may mean.
//!
//! There is no syntax: quotes, signs and brackets part words as spaces do. Whatever is typed, no more than ten words of 32 letters are
//! understood.

mod dates;
mod numbers;
mod segments;

use crate::{
    lexicon::{Lexicon, Meaning, Span},
    words::{Word, words},
};

/// Words of a query that are looked at.
pub const WORDS_MAX: usize = 10;

/// Characters of a query that are read, seen or not.
pub const CHARACTERS_MAX: usize = 1_000;

/// A query that is understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    pub words: Vec<QueryWord>,
    /// In which ways its words have a meaning; they overlap.
    pub spans: Vec<Span>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryWord {
    pub word: Word,
    /// A hit has to have it. "tickets for" narrows nothing down.
    pub is_required: bool,
    /// It may be the beginning of what is going to be typed.
    pub is_last: bool,
}

impl Query {
    /// Understands the beginning of a text by the first of the lexicons that has a word, by all of them if several have.
    pub fn understand(text: &str, lexicons: &[&Lexicon]) -> Self {
        let end = text.char_indices().nth(CHARACTERS_MAX).map_or(text.len(), |(at, _)| at);
        let mut found = segments::parted(words(&text[..end], WORDS_MAX), lexicons);
        found.truncate(WORDS_MAX);

        let mut spans: Vec<Span> = lexicons.iter().flat_map(|lexicon| lexicon.spans(&found)).collect();
        let named = dates::spans(&found, &spans, lexicons);
        spans.extend(named);
        let numbered = numbers::spans(&found, &spans);
        spans.extend(numbered);

        let is_filler =
            |at: usize| spans.iter().any(|span| span.meaning == Meaning::Filler && span.first == at && span.is_exact());
        // The last may be the beginning of "november" or of "a" in "group a".
        let ends_phrase = |at: usize| spans.iter().any(|span| span.end() == at + 1 && span.typos.len() > 1);
        let is_filler = |at: usize| is_filler(at) && !(at + 1 == found.len() && ends_phrase(at));
        let fillers: Vec<bool> = (0..found.len()).map(is_filler).collect();
        let only_fillers = fillers.iter().all(|filler| *filler);
        let last = found.len();
        let words = found.into_iter().zip(&fillers).enumerate().map(|(at, (word, filler))| QueryWord {
            word,
            is_required: only_fillers || !filler,
            is_last: at + 1 == last,
        });
        let words = words.collect();
        Self { words, spans: settled(spans) }
    }

    /// Whether nothing was typed that could be looked for.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// The words that a hit has to have, by their places.
    pub fn required(&self) -> impl Iterator<Item = usize> + '_ {
        self.words.iter().enumerate().filter(|(_, word)| word.is_required).map(|(at, _)| at)
    }

    /// Whether a word was typed exactly as something is called.
    pub fn is_named(&self, word: usize) -> bool {
        self.spans.iter().any(|span| span.covers(word) && span.is_exact())
    }
}

/// Leaves out what a better reading of the same words rules out: Iraq is not Iran with a typo, and "north korea" is not Korea.
fn settled(spans: Vec<Span>) -> Vec<Span> {
    let exact: Vec<(usize, usize)> =
        spans.iter().filter(|span| span.is_exact()).map(|span| (span.first, span.end())).collect();
    let is_within_longer = |span: &Span| {
        let longer = |(first, end): &(usize, usize)| *first <= span.first && span.end() <= *end;
        exact.iter().any(|place| longer(place) && place.1 - place.0 > span.typos.len())
    };
    let is_named = |word: usize| exact.iter().any(|(first, end)| (*first..*end).contains(&word));
    let is_ruled_out =
        |span: &Span| is_within_longer(span) || (span.typos_in_all() > 0 && (span.first..span.end()).all(is_named));
    let is_telling = |span: &Span| !matches!(span.meaning, Meaning::Filler | Meaning::MatchWord);
    let kept: Vec<bool> = spans.iter().map(|span| is_telling(span) && !is_ruled_out(span)).collect();
    spans.into_iter().zip(kept).filter(|(_, kept)| *kept).map(|(span, _)| span).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{lexicon::Stage, names::NAMES};

    fn meanings(text: &str) -> Vec<Meaning> {
        let query = Query::understand(text, &[&NAMES.lexicon]);
        let mut exact: Vec<Meaning> =
            query.spans.iter().filter(|span| span.is_exact()).map(|span| span.meaning).collect();
        exact.sort();
        exact.dedup();
        exact
    }

    fn team(name: &str) -> Meaning {
        Meaning::Team(NAMES.team(name).expect("a team"))
    }

    #[test]
    fn an_exact_name_rules_out_its_neighbour_and_what_is_in_it() {
        let query = Query::understand("iraq", &[&NAMES.lexicon]);
        assert!(query.spans.iter().all(|span| span.meaning != team("Iran")), "{:?}", query.spans);
        assert_eq!(meanings("north korea"), [team("Korea DPR")]);
        assert_eq!(meanings("semi final"), [Meaning::Stage(Stage::SemiFinal)]);
    }

    #[test]
    fn dates_are_read_as_the_world_writes_them() {
        let date = |month, day| Meaning::Date { year: None, month, day };
        let of_2022 = Meaning::Date { year: Some(2022), month: 11, day: 20 };
        for text in [
            "20 nov",
            "november 20",
            "20th of november",
            "20 de noviembre",
            "20. November",
            "20nov",
            "11月20日",
            "11월 20일",
            "٢٠ نوفمبر",
        ] {
            assert!(meanings(text).contains(&date(11, 20)), "{text}: {:?}", meanings(text));
        }
        for text in ["2022-11-20", "20.11.2022", "20 nov 2022", "20/11/22"] {
            assert!(meanings(text).contains(&of_2022), "{text}: {:?}", meanings(text));
        }
        assert_eq!(meanings("1/12"), [date(1, 12), date(12, 1)]);
        for text in ["31/31", "99 nov", "20 11"] {
            assert!(!meanings(text).iter().any(|meaning| matches!(meaning, Meaning::Date { .. })), "{text}");
        }
    }

    #[test]
    fn matches_are_called_by_their_numbers() {
        for (text, number) in [("match 12", 12), ("#33", 33), ("partido 5", 5), ("game no 7", 7), ("12", 12)] {
            assert!(meanings(text).contains(&Meaning::Number(number)), "{text}: {:?}", meanings(text));
        }
        assert!(!meanings("formula 1").contains(&Meaning::Number(1)));
    }

    #[test]
    fn what_is_written_without_spaces_is_parted_at_names() {
        assert_eq!(meanings("法国丹麦"), {
            let mut teams = [team("Denmark"), team("France")];
            teams.sort();
            teams
        });
        assert_eq!(meanings("日本队"), [team("Japan")]);
    }

    #[test]
    fn fillers_narrow_nothing_down() {
        let query = Query::understand("tickets for brazil", &[&NAMES.lexicon]);
        assert_eq!(query.required().collect::<Vec<_>>(), [2]);
        let query = Query::understand("tickets", &[&NAMES.lexicon]);
        assert_eq!(query.required().collect::<Vec<_>>(), [0]);
    }

    #[test]
    fn a_query_has_a_most() {
        let query = Query::understand(&"brazil ".repeat(1_500), &[&NAMES.lexicon]);
        assert_eq!(query.words.len(), WORDS_MAX);
        let query = Query::understand(&format!("{}brazil", "\u{200b}".repeat(CHARACTERS_MAX)), &[&NAMES.lexicon]);
        assert!(query.is_empty());
    }
}

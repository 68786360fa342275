//! Corrections: the query as it was understood, and which parts of a text are what was looked for.

use std::ops::Range;

use crate::{
    index::fixtures::Fixtures,
    lexicon::{Meaning, allowed},
    names::NAMES,
    query::Query,
    request::Request,
    typos,
    words::{Script, Word, words},
};

/// Words of a shown text that are looked at.
const SHOWN_WORDS_MAX: usize = 500;

/// Marks what was looked for in texts that are shown. It makes pieces of plain text, never markup.
#[derive(Debug, Clone)]
pub struct Highlighter {
    query: Query,
}

/// A piece of a text. All pieces of a text, one after the other, are the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    pub text: String,
    pub is_match: bool,
}

impl Highlighter {
    pub(crate) fn new(query: Query) -> Self {
        Self { query }
    }

    /// A listing's title or description, whole.
    pub fn text(&self, shown: &str) -> Vec<Piece> {
        pieces(shown, &self.marks(shown))
    }

    /// A part of a long text around the first match, about `letters` long.
    pub fn excerpt(&self, shown: &str, letters: usize) -> Vec<Piece> {
        let first = self.marks(shown).first().map_or(0, |mark| mark.start);
        let before = shown[..first].char_indices().rev().take(letters / 4).map(|(at, _)| at);
        let starts_word = |at: &usize| shown[..*at].chars().next_back().is_none_or(char::is_whitespace);
        let start = before.filter(starts_word).min().unwrap_or(first);
        let end = shown[start..].char_indices().nth(letters).map_or(shown.len(), |(at, _)| start + at);
        self.text(&shown[start..end])
    }

    /// A team or a venue as the master list has it; whole, if the query named it in whatever language.
    pub fn name(&self, shown: &str) -> Vec<Piece> {
        let meanings = NAMES.lexicon.meanings(shown);
        if self.query.spans.iter().any(|span| meanings.contains(&span.meaning)) {
            return vec![Piece { text: shown.to_owned(), is_match: true }];
        }
        self.text(shown)
    }

    fn marks(&self, shown: &str) -> Vec<Range<usize>> {
        words(shown, SHOWN_WORDS_MAX).into_iter().filter_map(|word| self.mark(shown, &word)).collect()
    }

    fn mark(&self, shown: &str, word: &Word) -> Option<Range<usize>> {
        let meanings = NAMES.lexicon.word_meanings(&word.text);
        let is_meant = |meaning: &Meaning| {
            *meaning != Meaning::Filler && self.query.spans.iter().any(|span| span.meaning == *meaning)
        };
        if meanings.iter().any(is_meant) {
            return Some(word.at.clone());
        }
        self.query.required().find_map(|at| {
            let typed = &self.query.words[at];
            // A run without spaces has more than one word.
            let run = &shown[word.at.clone()];
            let has_no_spaces = matches!(typed.word.script, Script::Han | Script::Kana);
            if let Some(within) = run.find(&typed.word.text).filter(|_| has_no_spaces) {
                let start = word.at.start + within;
                return Some(start..start + typed.word.text.len());
            }
            let is_same = typed.word.text == word.text;
            let is_begun = typed.is_last && word.text.starts_with(&typed.word.text);
            (is_same || is_begun || self.is_near(at, word)).then(|| word.at.clone())
        })
    }

    fn is_near(&self, at: usize, word: &Word) -> bool {
        let typed = &self.query.words[at].word;
        let most = allowed(typed);
        most > 0
            && !self.query.is_named(at)
            && typed.text.chars().next() == word.text.chars().next()
            && typos::between(&typed.text, &word.text, most).is_some()
    }
}

/// The query with what the best hit was found by instead of what was typed: of the match, or else `of_best`, the word of its texts that a
/// word of the query stands for, with its typos.
pub(crate) fn corrected(
    fixtures: &Fixtures,
    request: &Request,
    query: &Query,
    fixture: usize,
    of_best: impl Fn(usize) -> Option<(String, u8)>,
) -> Option<String> {
    let mut replaced: Vec<(Range<usize>, String)> = Vec::new();
    let mut next = 0;
    for at in query.required() {
        if at < next {
            continue;
        }
        let spans = query.spans.iter().filter(|span| span.first <= at && span.covers(at) && span.first >= next);
        let true_spans =
            spans.filter(|span| fixtures.that_are(span.meaning, request.now).iter().any(|(of, _)| *of == fixture));
        let span = true_spans.min_by_key(|span| (span.typos[at - span.first], span.looseness, span.typos_in_all()));
        let typed = &query.words[at];
        if let Some(span) = span {
            if span.typos_in_all() > 0 {
                let range = query.words[span.first].word.at.start..query.words[span.end() - 1].word.at.end;
                replaced.push((range, span.shown.to_string()));
                next = span.end();
            }
        } else {
            let best = of_best(at).filter(|(_, typos)| *typos > 0);
            replaced.extend(best.map(|(word, _)| (typed.word.at.clone(), word)));
        }
    }
    let mut text = String::new();
    let mut from = 0;
    for (range, by) in &replaced {
        text.push_str(request.query.get(from..range.start)?);
        text.push_str(by);
        from = range.end;
    }
    text.push_str(request.query.get(from..)?);
    (!replaced.is_empty()).then(|| text.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn pieces(shown: &str, marks: &[Range<usize>]) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut add = |range: Range<usize>, is_match: bool| {
        let text = &shown[range];
        if !text.is_empty() {
            pieces.push(Piece { text: text.to_owned(), is_match });
        }
    };
    let mut from = 0;
    // One character may have several words, as ligatures of whole sentences do.
    for mark in marks.iter().filter(|mark| !mark.is_empty()) {
        if mark.start < from {
            continue;
        }
        add(from..mark.start, false);
        add(mark.clone(), true);
        from = mark.end;
    }
    add(from..shown.len(), false);
    pieces
}

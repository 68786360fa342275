//! The lexicon: phrases and what they mean, found by their words, their beginnings and with typos.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::{
    typos::{self, Tolerance},
    words::{Script, Word, words},
};

/// Words of a phrase; longer ones are not taken up.
const PHRASE_WORDS_MAX: usize = 8;

/// Words of the lexicon that one beginning may stand for.
const BEGINNINGS_MAX: usize = 2_000;

/// Phrases of several words are written as one, too, from so many letters on.
const JOINED_LETTERS_MIN: usize = 5;

/// Typos of a phrase in all of its words.
const TYPOS_MAX: u8 = 2;

/// From so many letters on the beginning of a name may have a typo, if it is one that lists have.
const TYPED_BEGINNING_LETTERS_MIN: usize = 6;

/// Words shorter than this keep their first letter: too many others are one letter away. Of longer ones it is the only typo.
const FIRST_LETTER_LETTERS_MIN: usize = 5;

/// What a phrase of a query is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Meaning {
    Team(u16),
    Venue(u16),
    City(u16),
    Stage(Stage),
    /// A round of the group stage.
    Matchday(u8),
    /// By its letter in lower case.
    Group(char),
    /// A match by its number.
    Number(i32),
    Date {
        year: Option<i16>,
        month: i8,
        day: i8,
    },
    Month(i8),
    /// 1 is Monday.
    Weekday(i8),
    Day(Relative),
    /// What a number of a match follows.
    MatchWord,
    /// What says nothing of what is looked for.
    Filler,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Stage {
    GroupStage,
    Knockout,
    RoundOf32,
    RoundOf16,
    QuarterFinal,
    SemiFinal,
    ThirdPlace,
    Final,
    /// The final and the match for the third place.
    Finals,
    Opening,
}

/// A day by the day on which it is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Relative {
    Yesterday,
    Today,
    Tomorrow,
    AfterTomorrow,
    Weekend,
}

/// How close what was typed is to what it was taken for: the less, the closer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Looseness {
    Whole,
    /// The beginning of a name as lists and programmes have it.
    Begun,
    /// The beginning of another name, or a part of one.
    Part,
    /// Even its first letter is another.
    OtherFirstLetter,
}

/// Words of a query that have a meaning together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// The first of its words.
    pub first: usize,
    /// The typos of each of its words.
    pub typos: Vec<u8>,
    pub looseness: Looseness,
    pub meaning: Meaning,
    /// As the lexicon writes it.
    pub shown: Box<str>,
}

impl Span {
    pub fn end(&self) -> usize {
        self.first + self.typos.len()
    }

    pub fn covers(&self, word: usize) -> bool {
        (self.first..self.end()).contains(&word)
    }

    pub fn typos_in_all(&self) -> u8 {
        self.typos.iter().sum()
    }

    /// Whether it is what was typed, to the last letter.
    pub fn is_exact(&self) -> bool {
        self.typos_in_all() == 0 && self.looseness == Looseness::Whole
    }
}

#[derive(Debug, Clone)]
struct Phrase {
    words: Vec<Box<str>>,
    meaning: Meaning,
    kind: PhraseKind,
    shown: Box<str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhraseKind {
    /// As lists and programmes have it.
    Listed,
    /// What else it is called.
    Alias,
    /// Not a name by itself, as "rica" is not.
    Part,
}

#[derive(Debug, Clone, Default)]
pub struct Lexicon {
    /// Each word of a phrase, with the phrases that begin with it.
    words: BTreeMap<Box<str>, Vec<usize>>,
    phrases: Vec<Phrase>,
    first_letters: BTreeSet<char>,
}

/// How a word of a query was taken for one of the lexicon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Taken {
    typos: u8,
    looseness: Looseness,
}

const EXACTLY: Taken = Taken { typos: 0, looseness: Looseness::Whole };

impl Lexicon {
    /// Takes up a phrase, and the same written as one word.
    pub fn insert(&mut self, name: &str, meaning: Meaning, kind: PhraseKind) {
        let texts: Vec<Box<str>> = words(name, PHRASE_WORDS_MAX).into_iter().map(|word| word.text.into()).collect();
        let joined = texts.concat();
        if texts.len() > 1 && joined.chars().count() >= JOINED_LETTERS_MIN {
            self.insert_words(vec![joined.into()], meaning, kind, name);
        }
        self.insert_words(texts, meaning, kind, name);
    }

    /// Takes up each longer word of a name, as fans leave out the others.
    pub fn insert_parts(&mut self, name: &str, meaning: Meaning) {
        let parts = words(name, PHRASE_WORDS_MAX);
        if parts.len() < 2 {
            return;
        }
        for part in parts.into_iter().filter(|part| part.text.chars().count() >= 4) {
            self.insert_words(vec![part.text.into()], meaning, PhraseKind::Part, name);
        }
    }

    fn insert_words(&mut self, texts: Vec<Box<str>>, meaning: Meaning, kind: PhraseKind, shown: &str) {
        let Some(first) = texts.first().cloned() else { return };
        let known = self.words.get(&first);
        if known.is_some_and(|known| {
            known.iter().any(|at| self.phrases[*at].words == texts && self.phrases[*at].meaning == meaning)
        }) {
            return;
        }
        for text in &texts {
            self.words.entry(text.clone()).or_default();
            self.first_letters.extend(text.chars().next());
        }
        self.words.entry(first).or_default().push(self.phrases.len());
        self.phrases.push(Phrase { words: texts, meaning, kind, shown: shown.into() });
    }

    /// What a name means exactly.
    pub fn meanings(&self, name: &str) -> Vec<Meaning> {
        let texts: Vec<Box<str>> = words(name, PHRASE_WORDS_MAX).into_iter().map(|word| word.text.into()).collect();
        let Some(starting) = texts.first().and_then(|first| self.words.get(first)) else { return Vec::new() };
        let phrases = starting
            .iter()
            .map(|at| &self.phrases[*at])
            .filter(|phrase| phrase.kind != PhraseKind::Part && phrase.words == texts);
        phrases.map(|phrase| phrase.meaning).collect()
    }

    /// Whether a word is a phrase by itself.
    pub fn is_phrase(&self, text: &str) -> bool {
        self.words.get(text).is_some_and(|starting| starting.iter().any(|at| self.phrases[*at].words.len() == 1))
    }

    /// What a folded word means by itself.
    pub fn word_meanings(&self, text: &str) -> Vec<Meaning> {
        let starting = self.words.get(text).into_iter().flatten().map(|at| &self.phrases[*at]);
        starting
            .filter(|phrase| phrase.words.len() == 1 && phrase.kind != PhraseKind::Part)
            .map(|phrase| phrase.meaning)
            .collect()
    }

    /// Whether a word of the lexicon begins so.
    pub fn has_beginning(&self, text: &str) -> bool {
        typos::beginning_with(&self.words, text).next().is_some()
    }

    /// What the words of a query may mean. Of the last word only the beginning may have been typed.
    pub fn spans(&self, query: &[Word]) -> Vec<Span> {
        let taken: Vec<HashMap<&str, Taken>> =
            query.iter().enumerate().map(|(at, word)| self.taken(word, at + 1 == query.len())).collect();
        // Of phrases that fit alike the first that was taken up is shown, which is the one that lists have.
        let mut best: BTreeMap<_, ((u8, Looseness, usize), Span)> = BTreeMap::new();
        for first in 0..query.len() {
            for (word, how) in &taken[first] {
                for at in self.words.get(*word).into_iter().flatten() {
                    let Some(span) = extend(&self.phrases[*at], first, *how, &taken) else { continue };
                    let key = (span.first, span.end(), span.meaning);
                    let rank = (span.typos_in_all(), span.looseness, *at);
                    if best.get(&key).is_none_or(|(known, _)| rank < *known) {
                        best.insert(key, (rank, span));
                    }
                }
            }
        }
        best.into_values().map(|(_, span)| span).collect()
    }

    /// The words of the lexicon that a word of a query may be.
    fn taken(&self, word: &Word, is_last: bool) -> HashMap<&str, Taken> {
        let mut taken = HashMap::new();
        let letters = word.text.chars().count();
        let mut take = |text, how: Taken| {
            let known = taken.entry(text).or_insert(how);
            *known = how.min(*known);
        };
        if let Some((text, _)) = self.words.get_key_value(word.text.as_str()) {
            take(&**text, EXACTLY);
        }
        if word.script == Script::Flag {
            return taken;
        }
        if is_last {
            let longer = typos::beginning_with(&self.words, &word.text).take(BEGINNINGS_MAX);
            longer.for_each(|(text, _)| take(text, Taken { typos: 0, looseness: Looseness::Begun }));
        }
        let typos = allowed(word);
        if typos > 0 {
            let tolerance = Tolerance { typos, is_prefix: false };
            for near in typos::near(&self.words, &word.text, tolerance) {
                take(near.word, Taken { typos: near.typos, looseness: Looseness::Whole });
            }
        }
        if letters >= FIRST_LETTER_LETTERS_MIN && typos > 0 {
            for text in self.with_other_first_letter(&word.text) {
                take(text, Taken { typos: 1, looseness: Looseness::OtherFirstLetter });
            }
        }
        if typos > 0 && is_last && letters >= TYPED_BEGINNING_LETTERS_MIN {
            let tolerance = Tolerance { typos: 1, is_prefix: true };
            for near in typos::near(&self.words, &word.text, tolerance).into_iter().filter(|near| near.is_prefix) {
                take(near.word, Taken { typos: near.typos, looseness: Looseness::Begun });
            }
        }
        taken
    }

    /// Words that are one typo from a word, and that typo is in its first letter: another, one too many or too few, or swapped.
    fn with_other_first_letter(&self, word: &str) -> Vec<&str> {
        let mut letters = word.chars();
        let (Some(first), rest) = (letters.next(), letters.as_str()) else { return Vec::new() };
        let mut letters = rest.chars();
        let swapped = letters.next().map(|second| format!("{second}{first}{}", letters.as_str()));
        let others = self.first_letters.iter().flat_map(|other| [format!("{other}{rest}"), format!("{other}{word}")]);
        let texts = others.chain(swapped).chain([rest.to_owned()]).filter(|text| !text.starts_with(first));
        texts.filter_map(|text| self.words.get_key_value(text.as_str()).map(|(text, _)| &**text)).collect()
    }
}

/// How many typos a word of a query may have. Numbers have none.
pub fn allowed(word: &Word) -> u8 {
    if word.script == Script::Flag || word.text.bytes().any(|byte| byte.is_ascii_digit()) {
        return 0;
    }
    typos::allowed(word.text.chars().count())
}

/// A phrase from the query's word `first` on; it may go on after the query's end.
fn extend(phrase: &Phrase, first: usize, how: Taken, taken: &[HashMap<&str, Taken>]) -> Option<Span> {
    let is_begun_wrongly = how.typos > 0 && how.looseness == Looseness::Begun;
    if is_begun_wrongly && phrase.kind != PhraseKind::Listed {
        return None;
    }
    let mut typos = vec![how.typos];
    let mut looseness = how.looseness;
    for (word, at) in phrase.words.iter().zip(first..).skip(1) {
        let Some(here) = taken.get(at) else {
            looseness = looseness.max(Looseness::Begun);
            break;
        };
        let next = here.get(&**word)?;
        typos.push(next.typos);
        looseness = looseness.max(next.looseness);
    }
    let looseness = match phrase.kind {
        PhraseKind::Part => looseness.max(Looseness::Part),
        PhraseKind::Alias if looseness == Looseness::Begun => Looseness::Part,
        PhraseKind::Alias | PhraseKind::Listed => looseness,
    };
    let span = Span { first, typos, looseness, meaning: phrase.meaning, shown: phrase.shown.clone() };
    (span.typos_in_all() <= TYPOS_MAX).then_some(span)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lexicon() -> Lexicon {
        let mut lexicon = Lexicon::default();
        for (name, team) in [("Costa Rica", 1), ("South Korea", 2), ("Iran", 3), ("Iraq", 4)] {
            lexicon.insert(name, Meaning::Team(team), PhraseKind::Listed);
        }
        lexicon.insert_parts("Costa Rica", Meaning::Team(1));
        lexicon
    }

    fn found(query: &str) -> Vec<(Meaning, usize, u8, Looseness)> {
        let spans = lexicon().spans(&words(query, 10));
        spans.iter().map(|span| (span.meaning, span.typos.len(), span.typos_in_all(), span.looseness)).collect()
    }

    #[test]
    fn phrases_are_found_whole_begun_joined_in_part_and_with_typos() {
        for (query, expected) in [
            ("costa rica", (2, 0, Looseness::Whole)),
            ("costa r", (2, 0, Looseness::Begun)),
            ("costa", (1, 0, Looseness::Begun)),
            ("costarica", (1, 0, Looseness::Whole)),
            ("csota rcia", (2, 2, Looseness::Whole)),
            ("ocsta rica", (2, 1, Looseness::OtherFirstLetter)),
        ] {
            let (words, typos, looseness) = expected;
            assert!(found(query).contains(&(Meaning::Team(1), words, typos, looseness)), "{query}: {:?}", found(query));
        }
        assert_eq!(found("rica"), [(Meaning::Team(1), 1, 0, Looseness::Part)]);
    }

    #[test]
    fn a_first_letter_may_be_another_one_too_many_one_too_few_or_swapped() {
        for query in ["kostarica", "xcostarica", "ostarica", "ocstarica"] {
            let expected = (Meaning::Team(1), 1, 1, Looseness::OtherFirstLetter);
            assert!(found(query).contains(&expected), "{query}: {:?}", found(query));
        }
        assert_eq!(found("oran"), [], "of four letters the first is kept");
    }

    #[test]
    fn words_are_of_a_phrase_in_its_order_alone() {
        assert_eq!(found("korea south here"), []);
        assert_eq!(found("south here"), []);
    }

    #[test]
    fn a_word_may_be_one_exactly_and_another_with_a_typo() {
        assert_eq!(found("iran").len(), 2);
        assert_eq!(found("irn"), []);
    }
}

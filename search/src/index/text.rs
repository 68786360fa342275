//! Text: which listings have a word in their titles or descriptions.
//!
//! Invariant: a word is in the vocabulary exactly while a listing has it.

use std::collections::BTreeMap;

use crate::{
    document::ListingDocument,
    lexicon::allowed,
    typos::{self, Tolerance},
    words::{Word, terms, words},
};

/// Words of a title and of a description that can be found.
const TITLE_WORDS_MAX: usize = 60;
const DESCRIPTION_WORDS_MAX: usize = 400;

/// A beginning this short is looked for in names alone.
pub(crate) const BEGINNING_LETTERS_MIN: usize = 2;

/// Words that one word of a query may stand for.
const EXPANSIONS_MAX: usize = 500;

/// What listings have in common with a word of a query.
pub(crate) struct Expansion<'a> {
    pub term: &'a str,
    pub typos: u8,
    pub is_part: bool,
    pub postings: &'a Postings,
}

/// The places of listings that have a word, in order; those with it in the title are not among the others.
#[derive(Debug, Clone, Default)]
pub(crate) struct Postings {
    pub titles: Vec<u32>,
    pub descriptions: Vec<u32>,
}

/// A word of a listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TermOf {
    term: u32,
    in_title: bool,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Text {
    vocabulary: BTreeMap<Box<str>, u32>,
    postings: Vec<Postings>,
    texts: Vec<Box<str>>,
    /// Numbers of terms that no listing has any more.
    free: Vec<u32>,
}

impl Text {
    /// Takes up the words of a listing at a place.
    pub(crate) fn insert(&mut self, place: u32, listing: &ListingDocument) -> Box<[TermOf]> {
        let taken = words_of(listing).into_iter().map(|(text, in_title)| {
            let term = self.term(text);
            insert_sorted(self.postings[term as usize].of(in_title), place);
            TermOf { term, in_title }
        });
        taken.collect()
    }

    pub(crate) fn remove(&mut self, place: u32, terms: &[TermOf]) {
        for TermOf { term, in_title } in terms {
            let postings = &mut self.postings[*term as usize];
            remove_sorted(postings.of(*in_title), place);
            if postings.is_empty() {
                *postings = Postings::default();
                self.vocabulary.remove(&self.texts[*term as usize]);
                self.free.push(*term);
            }
        }
    }

    fn term(&mut self, text: String) -> u32 {
        if let Some(term) = self.vocabulary.get(text.as_str()) {
            return *term;
        }
        let text: Box<str> = text.into();
        let term = self.free.pop().unwrap_or_else(|| {
            self.postings.push(Postings::default());
            self.texts.push(Box::default());
            u32::try_from(self.postings.len() - 1).expect("words of the texts in memory are fewer than 2^32")
        });
        self.texts[term as usize] = text.clone();
        self.vocabulary.insert(text, term);
        term
    }

    /// What a word may stand for: itself, what it is the beginning of, or else what has a typo less.
    pub(crate) fn expansions(&self, word: &Word, is_last: bool, may_have_typos: bool) -> Vec<Expansion<'_>> {
        let mut found = Vec::new();
        if let Some((text, term)) = self.vocabulary.get_key_value(word.text.as_str()) {
            found.push(Expansion { term: text, typos: 0, is_part: false, postings: &self.postings[*term as usize] });
        }
        if is_last && word.text.chars().count() >= BEGINNING_LETTERS_MIN {
            let longer = typos::beginning_with(&self.vocabulary, &word.text).filter(|(text, _)| *text != word.text);
            found.extend(longer.take(EXPANSIONS_MAX).map(|(term, number)| Expansion {
                term,
                typos: 0,
                is_part: true,
                postings: &self.postings[*number as usize],
            }));
        }
        let typos = allowed(word);
        if found.is_empty() && may_have_typos && typos > 0 {
            let tolerance = Tolerance { typos, is_prefix: false };
            let near = typos::near(&self.vocabulary, &word.text, tolerance);
            found.extend(near.into_iter().take(EXPANSIONS_MAX).map(|near| Expansion {
                term: near.word,
                typos: near.typos,
                is_part: false,
                postings: &self.postings[*near.value as usize],
            }));
        }
        found
    }

    /// The words that a listing is found by.
    pub(crate) fn texts_of<'a>(&'a self, terms: &'a [TermOf]) -> impl Iterator<Item = (&'a str, bool)> {
        terms.iter().map(|of| (&*self.texts[of.term as usize], of.in_title))
    }

    /// Whether a word leads to a listing.
    pub(crate) fn is_found(&self, text: &str, place: u32) -> bool {
        self.vocabulary.get(text).is_some_and(|term| self.postings[*term as usize].has(place))
    }

    /// How many words there are.
    pub(crate) fn len(&self) -> usize {
        self.vocabulary.len()
    }
}

impl Postings {
    fn of(&mut self, in_title: bool) -> &mut Vec<u32> {
        if in_title { &mut self.titles } else { &mut self.descriptions }
    }

    fn is_empty(&self) -> bool {
        self.titles.is_empty() && self.descriptions.is_empty()
    }

    pub(crate) fn has(&self, place: u32) -> bool {
        self.titles.binary_search(&place).is_ok() || self.descriptions.binary_search(&place).is_ok()
    }
}

/// The words that a listing is found by, in order, and whether each is in its title.
pub(crate) fn words_of(listing: &ListingDocument) -> Vec<(String, bool)> {
    let title = texts(&listing.title, TITLE_WORDS_MAX);
    let description = texts(listing.description.as_deref().unwrap_or_default(), DESCRIPTION_WORDS_MAX);
    let mut all: Vec<(String, bool)> = title.into_iter().map(|text| (text, true)).collect();
    all.extend(description.into_iter().map(|text| (text, false)));
    all.sort_by(|(one, _), (other, _)| one.cmp(other));
    all.dedup_by(|(one, _), (other, _)| one == other);
    all
}

fn texts(text: &str, most: usize) -> Vec<String> {
    words(text, most).iter().flat_map(terms).collect()
}

/// Places grow while an index is built, so the end is looked at first.
pub(crate) fn insert_sorted(places: &mut Vec<u32>, place: u32) {
    match places.last() {
        Some(last) if *last >= place => {
            if let Err(at) = places.binary_search(&place) {
                places.insert(at, place);
            }
        }
        _ => places.push(place),
    }
}

pub(crate) fn remove_sorted(places: &mut Vec<u32>, place: u32) {
    if let Ok(at) = places.binary_search(&place) {
        places.remove(at);
    }
}

//! Evidence: what speaks for each document, word by word.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::{
    index::{
        Index,
        fixtures::{Field, Fixtures},
        text::Expansion,
    },
    lexicon::Looseness,
    query::Query,
    words::Script,
};

/// How well a word fits in one byte, the least the best: typos, then how loosely, then in which field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Grade(u8);

/// No document has the word.
const NONE: u8 = u8::MAX;

/// Grades from here on have a typo or are loose.
const NOT_EXACT: u8 = 1 << 4;

const FIELDS: [Field; 9] = [
    Field::Team,
    Field::Venue,
    Field::City,
    Field::Stage,
    Field::Group,
    Field::Date,
    Field::Number,
    Field::Title,
    Field::Description,
];

impl Grade {
    pub(crate) fn new(typos: u8, looseness: Looseness, field: Field) -> Self {
        Self((typos.min(2) << 6) | ((looseness as u8) << 4) | field as u8)
    }

    pub(crate) fn typos(self) -> u8 {
        self.0 >> 6
    }

    pub(crate) fn looseness(self) -> u8 {
        (self.0 >> 4) & 3
    }

    pub(crate) fn field(self) -> u8 {
        self.0 & 15
    }

    /// What is named, and what a text has to the letter, is telling.
    pub(crate) fn is_telling(self, tells_in_texts: bool) -> bool {
        FIELDS.get(usize::from(self.field())).is_some_and(|field| match field {
            Field::Title | Field::Description => tells_in_texts && self.0 < NOT_EXACT,
            field => field.is_telling(),
        })
    }
}

/// What each document has for one word of the query.
#[derive(Debug)]
pub(crate) struct Evidence {
    of_fixtures: Vec<u8>,
    /// Whether a match has it.
    has_fixtures: bool,
    /// None if no text has the word.
    of_listings: Option<OfListings>,
    /// Whether a text that has the word is what is looked for even if other words are missing: a number is in many.
    pub tells_in_texts: bool,
}

#[derive(Debug)]
struct OfListings {
    grades: Vec<u8>,
    /// The places of those that have it.
    places: Vec<u32>,
}

/// A word of a text says something by itself from so many letters on; of a script without an alphabet any does.
const TELLING_LETTERS_MIN: usize = 3;

impl Evidence {
    /// For each word that a hit has to have.
    pub(crate) fn gather(index: &Index, query: &Query, now: DateTime<Utc>) -> Vec<Self> {
        query.required().map(|word| Self::of(index, query, word, now)).collect()
    }

    fn of(index: &Index, query: &Query, word: usize, now: DateTime<Utc>) -> Self {
        let mut of_fixtures = vec![NONE; index.fixtures.all().len()];
        for span in query.spans.iter().filter(|span| span.covers(word)) {
            let typos = span.typos[word - span.first];
            for (place, field) in index.fixtures.that_are(span.meaning, now) {
                lower(&mut of_fixtures[place], Grade::new(typos, span.looseness, field));
            }
        }
        let typed = &query.words[word];
        let expansions = index.text.expansions(&typed.word, typed.is_last, !query.is_named(word));
        let of_listings = (!expansions.is_empty()).then(|| OfListings::of(&expansions, index.listings.len()));
        let has_fixtures = of_fixtures.iter().any(|grade| *grade != NONE);
        let text = &typed.word.text;
        let is_short = typed.word.script == Script::Alphabet && text.len() < TELLING_LETTERS_MIN;
        let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
        Self { of_fixtures, has_fixtures, of_listings, tells_in_texts: !is_short && !is_number }
    }

    /// The places of all listings that have the word, if they have it by their texts alone.
    pub(crate) fn only_texts(&self) -> Option<&[u32]> {
        self.of_listings.as_ref().filter(|_| !self.has_fixtures).map(|of| of.places.as_slice())
    }

    /// Whether a listing of a match may have the word.
    pub(crate) fn may_have(&self, fixture: usize) -> bool {
        self.of_listings.is_some() || self.of_fixtures[fixture] != NONE
    }

    /// Whether a listing of a match may have the word in a better way than its match: what is named exactly can't be bettered.
    pub(crate) fn is_open(&self, fixture: usize) -> bool {
        self.of_listings.is_some() && self.of_fixtures[fixture] >= NOT_EXACT
    }

    pub(crate) fn of_match(&self, place: usize) -> Option<Grade> {
        known(self.of_fixtures[place])
    }

    /// The numbers of matches that have it, by how well.
    pub(crate) fn of_matches(&self, fixtures: &Fixtures) -> BTreeMap<Grade, Vec<i32>> {
        let mut by_grade: BTreeMap<Grade, Vec<i32>> = BTreeMap::new();
        for (grade, fixture) in self.of_fixtures.iter().zip(fixtures.all()) {
            known(*grade)
                .into_iter()
                .for_each(|grade| by_grade.entry(grade).or_default().push(fixture.document.number));
        }
        by_grade
    }

    /// A listing has what its match has.
    pub(crate) fn of_listing(&self, place: u32, fixture: usize) -> Option<Grade> {
        let own = self.of_listings.as_ref().map_or(NONE, |of| of.grades[place as usize]);
        known(own.min(self.of_fixtures[fixture]))
    }
}

impl OfListings {
    fn of(expansions: &[Expansion<'_>], listings: usize) -> Self {
        let mut of = Self { grades: vec![NONE; listings], places: Vec::new() };
        for expansion in expansions {
            let looseness = if expansion.is_part { Looseness::Part } else { Looseness::Whole };
            let postings = expansion.postings;
            for (places, field) in [(&postings.titles, Field::Title), (&postings.descriptions, Field::Description)] {
                let better = Grade::new(expansion.typos, looseness, field);
                for place in places {
                    let grade = &mut of.grades[*place as usize];
                    if *grade == NONE {
                        of.places.push(*place);
                    }
                    lower(grade, better);
                }
            }
        }
        of
    }
}

fn lower(grade: &mut u8, other: Grade) {
    *grade = (*grade).min(other.0);
}

fn known(grade: u8) -> Option<Grade> {
    (grade != NONE).then_some(Grade(grade))
}

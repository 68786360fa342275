//! Stores: where listings are kept and searched if that is not in this process, and what is asked of them.
//!
//! A store compares folded words and numbers. What a query means, and what is known of matches, is worked out before it is asked.

use std::collections::HashMap;

use async_trait::async_trait;
use uuid::Uuid;

use crate::page::SearchError;
use crate::request::Sort;

/// Listings that are kept elsewhere.
#[async_trait]
pub trait ListingStore: Send + Sync {
    /// Takes up what happened to listings, in whatever order several instances tell it: of each the newest version counts, and what is
    /// gone is not brought back by an older one.
    ///
    /// # Errors
    /// The store does not answer.
    async fn apply(&self, changes: Vec<StoredChange>) -> Result<(), SearchError>;

    /// Makes ready to be filled, and says which versions of which listings are there already.
    ///
    /// # Errors
    /// The store does not answer.
    async fn versions(&self) -> Result<HashMap<Uuid, i64>, SearchError>;

    /// From now on what was applied is found.
    ///
    /// # Errors
    /// The store does not answer.
    async fn settle(&self) -> Result<(), SearchError>;

    /// Whether some listing has each of the terms.
    ///
    /// # Errors
    /// The store does not answer.
    async fn has_terms(&self, terms: &[Term]) -> Result<Vec<bool>, SearchError>;

    /// The best listings of each level, and the tallies.
    ///
    /// # Errors
    /// The store does not answer.
    async fn find(&self, search: &StoredSearch) -> Result<Answer, SearchError>;

    /// Whether the words find any listing of these matches, wanted or not.
    ///
    /// # Errors
    /// The store does not answer.
    async fn finds_any(&self, search: &StoredSearch) -> Result<bool, SearchError>;

    /// The words of a listing; none if it is gone.
    ///
    /// # Errors
    /// The store does not answer.
    async fn words(&self, id: Uuid) -> Result<Vec<String>, SearchError>;
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoredChange {
    Listing(StoredListing),
    Gone { id: Uuid, version: i64 },
}

/// A listing as it is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredListing {
    pub id: Uuid,
    pub match_number: i32,
    pub category: i32,
    pub price_minor: i64,
    pub version: i64,
    /// Folded, each once.
    pub title: Vec<String>,
    /// Those that are not in the title.
    pub description: Vec<String>,
}

/// What of a word is compared with the words of listings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Term {
    Is(String),
    Begins(String),
    /// Begins with the same letter and has so many typos at most (optimal string alignment).
    Near(String, u8),
}

/// How a listing may have a word of the query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    pub fit: FitParts,
    /// Whether it says what is looked for by itself.
    pub tells: bool,
    pub by: By,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    /// It is of one of these matches.
    Matches(Vec<i32>),
    Title(Term),
    Description(Term),
}

/// How well words fit, the least the best: typos before looseness before fields. Those of a hit are the sums of its words'.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct FitParts {
    pub typos: u8,
    pub looseness: u8,
    pub fields: u8,
}

impl FitParts {
    /// The most of one word.
    pub const MAX: Self = Self { typos: 2, looseness: 3, fields: 8 };
}

/// What is looked for among listings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSearch {
    /// Of each word of the query the ways to have it, the best first. Of several that a listing has, the best counts.
    pub words: Vec<Vec<Way>>,
    /// The numbers of all matches that are known, those of each kick-off together, the earliest first.
    pub kick_offs: Vec<Vec<i32>>,
    /// In which order hits come. Of two that fit alike the earlier comes first, then the cheaper, then the lesser id.
    pub sort: Sort,
    /// The numbers of words that hits lack, with where each begins.
    pub levels: Vec<Level>,
    /// Whether one of a hit's words, in the best way it has it, has to tell.
    pub needs_telling: bool,
    pub wanted: Wanted,
    /// Hits of each level at most.
    pub first: usize,
    pub tallies: Vec<Tally>,
}

/// Hits that lack so many words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level {
    pub missing: u8,
    pub after: Option<After>,
}

/// Where a page begins: behind this place in the order, in which no two listings are equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct After {
    pub fit: FitParts,
    /// The place of the kick-off among all; their number for one later than all.
    pub kick_off: usize,
    pub price_minor: i64,
    /// None before all.
    pub id: Option<Uuid>,
}

/// Which listings are wanted. What is empty but the matches filters nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Of these and no others.
    pub matches: Vec<i32>,
    pub categories: Vec<i32>,
    /// Included.
    pub price_from_minor: Option<i64>,
    pub price_to_minor: Option<i64>,
}

/// A count of listings that have at least one word, as many as a hit of some level has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    pub wanted: Wanted,
    pub by: TallyBy,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TallyBy {
    All,
    Match,
    Category,
    /// Where each step begins; the first has all that is cheaper, too.
    Price(&'static [i64]),
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    pub hits: Vec<StoredHit>,
    /// Of each tally the counts by key: 0, the match, the category, or where the step begins.
    pub tallies: Vec<Vec<(i64, usize)>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredHit {
    pub id: Uuid,
    pub match_number: i32,
    pub price_minor: i64,
    pub missing: u8,
    pub fit: FitParts,
}

//! What is asked of a search.

use chrono::{DateTime, Utc};

use crate::filter::{FacetField, Filter};

/// Hits of a page at most.
pub const PAGE_MAX: usize = 100;

/// What is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// As it was typed.
    pub query: String,
    pub filter: Filter,
    /// What is counted beside the hits; each costs time.
    pub facets: Vec<FacetField>,
    /// Whether all hits are counted.
    pub counts_total: bool,
    pub sort: Sort,
    /// Hits wanted, `PAGE_MAX` at most.
    pub first: usize,
    /// The cursor of the last hit of the page before.
    pub after: Option<String>,
    /// The caller's clock, by which "tomorrow" is read.
    pub now: DateTime<Utc>,
}

/// What hits are ordered by. Those with every word of a query come before those with some.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Sort {
    #[default]
    Relevance,
    KickOff,
    /// The cheapest first.
    Price,
    /// The dearest first.
    PriceDescending,
}

//! What a search costs, before it is worked on.

use crate::{
    filter::FacetField,
    query::{CHARACTERS_MAX, WORDS_MAX},
    request::{PAGE_MAX, Request},
    words::words,
};

/// Of one unit a search takes about a tenth of a millisecond of a processor at 100,000 listings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cost(usize);

/// Every search.
const BASE: usize = 5;
/// Each word that is understood, for it may be misspelt.
const WORD: usize = 5;
/// Each ten hits of a page.
const TEN_HITS: usize = 1;
const TOTAL: usize = 2;
const FACET: usize = 1;

impl Cost {
    /// Of the dearest search there is.
    pub const MAX: Self = Self(bound());

    pub fn units(self) -> usize {
        self.0
    }
}

/// The cost of a request by what of it is going to be looked at. Takes time by `CHARACTERS_MAX` at most.
pub fn of(request: &Request) -> Cost {
    let end = request.query.char_indices().nth(CHARACTERS_MAX).map_or(request.query.len(), |(at, _)| at);
    let typed = words(&request.query[..end], WORDS_MAX).len();
    let facets = request.facets.len().min(FacetField::ALL.len());
    let tens = request.first.min(PAGE_MAX).div_ceil(10);
    Cost(BASE + typed * WORD + tens * TEN_HITS + facets * FACET + usize::from(request.counts_total) * TOTAL)
}

const fn bound() -> usize {
    BASE + WORDS_MAX * WORD + PAGE_MAX.div_ceil(10) * TEN_HITS + FacetField::ALL.len() * FACET + TOTAL
}

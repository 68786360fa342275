//! What a search answers.

use crate::{correction::Highlighter, cursor::CursorError, document::DocumentId, facets::Facet};

/// What was found.
#[derive(Debug, Clone)]
pub struct Page {
    pub hits: Vec<Hit>,
    pub has_next_page: bool,
    /// How many hits there are in all pages, if that was asked for.
    pub total: Option<usize>,
    /// In the order in which they were asked for.
    pub facets: Vec<Facet>,
    /// The query as it was understood, if the best hit was found by that alone.
    pub corrected_query: Option<String>,
    /// Why nothing was found, and what would be.
    pub advice: Option<Advice>,
    /// Marks what was found in the texts that are shown.
    pub highlighter: Highlighter,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    pub id: DocumentId,
    /// Typos of the query's words, if they were meant for this.
    pub typos: u8,
    /// Opaque; stands while the index changes.
    pub cursor: String,
}

/// Why there is no hit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Advice {
    /// The query has no letter and no digit.
    NothingTyped,
    /// Teams that are known and do not take part, as the house calls them.
    NotPlaying(Vec<String>),
    /// What finds something: a team, a venue and a day of the next match that can be bought.
    Try(Vec<String>),
}

#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    #[error("{0}")]
    Cursor(#[from] CursorError),
    #[error("the search engine does not answer: {0}")]
    Engine(String),
}

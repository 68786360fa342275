//! The divided engine: matches in this process, listings in a store elsewhere.
//!
//! Matches are few, and what words mean is told by them, so they stay here. Of a listing only its words, its price and its match are
//! elsewhere. Both kinds of hits are ranked together by the same rank as in one process, and cursors of one engine are the other's.

mod plan;
mod rebuild;

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, PoisonError, RwLock},
};

use async_trait::async_trait;
use uuid::Uuid;

use crate::{
    correction,
    cursor::Place,
    document::{Change, DocumentId, ListingDocument},
    engine::{Engine, RebuildError, Rebuilding},
    evidence::Evidence,
    index::{Index, text},
    lexicon::allowed,
    names::NAMES,
    page::{Page, SearchError},
    query::Query,
    ranking::{Facts, Fit},
    request::Request,
    search::{self, Found},
    store::{Answer, FitParts, ListingStore, StoredChange, StoredListing, Term, Way},
};

/// Matches here, listings in a store.
#[derive(Debug)]
pub struct DividedEngine<S> {
    /// The matches alone.
    matches: RwLock<Arc<Index>>,
    listings: S,
}

impl<S: ListingStore> DividedEngine<S> {
    pub fn new(listings: S) -> Self {
        Self { matches: RwLock::default(), listings }
    }

    fn matches(&self) -> Arc<Index> {
        Arc::clone(&self.matches.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Applies what happened to matches, and leaves what happened to listings.
    fn apply_to_matches(&self, changes: Vec<Change>) -> Vec<StoredChange> {
        let (of_listings, of_matches): (Vec<Change>, Vec<Change>) =
            changes.into_iter().partition(|change| matches!(change.id(), DocumentId::Listing(_)));
        if !of_matches.is_empty() {
            let mut matches = self.matches.write().unwrap_or_else(PoisonError::into_inner);
            Arc::make_mut(&mut matches).apply(of_matches);
        }
        of_listings.into_iter().filter_map(stored).collect()
    }
}

#[async_trait]
impl<S: ListingStore> Engine for DividedEngine<S> {
    async fn apply(&self, changes: Vec<Change>) -> Result<(), SearchError> {
        match self.apply_to_matches(changes) {
            none if none.is_empty() => Ok(()),
            of_listings => self.listings.apply(of_listings).await,
        }
    }

    async fn search(&self, request: &Request) -> Result<Page, SearchError> {
        let after = request.after.as_deref().map(|cursor| Place::read(cursor, request)).transpose()?;
        let index = self.matches();
        let query = Query::understand(&request.query, &[&NAMES.lexicon, &index.fixtures.lexicon]);
        let evidence = Evidence::gather(&index, &query, request.now);
        let words = self.words(&index, &query, &evidence).await?;

        let mut best = Best { found: Found::new(&index, request, after, true), matches: HashMap::new() };
        if !query.is_empty() {
            let needs_all = after.is_none_or(|after| after.needs_all);
            best = self.collect(&index, request, &evidence, &words, (needs_all, after)).await?;
        }
        if !best.found.has_any && after.is_none() && evidence.len() > 1 {
            best = self.collect(&index, request, &evidence, &words, (false, None)).await?;
        }
        let corrected_query = self.corrected(&index, request, &query, &best).await?;
        Ok(search::page(best.found, query, corrected_query))
    }

    async fn begin_rebuild(&self) -> Result<Box<dyn Rebuilding + '_>, RebuildError> {
        Ok(Box::new(rebuild::Rebuild::begin(self).await?))
    }
}

/// What was found of a request so far.
struct Best<'a> {
    found: Found<'a>,
    /// The matches of listings that are among it.
    matches: HashMap<Uuid, i32>,
}

impl<S: ListingStore> DividedEngine<S> {
    /// The ways to have each word that a hit has to have.
    async fn words(&self, index: &Index, query: &Query, evidence: &[Evidence]) -> Result<Vec<Vec<Way>>, SearchError> {
        // Only of what no listing has, and nothing is called, typos are thought of.
        let is_doubtful = |at: &usize| allowed(&query.words[*at].word) > 0 && !query.is_named(*at);
        let doubtful: Vec<usize> = query.required().filter(is_doubtful).collect();
        let mut has = Vec::new();
        if !doubtful.is_empty() {
            let terms: Vec<Term> = doubtful.iter().map(|at| plan::as_typed(&query.words[*at])).collect();
            has = self.listings.has_terms(&terms).await?;
        }
        let unknown: HashSet<usize> = doubtful.into_iter().zip(has).filter(|(_, has)| !has).map(|(at, _)| at).collect();
        let of_word = |(at, evidence)| plan::ways(&query.words[at], (evidence, &index.fixtures), unknown.contains(&at));
        Ok(query.required().zip(evidence).map(of_word).collect())
    }

    async fn collect<'a>(
        &self,
        index: &'a Index,
        request: &'a Request,
        evidence: &[Evidence],
        words: &[Vec<Way>],
        (needs_all, after): (bool, Option<Place>),
    ) -> Result<Best<'a>, SearchError> {
        let mut found = Found::new(index, request, after, needs_all);
        found.collect_matches(evidence);
        let (search, counted_for) = plan::search(index, request, words, needs_all, after);
        let mut matches = HashMap::new();
        // With a word that no listing can have, none has all.
        if search.kick_offs.is_empty() || (needs_all && words.iter().any(Vec::is_empty)) {
            return Ok(Best { found, matches });
        }
        let answer = match search.levels.is_empty() && search.tallies.is_empty() {
            true => Answer::default(),
            false => self.listings.find(&search).await?,
        };
        for hit in &answer.hits {
            // A store may tell of a match that has gone meanwhile.
            let Some(place) = index.fixtures.place(hit.match_number) else { continue };
            let facts = Facts {
                id: DocumentId::Listing(hit.id),
                is_sellable: true,
                kick_off: index.fixtures.all()[place].kick_off(),
                price_minor: hit.price_minor,
            };
            let FitParts { typos, looseness, fields } = hit.fit;
            found.rank(Fit::of_parts(hit.missing, [typos, looseness, fields]), facts);
            matches.insert(hit.id, hit.match_number);
        }
        for (field, counts) in counted_for.iter().zip(&answer.tallies) {
            counts.iter().for_each(|(key, count)| found.counter.add_listings(*field, *key, *count));
        }
        found.has_any = found.has_any || !answer.hits.is_empty() || self.listings.finds_any(&search).await?;
        Ok(Best { found, matches })
    }

    /// The query with what the best hit was found by, where that is not what was typed.
    async fn corrected(
        &self,
        index: &Index,
        request: &Request,
        query: &Query,
        best: &Best<'_>,
    ) -> Result<Option<String>, SearchError> {
        let (number, listed) = match best.found.misspelt() {
            None => return Ok(None),
            Some(DocumentId::Match(number)) => (Some(number), Vec::new()),
            Some(DocumentId::Listing(id)) => (best.matches.get(&id).copied(), self.listings.words(id).await?),
        };
        let Some(fixture) = number.and_then(|number| index.fixtures.place(number)) else { return Ok(None) };
        let of_best = |at: usize| plan::nearest(&query.words[at], !query.is_named(at), &listed);
        Ok(correction::corrected(&index.fixtures, request, query, fixture, of_best))
    }
}

fn stored(change: Change) -> Option<StoredChange> {
    match change {
        Change::Listing(document) => Some(StoredChange::Listing(stored_listing(&document))),
        Change::ListingGone { id, version } => Some(StoredChange::Gone { id, version }),
        Change::Match(_) | Change::MatchGone { .. } => None,
    }
}

fn stored_listing(document: &ListingDocument) -> StoredListing {
    let (title, description): (Vec<_>, Vec<_>) =
        text::words_of(document).into_iter().partition(|(_, in_title)| *in_title);
    let texts = |words: Vec<(String, bool)>| words.into_iter().map(|(word, _)| word).collect();
    StoredListing {
        id: document.id,
        match_number: document.match_number,
        category: document.category,
        price_minor: document.price_minor,
        version: document.version,
        title: texts(title),
        description: texts(description),
    }
}

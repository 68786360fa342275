//! Searching an index: the best hits of a request, what there is to count, and what to say when there is none.

use std::collections::BinaryHeap;

use uuid::Uuid;

use crate::{
    correction::{self, Highlighter},
    cursor::Place,
    document::DocumentId,
    evidence::Evidence,
    facets::Counter,
    index::Index,
    lexicon::Meaning,
    names::NAMES,
    page::{Advice, Hit, Page, SearchError},
    query::Query,
    ranking::{Facts, Fit, Rank},
    request::{PAGE_MAX, Request, Sort},
};

/// # Errors
/// The cursor is not one of this search.
pub(crate) fn search(index: &Index, request: &Request) -> Result<Page, SearchError> {
    let after = request.after.as_deref().map(|cursor| Place::read(cursor, request)).transpose()?;
    let query = Query::understand(&request.query, &[&NAMES.lexicon, &index.fixtures.lexicon]);
    let evidence = Evidence::gather(index, &query, request.now);

    let mut found = Found::new(index, request, after, after.is_none_or(|after| after.needs_all));
    if !query.is_empty() {
        found.collect(&evidence);
    }
    if !found.has_any && after.is_none() && evidence.len() > 1 {
        found = Found::new(index, request, after, false);
        found.collect(&evidence);
    }

    let corrected_query = found.misspelt().and_then(|best| corrected(index, request, &query, best));
    Ok(page(found, query, corrected_query))
}

fn corrected(index: &Index, request: &Request, query: &Query, best: DocumentId) -> Option<String> {
    let fixture = match best {
        DocumentId::Match(number) => index.fixtures.place(number)?,
        DocumentId::Listing(id) => usize::from(index.listing(index.place(id)?)?.fixture?),
    };
    correction::corrected(&index.fixtures, request, query, fixture, |at| of_best(index, query, at, best))
}

/// The word of the best hit's texts that a word of the query stands for, with its typos.
fn of_best(index: &Index, query: &Query, at: usize, best: DocumentId) -> Option<(String, u8)> {
    let DocumentId::Listing(id) = best else { return None };
    let place = index.place(id)?;
    let typed = &query.words[at];
    let expansions = index.text.expansions(&typed.word, typed.is_last, !query.is_named(at));
    let of_best = expansions.into_iter().filter(|expansion| expansion.postings.has(place));
    of_best.min_by_key(|expansion| expansion.typos).map(|best| (best.term.to_owned(), best.typos))
}

/// What is answered, once all that there is was found.
pub(crate) fn page(found: Found<'_>, query: Query, corrected_query: Option<String>) -> Page {
    let Found { index, request, counter, needs_all, ranks, has_any, .. } = found;
    let advice = (!has_any).then(|| advice(index, &query));
    let mut ranks = ranks.into_sorted_vec();
    let has_next_page = ranks.len() > page_length(request);
    ranks.truncate(page_length(request));
    let hit = |rank: &Rank| Hit {
        id: rank.id,
        typos: rank.typos(request.sort),
        cursor: Place { needs_all, rank: *rank }.cursor(request),
    };
    Page {
        hits: ranks.iter().map(hit).collect(),
        has_next_page,
        total: request.counts_total.then(|| counter.total()),
        facets: counter.facets(),
        corrected_query,
        advice,
        highlighter: Highlighter::new(query),
    }
}

pub(crate) fn page_length(request: &Request) -> usize {
    request.first.min(PAGE_MAX)
}

/// What was found of a request so far.
pub(crate) struct Found<'a> {
    index: &'a Index,
    request: &'a Request,
    after: Option<Place>,
    needs_all: bool,
    pub counter: Counter<'a>,
    /// The best of them, one more than a page has.
    ranks: BinaryHeap<Rank>,
    /// Whether the query finds anything, wanted or not.
    pub has_any: bool,
}

impl<'a> Found<'a> {
    pub(crate) fn new(index: &'a Index, request: &'a Request, after: Option<Place>, needs_all: bool) -> Self {
        let counter = Counter::new(&request.filter, &request.facets, index.fixtures.all());
        Self { index, request, after, needs_all, counter, ranks: BinaryHeap::new(), has_any: false }
    }

    fn collect(&mut self, evidence: &[Evidence]) {
        self.collect_matches(evidence);
        self.collect_listings(evidence);
    }

    pub(crate) fn collect_matches(&mut self, evidence: &[Evidence]) {
        let fixtures = self.index.fixtures.all();
        let of_match = |place: usize| {
            let mut fit = Fit::default();
            evidence.iter().for_each(|word| fit.add(word.of_match(place), word.tells_in_texts));
            fit
        };
        let fits: Vec<Fit> = (0..fixtures.len()).map(of_match).collect();
        for (place, (fixture, fit)) in fixtures.iter().zip(&fits).enumerate() {
            let document = &fixture.document;
            let facts = Facts {
                id: DocumentId::Match(document.number),
                is_sellable: document.is_sellable(),
                kick_off: fixture.kick_off(),
                price_minor: document.price_minor(),
            };
            if self.is_found(*fit, evidence.len()) && self.counter.take_match(place) {
                self.rank(*fit, facts);
            }
        }
    }

    fn collect_listings(&mut self, evidence: &[Evidence]) {
        // A word that only texts have leads to all that can be found with every word.
        let leads = evidence.iter().filter_map(Evidence::only_texts);
        if let Some(lead) = leads.min_by_key(|places| places.len()).filter(|_| self.needs_all) {
            let words: Vec<&Evidence> = evidence.iter().collect();
            for place in lead {
                let Some(fixture) = self.index.listing(*place).and_then(|listing| listing.fixture) else { continue };
                self.take_listing(Fit::default(), &words, evidence.len(), usize::from(fixture), *place);
            }
            return;
        }
        for fixture in 0..self.index.fixtures.all().len() {
            self.take_listings_of(fixture, evidence);
        }
    }

    /// The listings of a match. Most have nothing for a query but what their match has, so that is added up once.
    fn take_listings_of(&mut self, fixture: usize, evidence: &[Evidence]) {
        let may_have = |word: &Evidence| word.may_have(fixture);
        let is_possible = if self.needs_all { evidence.iter().all(may_have) } else { evidence.iter().any(may_have) };
        if !is_possible {
            return;
        }
        let (open, settled): (Vec<&Evidence>, Vec<&Evidence>) = evidence.iter().partition(|word| word.is_open(fixture));
        let mut fit = Fit::default();
        settled.iter().for_each(|word| fit.add(word.of_match(fixture), word.tells_in_texts));
        if open.is_empty() && self.is_beyond_page(fit, fixture) {
            return;
        }
        for place in &self.index.of_fixtures[fixture] {
            self.take_listing(fit, &open, evidence.len(), fixture, *place);
        }
    }

    /// Takes a listing that has `fit` already, and what it has for the `open` words.
    fn take_listing(&mut self, mut fit: Fit, open: &[&Evidence], words: usize, fixture: usize, place: u32) {
        open.iter().for_each(|word| fit.add(word.of_listing(place, fixture), word.tells_in_texts));
        if !self.is_found(fit, words) {
            return;
        }
        let Some(listing) = self.index.listing(place) else { return };
        if self.counter.take_listing(fixture, listing.category, listing.price_minor) {
            let facts = Facts {
                id: DocumentId::Listing(listing.id),
                is_sellable: true,
                kick_off: self.index.fixtures.all()[fixture].kick_off(),
                price_minor: listing.price_minor,
            };
            self.rank(fit, facts);
        }
    }

    /// Whether nobody would see a listing of a match, whatever its price, and nothing is counted.
    fn is_beyond_page(&self, fit: Fit, fixture: usize) -> bool {
        let best = Facts {
            id: DocumentId::Listing(Uuid::nil()),
            is_sellable: true,
            kick_off: self.index.fixtures.all()[fixture].kick_off(),
            price_minor: i64::MIN,
        };
        let is_by_price = matches!(self.request.sort, Sort::Price | Sort::PriceDescending);
        let is_counted = self.request.counts_total || !self.request.facets.is_empty();
        let is_worse = |worst: &Rank| *worst < Rank::of(fit, best, self.request.sort);
        let is_full = self.ranks.len() > page_length(self.request);
        !is_counted && !is_by_price && is_full && self.ranks.peek().is_some_and(is_worse)
    }

    fn is_found(&mut self, fit: Fit, words: usize) -> bool {
        let is_found = match self.needs_all {
            true => fit.missing == 0,
            false => usize::from(fit.missing) < words && fit.is_telling,
        };
        self.has_any |= is_found;
        is_found
    }

    /// The best hit of the first page, if it was found by typos.
    pub(crate) fn misspelt(&self) -> Option<DocumentId> {
        let best = self.ranks.iter().min().filter(|_| self.after.is_none() && page_length(self.request) > 0)?;
        (best.typos(self.request.sort) > 0).then_some(best.id)
    }

    pub(crate) fn rank(&mut self, fit: Fit, facts: Facts) {
        let rank = Rank::of(fit, facts, self.request.sort);
        if self.after.is_some_and(|after| rank <= after.rank) {
            return;
        }
        let is_better = self.ranks.peek().is_none_or(|worst| rank < *worst);
        if self.ranks.len() <= page_length(self.request) || is_better {
            self.ranks.push(rank);
        }
        if self.ranks.len() > page_length(self.request) + 1 {
            self.ranks.pop();
        }
    }
}

fn advice(index: &Index, query: &Query) -> Advice {
    if query.is_empty() {
        return Advice::NothingTyped;
    }
    let named = query.spans.iter().filter(|span| span.is_exact() && matches!(span.meaning, Meaning::Team(_)));
    let mut absent: Vec<String> = named
        .filter(|span| index.fixtures.that_are(span.meaning, chrono::DateTime::UNIX_EPOCH).is_empty())
        .map(|span| span.shown.to_string())
        .collect();
    absent.sort();
    absent.dedup();
    if !absent.is_empty() {
        return Advice::NotPlaying(absent);
    }
    let sellable = index.fixtures.all().iter().filter(|fixture| fixture.document.is_sellable() && fixture.has_names());
    let next = sellable.min_by_key(|fixture| (fixture.kick_off(), fixture.document.number));
    let examples =
        next.map(|next| vec![next.document.home_team.clone(), next.document.venue.clone(), next.day().to_string()]);
    Advice::Try(examples.unwrap_or_default())
}

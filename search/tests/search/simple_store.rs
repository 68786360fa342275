//! A store that looks at each listing, as plainly as can be.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Mutex,
};

use async_trait::async_trait;
use search::{
    page::SearchError,
    request::Sort,
    store::{
        After, Answer, By, FitParts, ListingStore, StoredChange, StoredHit, StoredListing, StoredSearch, Tally,
        TallyBy, Term, Wanted, Way,
    },
    typos,
};
use uuid::Uuid;

/// Each listing with its version; nothing where it has gone.
#[derive(Debug, Default)]
pub(crate) struct SimpleStore(Mutex<BTreeMap<Uuid, (i64, Option<StoredListing>)>>);

impl SimpleStore {
    fn listings(&self) -> Vec<StoredListing> {
        self.0.lock().expect("no test panics meanwhile").values().filter_map(|(_, listing)| listing.clone()).collect()
    }
}

fn is_so(term: &Term, words: &[String]) -> bool {
    words.iter().any(|word| match term {
        Term::Is(text) => word == text,
        Term::Begins(text) => word.starts_with(text),
        Term::Near(text, most) => {
            word.chars().next() == text.chars().next() && typos::between(text, word, *most).is_some()
        }
    })
}

fn has(way: &Way, listing: &StoredListing) -> bool {
    match &way.by {
        By::Matches(numbers) => numbers.contains(&listing.match_number),
        By::Title(term) => is_so(term, &listing.title),
        By::Description(term) => is_so(term, &listing.description),
    }
}

fn is_wanted(wanted: &Wanted, listing: &StoredListing) -> bool {
    wanted.matches.contains(&listing.match_number)
        && (wanted.categories.is_empty() || wanted.categories.contains(&listing.category))
        && wanted.price_from_minor.is_none_or(|from| from <= listing.price_minor)
        && wanted.price_to_minor.is_none_or(|to| listing.price_minor <= to)
}

/// How many words a listing lacks, and how it fits, if it is found.
fn found(search: &StoredSearch, listing: &StoredListing) -> Option<(u8, FitParts)> {
    let ways: Vec<Option<&Way>> = search.words.iter().map(|ways| ways.iter().find(|way| has(way, listing))).collect();
    let had: Vec<&Way> = ways.iter().copied().flatten().collect();
    let missing = u8::try_from(ways.len() - had.len()).expect("a query has few words");
    let is_found = match search.needs_telling {
        true => had.iter().any(|way| way.tells),
        false => missing == 0,
    };
    let is_known = search.kick_offs.concat().contains(&listing.match_number);
    let sum = had.iter().fold(FitParts::default(), |sum, way| FitParts {
        typos: sum.typos + way.fit.typos,
        looseness: sum.looseness + way.fit.looseness,
        fields: sum.fields + way.fit.fields,
    });
    (is_found && is_known).then_some((missing, sum))
}

/// What listings are ordered by.
fn place(sort: Sort, of: &After) -> (i64, (FitParts, usize), i64, Option<Uuid>) {
    let (fit, kick_off, price) = ((of.fit, of.kick_off), of.kick_off, of.price_minor);
    match sort {
        Sort::Relevance => (0, fit, price, of.id),
        Sort::KickOff => (i64::try_from(kick_off).expect("few"), fit, price, of.id),
        Sort::Price => (price, fit, 0, of.id),
        Sort::PriceDescending => (price.saturating_neg(), fit, 0, of.id),
    }
}

fn place_of(search: &StoredSearch, listing: &StoredListing, fit: FitParts) -> After {
    let kick_off = search.kick_offs.iter().position(|matches| matches.contains(&listing.match_number));
    After { fit, kick_off: kick_off.expect("it is known"), price_minor: listing.price_minor, id: Some(listing.id) }
}

fn counts(tally: &Tally, listings: &[&StoredListing]) -> Vec<(i64, usize)> {
    let mut counts: HashMap<i64, usize> = HashMap::new();
    for listing in listings.iter().filter(|listing| is_wanted(&tally.wanted, listing)) {
        let key = match tally.by {
            TallyBy::All => 0,
            TallyBy::Match => listing.match_number.into(),
            TallyBy::Category => listing.category.into(),
            TallyBy::Price(steps) => {
                let step = steps.iter().rposition(|from| *from <= listing.price_minor);
                steps[step.unwrap_or_default()]
            }
        };
        *counts.entry(key).or_default() += 1;
    }
    counts.into_iter().collect()
}

#[async_trait]
impl ListingStore for SimpleStore {
    async fn apply(&self, changes: Vec<StoredChange>) -> Result<(), SearchError> {
        let mut known = self.0.lock().expect("no test panics meanwhile");
        for change in changes {
            let (id, version, listing) = match change {
                StoredChange::Listing(listing) => (listing.id, listing.version, Some(listing)),
                StoredChange::Gone { id, version } => (id, version, None),
            };
            if known.get(&id).is_none_or(|(known, _)| *known <= version) {
                known.insert(id, (version, listing));
            }
        }
        Ok(())
    }

    async fn versions(&self) -> Result<HashMap<Uuid, i64>, SearchError> {
        Ok(self.listings().into_iter().map(|listing| (listing.id, listing.version)).collect())
    }

    async fn settle(&self) -> Result<(), SearchError> {
        Ok(())
    }

    async fn has_terms(&self, terms: &[Term]) -> Result<Vec<bool>, SearchError> {
        let listings = self.listings();
        let has = |term: &Term| listings.iter().any(|of| is_so(term, &of.title) || is_so(term, &of.description));
        Ok(terms.iter().map(has).collect())
    }

    async fn find(&self, search: &StoredSearch) -> Result<Answer, SearchError> {
        let listings = self.listings();
        let all: Vec<(&StoredListing, u8, FitParts)> = listings
            .iter()
            .filter_map(|listing| found(search, listing).map(|(missing, fit)| (listing, missing, fit)))
            .collect();
        let mut answer = Answer::default();
        for level in &search.levels {
            let of_level = all
                .iter()
                .filter(|(listing, missing, _)| *missing == level.missing && is_wanted(&search.wanted, listing));
            let mut hits: Vec<_> = of_level
                .map(|(listing, _, fit)| (place(search.sort, &place_of(search, listing, *fit)), *listing, *fit))
                .collect();
            hits.retain(|(at, _, _)| level.after.is_none_or(|after| *at > place(search.sort, &after)));
            hits.sort_by_key(|(at, _, _)| *at);
            answer.hits.extend(hits.into_iter().take(search.first).map(|(_, listing, fit)| StoredHit {
                id: listing.id,
                match_number: listing.match_number,
                price_minor: listing.price_minor,
                missing: level.missing,
                fit,
            }));
        }
        let counted: Vec<&StoredListing> = all.iter().map(|(listing, _, _)| *listing).collect();
        answer.tallies = search.tallies.iter().map(|tally| counts(tally, &counted)).collect();
        Ok(answer)
    }

    async fn finds_any(&self, search: &StoredSearch) -> Result<bool, SearchError> {
        Ok(self.listings().iter().any(|listing| found(search, listing).is_some()))
    }

    async fn words(&self, id: Uuid) -> Result<Vec<String>, SearchError> {
        let of = self.listings().into_iter().find(|listing| listing.id == id);
        Ok(of.map(|listing| [listing.title, listing.description].concat()).unwrap_or_default())
    }
}

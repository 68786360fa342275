//! The index: matches, the listings of each, and the words that they are found by, in memory.
//!
//! A listing does not repeat the words of its match: a query's names are looked up among the few matches, its other words among the texts
//! of listings.
//!
//! Invariant: an index is what its newest documents make it, whatever came before and in whatever order.

pub(crate) mod fixtures;
pub(crate) mod text;

use std::collections::{BTreeMap, HashMap, VecDeque};

use uuid::Uuid;

use crate::{
    document::{Change, DocumentId, ListingDocument, MatchDocument},
    fnv::Fnv,
};
use fixtures::Fixtures;
use text::{TermOf, Text};

/// Departures that are remembered, so that a state that arrives late does not bring a document back.
const DEPARTED_MAX: usize = 100_000;

#[derive(Debug, Clone, Default)]
pub(crate) struct Index {
    matches: BTreeMap<i32, MatchDocument>,
    pub fixtures: Fixtures,
    /// At their places; none where one has gone.
    pub listings: Vec<Option<Listing>>,
    /// The places of the listings of each match, in order.
    pub of_fixtures: Vec<Vec<u32>>,
    places: HashMap<Uuid, u32>,
    free: Vec<u32>,
    pub text: Text,
    departed: Departed,
}

/// A listing without its texts, which are shown from elsewhere.
#[derive(Debug, Clone)]
pub(crate) struct Listing {
    pub id: Uuid,
    pub match_number: i32,
    /// The place of its match; none while that is not known.
    pub fixture: Option<u16>,
    pub category: i32,
    pub price_minor: i64,
    version: i64,
    terms: Box<[TermOf]>,
}

#[derive(Debug, Clone, Default)]
struct Departed {
    versions: HashMap<DocumentId, i64>,
    /// As they left; some have come back since.
    order: VecDeque<(DocumentId, i64)>,
}

impl Index {
    /// Applies changes in their order. One that is older than what is known is left out.
    pub(crate) fn apply(&mut self, changes: impl IntoIterator<Item = Change>) {
        let mut moved = false;
        for change in changes {
            if self.version(change.id()).is_some_and(|known| known > change.version()) {
                continue;
            }
            match change {
                Change::Match(document) => {
                    self.departed.forget(DocumentId::Match(document.number));
                    moved |= !self.fixtures.replace(&document);
                    self.matches.insert(document.number, document);
                }
                Change::MatchGone { number, version } => {
                    moved |= self.matches.remove(&number).is_some();
                    self.departed.remember(DocumentId::Match(number), version);
                }
                Change::Listing(document) => {
                    self.departed.forget(DocumentId::Listing(document.id));
                    self.insert(&document);
                }
                Change::ListingGone { id, version } => {
                    self.remove(id);
                    self.departed.remember(DocumentId::Listing(id), version);
                }
            }
        }
        if moved {
            self.place_fixtures();
        }
    }

    /// How many documents there are.
    pub(crate) fn len(&self) -> usize {
        self.matches.len() + self.places.len()
    }

    /// The numbers and versions of all matches.
    pub(crate) fn match_versions(&self) -> impl Iterator<Item = (i32, i64)> + '_ {
        self.matches.values().map(|document| (document.number, document.version))
    }

    /// The place of a listing.
    pub(crate) fn listing(&self, place: u32) -> Option<&Listing> {
        self.listings.get(place as usize)?.as_ref()
    }

    /// What has left and is remembered, as changes.
    pub(crate) fn departures(&self) -> Vec<Change> {
        let gone = |(id, version): (&DocumentId, &i64)| match (*id, *version) {
            (DocumentId::Match(number), version) => Change::MatchGone { number, version },
            (DocumentId::Listing(id), version) => Change::ListingGone { id, version },
        };
        self.departed.versions.iter().map(gone).collect()
    }

    pub(crate) fn place(&self, id: Uuid) -> Option<u32> {
        self.places.get(&id).copied()
    }

    /// What two indexes have in common exactly if they find the same: the documents and the words by which each is found.
    pub(crate) fn digest(&self) -> u64 {
        let matches = self.matches.values().map(|document| Fnv::of(&format!("{document:?}")));
        let listings = self.listings.iter().enumerate().filter_map(|(place, listing)| {
            let listing = listing.as_ref()?;
            let mut hash = Fnv::default();
            hash.write(&format!(
                "{} {} {:?} {} {} {}",
                listing.id,
                listing.match_number,
                listing.fixture,
                listing.category,
                listing.price_minor,
                listing.version
            ));
            let mut texts: Vec<_> = self.text.texts_of(&listing.terms).collect();
            texts.sort_unstable();
            let place = u32::try_from(place).unwrap_or(u32::MAX);
            for (text, in_title) in texts {
                hash.write(&format!(" {text} {in_title} {}", self.text.is_found(text, place)));
            }
            Some(hash.finish())
        });
        matches.chain(listings).fold(self.text.len() as u64, u64::wrapping_add)
    }

    fn version(&self, id: DocumentId) -> Option<i64> {
        let known = match id {
            DocumentId::Match(number) => self.matches.get(&number).map(|document| document.version),
            DocumentId::Listing(id) => {
                self.places.get(&id).and_then(|place| self.listing(*place)).map(|listing| listing.version)
            }
        };
        known.or_else(|| self.departed.versions.get(&id).copied())
    }

    fn insert(&mut self, document: &ListingDocument) {
        self.remove(document.id);
        let place = self.free.pop().unwrap_or_else(|| {
            self.listings.push(None);
            u32::try_from(self.listings.len() - 1).expect("listings in memory are fewer than 2^32")
        });
        let terms = self.text.insert(place, document);
        self.places.insert(document.id, place);
        let fixture = fixture_of(&self.fixtures, document.match_number);
        if let Some(of_fixture) = fixture.and_then(|fixture| self.of_fixtures.get_mut(usize::from(fixture))) {
            text::insert_sorted(of_fixture, place);
        }
        self.listings[place as usize] = Some(Listing {
            id: document.id,
            match_number: document.match_number,
            fixture,
            category: document.category,
            price_minor: document.price_minor,
            version: document.version,
            terms,
        });
    }

    fn remove(&mut self, id: Uuid) {
        let Some(place) = self.places.remove(&id) else { return };
        if let Some(listing) = self.listings[place as usize].take() {
            self.text.remove(place, &listing.terms);
            if let Some(of_fixture) = listing.fixture.and_then(|of| self.of_fixtures.get_mut(usize::from(of))) {
                text::remove_sorted(of_fixture, place);
            }
        }
        self.free.push(place);
    }

    fn place_fixtures(&mut self) {
        self.fixtures = Fixtures::of(self.matches.values());
        self.of_fixtures = vec![Vec::new(); self.fixtures.all().len()];
        for (place, listing) in (0..).zip(&mut self.listings) {
            let Some(listing) = listing else { continue };
            listing.fixture = fixture_of(&self.fixtures, listing.match_number);
            if let Some(fixture) = listing.fixture {
                self.of_fixtures[usize::from(fixture)].push(place);
            }
        }
    }
}

impl Departed {
    fn remember(&mut self, id: DocumentId, version: i64) {
        self.versions.insert(id, version);
        self.order.push_back((id, version));
        while self.order.len() > DEPARTED_MAX {
            let Some((oldest, version)) = self.order.pop_front() else { return };
            if self.versions.get(&oldest) == Some(&version) {
                self.versions.remove(&oldest);
            }
        }
    }

    fn forget(&mut self, id: DocumentId) {
        self.versions.remove(&id);
    }
}

fn fixture_of(fixtures: &Fixtures, number: i32) -> Option<u16> {
    fixtures.place(number).and_then(|place| u16::try_from(place).ok())
}

//! Rankings: what is on offer, prepared to be ranked, and what visitors of each country are recommended of it.
//!
//! Both are kept for as long as what they depend on is as it was: the model, the facts of the matches, which categories can be had at which
//! price, the listings that are offered where these are gone, and which matches have begun. How many tickets are left is not among these, so
//! a ranking outlives the holds of a sale; what is shown of a match is taken from the view each time.
//!
//! Invariant: what is handed out is what would be ranked anew for who asks, and nothing of a fan is in what is shared.

use std::{
    collections::HashMap,
    ops::Range,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use analytics::model::{self, Candidate, Fan, Fixture, Model, Offer};
use book::match_state::{Availability, CategoryState, MatchState};
use chrono::{DateTime, Utc};
use domain::view::View;
use entities::listing;

/// Countries whose ranking is kept at once, each of 100 matches at most: a bound of memory, about 6 MiB.
const COUNTRIES: usize = 256;

/// The cheapest listings of matches that are gone, by the numbers of these.
pub(crate) type Listings = HashMap<i32, Arc<listing::Model>>;

/// Matches in the order in which they are recommended.
pub(crate) type Ranking = Arc<[model::Recommendation]>;

/// What this process keeps.
#[derive(Default)]
pub(crate) struct Rankings {
    states: Mutex<Option<(u64, Arc<States>)>>,
    offer: Mutex<Option<Arc<OnOffer>>>,
}

/// Every match as the view shows it, in the order of numbers.
pub(crate) struct States {
    all: Vec<Arc<MatchState>>,
    /// Matches that are still to come of which none of the site's own tickets can be had.
    pub(crate) gone: Vec<i32>,
}

/// What is on offer, and what was ranked of it.
pub(crate) struct OnOffer {
    model: Arc<Model>,
    states: Arc<States>,
    listings: Listings,
    /// From the kick-off before to the next one: until then the same matches have begun.
    holds: Range<DateTime<Utc>>,
    fixtures: Vec<Fixture>,
    ranked: Mutex<HashMap<Option<String>, Ranked>>,
}

/// The first matches for a country.
#[derive(Clone)]
struct Ranked {
    /// How many were asked for; if there are fewer, there are no more.
    asked: usize,
    ranking: Ranking,
}

impl Rankings {
    /// The states that the view shows.
    pub(crate) fn states(&self, view: &View) -> Arc<States> {
        // It is read before the states are, so that these are at least as new.
        let generation = view.generation();
        let kept =
            lock(&self.states).as_ref().filter(|(of, _)| *of == generation).map(|(_, states)| Arc::clone(states));
        kept.unwrap_or_else(|| {
            let states = Arc::new(States::from(view.all()));
            *lock(&self.states) = Some((generation, Arc::clone(&states)));
            states
        })
    }

    /// What is on offer now, ranked by `model`.
    pub(crate) fn on_offer(
        &self,
        model: &Arc<Model>,
        states: &Arc<States>,
        listings: &Listings,
        now: DateTime<Utc>,
    ) -> Arc<OnOffer> {
        let mut kept = lock(&self.offer);
        match &*kept {
            Some(offer) if offer.is_of(model, states, listings, now) => Arc::clone(offer),
            _ => {
                let offer = Arc::new(OnOffer::new(model, states, listings.clone(), now));
                *kept = Some(Arc::clone(&offer));
                offer
            }
        }
    }
}

impl From<Vec<Arc<MatchState>>> for States {
    fn from(all: Vec<Arc<MatchState>>) -> Self {
        let is_gone = |state: &&Arc<MatchState>| {
            matches!(state.availability(), Availability::TemporarilyUnavailable | Availability::SoldOut)
        };
        let gone = all.iter().filter(is_gone).map(|state| state.match_number).collect();
        Self { all, gone }
    }
}

impl States {
    pub(crate) fn get(&self, number: i32) -> Option<&Arc<MatchState>> {
        let place = self.all.binary_search_by_key(&number, |state| state.match_number).ok()?;
        self.all.get(place)
    }
}

impl OnOffer {
    fn new(model: &Arc<Model>, states: &Arc<States>, listings: Listings, now: DateTime<Utc>) -> Self {
        let kick_offs = || states.all.iter().map(|state| state.date_utc);
        let begun = kick_offs().filter(|kick_off| *kick_off <= now).max().unwrap_or(DateTime::<Utc>::MIN_UTC);
        let next = kick_offs().filter(|kick_off| *kick_off > now).min().unwrap_or(DateTime::<Utc>::MAX_UTC);
        Self {
            model: Arc::clone(model),
            states: Arc::clone(states),
            listings,
            holds: begun..next,
            fixtures: states.all.iter().map(|state| fixture(state)).collect(),
            ranked: Mutex::default(),
        }
    }

    /// Whether the same is on offer by these.
    fn is_of(&self, model: &Arc<Model>, states: &Arc<States>, listings: &Listings, now: DateTime<Utc>) -> bool {
        Arc::ptr_eq(&self.model, model)
            && self.holds.contains(&now)
            && are_alike(&self.listings, listings)
            && (Arc::ptr_eq(&self.states, states) || self.states.offer_what(states))
    }

    /// The next moment at which a match begins, if any does.
    pub(crate) fn until(&self) -> Option<DateTime<Utc>> {
        Some(self.holds.end).filter(|end| *end < DateTime::<Utc>::MAX_UTC)
    }

    /// The first `first` matches for a country, or a few more.
    pub(crate) fn for_country(&self, country: Option<String>, first: usize) -> Ranking {
        let kept = lock(&self.ranked).get(&country).filter(|kept| kept.reaches(first)).cloned();
        if let Some(kept) = kept {
            return kept.ranking;
        }
        let fan = Fan { country, held: Vec::new() };
        let ranking: Ranking = self.rank(&fan, &self.listings, first).into();
        let mut ranked = lock(&self.ranked);
        if ranked.len() >= COUNTRIES {
            ranked.clear();
        }
        ranked.insert(fan.country, Ranked { asked: first, ranking: Arc::clone(&ranking) });
        ranking
    }

    /// The first `first` matches for a fan, whose own listings are not among `listings`.
    pub(crate) fn for_fan(&self, fan: &Fan, listings: &Listings, first: usize) -> Ranking {
        self.rank(fan, listings, first).into()
    }

    fn rank(&self, fan: &Fan, listings: &Listings, first: usize) -> Vec<model::Recommendation> {
        let states = self.states.all.iter().zip(&self.fixtures).filter(|(state, _)| !state.closed);
        let candidates: Vec<Candidate<'_>> =
            states.map(|(state, fixture)| candidate(state, fixture, listings.get(&state.match_number))).collect();
        // At this moment the same matches have begun as at any other for which it holds.
        model::recommend(&self.model, &self.fixtures, &candidates, fan, self.holds.start, first)
    }
}

impl Ranked {
    fn reaches(&self, first: usize) -> bool {
        first <= self.asked || self.ranking.len() < self.asked
    }
}

impl States {
    /// Whether others are of the same matches, and the same can be had of each.
    fn offer_what(&self, others: &Self) -> bool {
        let offers = |category: &CategoryState| (category.category, category.price_minor, category.sellable() > 0);
        let are_alike = |one: &Arc<MatchState>, other: &Arc<MatchState>| {
            Arc::ptr_eq(one, other)
                || (one.has_facts_of(other)
                    && one.categories.iter().map(offers).eq(other.categories.iter().map(offers)))
        };
        self.all.len() == others.all.len() && self.all.iter().zip(&others.all).all(|(one, other)| are_alike(one, other))
    }
}

fn are_alike(these: &Listings, those: &Listings) -> bool {
    let is_offered = |(number, row): (&i32, &Arc<listing::Model>)| {
        those.get(number).is_some_and(|other| (other.id, other.version) == (row.id, row.version))
    };
    these.len() == those.len() && these.iter().all(is_offered)
}

fn fixture(state: &MatchState) -> Fixture {
    Fixture {
        number: state.match_number,
        kick_off: state.date_utc,
        venue: state.location.clone(),
        home_team: state.home_team.clone(),
        away_team: state.away_team.clone(),
        round_number: state.round_number,
        group: state.group.clone(),
    }
}

fn candidate<'a>(state: &MatchState, fixture: &'a Fixture, listing: Option<&Arc<listing::Model>>) -> Candidate<'a> {
    let offers = state.categories.iter().map(|category| Offer {
        category: category.category.number(),
        price_minor: category.price_minor,
        sellable: category.sellable() > 0,
    });
    let listing =
        listing.map(|row| Offer { category: row.category.number(), price_minor: row.price_minor, sellable: true });
    Candidate { fixture, offers: offers.collect(), listing }
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;

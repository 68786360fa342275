//! What is recommended: of what can be bought now, what the fan most likely wants.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    Candidate, Fan, Fixture, Offer, Recommendation,
    file::Model,
    reasons::{self, Scene},
};

/// Matches that begin within this time of each other can't both be seen.
const CLASH: TimeDelta = TimeDelta::hours(2);

/// Prices of a fan's usual band: from three quarters of the least that they paid for a ticket to five quarters of the most.
const BAND: (i64, i64, i64) = (3, 5, 4);

/// The first `first` of `candidates` for a fan. Never one that can't be bought, that has begun, that the fan holds or that begins while
/// they see another; never one twice. The same for the same.
///
/// `fixtures` are all matches of the list: what the fan holds and who takes part is looked up in them.
pub fn recommend(
    model: &Model,
    fixtures: &[Fixture],
    candidates: &[Candidate<'_>],
    fan: &Fan,
    now: DateTime<Utc>,
    first: usize,
) -> Vec<Recommendation> {
    let scene = Scene::new(model, fixtures, &open_to(fixtures, candidates, fan, now), fan);
    let mut order = scene.order();
    order.truncate(first);
    order
        .into_iter()
        .filter_map(|place| {
            let candidate = scene.candidates[place];
            let (offer, from_listing) = cheapest_in_band(candidate, fan)?;
            let because_of = reasons::of(&scene, place);
            Some(Recommendation {
                match_number: candidate.fixture.number,
                category: offer.category,
                from_listing,
                because_of,
            })
        })
        .collect()
}

/// Each match that could be recommended, the likeliest first, with the logarithm of how likely the fan takes it.
pub fn rank(
    model: &Model,
    fixtures: &[Fixture],
    candidates: &[Candidate<'_>],
    fan: &Fan,
    now: DateTime<Utc>,
) -> Vec<(i32, f64)> {
    let scene = Scene::new(model, fixtures, &open_to(fixtures, candidates, fan, now), fan);
    let scores = scene.scores();
    let most = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = scores.iter().map(|score| (score - most).exp()).sum();
    let log = |place: usize| scores[place] - most - sum.ln();
    scene.order().into_iter().map(|place| (scene.candidates[place].fixture.number, log(place))).collect()
}

fn open_to<'a>(
    fixtures: &[Fixture],
    candidates: &'a [Candidate<'a>],
    fan: &Fan,
    now: DateTime<Utc>,
) -> Vec<&'a Candidate<'a>> {
    let held: HashSet<i32> = fan.held.iter().map(|held| held.match_number).collect();
    let seen: Vec<DateTime<Utc>> =
        fixtures.iter().filter(|fixture| held.contains(&fixture.number)).map(|fixture| fixture.kick_off).collect();
    let mut taken = HashSet::new();
    let is_open = |candidate: &&Candidate<'_>| {
        let fixture = candidate.fixture;
        let clashes = seen.iter().any(|kick_off| (*kick_off - fixture.kick_off).abs() < CLASH);
        let can_be_bought = candidate.offers.iter().chain(&candidate.listing).any(|offer| offer.sellable);
        can_be_bought && !clashes && fixture.kick_off > now && !held.contains(&fixture.number)
    };
    candidates.iter().filter(is_open).filter(|candidate| taken.insert(candidate.fixture.number)).collect()
}

/// What to buy of a match, and whether it is the listing because nothing else is left.
fn cheapest_in_band(candidate: &Candidate<'_>, fan: &Fan) -> Option<(Offer, bool)> {
    let sellable = || candidate.offers.iter().filter(|offer| offer.sellable);
    let paid = || fan.held.iter().map(|held| held.price_minor);
    let (least, most, parts) = BAND;
    let is_usual = |offer: &&Offer| {
        let price = offer.price_minor.saturating_mul(parts);
        paid().min().is_some_and(|paid| price >= paid.saturating_mul(least))
            && paid().max().is_some_and(|paid| price <= paid.saturating_mul(most))
    };
    let cheapest = |offer: &&Offer| (offer.price_minor, offer.category);
    let own = sellable().filter(is_usual).min_by_key(cheapest).or_else(|| sellable().min_by_key(cheapest));
    let listing = candidate.listing.as_ref().filter(|listing| listing.sellable);
    own.map(|offer| (*offer, false)).or_else(|| listing.map(|listing| (*listing, true)))
}

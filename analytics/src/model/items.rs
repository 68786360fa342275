//! Matches and candidates as features see them.

use std::collections::HashSet;

use super::{
    Candidate, Fixture,
    features::{Eyes, Features, Item, dot, known_venue},
    file::Model,
    teams::Team,
};

/// The teams that play in a list.
pub(crate) fn playing(fixtures: &[Fixture]) -> Vec<Team> {
    let mut seen = HashSet::new();
    let names = fixtures.iter().flat_map(|fixture| [&fixture.home_team, &fixture.away_team]);
    names.filter_map(|name| Team::named(name)).filter(|team| seen.insert(*team)).collect()
}

pub(crate) fn item<'a>(model: &Model, fixture: &'a Fixture) -> Item<'a> {
    Item {
        slot: model.learned.slot(fixture.number),
        teams: [Team::named(&fixture.home_team), Team::named(&fixture.away_team)],
        round_number: fixture.round_number,
        kick_off: fixture.kick_off.timestamp(),
        venue: known_venue(&fixture.venue),
        prices: [None; 4],
        open: 1.0,
    }
}

/// A candidate as features see it, with what can be had of it.
pub(crate) fn offered<'a>(model: &Model, candidate: &'a Candidate<'_>) -> Item<'a> {
    let mut item = item(model, candidate.fixture);
    let (mut had, mut all) = (0.0, 0.0);
    let mut prices = item.prices.iter_mut();
    for offer in &candidate.offers {
        all += 1.0;
        if offer.sellable {
            had += 1.0;
            if let Some(price) = prices.next() {
                *price = log_price(offer.price_minor);
            }
        }
    }
    // What is left of a match in its listings alone is as little as can be.
    item.open = if all > 0.0 { had / all } else { 0.0 };
    item
}

pub(crate) fn log_price(price_minor: i64) -> Option<f64> {
    (price_minor > 0).then(|| (price_minor as f64).ln())
}

/// The logarithm of what a ticket cost, in the middle.
pub(crate) fn usual_price(paid: impl Iterator<Item = i64>) -> Option<f64> {
    let mut paid: Vec<i64> = paid.collect();
    paid.sort_unstable();
    paid.get(paid.len() / 2).copied().and_then(log_price)
}

pub(crate) fn scores(eyes: &Eyes<'_>, items: &[Item<'_>], weights: &Features) -> Vec<f64> {
    items.iter().map(|item| dot(weights, &eyes.features(item))).collect()
}

//! The features of a match to a fan. Training and ranking have them from here, so that a weight means in both what it was fitted for.

use super::{
    learned::{Group, Learned},
    teams::{Relation, TEAMS, Team, relations, round_weight},
};

pub(crate) const FEATURES: usize = 12;

/// The logarithm of how often the match is booked while it is on sale.
pub(crate) const RATE: usize = 0;
/// Of how much it is wanted by what is known beforehand.
pub(crate) const PRIOR: usize = 1;
/// Of how many times as much its teams, and it, are wanted in the fan's country.
pub(crate) const LIFT: usize = 2;
/// Whether the fan's own team plays.
pub(crate) const OWN: usize = 3;
/// Whether, without it, a team of the fan's region does.
pub(crate) const REGION: usize = 4;
/// How much likelier what the fan holds makes it that they follow one of the teams.
pub(crate) const FOLLOWED: usize = 5;
/// How often its teams play in what the fan holds.
pub(crate) const SHARED: usize = 6;
/// What is booked together with what the fan holds.
pub(crate) const TOGETHER: usize = 7;
/// How many of the held matches are at its venue, as a logarithm.
pub(crate) const VENUE: usize = 8;
/// How many of them are within three days, likewise.
pub(crate) const NEAR: usize = 9;
/// How far its prices are from what the fan paid.
pub(crate) const PRICE: usize = 10;
/// Which part of its categories can be had.
pub(crate) const OPEN: usize = 11;

pub(crate) const NAMES: [&str; FEATURES] =
    ["rate", "prior", "lift", "own", "region", "followed", "shared", "together", "venue", "near", "price", "open"];

pub(crate) type Features = [f64; FEATURES];

/// Of the model without any booking, and what fitted weights are held to.
pub(crate) const PRIOR_WEIGHTS: Features = [1.0, 1.0, 1.0, 0.0, 0.0, 0.5, 0.0, 1.0, 0.0, 0.1, 0.0, 0.0];

pub(crate) const THREE_DAYS: i64 = 3 * 24 * 3600;

/// How likely it is that a fan books a match in which the team that they follow doesn't play.
const STRAY: f64 = 0.15;

/// A match as features see it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Item<'a> {
    pub(crate) slot: Option<usize>,
    pub(crate) teams: [Option<Team>; 2],
    pub(crate) round_number: i32,
    /// In seconds.
    pub(crate) kick_off: i64,
    /// None while it is not known.
    pub(crate) venue: Option<&'a str>,
    /// Logarithms of what a ticket of what can be had costs.
    pub(crate) prices: [Option<f64>; 4],
    /// Which part of its categories can be had.
    pub(crate) open: f64,
}

pub(crate) fn known_venue(venue: &str) -> Option<&str> {
    (!matches!(venue, "" | "TBA" | "TBD")).then_some(venue)
}

/// How a fan sees matches.
pub(crate) struct Eyes<'a> {
    learned: &'a Learned,
    group: Option<&'a Group>,
    pub(crate) relations: [Relation; TEAMS],
    /// What each team is worth: beforehand, by the country's taste, and by what the fan holds too.
    prior: [f64; TEAMS],
    taste: [f64; TEAMS],
    followed: [f64; TEAMS],
    /// The sums of the last two over all who play.
    taste_sum: f64,
    followed_sum: f64,
    shared: [f64; TEAMS],
    held: &'a [Item<'a>],
    /// The logarithm of what a ticket cost the fan, in the middle.
    usual_price: Option<f64>,
    /// A part of each sum, for teams that are not known yet.
    unknown: f64,
}

impl<'a> Eyes<'a> {
    /// `without_taste` leaves out what bookings of the fan's country taught.
    pub(crate) fn new(
        learned: &'a Learned,
        country: Option<&str>,
        playing: &[Team],
        held: &'a [Item<'a>],
        usual_price: Option<f64>,
        without_taste: bool,
    ) -> Self {
        let group = if without_taste { None } else { learned.group(country) };
        let relations = relations(country, playing);
        let mut shared = [0.0; TEAMS];
        let mut known = 0.0;
        for item in held {
            known += f64::from(u8::from(item.teams.iter().any(Option::is_some)));
            for team in item.teams.iter().flatten() {
                shared[team.slot()] += 1.0;
            }
        }
        let (mut prior, mut taste, mut followed) = ([1.0; TEAMS], [1.0; TEAMS], [1.0; TEAMS]);
        let (mut taste_sum, mut followed_sum) = (0.0, 0.0);
        for slot in playing.iter().map(|team| team.slot()) {
            prior[slot] = relations[slot].weight();
            taste[slot] = prior[slot] * group.map_or(1.0, |group| group.teams[slot]);
            followed[slot] = taste[slot] * STRAY.powf(known - shared[slot]);
            taste_sum += taste[slot];
            followed_sum += followed[slot];
        }
        let unknown = 1.0 / (playing.len().max(2) as f64);
        Self {
            learned,
            group,
            relations,
            prior,
            taste,
            followed,
            taste_sum: taste_sum.max(f64::MIN_POSITIVE),
            followed_sum: followed_sum.max(f64::MIN_POSITIVE),
            shared,
            held,
            usual_price,
            unknown,
        }
    }

    /// The mean of a match's two teams, and what is learned of it, as factors.
    pub(crate) fn taste_of(&self, teams: [Option<Team>; 2]) -> (f64, f64) {
        let worth =
            |of: &[f64; TEAMS]| teams.iter().map(|team| team.map_or(1.0, |team| of[team.slot()])).sum::<f64>() / 2.0;
        (worth(&self.prior), worth(&self.taste))
    }

    pub(crate) fn features(&self, item: &Item<'_>) -> Features {
        let mut features = [0.0; FEATURES];
        let (prior, taste) = self.taste_of(item.teams);
        features[PRIOR] = (prior * round_weight(item.round_number)).ln();
        features[LIFT] = (taste / prior).ln();
        if let Some(slot) = item.slot {
            features[RATE] = self.learned.rates[slot];
            features[LIFT] += self.group.map_or(0.0, |group| group.matches[slot]);
        }
        let has = |relation| item.teams.iter().flatten().any(|team| self.relations[team.slot()] == relation);
        if has(Relation::Own) {
            features[OWN] = 1.0;
        } else if has(Relation::Region) {
            features[REGION] = 1.0;
        }
        if !self.held.is_empty() {
            self.beside_held(item, &mut features);
        }
        if let Some(usual) = self.usual_price {
            let nearest = item.prices.iter().flatten().map(|price| (price - usual).abs()).min_by(f64::total_cmp);
            features[PRICE] = -nearest.unwrap_or_default();
        }
        features[OPEN] = item.open;
        features
    }

    fn beside_held(&self, item: &Item<'_>, features: &mut Features) {
        let part = |of: &[f64; TEAMS], sum: f64| {
            item.teams.iter().map(|team| team.map_or(self.unknown, |team| of[team.slot()] / sum)).sum::<f64>()
        };
        // Below a thousandth, a little more or less says nothing.
        let floor = 0.001;
        features[FOLLOWED] =
            ((part(&self.followed, self.followed_sum) + floor) / (part(&self.taste, self.taste_sum) + floor)).ln();
        features[SHARED] = item.teams.iter().flatten().map(|team| self.shared[team.slot()]).sum();
        let (mut venue, mut near) = (0.0, 0.0);
        for held in self.held {
            venue += f64::from(u8::from(held.venue.is_some() && held.venue == item.venue));
            near += f64::from(u8::from((held.kick_off - item.kick_off).abs() <= THREE_DAYS));
            if let (Some(from), Some(to)) = (held.slot, item.slot) {
                features[TOGETHER] += self.learned.row_together(from).map_or(0.0, |row| f64::from(row[to]));
            }
        }
        features[VENUE] = f64::ln_1p(venue);
        features[NEAR] = f64::ln_1p(near);
    }
}

pub(crate) fn dot(weights: &Features, features: &Features) -> f64 {
    weights.iter().zip(features).map(|(weight, feature)| weight * feature).sum()
}

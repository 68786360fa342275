//! What was on sale, when: the choice sets.

use std::collections::BTreeMap;

use super::{
    counts::Counts,
    features::{Item, known_venue},
    items::log_price,
    teams::Team,
};
use crate::rows::MatchOnSale;

/// Matches that begin within this many seconds of each other can't both be seen.
const CLASH: i64 = 2 * 3600;

const MICROS: i64 = 1_000_000;

/// A match from a moment on, until its next.
#[derive(Debug, Clone)]
pub(crate) struct Moment {
    /// In microseconds.
    from: i64,
    pub(crate) teams: [Option<Team>; 2],
    pub(crate) round_number: i32,
    pub(crate) kick_off: i64,
    venue: Option<String>,
    prices: [Option<f64>; 4],
    open: f64,
}

impl Moment {
    fn of(state: &MatchOnSale) -> Self {
        let mut prices = [None; 4];
        for (price, category) in prices.iter_mut().zip(&state.categories) {
            *price = category
                .filter(|category| category.sellable && !state.closed)
                .and_then(|category| log_price(category.price_minor));
        }
        let has = state.categories.iter().flatten();
        let (all, had) = (has.clone().count(), has.filter(|category| category.sellable && !state.closed).count());
        Self {
            from: state.at.timestamp_micros(),
            teams: [Team::named(&state.home_team), Team::named(&state.away_team)],
            round_number: state.round_number,
            kick_off: state.kick_off.timestamp(),
            venue: known_venue(&state.venue).map(ToOwned::to_owned),
            prices,
            open: if all > 0 { had as f64 / all as f64 } else { 0.0 },
        }
    }

    /// Of a match whose states are not in the lake: on sale, and nothing known of it.
    fn unknown() -> Self {
        Self {
            from: i64::MIN,
            teams: [None; 2],
            round_number: 0,
            kick_off: i64::MAX,
            venue: None,
            prices: [None; 4],
            open: 1.0,
        }
    }

    pub(crate) fn is_on_sale(&self, at: i64) -> bool {
        self.open > 0.0 && self.kick_off > at
    }

    pub(crate) fn clashes(&self, held: &Self) -> bool {
        self.kick_off.saturating_sub(held.kick_off).abs() < CLASH && self.kick_off != i64::MAX
    }

    pub(crate) fn item(&self, slot: Option<usize>) -> Item<'_> {
        Item {
            slot,
            teams: self.teams,
            round_number: self.round_number,
            kick_off: self.kick_off,
            venue: self.venue.as_deref(),
            prices: self.prices,
            open: self.open,
        }
    }
}

#[derive(Debug)]
pub(crate) struct Timeline {
    /// Each match that has a state or was booked; its place is its slot.
    pub(crate) numbers: Vec<i32>,
    moments: Vec<Vec<Moment>>,
}

impl Timeline {
    pub(crate) fn new(counts: &Counts) -> Self {
        let mut of: BTreeMap<i32, Vec<Moment>> = BTreeMap::new();
        for state in &counts.states {
            of.entry(state.match_number).or_default().push(Moment::of(state));
        }
        for number in counts
            .taken
            .iter()
            .map(|taken| taken.match_number)
            .chain(counts.choices.iter().map(|choice| choice.match_number))
        {
            of.entry(number).or_insert_with(|| vec![Moment::unknown()]);
        }
        for moments in of.values_mut() {
            moments.sort_by_key(|moment| moment.from);
        }
        Self { numbers: of.keys().copied().collect(), moments: of.into_values().collect() }
    }

    /// As it was before a moment (in microseconds): a choice that takes the last ticket ends the sale at that moment, and must not be
    /// foreseen by it. None before the first.
    pub(crate) fn before(&self, slot: usize, at: i64) -> Option<&Moment> {
        let moments = &self.moments[slot];
        moments[..moments.partition_point(|moment| moment.from < at)].last()
    }

    /// As it was last, or first will be.
    pub(crate) fn facts(&self, slot: usize, at: i64) -> &Moment {
        self.before(slot, at).unwrap_or(&self.moments[slot][0])
    }

    /// Which part of the seconds from `from` to `until` a match was on sale as a pair of teams, for each pair.
    pub(crate) fn parts(&self, slot: usize, from: i64, until: i64, mut part: impl FnMut(&Moment, f64)) {
        let moments = &self.moments[slot];
        let begins = |moment: &Moment| moment.from.div_euclid(MICROS);
        let first = moments.partition_point(|moment| begins(moment) <= from).saturating_sub(1);
        for (at, moment) in moments.iter().enumerate().skip(first) {
            if begins(moment) >= until {
                break;
            }
            let next = moments.get(at + 1).map_or(i64::MAX, begins);
            let (begin, end) = (begins(moment).max(from), next.min(until).min(moment.kick_off));
            if end > begin && moment.open > 0.0 {
                part(moment, (end - begin) as f64 / (until - from) as f64);
            }
        }
    }

    /// Each pair of teams and round that a match had.
    pub(crate) fn pairings(&self, slot: usize) -> Vec<([Option<Team>; 2], i32)> {
        let mut pairings = Vec::new();
        for moment in &self.moments[slot] {
            if !pairings.contains(&(moment.teams, moment.round_number)) {
                pairings.push((moment.teams, moment.round_number));
            }
        }
        pairings
    }

    pub(crate) fn playing(&self) -> Vec<Team> {
        let mut playing = Vec::new();
        for team in self.moments.iter().flatten().flat_map(|moment| moment.teams).flatten() {
            if !playing.contains(&team) {
                playing.push(team);
            }
        }
        playing
    }
}

//! What bookings teach, at a moment: rates of matches, tastes of countries, and what is booked together. All of it is relative to what is
//! known beforehand (`teams`), so that nothing learned is the same as an empty table.

use std::collections::{BTreeMap, HashMap};

use super::teams::{self, TEAMS, Team};

/// The pool of everybody: of fans whose country is not known.
pub(crate) const WORLD: &str = "001";

/// What is not learned from the bookings but chosen on a window of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// In which a booking's weight for the rates halves; none: never.
    pub half_life_days: Option<f64>,
    /// How many bookings a match's rate has from the start.
    pub rate_strength: f64,
    /// How many a country's taste for a team has.
    pub team_strength: f64,
    /// How many a country's taste for a match has, beside that for its teams.
    pub match_strength: f64,
    /// What a hold that was not paid weighs against one that was.
    pub held_weight: f64,
    /// How strongly weights are held to those of the prior.
    pub ridge: f64,
    /// Of the matrix of what is booked together; none: it is left out.
    pub pairs_ridge: Option<f64>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            half_life_days: None,
            rate_strength: 5.0,
            team_strength: 2.0,
            match_strength: 50.0,
            held_weight: 0.3,
            ridge: 10.0,
            pairs_ridge: None,
        }
    }
}

/// The taste of a country, or of the countries of a region that are too few each.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Group {
    /// How many times as much as beforehand each team is wanted.
    pub(crate) teams: [f64; TEAMS],
    /// Those that ten people or more booked.
    pub(crate) known_teams: Vec<Team>,
    /// Logarithms of how many times as much as its teams let expect a match is wanted, by slot.
    pub(crate) matches: Vec<f64>,
    /// Slots of those that ten people or more booked.
    pub(crate) known_matches: Vec<usize>,
}

impl Group {
    pub(crate) fn empty(slots: usize) -> Self {
        Self { teams: [1.0; TEAMS], known_teams: Vec::new(), matches: vec![0.0; slots], known_matches: Vec::new() }
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Learned {
    /// The matches that were booked; a match's place in here is its slot.
    pub(crate) numbers: Vec<i32>,
    slots: HashMap<i32, usize>,
    /// Logarithms, by slot; 0 is the mean.
    pub(crate) rates: Vec<f64>,
    /// Whether ten people or more booked it, by slot.
    pub(crate) popular: Vec<bool>,
    /// By country, region, or `WORLD`.
    pub(crate) groups: BTreeMap<String, Group>,
    /// How much having the one (row) speaks for the other (column); empty where it is left out.
    pub(crate) together: Vec<f32>,
}

impl Learned {
    pub(crate) fn of(numbers: Vec<i32>) -> Self {
        let slots = numbers.iter().enumerate().map(|(slot, number)| (*number, slot)).collect();
        let count = numbers.len();
        Self { numbers, slots, rates: vec![0.0; count], popular: vec![false; count], ..Self::default() }
    }

    pub(crate) fn slot(&self, number: i32) -> Option<usize> {
        self.slots.get(&number).copied()
    }

    /// The taste of whom a fan of a country is counted with.
    pub(crate) fn group(&self, country: Option<&str>) -> Option<&Group> {
        let Some(country) = country else { return self.groups.get(WORLD) };
        self.groups.get(country).or_else(|| self.groups.get(teams::region_of(country)?))
    }

    /// What having `held` says for each of `slots`.
    pub(crate) fn row_together(&self, held: usize) -> Option<&[f32]> {
        let count = self.numbers.len();
        self.together.get(held * count..(held + 1) * count)
    }

    /// The same for other slots; of matches that are not known, nothing is.
    pub(crate) fn laid_out_as(&self, numbers: &[i32]) -> Self {
        let mut other = Self::of(numbers.to_vec());
        let of: Vec<Option<usize>> = numbers.iter().map(|number| self.slot(*number)).collect();
        let known = || of.iter().enumerate().filter_map(|(to, from)| Some((to, (*from)?)));
        for (to, from) in known() {
            other.rates[to] = self.rates[from];
            other.popular[to] = self.popular[from];
        }
        for (name, group) in &self.groups {
            let mut moved = Group { known_matches: Vec::new(), matches: vec![0.0; numbers.len()], ..group.clone() };
            for (to, from) in known() {
                moved.matches[to] = group.matches[from];
            }
            other.groups.insert(name.clone(), moved);
        }
        if !self.together.is_empty() {
            other.together = vec![0.0; numbers.len() * numbers.len()];
            for (one, from) in known() {
                for (to, at) in known() {
                    other.together[one * numbers.len() + to] = self.together[from * self.numbers.len() + at];
                }
            }
        }
        other
    }
}

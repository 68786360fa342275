//! The master list: what the organiser gives to all sites, a record a match.
//!
//! The first record of a match brings its stock; every later one updates the fixture's facts and nothing else.

use chrono::{DateTime, Utc};
use entities::{category::Category, matches, stock};

/// One match as the organiser tells it, read and validated.
#[derive(Debug, Clone, PartialEq)]
pub struct MasterListMatch {
    pub match_number: i32,
    pub round_number: i32,
    pub date_utc: DateTime<Utc>,
    pub location: String,
    pub home_team: String,
    pub away_team: String,
    pub group: Option<String>,
    pub categories: Vec<MasterListCategory>,
}

/// What is given of one category.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MasterListCategory {
    pub category: Category,
    /// Tickets that are not sold.
    pub available: i32,
    /// Tickets of these that are held; by which site is not said, so they start in the shared account.
    pub pending: i32,
    pub price_minor: i64,
}

impl MasterListMatch {
    /// The facts of the match at `version`, its sale open or closed.
    pub fn facts(&self, version: i32, closed: bool) -> matches::Model {
        matches::Model {
            match_number: self.match_number,
            round_number: self.round_number,
            date_utc: self.date_utc,
            location: self.location.clone(),
            home_team: self.home_team.clone(),
            away_team: self.away_team.clone(),
            group_name: self.group.clone(),
            version,
            closed,
        }
    }

    pub fn stock(&self) -> impl Iterator<Item = stock::Model> + '_ {
        self.categories.iter().map(|given| stock::Model {
            match_number: self.match_number,
            category: given.category,
            price_minor: given.price_minor,
            given: given.available,
            available: given.available,
            held: 0,
            foreign_pending: given.pending,
            sold: 0,
            foreign_sold: 0,
            returned: 0,
            deficit: 0,
        })
    }
}

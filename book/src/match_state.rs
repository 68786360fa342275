//! The public state of a match: what is on sale of it, as all may see it, at one version.

use chrono::{DateTime, Utc};
use entities::{category::Category, matches, stock};
use serde::{Deserialize, Serialize};

/// Whether tickets can be had, and if not, whether that may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Availability {
    /// `sellable` is above 0.
    Available,
    /// All that is left is held and may come back.
    TemporarilyUnavailable,
    SoldOut,
    /// The sale is over, whatever is left.
    Closed,
}

/// Which of the states of a match is shown. Its sale ends by the clock, a moment before the version that says so is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edition {
    pub version: i32,
    pub closed: bool,
}

/// Everything public about one match at one version. Its JSON is the availability topic's record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MatchState {
    pub match_number: i32,
    pub round_number: i32,
    pub date_utc: DateTime<Utc>,
    pub location: String,
    pub home_team: String,
    pub away_team: String,
    pub group: Option<String>,
    /// Only grows.
    pub version: i32,
    /// Whether its sale is over.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub closed: bool,
    /// In the order of their numbers.
    pub categories: Vec<CategoryState>,
}

/// What is left of one category.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CategoryState {
    pub category: Category,
    pub price_minor: i64,
    /// Not sold, here or on another site.
    pub available: i32,
    /// Held, here or on another site.
    pub pending: i32,
}

impl CategoryState {
    pub fn sellable(&self) -> i32 {
        (self.available - self.pending).max(0)
    }

    /// By the counts alone: while the sale is open.
    pub fn availability(&self) -> Availability {
        if self.sellable() > 0 {
            Availability::Available
        } else if self.available > 0 {
            Availability::TemporarilyUnavailable
        } else {
            Availability::SoldOut
        }
    }
}

impl From<&stock::Model> for CategoryState {
    fn from(stock: &stock::Model) -> Self {
        Self {
            category: stock.category,
            price_minor: stock.price_minor,
            available: stock.available,
            pending: stock.held + stock.foreign_pending,
        }
    }
}

impl MatchState {
    /// Of the match as a whole: available while any category is, sold out once all are, and closed once its sale is over.
    pub fn availability(&self) -> Availability {
        if self.closed {
            return Availability::Closed;
        }
        let any = |wanted| self.categories.iter().any(|category| category.availability() == wanted);
        if any(Availability::Available) {
            Availability::Available
        } else if any(Availability::TemporarilyUnavailable) {
            Availability::TemporarilyUnavailable
        } else {
            Availability::SoldOut
        }
    }

    /// Whether it says the same as another of all but its counts.
    pub fn has_facts_of(&self, other: &Self) -> bool {
        let facts = |state: &Self| (state.match_number, state.round_number, state.date_utc, state.closed);
        facts(self) == facts(other)
            && (&self.location, &self.home_team, &self.away_team, &self.group)
                == (&other.location, &other.home_team, &other.away_team, &other.group)
    }

    /// Of one of its categories.
    pub fn availability_of(&self, category: &CategoryState) -> Availability {
        if self.closed { Availability::Closed } else { category.availability() }
    }

    pub fn edition(&self) -> Edition {
        Edition { version: self.version, closed: self.closed }
    }

    pub fn new<'a>(facts: &matches::Model, stock: impl IntoIterator<Item = &'a stock::Model>) -> Self {
        Self {
            match_number: facts.match_number,
            round_number: facts.round_number,
            date_utc: facts.date_utc,
            location: facts.location.clone(),
            home_team: facts.home_team.clone(),
            away_team: facts.away_team.clone(),
            group: facts.group_name.clone(),
            version: facts.version,
            closed: facts.closed,
            categories: stock.into_iter().map(CategoryState::from).collect(),
        }
    }
}

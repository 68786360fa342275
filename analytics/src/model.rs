//! What fans choose, as numbers that can be explained.
//!
//! A choice model (conditional logit): among the matches that were on sale, a fan takes one with a probability that grows with `w · f`,
//! where `f` are a dozen features (`features`). What is known beforehand (`teams`) is a model too, the one of an empty database; what bookings
//! teach moves it (`training`), if it is better on the newest of them (`gate`). There is nothing of a single fan in a model.

use chrono::{DateTime, Utc};

mod cells;
mod choices;
mod cholesky;
mod counter;
#[cfg(test)]
mod counterfactual_tests;
mod counts;
mod counts_files;
mod estimate;
mod evaluation;
mod features;
mod file;
#[cfg(test)]
mod file_tests;
mod gate;
mod items;
mod learned;
mod learning;
mod logit;
mod pairs;
mod ranking;
mod reasons;
#[cfg(test)]
mod sold_out_tests;
mod teams;
mod timeline;
mod training;

pub use counter::Counter;
pub use counts::{Buyers, Choice, CountryCode, Counts, Pair, People, Taken};
pub use counts_files::{CountsError, read as read_counts, write as write_counts};
pub use evaluation::{Evaluation, Figures, Lead, Outcome};
pub use file::{LIMIT as MODEL_LIMIT, LakeOffset, Model, ModelError};
pub use gate::Verdict;
pub use learned::Settings;
pub use ranking::{rank, recommend};
pub use training::{Fitting, Trained, Training, TrainingError, fit, train, tune};

/// The facts of a match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fixture {
    pub number: i32,
    pub kick_off: DateTime<Utc>,
    pub venue: String,
    pub home_team: String,
    pub away_team: String,
    pub round_number: i32,
    /// None in the knockouts.
    pub group: Option<String>,
}

/// A category of a match, or a listing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offer {
    /// 1 to 3.
    pub category: i32,
    /// Of one ticket.
    pub price_minor: i64,
    /// Whether it can be bought now.
    pub sellable: bool,
}

/// A match that might be recommended, with what can be had of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate<'a> {
    pub fixture: &'a Fixture,
    /// Each category that the match has.
    pub offers: Vec<Offer>,
    /// The cheapest listing of other fans that is open.
    pub listing: Option<Offer>,
}

/// A match that a fan has tickets for, or a live hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    pub match_number: i32,
    pub category: i32,
    pub price_minor: i64,
}

/// For whom matches are ranked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fan {
    /// ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// Empty where the fan objects to being personalised, or is not known.
    pub held: Vec<Held>,
}

/// A match, how to buy it, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recommendation {
    pub match_number: i32,
    /// The cheapest that can be had in the fan's usual band of prices, or else the cheapest.
    pub category: i32,
    /// Whether it is to be had of the candidate's listing alone.
    pub from_listing: bool,
    /// At most three, the heaviest first.
    pub because_of: Vec<Reason>,
}

/// Words of the contract's `RecommendationReasonKind`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReasonKind {
    YourCountry,
    YourRegion,
    PopularInCountry,
    SameTeam,
    BookedTogether,
    Nearby,
    Popular,
}

/// Why a match is recommended: without what it names, the match would have scored less.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    pub kind: ReasonKind,
    /// As the fixture names it.
    pub team: Option<String>,
    /// The fan's.
    pub country: Option<String>,
    /// That the fan holds.
    pub match_number: Option<i32>,
}

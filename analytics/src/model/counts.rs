//! What training needs of the bookings: counts, and the choices of some fans. The counter makes them from rows, `sql/counts.sql` from the
//! lake's files, and both make the same.

use chrono::{DateTime, Utc};

use crate::rows::MatchOnSale;

/// Bookings of one subject that count, each of another match: the first ones, so that a bot weighs no more than an eager fan.
pub(crate) const MOST_OF_SUBJECT: usize = 12;

/// Fans whose choices weights are fitted to and models are judged by; of more, each so-manyth is taken.
pub(crate) const MOST_FANS: usize = 50_000;

/// What is learned of fewer people is not written down, lest it tells on them.
pub(crate) const FEWEST_PEOPLE: u64 = 10;

/// ISO 3166-1 alpha-2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CountryCode([u8; 2]);

impl CountryCode {
    /// None of what isn't two letters from A to Z.
    pub fn new(code: &str) -> Option<Self> {
        let bytes: [u8; 2] = code.as_bytes().try_into().ok()?;
        bytes.iter().all(u8::is_ascii_uppercase).then_some(Self(bytes))
    }

    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// Hours and days are of UTC, since 1970.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Rows that were counted.
    pub bookings: u64,
    /// When the first and the last of them were placed.
    pub from: Option<DateTime<Utc>>,
    pub to: Option<DateTime<Utc>>,
    /// By match, then as they came to be.
    pub states: Vec<MatchOnSale>,
    pub taken: Vec<Taken>,
    pub people: Vec<People>,
    pub buyers: Vec<Buyers>,
    pub pairs: Vec<Pair>,
    /// By fan, then as they were placed.
    pub choices: Vec<Choice>,
}

/// Bookings of the site's own stock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Taken {
    pub hour: i64,
    /// None where it is not known.
    pub country: Option<CountryCode>,
    pub match_number: i32,
    /// Paid, and not given back since.
    pub sold: u32,
    /// Only held: not paid yet, expired, cancelled, given back.
    pub held: u32,
}

/// How many subjects booked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct People {
    /// None: all of them.
    pub country: Option<CountryCode>,
    /// None: any.
    pub match_number: Option<i32>,
    pub subjects: u64,
}

/// How many subjects booked a match on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Buyers {
    pub day: i64,
    pub match_number: i32,
    pub subjects: u32,
}

/// How many subjects had both matches from a day on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pair {
    pub day: i64,
    /// The lower number.
    pub one: i32,
    pub other: i32,
    pub subjects: u32,
}

/// A booking of a fan who was taken into the sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Choice {
    /// A number of this sample's, made for it and of no use elsewhere.
    pub fan: u64,
    pub at: DateTime<Utc>,
    pub country: Option<CountryCode>,
    pub match_number: i32,
    pub price_minor: i64,
    pub sold: bool,
    /// Whether it is of the site's own stock.
    pub stock: bool,
}

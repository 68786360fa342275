//! The rows of the lake. Each table holds the records of one topic.
//!
//! A column is never renamed, given another type or used anew; a new one is nullable.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What became of a reservation. Words of the contract's `ReservationStatus`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum BookingStatus {
    Pending,
    AwaitingPayment,
    Reserved,
    Cancelled,
}

/// Whose tickets they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Channel {
    /// The site's own stock.
    Stock,
    /// A fan's, by a listing.
    Resale,
}

/// The whole state of a reservation, or of an order, at a version: `(reservation_id, version)` is its identity, and the newest version of
/// an id is what is true. It is the value of a record of `matchday-bookings-<env>`, as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Booking {
    pub reservation_id: Uuid,
    pub version: i32,
    /// When it came to be in this state.
    pub at: DateTime<Utc>,
    /// When it was placed: the moment of the choice.
    pub placed_at: DateTime<Utc>,
    /// A random pseudonym of its fan; none of fans who were erased or object.
    pub subject: Option<Uuid>,
    /// Of the fan's account, ISO 3166-1 alpha-2.
    pub country: Option<String>,
    pub match_number: i32,
    /// 1 to 3.
    pub category: i32,
    pub quantity: i32,
    /// How many of its tickets were given back.
    pub returned: i32,
    pub status: BookingStatus,
    /// A word of the contract's `CancelReason`; set exactly where `status` is `CANCELLED`.
    pub cancel_reason: Option<String>,
    /// Of one ticket, in minor units of the site's currency.
    pub unit_price_minor: i64,
    pub channel: Channel,
}

/// The state of a match as fans could see it, from `at` on, until the next version of it that is in the table: written where its facts
/// change, and where a category comes on sale or goes off it. `(match_number, version)` is its identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatchOnSale {
    pub match_number: i32,
    pub version: i32,
    pub at: DateTime<Utc>,
    pub round_number: i32,
    pub kick_off: DateTime<Utc>,
    pub venue: String,
    pub home_team: String,
    pub away_team: String,
    /// None in the knockouts.
    pub group: Option<String>,
    /// Whether its sale is over.
    pub closed: bool,
    /// Of the categories 1, 2 and 3: whether one could be had, and for how much, in minor units; none where it has no such category.
    pub categories: [Option<OnSale>; 3],
}

/// What could be had of a category.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OnSale {
    pub sellable: bool,
    pub price_minor: i64,
}

/// What another site did with tickets. It has no person in it. Its place in Kafka, `(cluster, partition, record_offset)`, is its identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sale {
    pub cluster: String,
    pub partition: i32,
    pub record_offset: i64,
    pub at: DateTime<Utc>,
    /// The site's `clientId`, where its record names one.
    pub site: Option<String>,
    pub match_number: i32,
    pub category: i32,
    pub quantity: i32,
    /// `TICKET_PENDING`, `TICKET_RESERVED` or `TICKET_CANCELLED`.
    pub action: String,
}

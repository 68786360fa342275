//! What analytics is told of bookings: the whole state of a reservation or an order at one version, with no person in it.

use chrono::{DateTime, Utc};
use entities::{
    category::Category,
    reservation::{self, CancelReason, Status},
};
use sea_orm::ActiveEnum;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Whose tickets are booked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Channel {
    /// The site's own stock.
    Stock,
    /// A fan's, by a listing.
    Resale,
}

/// A reservation or an order at one version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BookingState {
    pub reservation_id: Uuid,
    pub version: i32,
    /// When it came to be in this state.
    pub at: DateTime<Utc>,
    pub placed_at: DateTime<Utc>,
    pub match_number: i32,
    pub category: Category,
    pub quantity: i32,
    /// How many of its tickets were given back.
    pub returned: i32,
    pub status: String,
    pub cancel_reason: Option<String>,
    /// Of one ticket.
    pub unit_price_minor: i64,
    pub channel: Channel,
}

impl BookingState {
    /// The state of a row that has been as it is since `at`.
    pub fn new(row: &reservation::Model, at: DateTime<Utc>) -> Self {
        Self {
            reservation_id: row.id,
            version: row.version,
            at,
            placed_at: row.created_at,
            match_number: row.match_number,
            category: row.category,
            quantity: row.quantity,
            returned: row.returned,
            status: Status::to_value(&row.status),
            cancel_reason: row.cancel_reason.as_ref().map(CancelReason::to_value),
            unit_price_minor: row.unit_price_minor,
            channel: if row.listing_id.is_some() { Channel::Resale } else { Channel::Stock },
        }
    }
}

//! What others are told of listings and orders: the whole public state of one, with a version that only grows.
//!
//! A reader that keeps the newest version of each id ends on the truth, in whatever order and however often they come.

use chrono::{DateTime, Utc};
use entities::{
    category::Category,
    listing::{self, State},
    money,
    reservation::{self, CancelReason, Status},
};
use sea_orm::ActiveEnum;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What happened to a listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ListingAction {
    Created,
    Updated,
    /// A buyer has ordered it.
    Locked,
    /// Its order ended unpaid, or its sale was undone: it can be ordered again.
    Unlocked,
    Sold,
    Withdrawn,
}

/// What happened to an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum OrderAction {
    Created,
    /// It ended unpaid, but not for its time.
    Cancelled,
    Expired,
    /// Its money is taken, and what it bought is its buyer's.
    Completed,
}

impl OrderAction {
    /// What happened to an order that ended unpaid for this reason.
    pub(crate) fn of_end(reason: CancelReason) -> Self {
        match reason {
            CancelReason::Expired => Self::Expired,
            CancelReason::User
            | CancelReason::PaymentFailed
            | CancelReason::Oversold
            | CancelReason::Refunded
            | CancelReason::Withdrawn => Self::Cancelled,
        }
    }
}

/// Everything public about one listing at one version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ListingState {
    pub id: Uuid,
    pub version: i32,
    /// `OPEN`, `LOCKED`, `SOLD` or `WITHDRAWN`.
    pub state: String,
    pub seller_id: Uuid,
    /// None for one that was issued elsewhere.
    pub ticket_id: Option<Uuid>,
    pub match_number: i32,
    pub category: Category,
    pub title: String,
    pub description: Option<String>,
    pub price_minor: i64,
    pub currency: String,
    pub locked_until: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
}

impl From<&listing::Model> for ListingState {
    fn from(row: &listing::Model) -> Self {
        Self {
            id: row.id,
            version: row.version,
            state: State::to_value(&row.state),
            seller_id: row.seller_id,
            ticket_id: row.ticket_id,
            match_number: row.match_number,
            category: row.category,
            title: row.title.clone(),
            description: row.description.clone(),
            price_minor: row.price_minor,
            currency: money::CURRENCY.to_owned(),
            locked_until: row.locked_until,
            created_at: row.created_at,
        }
    }
}

/// An order at one version, without anything of its payment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderState {
    pub id: Uuid,
    pub version: i32,
    /// As of a reservation.
    pub status: String,
    pub cancel_reason: Option<String>,
    pub listing_id: Uuid,
    pub buyer_id: Uuid,
    pub match_number: i32,
    pub category: Category,
    pub price_minor: i64,
    pub currency: String,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

impl OrderState {
    /// The state of a reservation that is an order.
    pub fn of(row: &reservation::Model) -> Option<Self> {
        Some(Self {
            id: row.id,
            version: row.version,
            status: Status::to_value(&row.status),
            cancel_reason: row.cancel_reason.as_ref().map(CancelReason::to_value),
            listing_id: row.listing_id?,
            buyer_id: row.user_id,
            match_number: row.match_number,
            category: row.category,
            price_minor: row.unit_price_minor,
            currency: money::CURRENCY.to_owned(),
            created_at: row.created_at,
            expires_at: row.expires_at,
        })
    }
}

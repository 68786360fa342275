//! A reservation: one fan's claim on one or two tickets of a category.

use sea_orm::entity::prelude::*;

use crate::{category::Category, mail};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(20))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    Pending,
    AwaitingPayment,
    Reserved,
    Cancelled,
}

impl Status {
    /// The states of a hold that still counts in `held`.
    pub const LIVE: [Self; 2] = [Self::Pending, Self::AwaitingPayment];

    pub fn is_live(self) -> bool {
        Self::LIVE.contains(&self)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(20))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CancelReason {
    User,
    Expired,
    PaymentFailed,
    Oversold,
    Refunded,
    /// The seller took back the listing that it was an order of.
    Withdrawn,
}

/// What follows from why a reservation is over. A new reason has to answer each of these.
impl CancelReason {
    /// Whether it may be had again for money that comes late, if what it is of is free.
    pub fn may_be_held_again(self) -> bool {
        match self {
            Self::Expired | Self::Oversold => true,
            Self::User | Self::PaymentFailed | Self::Refunded | Self::Withdrawn => false,
        }
    }

    /// Whether its buyer had it and did not pay.
    pub fn is_unpaid_by_buyer(self) -> bool {
        match self {
            Self::User | Self::Expired | Self::PaymentFailed | Self::Oversold => true,
            Self::Refunded | Self::Withdrawn => false,
        }
    }

    /// Whether its tickets were paid and given back.
    pub fn is_refund(self) -> bool {
        match self {
            Self::Refunded => true,
            Self::User | Self::Expired | Self::PaymentFailed | Self::Oversold | Self::Withdrawn => false,
        }
    }

    /// What its buyer is mailed, where the site mails about holds.
    pub fn mail_of_hold(self) -> Option<mail::Kind> {
        match self {
            Self::Expired => Some(mail::Kind::HoldExpired),
            Self::User | Self::PaymentFailed | Self::Oversold | Self::Refunded | Self::Withdrawn => None,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "reservations")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub user_id: Uuid,
    pub match_number: i32,
    pub category: Category,
    pub quantity: i32,
    /// Price of one ticket in minor units, as it was when the hold was placed.
    pub unit_price_minor: i64,
    pub status: Status,
    /// Set exactly when `status` is `Cancelled`.
    pub cancel_reason: Option<CancelReason>,
    pub created_at: DateTimeUtc,
    pub expires_at: DateTimeUtc,
    /// Grows by one with every change of state.
    pub version: i32,
    /// The fan's own name for the attempt; unique per fan.
    pub idempotency_key: Option<String>,
    /// The listing that it is an order of; none where it is of the site's own stock.
    pub listing_id: Option<Uuid>,
    /// How many of its tickets were refunded; the other `quantity - returned` are still its fan's.
    pub returned: i32,
    /// How often its buyer was given more time.
    pub extensions: i32,
    /// When the hold ended, sold or not; a refund of what was sold is none of its ends. None while it is held, and of what
    /// ended before this was written down.
    pub ended_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

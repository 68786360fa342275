//! Why the desk refuses: an enum for each noun that it decides about.
//!
//! Payments, refunds and orders are of a hold, so each of theirs also carries what a hold is refused for.

use std::time::Duration;

use book::Remaining;
use chrono::{DateTime, SecondsFormat, Utc};
use entities::{category::Category, reservation::CancelReason, ticket};
use sea_orm::DbErr;
use thiserror::Error;

use super::MAX_QUANTITY;
use crate::{idempotency::MAX_KEY_LENGTH, text};

/// Why tickets are not held, or a hold is not ended.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum HoldError {
    #[error("quantity is {0}; it must be 1 to {MAX_QUANTITY}")]
    Quantity(i32),
    #[error("category is {0}; it must be 1, 2 or 3")]
    Category(i32),
    #[error("idempotencyKey must be 1 to {MAX_KEY_LENGTH} visible ASCII characters")]
    Key,
    #[error("there is no match {0}")]
    UnknownMatch(i32),
    #[error("match {0} has no tickets of category {1}")]
    UnknownCategory(i32, i32),
    #[error("the sale of match {0} is over")]
    SaleClosed(i32),
    #[error("category {1} of match {0} is sold out")]
    SoldOut(i32, i32),
    #[error("{sellable} of the {available} unsold tickets can be had right now; held ones may come back")]
    TemporarilyUnavailable { available: i32, sellable: i32 },
    #[error("you hold or own {has} tickets of this match; the limit is {cap}")]
    PurchaseLimit { has: i32, cap: i32 },
    #[error(
        "confirm your email first: give the code that was mailed to you to verifyEmail; requestEmailVerification mails another"
    )]
    EmailNotVerified,
    #[error("this idempotencyKey was used for another reservation; send a new key with a new request")]
    KeyReused,
    #[error("there is no such reservation of yours")]
    NotFound,
    #[error("the hold has expired; its tickets are on sale again")]
    HoldExpired,
    #[error("the reservation is paid")]
    AlreadyPaid,
    #[error("a payment of the reservation is under way; wait for its end, or cancel the reservation")]
    PaymentUnderWay,
    #[error("the hold is given no more time: {0}; pay it before it ends")]
    NotExtended(#[from] NoExtension),
    #[error("the reservation was cancelled before")]
    AlreadyCancelled(CancelReason),
    #[error("too many requests wait for these tickets; try again in {} s", retry_after.as_secs())]
    Busy {
        /// Whole seconds after which those who wait now are answered.
        retry_after: Duration,
    },
    #[error("the reservation can't be decided right now; look into your reservations before you try again")]
    Unavailable,
    #[error("the store failed")]
    Store(#[from] DbErr),
}

impl HoldError {
    /// What a buyer is told for whom what is left of a category is not enough.
    pub(crate) fn not_enough(remaining: Remaining, match_number: i32, category: Category) -> Self {
        match remaining.available {
            0 => Self::SoldOut(match_number, category.number()),
            available => Self::TemporarilyUnavailable { available, sellable: remaining.sellable },
        }
    }

    /// What a buyer is told whose reservation is over.
    pub(crate) fn ended(reason: Option<CancelReason>) -> Self {
        match reason {
            Some(CancelReason::Expired) | None => Self::HoldExpired,
            Some(
                reason @ (CancelReason::User
                | CancelReason::PaymentFailed
                | CancelReason::Oversold
                | CancelReason::Refunded
                | CancelReason::Withdrawn),
            ) => Self::AlreadyCancelled(reason),
        }
    }
}

/// Why a hold is given no more time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NoExtension {
    #[error("it was extended as often as it may be")]
    Spent,
    #[error("nothing else is left of its tickets, and others may be waiting for them")]
    OthersWait,
    #[error("the seller is taking the listing back")]
    SellerWaits,
    #[error("the sale of the match is over")]
    SaleClosed,
}

/// Why a payment is not begun.
#[derive(Debug, Error)]
pub enum PaymentRefused {
    #[error(
        "this idempotencyKey was used for this reservation with another paymentMethod; send a new key with another card"
    )]
    KeyOfAnotherCard,
    #[error("{cap} cards were refused for this reservation; it takes no further one")]
    TooManyDeclines { cap: usize },
    #[error("too many of your cards were refused; try again in {} s", retry_after.as_secs())]
    DeclinedTooOften {
        /// Whole seconds.
        retry_after: Duration,
    },
    #[error(transparent)]
    Hold(#[from] HoldError),
}

/// Why a listing is not ordered, or is not as its seller believes.
#[derive(Debug, Error)]
pub enum OrderRefused {
    #[error("there is no such listing")]
    NotFound,
    #[error("you can't buy what you offer yourself")]
    Own,
    #[error("the listing is at version {current}; look at it again")]
    Stale { current: i32 },
    #[error("somebody is buying this until {}", until.to_rfc3339_opts(SecondsFormat::Secs, true))]
    Locked { until: DateTime<Utc> },
    #[error("the listing is sold or withdrawn")]
    Ended,
    #[error("you have {has} orders that are not paid, and may not have more{}; pay or cancel one", if *.of_match { " of one match" } else { "" })]
    TooManyOrders { has: u64, cap: u64, of_match: bool },
    #[error("you ordered this before and did not pay; you may order it again in {} s", retry_after.as_secs())]
    OrderedBefore {
        /// Whole seconds.
        retry_after: Duration,
    },
    #[error(transparent)]
    Hold(#[from] HoldError),
}

/// Why tickets are not given back.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum RefundRefused {
    #[error("name 1 to {MAX_QUANTITY} tickets, or leave ticketIds out to give back all that are left")]
    Tickets,
    #[error("reason must be 1 to {} printable characters and line breaks", text::Kind::RefundReason.most())]
    Reason,
    #[error("the reservation has no such ticket")]
    UnknownTicket,
    #[error("only the staff of this site gives money back; ask them")]
    NotByOwners,
    #[error("its owner could give tickets back until {}; the staff of this site still can", until.format("%F %R UTC"))]
    TooLate {
        /// When the owner's time was over.
        until: DateTime<Utc>,
    },
    #[error(
        "this is an order of a ticket that a fan sold on, and those are final; offer the ticket for resale instead"
    )]
    Resale,
    #[error("the reservation is not paid; cancelReservation ends it")]
    NotPaid,
    #[error("the money is about to be taken and the tickets to be issued; try again in a moment")]
    BeingPaid,
    #[error("{}", not_valid(*seat, *status))]
    NotValid { seat: i32, status: ticket::Status },
    #[error("ticket {seat} of the reservation is frozen by the staff of this site; ask them")]
    Frozen { seat: i32 },
    #[error("ticket {seat} of the reservation was given to another fan; ticketIds can name those that are still yours")]
    GivenAway { seat: i32 },
    #[error(transparent)]
    Hold(#[from] HoldError),
}

fn not_valid(seat: i32, status: ticket::Status) -> String {
    let why = match status {
        ticket::Status::Used => "was used at the gate, and is not given back",
        ticket::Status::Listed => "is offered for resale; withdraw the offer first",
        ticket::Status::Transferred => "was sold on, and is somebody else's",
        ticket::Status::Valid | ticket::Status::Refunded => "has changed just now",
    };
    format!("ticket {seat} of the reservation {why}; ticketIds can name those that are VALID alone")
}

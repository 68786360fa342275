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
    #[error("`quantity` is {0}; it must be 1 to {MAX_QUANTITY}")]
    Quantity(i32),
    #[error("`category` is {0}; it must be 1, 2 or 3")]
    Category(i32),
    #[error("`idempotencyKey` must have 1 to {MAX_KEY_LENGTH} visible ASCII characters")]
    Key,
    #[error("there is no match {0}")]
    UnknownMatch(i32),
    #[error("match {0} has no tickets of category {1}")]
    UnknownCategory(i32, i32),
    #[error("sales for match {0} have ended")]
    SaleClosed(i32),
    #[error("category {1} of match {0} is sold out")]
    SoldOut(i32, i32),
    #[error("{}; some may be released", on_hold(*sellable, *available))]
    TemporarilyUnavailable { available: i32, sellable: i32 },
    #[error("you hold or own {has} of at most {cap} tickets for this match")]
    PurchaseLimit { has: i32, cap: i32 },
    #[error(
        "confirm your email first: send the code that was mailed to you to `verifyEmail`; `requestEmailVerification` mails a new one"
    )]
    EmailNotVerified,
    #[error("the account was deleted")]
    NoAccount,
    #[error("this `idempotencyKey` was used for another reservation; send a new key with a new request")]
    KeyReused,
    #[error("you have no such reservation")]
    NotFound,
    #[error("the hold has expired; its tickets are on sale again")]
    HoldExpired,
    #[error("the reservation is already paid")]
    AlreadyPaid,
    #[error("a payment for the reservation is in progress; wait until it ends, or cancel the reservation")]
    PaymentUnderWay,
    #[error("the hold can't be extended: {0}; pay before it expires")]
    NotExtended(#[from] NoExtension),
    #[error("the reservation is already cancelled")]
    AlreadyCancelled(CancelReason),
    #[error("too many requests are waiting for these tickets; try again in {} s", retry_after.as_secs())]
    Busy {
        /// Whole seconds after which those who wait now are answered.
        retry_after: Duration,
    },
    #[error(
        "reservations are temporarily unavailable; check `myReservations` before you retry without the same `idempotencyKey`"
    )]
    Unavailable,
    #[error("the store failed")]
    Store(#[from] DbErr),
}

/// What is left of a category, and is not to be had now.
fn on_hold(sellable: i32, available: i32) -> String {
    match sellable {
        0 => format!("all {available} unsold tickets are on hold"),
        _ => format!("only {sellable} of the {available} unsold tickets are available, the others are on hold"),
    }
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
    #[error("it has reached the maximum number of extensions")]
    Spent,
    #[error("no other tickets of its kind are left, and other buyers may be waiting")]
    OthersWait,
    #[error("the seller is withdrawing the listing")]
    SellerWaits,
    #[error("sales for the match have ended")]
    SaleClosed,
}

/// Why a payment is not begun.
#[derive(Debug, Error)]
pub enum PaymentRefused {
    #[error(
        "this `idempotencyKey` was used for this reservation with another `paymentMethod`; send a new key with another card"
    )]
    KeyOfAnotherCard,
    #[error("{cap} cards were declined for this reservation; it accepts no more")]
    TooManyDeclines { cap: usize },
    #[error("too many of your cards were declined; try again in {} s", retry_after.as_secs())]
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
    #[error("you can't order your own listing")]
    Own,
    #[error("the listing has changed to version {current}; reload it")]
    Stale { current: i32 },
    #[error("another buyer has locked this listing until {}", until.to_rfc3339_opts(SecondsFormat::Secs, true))]
    Locked { until: DateTime<Utc> },
    #[error("the listing is sold or withdrawn")]
    Ended,
    #[error("you have {has} unpaid orders{}, which is the limit; pay or cancel one", if *.of_match { " for this match" } else { "" })]
    TooManyOrders { has: u64, cap: u64, of_match: bool },
    #[error("you ordered this listing before and did not pay; you can order it again in {} s", retry_after.as_secs())]
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
    #[error("send 1 to {MAX_QUANTITY} `ticketIds`, or leave them out to refund all remaining tickets")]
    Tickets,
    #[error("`reason` must have 1 to {} printable characters or line breaks", text::Kind::RefundReason.most())]
    Reason,
    #[error("the reservation has no such ticket")]
    UnknownTicket,
    #[error("only this site's staff can refund tickets; ask them")]
    NotByOwners,
    #[error("tickets could be returned until {}; this site's staff can still refund them", until.format("%F %R UTC"))]
    TooLate {
        /// When the owner's time was over.
        until: DateTime<Utc>,
    },
    #[error("this ticket was bought from another fan, and such sales are final; offer it for resale instead")]
    Resale,
    #[error("the reservation is not paid; cancel it with `cancelReservation`")]
    NotPaid,
    #[error("the payment is being completed; try again in a moment")]
    BeingPaid,
    #[error("{}", not_valid(*seat, *status))]
    NotValid { seat: i32, status: ticket::Status },
    #[error("this site's staff has frozen ticket {seat} of the reservation; ask them")]
    Frozen { seat: i32 },
    #[error("ticket {seat} of the reservation was given to another fan; leave it out of `ticketIds`")]
    GivenAway { seat: i32 },
    #[error(transparent)]
    Hold(#[from] HoldError),
}

fn not_valid(seat: i32, status: ticket::Status) -> String {
    let why = match status {
        ticket::Status::Used => "was used at the gate and can't be refunded",
        ticket::Status::Listed => "is offered for resale; withdraw the listing first",
        ticket::Status::Transferred => "was sold to another fan",
        ticket::Status::Valid | ticket::Status::Refunded => "was just changed",
    };
    format!("ticket {seat} of the reservation {why}; send only VALID tickets in `ticketIds`")
}

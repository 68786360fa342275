//! Why a ticket is not given to another fan.

use std::time::Duration;

use entities::ticket::Status;
use sea_orm::DbErr;
use thiserror::Error;

use crate::tickets::status_text;

/// Tickets that one fan may offer within a day: each is a mail to an email of their choice.
pub(super) const MOST_OF_DAY: usize = 20;

/// Why a ticket is not given.
#[derive(Debug, Error)]
pub enum TransferError {
    #[error("tickets of this site are not given to others")]
    Disabled,
    #[error("email must be an address that mail can go to, such as fan@example.com")]
    Email,
    #[error("email is your own; name that of the person who is to have the ticket")]
    OwnEmail,
    #[error(
        "confirm your email first: give the code that was mailed to you to verifyEmail; requestEmailVerification mails another"
    )]
    EmailNotVerified,
    #[error("there is no such ticket of yours")]
    NoTicket,
    #[error("the ticket can't be given: only a valid one can, and this one is {}", status_text(*.0))]
    NotValid(Status),
    #[error("the ticket can't be given: the staff of this site has frozen it; ask them")]
    Frozen,
    #[error("the ticket is offered to {to}; take that back by cancelTicketTransfer before you offer it to another")]
    Offered { to: String },
    #[error("the ticket has changed hands {0} times, and may not be given again")]
    TooOften(u64),
    #[error("you offered {MOST_OF_DAY} tickets within a day; offer another in {} s", retry_after.as_secs())]
    TooMany {
        /// Whole seconds.
        retry_after: Duration,
    },
    #[error("the sale of match {0} is over, and with it the time to give its tickets")]
    SaleClosed(i32),
    #[error("you have not offered this ticket to anybody")]
    NotOffered,
    #[error("the ticket was accepted, and is its new holder's")]
    Accepted,
    #[error("code is not one that a ticket was offered by; take it from the mail")]
    InvalidCode,
    #[error("the ticket is yours; its code is for the person whom you give it to")]
    Own,
    #[error(
        "the ticket is not offered any more: it was taken back or accepted, its time is over, or it was used, sold or given back"
    )]
    Over,
    #[error("you were given {has} tickets of this match; the limit is {cap}")]
    PurchaseLimit { has: u64, cap: u64 },
    #[error("the store failed")]
    Store(#[from] DbErr),
}

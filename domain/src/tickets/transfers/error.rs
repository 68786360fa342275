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
    #[error("this site does not let fans give tickets away")]
    Disabled,
    #[error("`email` must be an email address such as fan@example.com")]
    Email,
    #[error("`email` is your own; send the recipient's address")]
    OwnEmail,
    #[error(
        "confirm your email first: send the code that was mailed to you to `verifyEmail`; `requestEmailVerification` mails a new one"
    )]
    EmailNotVerified,
    #[error("you have no such ticket")]
    NoTicket,
    #[error("the ticket can't be given away: it must be valid, and this one is {}", status_text(*.0))]
    NotValid(Status),
    #[error("the ticket can't be given away: this site's staff has frozen it; ask them")]
    Frozen,
    #[error(
        "the ticket is offered to {to}; cancel that with `cancelTicketTransfer` before you offer it to another person"
    )]
    Offered { to: String },
    #[error("the ticket has reached the limit of {0} transfers")]
    TooOften(u64),
    #[error("you offered {MOST_OF_DAY} tickets within a day, which is the limit; offer another in {} s", retry_after.as_secs())]
    TooMany {
        /// Whole seconds.
        retry_after: Duration,
    },
    #[error("sales for match {0} have ended, so its tickets can't be given away any more")]
    SaleClosed(i32),
    #[error("you have not offered this ticket to another person")]
    NotOffered,
    #[error("the ticket was accepted and belongs to its new holder")]
    Accepted,
    #[error("`code` does not belong to an offered ticket; copy it from the mail")]
    InvalidCode,
    #[error("the ticket is yours; its code is for the recipient")]
    Own,
    #[error("the offer has ended: it was cancelled, accepted or expired, or the ticket was used, sold or refunded")]
    Over,
    #[error("you were given {has} of at most {cap} tickets for this match")]
    PurchaseLimit { has: u64, cap: u64 },
    #[error("the store failed")]
    Store(#[from] DbErr),
}

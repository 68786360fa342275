//! Why an account function refused.

use std::time::Duration;

use sea_orm::DbErr;
use thiserror::Error;
use uuid::Uuid;

use super::deletion::{self, Obstacle};
use crate::field_errors::{self, FieldError};

/// Why an account function refused.
#[derive(Debug, Error)]
pub enum AccountError {
    #[error("{}", field_errors::sentence(.0))]
    Invalid(Vec<FieldError>),
    #[error("an account with this email exists; sign in instead")]
    EmailTaken,
    #[error("this account is disabled; ask the site's staff to enable it")]
    Disabled,
    #[error("wrong email or password")]
    WrongCredentials,
    #[error("`{0}` is not the password of this account")]
    WrongPassword(&'static str),
    #[error(
        "this account has no password here: sign in at your identity provider anew, and send this within {} minutes",
        deletion::FRESH.num_minutes()
    )]
    NotProved,
    #[error("{}", deletion::in_the_way(.0))]
    NotSettled(Vec<Obstacle>),
    #[error("there is more about you than one answer may hold; ask this site's staff for it")]
    TooMuch,
    #[error(
        "this account is managed by an identity provider: change its name and password, confirm its email and sign out there"
    )]
    Elsewhere,
    #[error("the identity provider's keys are not loaded yet; try again in a moment")]
    ProviderAway,
    #[error("{name:?} matches several accounts; give the id of one: {}", ids.iter().map(Uuid::to_string).collect::<Vec<_>>().join(", "))]
    Ambiguous { name: String, ids: Vec<Uuid> },
    #[error("invalid, used or expired code; request a new one")]
    InvalidCode,
    #[error("the token is not valid; sign in again")]
    InvalidToken,
    #[error("the session has ended; sign in again")]
    EndedSession,
    #[error("this refresh token was already used, so the session was ended; sign in again")]
    ReusedToken,
    #[error("the token has expired; refresh the session or sign in again")]
    ExpiredToken,
    #[error("too many attempts; try again in {} s", retry_after.as_secs() + 1)]
    TooManyAttempts { retry_after: Duration },
    #[error("too many sign-ins at once; try again in a moment")]
    Busy,
    #[error("the service is temporarily unavailable; try again in a moment")]
    Away,
    #[error("the store failed")]
    Store(#[from] DbErr),
    #[error("{0}")]
    Internal(String),
}

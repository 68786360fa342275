//! Accounts: who somebody is, shown by a password once and by tokens after.
//!
//! An access token is short-lived and checked without the database. A refresh token is used once: its use gives the
//! next one, and using it again ends the whole family, for then it was stolen.

use std::{net::IpAddr, time::Duration};

use chrono::{DateTime, Utc};
use entities::{
    mail::Kind,
    user::{self, Role},
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, QueryFilter, QuerySelect};
use thiserror::Error;
use uuid::Uuid;

use crate::{App, mails, store::Write};

mod attempts;
pub(crate) mod codes;
pub mod keys;
mod passwords;
pub mod provider;
mod recovery;
pub mod roster;
pub(crate) mod sealing;
mod sessions;
pub(crate) mod tokens;
pub mod upkeep;

pub use keys::Keys;
pub use recovery::{request_email_verification, request_password_reset, reset_password, verify_email};
pub use sessions::{refresh, sign_out};

const MAX_EMAIL_LENGTH: usize = 254;
const MAX_NAME_LENGTH: usize = 100;

/// Somebody who is signed in, as their access token says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Viewer {
    pub user_id: Uuid,
    pub role: Role,
    /// The session that the access token belongs to; none of ours, where an identity provider issued it.
    pub session: Option<Uuid>,
    pub expires_at: DateTime<Utc>,
}

impl Viewer {
    pub fn is_admin(&self) -> bool {
        self.role == Role::Admin
    }
}

/// Why an account function refused.
#[derive(Debug, Error)]
pub enum AccountError {
    #[error("{field} {problem}")]
    Invalid { field: &'static str, problem: String },
    #[error("there is an account with this email; sign in instead")]
    EmailTaken,
    #[error("this account is disabled; those who run the site can enable it again")]
    Disabled,
    #[error("email or password is wrong")]
    WrongCredentials,
    #[error("currentPassword is not the password of this account")]
    WrongPassword,
    #[error("an identity provider keeps this account: change its password, confirm its email and sign out there")]
    Elsewhere,
    #[error("the keys of the identity provider are not known yet; try again in a moment")]
    ProviderAway,
    #[error("{name:?} names several accounts; name one by its id: {}", ids.iter().map(Uuid::to_string).collect::<Vec<_>>().join(", "))]
    Ambiguous { name: String, ids: Vec<Uuid> },
    #[error("the code is unknown, was used, or is over; ask for another")]
    InvalidCode,
    #[error("the token is not valid; sign in again")]
    InvalidToken,
    #[error("the token has expired; refresh the session or sign in again")]
    ExpiredToken,
    #[error("too many attempts; try again in {} s", retry_after.as_secs() + 1)]
    TooManyAttempts { retry_after: Duration },
    #[error("many people are signing in right now; try again in a moment")]
    Busy,
    #[error("the store failed")]
    Store(#[from] DbErr),
    #[error("{0}")]
    Internal(String),
}

/// A sign-up as the fan typed it.
#[derive(Debug, Clone)]
pub struct Application {
    pub email: String,
    pub password: String,
    pub display_name: Option<String>,
    pub country: Option<String>,
}

/// A session: who it is, and the tokens that show it.
#[derive(Debug, Clone)]
pub struct Session {
    pub user: user::Model,
    pub access_token: String,
    pub refresh_token: String,
    /// When the access token ends.
    pub expires_at: DateTime<Utc>,
}

/// Opens an account and signs its owner in.
pub async fn sign_up(app: &App, application: Application) -> Result<Session, AccountError> {
    let row = enrolled(app, application).await?;
    let signer = keys::signer(app).await?;

    let txn = Write::begin(app).await?;
    enter(&txn, &row).await?;
    let session = sessions::open(app, &txn, row, &signer).await?;
    txn.commit().await?;

    Ok(session)
}

/// The row of an application that is in order.
async fn enrolled(app: &App, application: Application) -> Result<user::Model, AccountError> {
    let Application { email, password, display_name, country } = application;
    let email = email.trim().to_owned();
    check_email(&email)?;
    passwords::check("password", &password)?;
    let display_name = display_name.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
    if display_name.as_ref().is_some_and(|name| !is_name(name)) {
        let problem = format!("must be at most {MAX_NAME_LENGTH} printable characters");
        return Err(AccountError::Invalid { field: "displayName", problem });
    }
    if let Some(country) = &country
        && (country.len() != 2 || !country.bytes().all(|byte| byte.is_ascii_uppercase()))
    {
        let problem = "must be a two-letter code of ISO 3166-1, such as QA".to_owned();
        return Err(AccountError::Invalid { field: "country", problem });
    }
    let password_hash = app.accounts.hashing.place()?.hash(password).await?;

    Ok(user::Model {
        id: Uuid::now_v7(),
        email_key: email_key(&email),
        email,
        password_hash,
        display_name,
        country,
        role: Role::Customer,
        verified_at: None,
        disabled_at: None,
        created_at: app.clock.now(),
    })
}

/// Enters a new account, and queues the mail that lets its owner confirm the email.
async fn enter(txn: &Write, row: &user::Model) -> Result<(), AccountError> {
    let inserted =
        user::Entity::insert(user::ActiveModel::from(row.clone()).reset_all()).exec_without_returning(&**txn).await;
    match inserted {
        Err(error) if matches!(error.sql_err(), Some(sea_orm::SqlErr::UniqueConstraintViolation(_))) => {
            return Err(AccountError::EmailTaken);
        }
        inserted => inserted?,
    };
    mails::append(txn, Kind::VerifyEmail, &row.email_key, row.created_at).await?;

    Ok(())
}

/// Signs somebody in, from `address` where it is known. An unknown email takes as long as a wrong password, and is
/// answered the same.
pub async fn sign_in(
    app: &App,
    address: Option<IpAddr>,
    email: &str,
    password: String,
) -> Result<Session, AccountError> {
    let place = app.accounts.hashing.place()?;
    let attempt = attempts::begin(app, email, address).await?;
    let user = user::Entity::find().filter(user::Column::EmailKey.eq(email_key(email))).one(&app.db).await?;
    let hash = user.as_ref().map(|user| user.password_hash.clone());
    let right = place.verify(password, hash).await?;
    let user = user.filter(|_| right).ok_or(AccountError::WrongCredentials)?;
    let signer = keys::signer(app).await?;

    let txn = Write::begin(app).await?;
    // What changed meanwhile counts: nobody gets in by a password that has just been changed.
    let user = lock(&txn, user.id).await?.filter(|now| now.password_hash == user.password_hash);
    let user = user.ok_or(AccountError::WrongCredentials)?;
    attempts::succeeded(&txn, attempt).await?;
    if user.disabled_at.is_some() {
        txn.commit().await?;
        return Err(AccountError::Disabled);
    }
    let session = sessions::open(app, &txn, user, &signer).await?;
    txn.commit().await?;

    Ok(session)
}

/// Gives the viewer's account another password. Their other sessions end; this one goes on.
pub async fn change_password(
    app: &App,
    viewer: Viewer,
    address: Option<IpAddr>,
    current: String,
    new: String,
) -> Result<user::Model, AccountError> {
    let session = viewer.session.ok_or(AccountError::Elsewhere)?;
    passwords::check("newPassword", &new)?;
    let user = find(app, viewer.user_id).await?.ok_or(AccountError::InvalidToken)?;
    let place = app.accounts.hashing.place()?;
    let attempt = attempts::begin(app, &user.email, address).await?;
    if !place.verify(current, Some(user.password_hash.clone())).await? {
        return Err(AccountError::WrongPassword);
    }
    let hash = place.hash(new).await?;

    let txn = Write::begin(app).await?;
    let changed = user::Entity::update_many()
        .set(user::ActiveModel { password_hash: Set(hash.clone()), ..Default::default() })
        .filter(user::Column::Id.eq(user.id))
        // Of two changes at once the later one no longer knows the current password.
        .filter(user::Column::PasswordHash.eq(user.password_hash.clone()))
        .exec(&*txn)
        .await?;
    if changed.rows_affected == 0 {
        return Err(AccountError::WrongPassword);
    }
    attempts::succeeded(&txn, attempt).await?;
    sessions::end_all(&txn, user.id, Some(session), app.clock.now()).await?;
    mails::append(&txn, Kind::PasswordChanged, &user.email_key, app.clock.now()).await?;
    txn.commit().await?;

    Ok(user::Model { password_hash: hash, ..user })
}

/// Says who a Bearer token belongs to. The database is asked only about a key that is not known yet, and once in a while
/// about somebody whom an identity provider knows.
pub async fn authenticate(app: &App, token: &str) -> Result<Viewer, AccountError> {
    tokens::read(app, token).await
}

/// The viewer's own account; `None` if it is gone since the token was issued.
pub async fn find(app: &App, id: Uuid) -> Result<Option<user::Model>, DbErr> {
    user::Entity::find_by_id(id).one(&app.db).await
}

/// The account, which nobody else changes before the transaction ends.
///
/// Whoever opens, ends or renews sessions locks their owner first, so that none slips through an end of all.
async fn lock(txn: &Write, id: Uuid) -> Result<Option<user::Model>, DbErr> {
    user::Entity::find_by_id(id).lock_exclusive().one(&**txn).await
}

/// What of an email is unique.
fn email_key(email: &str) -> String {
    email.trim().to_lowercase()
}

/// Whether it can be shown as somebody's name.
fn is_name(text: &str) -> bool {
    (1..=MAX_NAME_LENGTH).contains(&text.chars().count()) && !text.chars().any(char::is_control)
}

fn check_email(email: &str) -> Result<(), AccountError> {
    let well_formed = email.len() <= MAX_EMAIL_LENGTH
        && !email.chars().any(|character| character.is_whitespace() || character.is_control())
        && email.split_once('@').is_some_and(|(name, host)| {
            !name.is_empty()
                && !host.contains('@')
                && host.contains('.')
                && !host.starts_with('.')
                && !host.ends_with('.')
        });
    if well_formed {
        return Ok(());
    }
    let problem = "must be an address such as fan@example.com".to_owned();
    Err(AccountError::Invalid { field: "email", problem })
}

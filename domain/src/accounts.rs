//! Accounts: who somebody is, shown by a password once and by tokens after.
//!
//! An access token is short-lived and checked without the database. A refresh token is used once: its use gives the
//! next one, and using it again ends the whole family, for then it was stolen.

use chrono::{DateTime, Utc};
use entities::user::{self, Role};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, QueryFilter};
use thiserror::Error;
use uuid::Uuid;

use crate::{App, store::Write};

pub mod keys;
mod passwords;
mod sealing;
mod sessions;
mod tokens;

pub use keys::Keys;
pub use sessions::{refresh, sign_out};

/// Parallel password hashes at most: each takes 19 MiB and some 20 ms of a core.
const PARALLEL_HASHES: usize = 2;

const MAX_EMAIL_LENGTH: usize = 254;
const MAX_NAME_LENGTH: usize = 100;
const PASSWORD_LENGTH: std::ops::RangeInclusive<usize> = 8..=128;

/// Somebody who is signed in, as their access token says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Viewer {
    pub user_id: Uuid,
    pub role: Role,
    /// The session that the access token belongs to.
    pub session: Uuid,
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
    #[error("email or password is wrong")]
    WrongCredentials,
    #[error("the token is not valid; sign in again")]
    InvalidToken,
    #[error("the token has expired; refresh the session or sign in again")]
    ExpiredToken,
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
    let Application { email, password, display_name, country } = application;
    let email = email.trim().to_owned();
    check_email(&email)?;
    check_password(&password)?;
    let display_name = display_name.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
    if let Some(name) = &display_name
        && (name.chars().count() > MAX_NAME_LENGTH || name.chars().any(char::is_control))
    {
        let problem = format!("must be at most {MAX_NAME_LENGTH} printable characters");
        return Err(AccountError::Invalid { field: "displayName", problem });
    }
    if let Some(country) = &country
        && (country.len() != 2 || !country.bytes().all(|byte| byte.is_ascii_uppercase()))
    {
        let problem = "must be a two-letter code of ISO 3166-1, such as QA".to_owned();
        return Err(AccountError::Invalid { field: "country", problem });
    }
    let password_hash = passwords::hash(&app.accounts.hashing, password).await?;
    let signer = keys::signer(app).await?;
    let row = user::Model {
        id: Uuid::now_v7(),
        email_key: email.to_lowercase(),
        email,
        password_hash,
        display_name,
        country,
        role: Role::Customer,
        created_at: app.clock.now(),
    };

    let txn = Write::begin(app).await?;
    let inserted =
        user::Entity::insert(user::ActiveModel::from(row.clone()).reset_all()).exec_without_returning(&*txn).await;
    match inserted {
        Err(error) if matches!(error.sql_err(), Some(sea_orm::SqlErr::UniqueConstraintViolation(_))) => {
            return Err(AccountError::EmailTaken);
        }
        inserted => inserted?,
    };
    let session = sessions::open(app, &txn, row, &signer).await?;
    txn.commit().await?;

    Ok(session)
}

/// Signs somebody in. An unknown email takes as long as a wrong password, and is answered the same.
pub async fn sign_in(app: &App, email: &str, password: String) -> Result<Session, AccountError> {
    let user = user::Entity::find().filter(user::Column::EmailKey.eq(email.trim().to_lowercase())).one(&app.db).await?;
    let hash = user.as_ref().map(|user| user.password_hash.clone());
    let right = passwords::verify(&app.accounts.hashing, password, hash).await?;
    let user = user.filter(|_| right).ok_or(AccountError::WrongCredentials)?;
    let signer = keys::signer(app).await?;

    let txn = Write::begin(app).await?;
    let session = sessions::open(app, &txn, user, &signer).await?;
    txn.commit().await?;

    Ok(session)
}

/// Says who a Bearer token belongs to; the database is asked only about a key that is not known yet.
pub async fn authenticate(app: &App, token: &str) -> Result<Viewer, AccountError> {
    tokens::read(app, token).await
}

/// The viewer's own account; `None` if it is gone since the token was issued.
pub async fn find(app: &App, id: Uuid) -> Result<Option<user::Model>, DbErr> {
    user::Entity::find_by_id(id).one(&app.db).await
}

/// Gives an account another role.
pub async fn set_role(app: &App, email: &str, role: Role) -> Result<bool, DbErr> {
    let txn = Write::begin(app).await?;
    let changed = user::Entity::update_many()
        .set(user::ActiveModel { role: Set(role), ..Default::default() })
        .filter(user::Column::EmailKey.eq(email.trim().to_lowercase()))
        .exec(&*txn)
        .await?;
    txn.commit().await?;

    Ok(changed.rows_affected == 1)
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

fn check_password(password: &str) -> Result<(), AccountError> {
    if PASSWORD_LENGTH.contains(&password.chars().count()) {
        return Ok(());
    }
    let problem = format!("must have {} to {} characters", PASSWORD_LENGTH.start(), PASSWORD_LENGTH.end());
    Err(AccountError::Invalid { field: "password", problem })
}

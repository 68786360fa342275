//! Accounts: who a fan is, shown by a password once and by tokens after.
//!
//! An access token is short-lived and says who its bearer is; what they may do is asked of their standing at each act.
//! A refresh token is used once: its use gives the next one, and using it again ends the whole family, for then it was
//! stolen; a moment of grace aside, in which the same next one is given again.

use std::{net::IpAddr, time::Duration};

use book::{mail_queue, store::WriteTxn};
use chrono::{DateTime, Utc};
use entities::{
    mail::Kind,
    user::{self, Role},
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect,
};
use unicode_normalization::UnicodeNormalization;
use uuid::Uuid;

use crate::{
    App, analytics,
    field_errors::{FieldError, all_right},
    keyring, text,
};

pub mod admin;
pub(crate) mod codes;
pub mod deletion;
pub mod emails;
mod error;
pub mod export;
pub mod keys;
mod names;
mod passwords;
mod personalisation;
mod profile;
pub mod provider;
mod provider_errands;
pub mod provider_sign_in;
mod recovery;
mod sessions;
mod signatures;
pub mod standing;
pub(crate) mod throttle;
pub(crate) mod tokens;

use keys::AccessTokens;
use throttle::Device;

pub use error::AccountError;
pub use keys::Keys;
pub use personalisation::set as set_personalisation;
pub use profile::{ProfileChange, is_country_code, update as update_profile};
pub use recovery::{request_email_verification, request_password_reset, reset_password, verify_email};
pub use tokens::SignedBy;

/// A fan or one of the staff who is signed in, as their access token says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Viewer {
    pub user_id: Uuid,
    pub role: Role,
    /// The session that the access token belongs to; none of ours, where an identity provider issued it.
    pub session: Option<Uuid>,
    pub expires_at: DateTime<Utc>,
    /// When they showed an identity provider who they are, where it keeps the session and its token says so.
    pub proved_at: Option<DateTime<Utc>>,
}

impl Viewer {
    pub fn is_admin(&self) -> bool {
        self.role == Role::Admin
    }
}

/// A sign-up as the fan typed it.
#[derive(Debug, Clone)]
pub struct SignUp {
    pub email: String,
    pub password: String,
    pub display_name: Option<String>,
    pub country: Option<String>,
    /// One of the site's.
    pub locale: Option<String>,
}

/// A session: who it is, and the tokens that show it.
#[derive(Debug, Clone)]
pub struct Session {
    pub user: user::Model,
    /// None where an identity provider keeps the session.
    pub(crate) family: Option<Uuid>,
    pub access_token: String,
    pub refresh_token: String,
    /// When the access token ends.
    pub expires_at: DateTime<Utc>,
    /// How long a browser is to keep each of the two.
    pub access_lifetime: Duration,
    pub refresh_lifetime: Duration,
}

/// Opens an account and signs its owner in.
///
/// # Errors
/// As [`sign_up_from`], but no attempt is counted: nothing is known of an address.
pub async fn sign_up(app: &App, details: SignUp) -> Result<Session, AccountError> {
    sign_up_from(app, None, details).await
}

/// The same from an address, whose network is known as the owner's from now on. Who tries emails that have an account already
/// is counted like who tries passwords.
///
/// # Errors
/// `Invalid` for all fields that are wrong; `Busy` where too many passwords are being hashed; `EmailTaken` where
/// there is an account with the email, and `TooManyAttempts` instead for an address that was told so too often. No
/// account is opened then.
pub async fn sign_up_from(app: &App, address: Option<IpAddr>, details: SignUp) -> Result<Session, AccountError> {
    let row = enrolled(app, details).await?;
    let (signer, number) = (keyring::signer::<AccessTokens>(app).await?, standing::number(app));

    let txn = WriteTxn::begin(&app.store).await?;
    match enter(&txn, &row).await {
        Err(AccountError::EmailTaken) => {
            drop(txn);
            throttle::probed(app, address).await?;
            return Err(AccountError::EmailTaken);
        }
        entered => entered?,
    }
    throttle::note_network(app, &txn, (&row.email, row.id), address).await?;
    let session = sessions::open(app, &txn, row, &signer).await?;
    txn.commit().await?;
    standing::seen(app, &session.user, session.family, number);

    Ok(session)
}

/// The row of an account whose details are in order.
async fn enrolled(app: &App, details: SignUp) -> Result<user::Model, AccountError> {
    let SignUp { email, password, display_name, country, locale } = details;
    let email = email.trim().to_owned();
    let display_name = profile::display_name(display_name);
    let judged = [
        check_email(&email),
        passwords::check("password", &password, &email),
        display_name.as_ref().map(drop).map_err(Clone::clone),
        profile::check_country(country.as_deref()),
        profile::check_locale(&app.settings, locale.as_deref()),
    ];
    all_right(judged).map_err(AccountError::Invalid)?;
    let password_hash = app.accounts.hashing.place()?.hash(password).await?;

    Ok(user::Model {
        id: Uuid::now_v7(),
        email_key: email_key(&email),
        email,
        password_hash,
        display_name: display_name.unwrap_or_default(),
        country,
        locale,
        role: Role::Customer,
        verified_at: None,
        disabled_at: None,
        created_at: app.clock.now(),
        personalised: true,
        erased_at: None,
    })
}

/// Enters a new account, and queues the mail that lets its owner confirm the email.
async fn enter(txn: &WriteTxn, row: &user::Model) -> Result<(), AccountError> {
    if email_keys(&row.email).len() > 1 && by_email(&**txn, &row.email).await?.is_some() {
        return Err(AccountError::EmailTaken);
    }
    let inserted =
        user::Entity::insert(user::ActiveModel::from(row.clone()).reset_all()).exec_without_returning(&**txn).await;
    match inserted {
        Err(error) if matches!(error.sql_err(), Some(sea_orm::SqlErr::UniqueConstraintViolation(_))) => {
            return Err(AccountError::EmailTaken);
        }
        inserted => inserted?,
    };
    analytics::give_subject(txn, row.id, row.created_at).await?;
    mail_queue::append(txn, Kind::VerifyEmail, &row.email_key, row.created_at).await?;

    Ok(())
}

/// Signs a fan in, from `address` where it is known. An unknown email takes as long as a wrong password, and is
/// answered the same.
///
/// # Errors
/// `Busy` before anything is looked at; `TooManyAttempts` before the password is; `WrongCredentials` for an unknown email
/// and a wrong password alike; `Disabled` where the password is right.
pub async fn sign_in(
    app: &App,
    address: Option<IpAddr>,
    email: &str,
    password: String,
) -> Result<Session, AccountError> {
    let place = app.accounts.hashing.place()?;
    let attempt = throttle::begin(app, email, address, Device::Unknown).await?;
    let user = by_email(&app.db, email).await?;
    let hash = user.as_ref().map(|user| user.password_hash.clone());
    let right = place.verify(password, hash).await?;
    let user = user.filter(|_| right).ok_or(AccountError::WrongCredentials)?;
    let (signer, number) = (keyring::signer::<AccessTokens>(app).await?, standing::number(app));

    let txn = WriteTxn::begin(&app.store).await?;
    // What changed meanwhile counts: a password that has just been changed signs no client in.
    let user = lock(&txn, user.id).await?.filter(|now| now.password_hash == user.password_hash);
    let user = user.ok_or(AccountError::WrongCredentials)?;
    throttle::succeeded(app, &txn, user.id, attempt).await?;
    if user.disabled_at.is_some() {
        txn.commit().await?;
        return Err(AccountError::Disabled);
    }
    let session = sessions::open(app, &txn, user, &signer).await?;
    txn.commit().await?;
    standing::seen(app, &session.user, session.family, number);

    Ok(session)
}

/// Gives the viewer's account another password. Their other sessions end; this one goes on.
///
/// # Errors
/// `Elsewhere` where an identity provider keeps the account; `InvalidToken` where it is gone; `Invalid` for the new
/// password; `Busy` and `TooManyAttempts` before the current one is looked at; `WrongPassword`, also where another
/// change came first. Refused, nothing changes and no session ends.
pub async fn change_password(
    app: &App,
    viewer: Viewer,
    address: Option<IpAddr>,
    current: String,
    new: String,
) -> Result<user::Model, AccountError> {
    let session = viewer.session.ok_or(AccountError::Elsewhere)?;
    let user = find(app, viewer.user_id).await?.ok_or(AccountError::InvalidToken)?;
    all_right([passwords::check("newPassword", &new, &user.email)]).map_err(AccountError::Invalid)?;
    let place = app.accounts.hashing.place()?;
    let attempt = throttle::begin(app, &user.email, address, Device::Known).await?;
    if !place.verify(current, Some(user.password_hash.clone())).await? {
        return Err(AccountError::WrongPassword("currentPassword"));
    }
    let hash = place.hash(new).await?;

    let txn = WriteTxn::begin(&app.store).await?;
    let changed = user::Entity::update_many()
        .set(user::ActiveModel { password_hash: Set(hash.clone()), ..Default::default() })
        .filter(user::Column::Id.eq(user.id))
        // Of two changes at once the later one no longer knows the current password.
        .filter(user::Column::PasswordHash.eq(user.password_hash.clone()))
        .exec(&*txn)
        .await?;
    if changed.rows_affected == 0 {
        return Err(AccountError::WrongPassword("currentPassword"));
    }
    throttle::succeeded(app, &txn, user.id, attempt).await?;
    sessions::end_all(app, &txn, user.id, Some(session)).await?;
    mail_queue::append(&txn, Kind::PasswordChanged, &user.email_key, app.clock.now()).await?;
    txn.commit().await?;
    standing::heard(app, user.id);

    Ok(user::Model { password_hash: hash, ..user })
}

/// Goes on with a session: exchanges a refresh token for its successor, or asks the identity provider that keeps the session.
///
/// # Errors
/// As `sessions::refresh` of ours, and as `provider_sign_in::renew` of a provider's.
pub async fn refresh(app: &App, refresh_token: &str) -> Result<Session, AccountError> {
    match provider_sign_in::is_handle(refresh_token) {
        true => provider_sign_in::renew(app, refresh_token).await,
        false => sessions::refresh(app, refresh_token).await,
    }
}

/// Ends the viewer's session, or all that they have. Of sessions that an identity provider keeps those are ended that browsers
/// began here; `kept` is the refresh token that the browser has.
///
/// # Errors
/// `Elsewhere` where a provider keeps the session and it was not begun here: it ends there.
pub async fn sign_out(app: &App, viewer: Viewer, kept: Option<&str>, everywhere: bool) -> Result<(), AccountError> {
    match (viewer.session, kept.filter(|kept| provider_sign_in::is_handle(kept))) {
        (Some(session), _) => sessions::sign_out(app, viewer.user_id, session, everywhere).await,
        (None, Some(handle)) => provider_sign_in::sign_out(app, viewer.user_id, handle, everywhere).await,
        (None, None) => Err(AccountError::Elsewhere),
    }
}

/// Says who a Bearer token belongs to, as they are now. The database is asked once in a while: [`standing`] says when.
///
/// # Errors
/// As [`identify`].
pub async fn authenticate(app: &App, token: &str) -> Result<Viewer, AccountError> {
    identify(app, token).await.map(|(viewer, _)| viewer)
}

/// As [`authenticate`], and which key says so, for connections that outlive their request ([`standing::hold`]).
///
/// # Errors
/// `InvalidToken`; `ExpiredToken`; `EndedSession` and `Disabled` by how its owner stands; `ProviderAway` while the keys
/// of its issuer are not known, and `Away` while the database cannot be asked how its owner stands: both pass.
pub async fn identify(app: &App, token: &str) -> Result<(Viewer, SignedBy), AccountError> {
    let (viewer, signed_by) = tokens::read(app, token).await?;
    Ok((standing::apply(app, viewer).await?, signed_by))
}

/// The viewer's own account; `None` if it is gone since the token was issued.
pub async fn find(app: &App, id: Uuid) -> Result<Option<user::Model>, DbErr> {
    let found = user::Entity::find_by_id(id).filter(user::Column::ErasedAt.is_null());
    found.one(&app.db).await
}

/// The account, which no other transaction changes before this one ends; none of one that is erased.
///
/// A transaction that opens, ends or renews sessions locks their owner first, so that none slips through an end of all.
async fn lock(txn: &WriteTxn, id: Uuid) -> Result<Option<user::Model>, DbErr> {
    let found = user::Entity::find_by_id(id).lock_exclusive().one(&**txn).await?;
    Ok(found.filter(|user| user.erased_at.is_none()))
}

/// What of an email is unique: the mailbox that mail to it goes to, however its domain is written and in every case.
pub(crate) fn email_key(email: &str) -> String {
    emails::on_the_wire(email.trim()).map_or_else(|| composed(email), |wire| wire.to_lowercase())
}

/// The same for each letter in every form and case.
fn composed(email: &str) -> String {
    // Letter by letter, so that none is written otherwise because of where it stands.
    let lower: String = email.trim().nfc().flat_map(char::to_lowercase).collect();
    lower.nfc().collect()
}

/// What is unique of it, and what was: while a domain was kept as it was typed, and before letters had one form.
fn email_keys(email: &str) -> Vec<String> {
    let mut keys = vec![email_key(email)];
    let shown = emails::as_shown(email.trim()).map(|shown| composed(&shown));
    for former in shown.into_iter().chain([composed(email), email.trim().to_lowercase()]) {
        if !keys.contains(&former) {
            keys.push(former);
        }
    }
    keys
}

/// The account that signs in by this email.
async fn by_email(db: &impl ConnectionTrait, email: &str) -> Result<Option<user::Model>, DbErr> {
    for key in email_keys(email) {
        let found = user::Entity::find().filter(user::Column::EmailKey.eq(key)).one(db).await?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// # Errors
/// What is wrong with what no mail can go to.
pub(crate) fn check_email(email: &str) -> Result<(), FieldError> {
    if text::check(text::Kind::Email, email).is_ok() && emails::on_the_wire(email).is_some() {
        return Ok(());
    }
    Err(FieldError::new("email", "must be an email address such as fan@example.com"))
}

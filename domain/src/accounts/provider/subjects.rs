//! Subjects of the provider: each has one account here, made when they first come.
//!
//! Invariant: an account is found by issuer and subject, never by an email. Who could have a provider vouch for another
//! person's email, or open an account here with it first, would else be them.

use book::store::WriteTxn;
use chrono::{DateTime, TimeDelta, Utc};
use entities::{
    erased_identity, external_identity,
    user::{self, Role},
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter,
    sea_query::OnConflict,
};
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{ProviderConfig, time};
use crate::{
    App,
    accounts::{AccountError, check_email, find, names, standing},
    analytics,
};

/// How long an identity whose account was erased is remembered: as long as tokens from before may last.
const REMEMBERED: TimeDelta = TimeDelta::days(30);

/// A `sub` has so many characters at most (`OpenID` Connect Core, section 2).
const SUBJECT_LENGTH: usize = 255;

/// Begins what is unique of these accounts: no email in lower case does.
const KEY: &str = "EXTERNAL";

/// What a token says of its subject, as far as it can be used.
struct Claimed {
    /// Which the provider vouches for.
    email: Option<String>,
    name: Option<String>,
    /// `None` where roles are ours to give.
    role: Option<Role>,
    issued_at: Option<DateTime<Utc>>,
}

/// The account of a token's subject, as the token says that they are now.
pub(super) async fn account(app: &App, config: &ProviderConfig, claims: &Value) -> Result<user::Model, AccountError> {
    let subject = claims["sub"].as_str().unwrap_or_default();
    if subject.is_empty() || subject.chars().count() > SUBJECT_LENGTH {
        return Err(AccountError::InvalidToken);
    }
    let claimed = claimed(config, claims);
    if let Some(user) = known(app, &config.issuer, subject).await? {
        return follow(app, user, claimed).await;
    }
    match open(app, &config.issuer, subject, claimed).await? {
        Some(user) => Ok(user),
        // Another request of theirs was first.
        None => known(app, &config.issuer, subject).await?.ok_or_else(|| lost(subject)),
    }
}

/// Parts an account from its identity. Tokens from before open no other account.
pub(in crate::accounts) async fn forget_account(
    txn: &WriteTxn,
    user_id: Uuid,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let of_user = external_identity::Column::UserId.eq(user_id);
    let Some(identity) = external_identity::Entity::find().filter(of_user.clone()).one(&**txn).await? else {
        return Ok(());
    };
    let fingerprint = fingerprint_of(&identity.issuer, &identity.subject);
    let row = erased_identity::Model { fingerprint, erased_at: now };
    let again = OnConflict::column(erased_identity::Column::Fingerprint)
        .update_column(erased_identity::Column::ErasedAt)
        .to_owned();
    erased_identity::Entity::insert(row.into_active_model().reset_all())
        .on_conflict(again)
        .exec_without_returning(&**txn)
        .await?;
    external_identity::Entity::delete_many().filter(of_user).exec(&**txn).await?;
    Ok(())
}

/// Deletes what no token is as old as.
pub(in crate::accounts) async fn forget(app: &App, txn: &WriteTxn) -> Result<(), DbErr> {
    let old = erased_identity::Column::ErasedAt.lt(app.clock.now() - REMEMBERED);
    erased_identity::Entity::delete_many().filter(old).exec(&**txn).await?;
    Ok(())
}

fn fingerprint_of(issuer: &str, subject: &str) -> String {
    hex::encode(Sha256::digest(format!("{subject} at {issuer}")))
}

fn lost(subject: &str) -> AccountError {
    AccountError::Internal(format!("the account of {subject:?} exists and can't be found"))
}

async fn known(app: &App, issuer: &str, subject: &str) -> Result<Option<user::Model>, AccountError> {
    let key = (issuer.to_owned(), subject.to_owned());
    match external_identity::Entity::find_by_id(key).one(&app.db).await? {
        Some(identity) => Ok(find(app, identity.user_id).await?),
        None => Ok(None),
    }
}

/// Opens the account; `None` where there is one by now.
async fn open(app: &App, issuer: &str, subject: &str, claimed: Claimed) -> Result<Option<user::Model>, AccountError> {
    let (id, now) = (Uuid::now_v7(), app.clock.now());
    let user = user::Model {
        id,
        email_key: format!("{KEY} {id}"),
        verified_at: claimed.email.is_some().then_some(now),
        email: claimed.email.unwrap_or_default(),
        password_hash: String::new(),
        display_name: claimed.name,
        country: None,
        locale: None,
        role: claimed.role.unwrap_or(Role::Customer),
        disabled_at: None,
        created_at: now,
        personalised: true,
        erased_at: None,
    };
    let identity = external_identity::Model {
        issuer: issuer.to_owned(),
        subject: subject.to_owned(),
        user_id: id,
        created_at: now,
    };
    let txn = WriteTxn::begin(&app.store).await?;
    if let Some(erased) = erased_identity::Entity::find_by_id(fingerprint_of(issuer, subject)).one(&*txn).await?
        && claimed.issued_at.is_none_or(|issued_at| issued_at <= erased.erased_at)
    {
        return Err(AccountError::EndedSession);
    }
    user::Entity::insert(user.clone().into_active_model().reset_all()).exec_without_returning(&*txn).await?;
    let entered =
        external_identity::Entity::insert(identity.into_active_model().reset_all()).exec_without_returning(&*txn).await;
    match entered {
        Err(error) if matches!(error.sql_err(), Some(sea_orm::SqlErr::UniqueConstraintViolation(_))) => {
            return Ok(None);
        }
        entered => entered?,
    };
    analytics::give_subject(&txn, id, now).await?;
    txn.commit().await?;
    tracing::info!(user = %id, issuer, "account created for a user of the identity provider");

    Ok(Some(user))
}

/// Writes down what the provider says otherwise than before.
async fn follow(app: &App, user: user::Model, claimed: Claimed) -> Result<user::Model, AccountError> {
    let mut now = user.clone();
    if let Some(email) = claimed.email.filter(|email| *email != user.email) {
        now.email = email;
        now.verified_at = Some(app.clock.now());
    }
    now.display_name = claimed.name.or(now.display_name);
    now.role = claimed.role.unwrap_or(user.role);
    if now == user {
        return Ok(user);
    }
    let txn = WriteTxn::begin(&app.store).await?;
    user::Entity::update_many()
        .set(user::ActiveModel {
            email: Set(now.email.clone()),
            verified_at: Set(now.verified_at),
            display_name: Set(now.display_name.clone()),
            role: Set(now.role),
            ..Default::default()
        })
        .filter(user::Column::Id.eq(user.id))
        // What an account was erased of meanwhile is not written into it again.
        .filter(user::Column::ErasedAt.is_null())
        .exec(&*txn)
        .await?;
    if now.role != user.role {
        standing::tell(app, &txn, user.id).await?;
    }
    txn.commit().await?;
    if now.role != user.role {
        standing::heard(app, user.id);
    }

    Ok(now)
}

fn claimed(config: &ProviderConfig, claims: &Value) -> Claimed {
    // Some providers write it as a text.
    let is_vouched_for = claims["email_verified"] == true || claims["email_verified"] == "true";
    let text = |name: &str| claims[name].as_str().map(|text| text.trim().to_owned());

    Claimed {
        email: text("email").filter(|email| is_vouched_for && check_email(email).is_ok()),
        name: text("name").filter(|name| names::is_name(name)),
        role: config.role_claim.as_deref().map(|claim| role(config, claim, claims)),
        issued_at: time(&claims["iat"]),
    }
}

/// The most that the claim says, one text or several.
fn role(config: &ProviderConfig, claim: &str, claims: &Value) -> Role {
    let written = if claim.starts_with('/') { claims.pointer(claim) } else { claims.get(claim) };
    let texts: Vec<&str> = match written {
        Some(Value::String(text)) => vec![text],
        Some(Value::Array(texts)) => texts.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let is_among = |names: &[String]| names.iter().any(|name| texts.contains(&name.as_str()));
    if is_among(&config.admins) {
        Role::Admin
    } else if is_among(&config.stewards) {
        Role::Steward
    } else {
        Role::Customer
    }
}

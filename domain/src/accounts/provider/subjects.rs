//! Subjects of the provider: each has one account here, made when they first come.
//!
//! Invariant: an account is found by issuer and subject, never by an email. Who could have a provider vouch for another
//! person's email, or open an account here with it first, would else be them.

use book::store::WriteTxn;
use entities::{
    external_identity,
    user::{self, Role},
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde_json::Value;
use uuid::Uuid;

use super::ProviderConfig;
use crate::{
    App,
    accounts::{AccountError, check_email, find, names, standing},
};

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

fn lost(subject: &str) -> AccountError {
    AccountError::Internal(format!("the account of {subject:?} was there and can't be found"))
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
    };
    let identity = external_identity::Model {
        issuer: issuer.to_owned(),
        subject: subject.to_owned(),
        user_id: id,
        created_at: now,
    };
    let txn = WriteTxn::begin(&app.store).await?;
    user::Entity::insert(user.clone().into_active_model().reset_all()).exec_without_returning(&*txn).await?;
    let entered =
        external_identity::Entity::insert(identity.into_active_model().reset_all()).exec_without_returning(&*txn).await;
    match entered {
        Err(error) if matches!(error.sql_err(), Some(sea_orm::SqlErr::UniqueConstraintViolation(_))) => {
            return Ok(None);
        }
        entered => entered?,
    };
    txn.commit().await?;
    tracing::info!(user = %id, issuer, "an account was opened for a subject of the identity provider");

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

//! Keys: what signs access tokens, and what their signatures are checked by.
//!
//! Keys are rows of the site's database, so every instance has the same. One signs, all verify; each token names its
//! key. A new key is known everywhere before it signs, and the one before it verifies until its last token is over, so
//! that a change of keys signs nobody out.
//!
//! Invariant: a key verifies tokens of its own algorithm only, whatever a token says of itself.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use aws_lc_rs::hmac;
use chrono::{DateTime, Utc};
use entities::signing_key::{self, Algorithm};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, ExprTrait, QueryFilter, QueryOrder,
};
use tokio::sync::Mutex;

use super::{
    AccountError,
    passwords::Hashing,
    provider::Provider,
    sealing::{self, Sealing},
};
use crate::{App, store::Write};

mod pair;
mod ring;

pub(super) use pair::Pair;
pub(super) use ring::{Key, Ring};

/// How long a new key is known before it signs: several times what an instance takes to hear of it, and longer than
/// `JWKS_SECONDS`.
const NOTICE: Duration = Duration::from_secs(60);

/// How long others may keep our public keys before they ask again.
pub const JWKS_SECONDS: u64 = 30;

/// How far the clocks of instances may differ.
pub(super) const SKEW: Duration = Duration::from_secs(30);

/// A token that names an unknown key makes us look for it, at most this often.
const LOOKS: Duration = Duration::from_secs(1);

/// Tells the key of links from every other that comes from the site's secret.
const LINKS: &[u8] = b"matchday ticket links 1";

/// What signs and limits accounts. One secret for all instances of a site.
pub struct Keys {
    pub issuer: String,
    /// Of the keys that are made from now on; keys of the other algorithm go on verifying.
    pub algorithm: Algorithm,
    pub access_lifetime: Duration,
    pub refresh_lifetime: Duration,
    /// Whose tokens are accepted beside our own.
    pub provider: Option<Provider>,
    pub(super) hashing: Hashing,
    sealing: Sealing,
    links: hmac::Key,
    ring: RwLock<Arc<Ring>>,
    /// Held while the keys are read, so that no older state of them replaces a newer one.
    loading: Mutex<()>,
    /// When the database was last asked; whoever holds it asks.
    asked: Mutex<Option<DateTime<Utc>>>,
}

impl Keys {
    /// `secret` seals the private keys in the database.
    pub fn new(secret: &[u8], issuer: String) -> Self {
        Self {
            issuer,
            algorithm: Algorithm::EdDsa,
            access_lifetime: Duration::from_secs(15 * 60),
            refresh_lifetime: Duration::from_secs(30 * 24 * 3600),
            provider: None,
            hashing: Hashing::default(),
            sealing: Sealing::new(secret),
            links: hmac::Key::new(hmac::HMAC_SHA256, &sealing::derived(secret, LINKS)),
            ring: RwLock::default(),
            loading: Mutex::default(),
            asked: Mutex::default(),
        }
    }

    /// What the site's secret seals beside these keys.
    pub(crate) fn sealing(&self) -> &Sealing {
        &self.sealing
    }

    /// What signs the links that download tickets.
    pub(crate) fn links(&self) -> &hmac::Key {
        &self.links
    }

    pub(super) fn ring(&self) -> Arc<Ring> {
        Arc::clone(&self.ring.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn signer(&self, now: DateTime<Utc>) -> Option<Arc<Key>> {
        self.ring().signer(self.algorithm, now)
    }
}

/// Where a key stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Known, and not used yet.
    Announced,
    Signing,
    /// No longer used; what it signed is still good.
    Verifying,
    Ended,
}

/// A key as those who run the site see it.
#[derive(Debug, Clone)]
pub struct Listed {
    pub kid: String,
    pub algorithm: Algorithm,
    pub stage: Stage,
    pub created_at: DateTime<Utc>,
    pub signs_from: DateTime<Utc>,
    pub ends_at: Option<DateTime<Utc>>,
}

/// Sees to it that there is a key to sign with.
pub async fn prepare(app: &App) -> Result<(), AccountError> {
    signer(app).await.map(drop)
}

/// The public keys as others verify our tokens by them, RFC 7517.
pub fn jwks(app: &App) -> serde_json::Value {
    let now = app.clock.now();
    let keys: Vec<_> = app.accounts.ring().verifying(now).filter_map(|key| key.pair.jwk()).collect();
    serde_json::json!({ "keys": keys })
}

/// Makes a new key. It signs after a notice in which every instance hears of it; the keys before it end when the last
/// of their tokens is over.
///
/// With `at_once`, for keys that were stolen: it signs now, and what the others signed is worth nothing from now on.
pub async fn rotate(app: &App, at_once: bool) -> Result<Listed, AccountError> {
    let now = app.clock.now();
    let (signs_from, ends_at) = match at_once {
        true => (now, now),
        false => (now + NOTICE, now + NOTICE + app.accounts.access_lifetime + SKEW),
    };
    let txn = Write::begin(app).await?;
    let rows = signing_key::Entity::find().order_by_asc(signing_key::Column::Number).all(&*txn).await?;
    signing_key::Entity::update_many()
        .set(signing_key::ActiveModel { ends_at: Set(Some(ends_at)), ..Default::default() })
        .filter(signing_key::Column::EndsAt.is_null())
        .exec(&*txn)
        .await?;
    let row = new_row(app, rows.last().map_or(1, |row| row.number + 1), now, signs_from)?;
    signing_key::Entity::insert(signing_key::ActiveModel::from(row.clone()).reset_all())
        .exec_without_returning(&*txn)
        .await?;
    txn.commit().await?;
    load(app).await?;
    let stage = if at_once { Stage::Signing } else { Stage::Announced };

    Ok(listed(&row, stage))
}

/// Ends a key now: what it signed is worth nothing. `false`: there is none of this name that has not ended.
pub async fn retire(app: &App, kid: &str) -> Result<bool, AccountError> {
    let now = app.clock.now();
    let txn = Write::begin(app).await?;
    let ended = signing_key::Entity::update_many()
        .set(signing_key::ActiveModel { ends_at: Set(Some(now)), ..Default::default() })
        .filter(signing_key::Column::Kid.eq(kid))
        .filter(signing_key::Column::EndsAt.is_null().or(signing_key::Column::EndsAt.gt(now)))
        .exec(&*txn)
        .await?;
    txn.commit().await?;
    load(app).await?;

    Ok(ended.rows_affected == 1)
}

/// All keys, oldest first.
pub async fn list(app: &App) -> Result<Vec<Listed>, AccountError> {
    let rows = load(app).await?;
    let now = app.clock.now();
    let signing = app.accounts.signer(now).map(|key| key.kid.clone());
    let stage = |row: &signing_key::Model| match row.ends_at {
        Some(ends_at) if ends_at <= now => Stage::Ended,
        _ if signing.as_ref() == Some(&row.kid) => Stage::Signing,
        _ if row.signs_from > now => Stage::Announced,
        _ => Stage::Verifying,
    };

    Ok(rows.iter().map(|row| listed(row, stage(row))).collect())
}

/// The key that signs now; made if there is none. Never called inside a transaction, for it has its own.
pub(super) async fn signer(app: &App) -> Result<Arc<Key>, AccountError> {
    let known = |app: &App| app.accounts.signer(app.clock.now());
    if let Some(key) = known(app) {
        return Ok(key);
    }
    load(app).await?;
    if let Some(key) = known(app) {
        return Ok(key);
    }
    make(app).await?;
    load(app).await?;
    known(app).ok_or_else(|| AccountError::Internal("a key was made and can't be found".to_owned()))
}

/// The key of this name, looked for in the database if it is not known yet.
pub(super) async fn find(app: &App, kid: &str) -> Result<Option<Arc<Key>>, DbErr> {
    if let Some(key) = app.accounts.ring().find(kid) {
        return Ok(Some(key));
    }
    let now = app.clock.now();
    let mut asked = app.accounts.asked.lock().await;
    if asked.is_none_or(|asked| asked + LOOKS <= now) {
        *asked = Some(now);
        load(app).await?;
    }
    Ok(app.accounts.ring().find(kid))
}

/// Makes the next key, which signs at once, unless another instance has just made one.
async fn make(app: &App) -> Result<(), AccountError> {
    let now = app.clock.now();
    let txn = Write::begin(app).await?;
    let rows = signing_key::Entity::find().order_by_asc(signing_key::Column::Number).all(&*txn).await?;
    if ring_of(app, rows.clone()).signer(app.accounts.algorithm, now).is_some() {
        return Ok(());
    }
    let row = new_row(app, rows.last().map_or(1, |row| row.number + 1), now, now)?;
    tracing::info!(kid = row.kid, "no key could sign; a new one is made");
    let inserted = signing_key::Entity::insert(signing_key::ActiveModel::from(row).reset_all())
        .exec_without_returning(&*txn)
        .await;
    match inserted {
        Err(error) if matches!(error.sql_err(), Some(sea_orm::SqlErr::UniqueConstraintViolation(_))) => Ok(()),
        Err(error) => Err(error.into()),
        Ok(_) => Ok(txn.commit().await?),
    }
}

fn new_row(
    app: &App,
    number: i32,
    created_at: DateTime<Utc>,
    signs_from: DateTime<Utc>,
) -> Result<signing_key::Model, AccountError> {
    let algorithm = app.accounts.algorithm;
    let new = Pair::generate(algorithm)?;
    let sealed = app.accounts.sealing.seal(&new.kid, &new.private);

    Ok(signing_key::Model {
        number,
        kid: new.kid,
        algorithm,
        public_key: new.public,
        sealed,
        created_at,
        signs_from,
        ends_at: None,
    })
}

/// Reads the keys as the database has them. What was verified by other keys is verified anew.
pub(super) async fn load(app: &App) -> Result<Vec<signing_key::Model>, DbErr> {
    let _loading = app.accounts.loading.lock().await;
    let rows = signing_key::Entity::find().order_by_asc(signing_key::Column::Number).all(&app.db).await?;
    if app.accounts.ring().rows() == rows {
        return Ok(rows);
    }
    let ring = Arc::new(ring_of(app, rows.clone()));
    *app.accounts.ring.write().unwrap_or_else(PoisonError::into_inner) = ring;

    Ok(rows)
}

fn ring_of(app: &App, rows: Vec<signing_key::Model>) -> Ring {
    let mut keys = BTreeMap::new();
    for row in &rows {
        let private = app.accounts.sealing.open(&row.kid, &row.sealed);
        if let Err(error) = &private {
            tracing::warn!(kid = row.kid, %error, "a key can't sign here");
        }
        if let Some(pair) = Pair::of(row, private.ok()) {
            keys.insert(row.number, Arc::new(Key::new(row, pair, &app.accounts.issuer)));
        }
    }
    Ring::new(rows, keys)
}

fn listed(row: &signing_key::Model, stage: Stage) -> Listed {
    Listed {
        kid: row.kid.clone(),
        algorithm: row.algorithm,
        stage,
        created_at: row.created_at,
        signs_from: row.signs_from,
        ends_at: row.ends_at,
    }
}

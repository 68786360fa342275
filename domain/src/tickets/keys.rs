//! Keys of tickets: what signs their codes, and what gates verify them by, for months and without asking us.
//!
//! They are kept like those of access tokens, but apart: nothing that ends a session ends a ticket. A new key is published
//! a day before it signs, so that a device which fetches the keys once a day knows it in time. The keys before it never
//! end by themselves; `retire` ends one that was stolen, and its tickets' holders have to fetch their codes again.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use entities::{
    signing_key::Algorithm,
    ticket_key::{self, Column},
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, ExprTrait, QueryFilter, QueryOrder,
};
use sha2::{Digest, Sha256};
use tokio::sync::Mutex;

use super::{
    TicketError,
    code::{Code, KEY_ID},
};
use crate::{
    App,
    accounts::keys::{Listed, Stage},
    store::Write,
};

/// How long a new key is published before it signs.
const NOTICE: Duration = Duration::from_secs(24 * 3_600);

/// How long others may keep our public keys before they ask again.
pub const JWKS_SECONDS: u64 = 300;

/// A code that names an unknown key makes us look for it, at most this often.
const LOOKS: Duration = Duration::from_secs(1);

/// A key as it is used.
pub(super) struct Key {
    row: ticket_key::Model,
    id: [u8; KEY_ID],
    public: Vec<u8>,
    /// `None` where the private part was sealed by another secret.
    signing: Option<Ed25519KeyPair>,
}

/// The keys that this process knows, oldest first.
#[derive(Default)]
pub(crate) struct Ring {
    keys: RwLock<Arc<Vec<Arc<Key>>>>,
    /// Held while the keys are read, so that no older state of them replaces a newer one.
    loading: Mutex<()>,
    /// When the database was last asked; whoever holds it asks.
    asked: Mutex<Option<DateTime<Utc>>>,
}

impl Ring {
    fn keys(&self) -> Arc<Vec<Arc<Key>>> {
        Arc::clone(&self.keys.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Key {
    /// `None` for a row that is no key.
    fn of(app: &App, row: ticket_key::Model) -> Option<Self> {
        let id = URL_SAFE_NO_PAD.decode(&row.kid).ok()?.try_into().ok()?;
        let public = URL_SAFE_NO_PAD.decode(&row.public_key).ok()?;
        let opened = app.accounts.sealing().open(&sealed_as(&row.kid), &row.sealed);
        if let Err(error) = &opened {
            tracing::warn!(kid = row.kid, %error, "a key of tickets can't sign here");
        }
        let signing = opened.ok().and_then(|private| Ed25519KeyPair::from_pkcs8(&private).ok());

        Some(Self { row, id, public, signing })
    }

    fn is_good_at(&self, now: DateTime<Utc>) -> bool {
        self.row.ends_at.is_none_or(|ends_at| now < ends_at)
    }

    /// The code of a ticket at a version; `None` where the key can only verify.
    pub(super) fn sign(&self, ticket: uuid::Uuid, version: i32) -> Option<String> {
        let to_sign = Code::to_sign(self.id, ticket, version);
        Some(Code::written(to_sign, self.signing.as_ref()?.sign(&to_sign).as_ref()))
    }

    pub(super) fn has_signed(&self, code: &Code) -> bool {
        UnparsedPublicKey::new(&ED25519, &self.public).verify(code.signed(), code.signature()).is_ok()
    }
}

/// Sees to it that there is a key to sign with.
pub async fn prepare(app: &App) -> Result<(), TicketError> {
    signer(app).await.map(drop)
}

/// The public keys as gates verify codes by them, RFC 7517.
pub fn jwks(app: &App) -> serde_json::Value {
    let now = app.clock.now();
    let keys = app.ticket_keys.keys();
    let published: Vec<_> = (keys.iter().filter(|key| key.is_good_at(now)))
        .map(|key| {
            let ticket_key::Model { kid, public_key, .. } = &key.row;
            serde_json::json!({
                "kty": "OKP", "crv": "Ed25519", "x": public_key, "kid": kid, "alg": "EdDSA", "use": "sig",
            })
        })
        .collect();
    serde_json::json!({ "keys": published })
}

/// Makes a new key, which signs after a day. What the keys before it signed stays good.
///
/// With `at_once`, for keys that were stolen: it signs now, and what the others signed opens nothing from now on.
pub async fn rotate(app: &App, at_once: bool) -> Result<Listed, TicketError> {
    let now = app.clock.now();
    let txn = Write::begin(app).await?;
    let rows = ticket_key::Entity::find().order_by_asc(Column::Number).all(&*txn).await?;
    if at_once {
        ticket_key::Entity::update_many()
            .set(ticket_key::ActiveModel { ends_at: Set(Some(now)), ..Default::default() })
            .filter(Column::EndsAt.is_null())
            .exec(&*txn)
            .await?;
    }
    let row = new_row(app, rows.last(), now, if at_once { now } else { now + NOTICE })?;
    insert(&txn, row.clone()).await?;
    txn.commit().await?;
    load(app).await?;
    let stage = if at_once { Stage::Signing } else { Stage::Announced };

    Ok(listed(&row, stage))
}

/// Ends a key now: what it signed opens nothing. `false`: there is none of this name that has not ended.
pub async fn retire(app: &App, kid: &str) -> Result<bool, TicketError> {
    let now = app.clock.now();
    let txn = Write::begin(app).await?;
    let ended = ticket_key::Entity::update_many()
        .set(ticket_key::ActiveModel { ends_at: Set(Some(now)), ..Default::default() })
        .filter(Column::Kid.eq(kid))
        .filter(Column::EndsAt.is_null().or(Column::EndsAt.gt(now)))
        .exec(&*txn)
        .await?;
    txn.commit().await?;
    load(app).await?;

    Ok(ended.rows_affected == 1)
}

/// All keys, oldest first.
pub async fn list(app: &App) -> Result<Vec<Listed>, TicketError> {
    load(app).await?;
    let now = app.clock.now();
    let signing = known_signer(app).map(|key| key.row.number);
    let stage = |key: &Key| match key.row.signs_from {
        _ if !key.is_good_at(now) => Stage::Ended,
        _ if signing == Some(key.row.number) => Stage::Signing,
        signs_from if signs_from > now => Stage::Announced,
        _ => Stage::Verifying,
    };

    Ok(app.ticket_keys.keys().iter().map(|key| listed(&key.row, stage(key))).collect())
}

/// The key that signs now; made if there is none. Never called inside a transaction, for it has its own.
pub(super) async fn signer(app: &App) -> Result<Arc<Key>, TicketError> {
    if let Some(key) = known_signer(app) {
        return Ok(key);
    }
    load(app).await?;
    if let Some(key) = known_signer(app) {
        return Ok(key);
    }
    make(app).await?;
    load(app).await?;
    known_signer(app).ok_or_else(|| TicketError::Internal("a key was made and can't be found".to_owned()))
}

/// The newest key that may sign now, or else the next one that will.
fn known_signer(app: &App) -> Option<Arc<Key>> {
    let (now, keys) = (app.clock.now(), app.ticket_keys.keys());
    let mut able = keys.iter().filter(|key| key.signing.is_some() && key.is_good_at(now));
    let newest = able.clone().rfind(|key| key.row.signs_from <= now);
    newest.or_else(|| able.next()).cloned()
}

/// The key that codes call so, if what it signed is good; looked for in the database if it is not known yet.
pub(super) async fn find(app: &App, id: [u8; KEY_ID]) -> Result<Option<Arc<Key>>, DbErr> {
    let now = app.clock.now();
    let known = |app: &App| app.ticket_keys.keys().iter().find(|key| key.id == id).cloned();
    if let Some(key) = known(app) {
        return Ok(Some(key).filter(|key| key.is_good_at(now)));
    }
    let mut asked = app.ticket_keys.asked.lock().await;
    if asked.is_none_or(|asked| asked + LOOKS <= now) {
        *asked = Some(now);
        load(app).await?;
    }
    Ok(known(app).filter(|key| key.is_good_at(now)))
}

/// Reads the keys as the database has them.
pub(crate) async fn load(app: &App) -> Result<(), DbErr> {
    let _loading = app.ticket_keys.loading.lock().await;
    let rows = ticket_key::Entity::find().order_by_asc(Column::Number).all(&app.db).await?;
    if app.ticket_keys.keys().iter().map(|key| &key.row).eq(&rows) {
        return Ok(());
    }
    let keys = rows.into_iter().filter_map(|row| Key::of(app, row)).map(Arc::new).collect();
    *app.ticket_keys.keys.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keys);

    Ok(())
}

/// Makes the next key, which signs at once, unless another instance has just made one.
async fn make(app: &App) -> Result<(), TicketError> {
    let now = app.clock.now();
    let txn = Write::begin(app).await?;
    let rows = ticket_key::Entity::find().order_by_asc(Column::Number).all(&*txn).await?;
    let row = new_row(app, rows.last(), now, now)?;
    if rows.into_iter().filter_map(|row| Key::of(app, row)).any(|key| key.signing.is_some() && key.is_good_at(now)) {
        return Ok(());
    }
    tracing::info!(kid = row.kid, "no key could sign tickets; a new one is made");
    match insert(&txn, row).await {
        Err(error) if matches!(error.sql_err(), Some(sea_orm::SqlErr::UniqueConstraintViolation(_))) => Ok(()),
        Err(error) => Err(error.into()),
        Ok(()) => Ok(txn.commit().await?),
    }
}

async fn insert(txn: &Write, row: ticket_key::Model) -> Result<(), DbErr> {
    ticket_key::Entity::insert(ticket_key::ActiveModel::from(row).reset_all()).exec_without_returning(&**txn).await?;
    Ok(())
}

fn new_row(
    app: &App,
    last: Option<&ticket_key::Model>,
    created_at: DateTime<Utc>,
    signs_from: DateTime<Utc>,
) -> Result<ticket_key::Model, TicketError> {
    let no_randomness = |error| TicketError::Internal(format!("making a key: {error}"));
    let pair = Ed25519KeyPair::generate().map_err(no_randomness)?;
    let private = pair.to_pkcs8().map_err(no_randomness)?;
    let public = pair.public_key().as_ref();
    let kid = URL_SAFE_NO_PAD.encode(&Sha256::digest(public)[..KEY_ID]);

    Ok(ticket_key::Model {
        number: last.map_or(1, |row| row.number + 1),
        public_key: URL_SAFE_NO_PAD.encode(public),
        sealed: app.accounts.sealing().seal(&sealed_as(&kid), private.as_ref()),
        kid,
        created_at,
        signs_from,
        ends_at: None,
    })
}

/// The name that a private part is sealed under, so that it opens as nothing else.
fn sealed_as(kid: &str) -> String {
    format!("ticket key {kid}")
}

fn listed(row: &ticket_key::Model, stage: Stage) -> Listed {
    Listed {
        kid: row.kid.clone(),
        algorithm: Algorithm::EdDsa,
        stage,
        created_at: row.created_at,
        signs_from: row.signs_from,
        ends_at: row.ends_at,
    }
}

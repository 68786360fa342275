//! Key rings: the keys by which the site signs one kind of thing.
//!
//! Keys are rows of the site's database, so every instance has the same. One signs, all verify; what is signed names its
//! key. A new key is known everywhere before it signs. The private part is encrypted by the site's secret.
//!
//! Invariant: a ring never changes. Where the keys do, there is a new one, and what was found out by the old one goes
//! with it.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use book::store::Write;
use chrono::{DateTime, Utc};
use entities::signing_key::Algorithm;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, QueryFilter, QueryOrder, sea_query::Expr};
use tokio::sync::Mutex;

use crate::App;

pub(crate) mod encryption;
pub mod secret;

/// What names an unknown key makes an instance look for it, at most this often.
const LOOKS: Duration = Duration::from_secs(1);

/// A kind of thing that is signed: the table of its keys, and how they are used.
pub(crate) trait Purpose: Sized + Send + Sync + 'static {
    type Entity: EntityTrait<ActiveModel: Send>;
    /// What a key signs and verifies with.
    type Material: Material;
    /// What was found out by the keys of a ring.
    type Findings: Default + Send + Sync;

    const NUMBER: <Self::Entity as EntityTrait>::Column;
    const KID: <Self::Entity as EntityTrait>::Column;
    const ENDS_AT: <Self::Entity as EntityTrait>::Column;

    /// What is signed, in the plural, for logs.
    const SIGNED: &'static str;

    /// How long a new key is known before it signs.
    const NOTICE: Duration;

    fn keyring(app: &App) -> &Keyring<Self>;

    /// Of the keys that are made from now on; keys of another algorithm go on verifying.
    fn algorithm(app: &App) -> Algorithm;

    fn generate(algorithm: Algorithm) -> Result<Generated, KeyError>;

    /// The name that a private part is encrypted under, so that it opens as nothing else.
    fn encrypted_as(kid: &str) -> String;

    /// What a row's key is used by; `None` if nothing can be verified by what is known of it. `private` is `None` where it
    /// was encrypted by another secret.
    fn material(app: &App, row: &Row, private: Option<Vec<u8>>) -> Option<Self::Material>;

    /// When the keys before a new one end that signs from `signs_from` on; `None`: never by themselves.
    fn end_of_predecessors(app: &App, signs_from: DateTime<Utc>) -> Option<DateTime<Utc>>;

    fn row(model: <Self::Entity as EntityTrait>::Model) -> Row;
    fn inserted(row: Row) -> <Self::Entity as EntityTrait>::ActiveModel;
}

/// What a key signs and verifies with.
pub(crate) trait Material: Send + Sync {
    /// Whether the private part is known here.
    fn can_sign(&self) -> bool;
}

/// A key as the database has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    /// Counts up from 1.
    pub(crate) number: i32,
    pub(crate) kid: String,
    pub(crate) algorithm: Algorithm,
    /// Base64url; `None` for a shared secret, which has no public part.
    pub(crate) public: Option<String>,
    pub(crate) encrypted: String,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) signs_from: DateTime<Utc>,
    pub(crate) ends_at: Option<DateTime<Utc>>,
}

/// A key that was just made.
pub(crate) struct Generated {
    pub(crate) kid: String,
    /// Base64url.
    pub(crate) public: Option<String>,
    pub(crate) private: Vec<u8>,
}

/// A key as it is used.
pub(crate) struct Key<P: Purpose> {
    pub(crate) row: Row,
    pub(crate) material: P::Material,
}

/// The keys as this process knows them now, oldest first.
pub(crate) struct Ring<P: Purpose> {
    rows: Vec<Row>,
    keys: Vec<Arc<Key<P>>>,
    pub(crate) findings: P::Findings,
}

/// The ring of now, and what replaces it.
pub(crate) struct Keyring<P: Purpose> {
    ring: RwLock<Arc<Ring<P>>>,
    /// Held while the keys are read, so that no older state of them replaces a newer one.
    loading: Mutex<()>,
    /// When the database was last asked for an unknown key; whoever holds it asks.
    asked: Mutex<Option<DateTime<Utc>>>,
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

/// A key as operators see it.
#[derive(Debug, Clone)]
pub struct Listed {
    pub kid: String,
    pub algorithm: Algorithm,
    pub stage: Stage,
    pub created_at: DateTime<Utc>,
    pub signs_from: DateTime<Utc>,
    pub ends_at: Option<DateTime<Utc>>,
}

/// Why a key can't be had.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeyError {
    #[error("the store failed")]
    Store(#[from] DbErr),
    #[error("making a key: {0}")]
    Generation(String),
    #[error("a key was made and can't be found")]
    Lost,
}

impl<P: Purpose> Default for Keyring<P> {
    fn default() -> Self {
        Self { ring: RwLock::default(), loading: Mutex::default(), asked: Mutex::default() }
    }
}

impl<P: Purpose> Default for Ring<P> {
    fn default() -> Self {
        Self { rows: Vec::new(), keys: Vec::new(), findings: P::Findings::default() }
    }
}

impl<P: Purpose> Keyring<P> {
    pub(crate) fn ring(&self) -> Arc<Ring<P>> {
        Arc::clone(&self.ring.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<P: Purpose> Ring<P> {
    fn of(app: &App, rows: Vec<Row>) -> Self {
        let keys = rows.iter().filter_map(|row| Key::of(app, row)).map(Arc::new).collect();
        Self { rows, keys, findings: P::Findings::default() }
    }

    pub(crate) fn find(&self, kid: &str) -> Option<&Arc<Key<P>>> {
        self.keys.iter().find(|key| key.row.kid == kid)
    }

    /// Whether this very key is of the ring.
    pub(crate) fn has(&self, key: &Arc<Key<P>>) -> bool {
        self.keys.iter().any(|known| Arc::ptr_eq(known, key))
    }

    /// The newest key that may sign now, or else the next one that will: where no other is left, a key that another
    /// instance made a moment ago by a clock ahead of ours is better than a key of our own.
    fn signer(&self, algorithm: Algorithm, now: DateTime<Utc>) -> Option<&Arc<Key<P>>> {
        let can_sign =
            |key: &&Arc<Key<P>>| key.row.algorithm == algorithm && key.material.can_sign() && key.verifies_at(now);
        let mut able = self.keys.iter().filter(can_sign);
        let newest = able.clone().rfind(|key| key.row.signs_from <= now);
        newest.or_else(|| able.next())
    }
}

impl<P: Purpose> Key<P> {
    fn of(app: &App, row: &Row) -> Option<Self> {
        let private = app.accounts.encryption().open(&P::encrypted_as(&row.kid), &row.encrypted);
        if let Err(error) = &private {
            tracing::warn!(kid = row.kid, signed = P::SIGNED, %error, "a key can't sign here");
        }
        let material = P::material(app, row, private.ok())?;

        Some(Self { row: row.clone(), material })
    }

    /// Whether what it signed is good.
    pub(crate) fn verifies_at(&self, now: DateTime<Utc>) -> bool {
        self.row.ends_at.is_none_or(|ends_at| now < ends_at)
    }
}

impl Generated {
    /// A pair of Ed25519, named by what `kid` makes of its public part in base64url.
    pub(crate) fn ed25519(kid: impl FnOnce(&str, &[u8]) -> String) -> Result<Self, KeyError> {
        let failed = |error: aws_lc_rs::error::Unspecified| KeyError::Generation(error.to_string());
        let pair = Ed25519KeyPair::generate().map_err(failed)?;
        let private = pair.to_pkcs8().map_err(failed)?.as_ref().to_vec();
        let public = URL_SAFE_NO_PAD.encode(pair.public_key());

        Ok(Self { kid: kid(&public, pair.public_key().as_ref()), public: Some(public), private })
    }
}

/// The public keys whose signatures are good, RFC 7517.
pub(crate) fn jwks<P: Purpose>(app: &App) -> serde_json::Value {
    let (ring, now) = (P::keyring(app).ring(), app.clock.now());
    let good = ring.keys.iter().filter(|key| key.verifies_at(now));
    let keys: Vec<_> = good
        .filter_map(|key| {
            let public = key.row.public.as_ref()?;
            Some(serde_json::json!({
                "kty": "OKP", "crv": "Ed25519", "x": public, "kid": key.row.kid, "alg": "EdDSA", "use": "sig",
            }))
        })
        .collect();
    serde_json::json!({ "keys": keys })
}

/// Makes a new key. It signs after the purpose's notice, in which everyone hears of it.
///
/// With `at_once`, for keys that were stolen: it signs now, and what the others signed is worth nothing from now on.
pub(crate) async fn rotate<P: Purpose>(app: &App, at_once: bool) -> Result<Listed, KeyError> {
    let now = app.clock.now();
    let signs_from = if at_once { now } else { now + P::NOTICE };
    let ends_at = if at_once { Some(now) } else { P::end_of_predecessors(app, signs_from) };
    let txn = Write::begin(&app.store).await?;
    let rows = rows::<P>(&*txn).await?;
    if let Some(ends_at) = ends_at {
        P::Entity::update_many()
            .col_expr(P::ENDS_AT, Expr::value(Some(ends_at)))
            .filter(P::ENDS_AT.is_null())
            .exec(&*txn)
            .await?;
    }
    let row = new_row::<P>(app, &rows, now, signs_from)?;
    P::Entity::insert(P::inserted(row.clone())).exec_without_returning(&*txn).await?;
    txn.commit().await?;
    load::<P>(app).await?;
    let stage = if at_once { Stage::Signing } else { Stage::Announced };

    Ok(listed(&row, stage))
}

/// Ends a key now: what it signed is worth nothing. `false`: there is none of this name that has not ended.
pub(crate) async fn retire<P: Purpose>(app: &App, kid: &str) -> Result<bool, KeyError> {
    let now = app.clock.now();
    let txn = Write::begin(&app.store).await?;
    let ended = P::Entity::update_many()
        .col_expr(P::ENDS_AT, Expr::value(Some(now)))
        .filter(P::KID.eq(kid))
        .filter(P::ENDS_AT.is_null().or(P::ENDS_AT.gt(now)))
        .exec(&*txn)
        .await?;
    txn.commit().await?;
    load::<P>(app).await?;

    Ok(ended.rows_affected == 1)
}

/// All keys, oldest first.
pub(crate) async fn list<P: Purpose>(app: &App) -> Result<Vec<Listed>, KeyError> {
    load::<P>(app).await?;
    let (ring, now) = (P::keyring(app).ring(), app.clock.now());
    let signing = ring.signer(P::algorithm(app), now).map(|key| key.row.number);
    let stage = |row: &Row| match row.ends_at {
        Some(ends_at) if ends_at <= now => Stage::Ended,
        _ if signing == Some(row.number) => Stage::Signing,
        _ if row.signs_from > now => Stage::Announced,
        _ => Stage::Verifying,
    };

    Ok(ring.rows.iter().map(|row| listed(row, stage(row))).collect())
}

/// The key that signs now; made if there is none. Never called inside a transaction, for it has its own.
pub(crate) async fn signer<P: Purpose>(app: &App) -> Result<Arc<Key<P>>, KeyError> {
    let known = || P::keyring(app).ring().signer(P::algorithm(app), app.clock.now()).cloned();
    if let Some(key) = known() {
        return Ok(key);
    }
    load::<P>(app).await?;
    if let Some(key) = known() {
        return Ok(key);
    }
    make::<P>(app).await?;
    load::<P>(app).await?;
    known().ok_or(KeyError::Lost)
}

/// The key of this name, looked for in the database if it is not known yet.
pub(crate) async fn find<P: Purpose>(app: &App, kid: &str) -> Result<Option<Arc<Key<P>>>, DbErr> {
    let keyring = P::keyring(app);
    if let Some(key) = keyring.ring().find(kid) {
        return Ok(Some(Arc::clone(key)));
    }
    let now = app.clock.now();
    let mut asked = keyring.asked.lock().await;
    if asked.is_none_or(|asked| asked + LOOKS <= now) {
        *asked = Some(now);
        load::<P>(app).await?;
    }
    Ok(keyring.ring().find(kid).cloned())
}

/// Reads the keys as the database has them. What was found out by other keys is forgotten.
pub(crate) async fn load<P: Purpose>(app: &App) -> Result<(), DbErr> {
    let keyring = P::keyring(app);
    let _loading = keyring.loading.lock().await;
    let rows = rows::<P>(&app.db).await?;
    if keyring.ring().rows == rows {
        return Ok(());
    }
    let ring = Arc::new(Ring::of(app, rows));
    *keyring.ring.write().unwrap_or_else(PoisonError::into_inner) = ring;

    Ok(())
}

/// Makes the next key, which signs at once, unless another instance has just made one.
async fn make<P: Purpose>(app: &App) -> Result<(), KeyError> {
    let now = app.clock.now();
    let txn = Write::begin(&app.store).await?;
    let rows = rows::<P>(&*txn).await?;
    let row = new_row::<P>(app, &rows, now, now)?;
    if Ring::<P>::of(app, rows).signer(P::algorithm(app), now).is_some() {
        return Ok(());
    }
    tracing::info!(kid = row.kid, signed = P::SIGNED, "no key could sign; a new one is made");
    match P::Entity::insert(P::inserted(row)).exec_without_returning(&*txn).await {
        Err(error) if matches!(error.sql_err(), Some(sea_orm::SqlErr::UniqueConstraintViolation(_))) => Ok(()),
        Err(error) => Err(error.into()),
        Ok(_) => Ok(txn.commit().await?),
    }
}

async fn rows<P: Purpose>(db: &impl ConnectionTrait) -> Result<Vec<Row>, DbErr> {
    let models = P::Entity::find().order_by_asc(P::NUMBER).all(db).await?;
    Ok(models.into_iter().map(P::row).collect())
}

fn new_row<P: Purpose>(
    app: &App,
    before: &[Row],
    created_at: DateTime<Utc>,
    signs_from: DateTime<Utc>,
) -> Result<Row, KeyError> {
    let algorithm = P::algorithm(app);
    let Generated { kid, public, private } = P::generate(algorithm)?;

    Ok(Row {
        number: before.last().map_or(1, |row| row.number + 1),
        encrypted: app.accounts.encryption().seal(&P::encrypted_as(&kid), &private),
        kid,
        algorithm,
        public,
        created_at,
        signs_from,
        ends_at: None,
    })
}

fn listed(row: &Row, stage: Stage) -> Listed {
    Listed {
        kid: row.kid.clone(),
        algorithm: row.algorithm,
        stage,
        created_at: row.created_at,
        signs_from: row.signs_from,
        ends_at: row.ends_at,
    }
}

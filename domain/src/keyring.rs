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

use book::store::WriteTxn;
use chrono::{DateTime, Utc};
use entities::signing_key::Algorithm;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, QueryFilter, QueryOrder, sea_query::Expr};
use tokio::sync::Mutex;

use crate::App;

pub(crate) mod encryption;
mod purpose;
pub mod secret;

pub use purpose::{Generated, Material, Purpose, Row};

/// What names an unknown key makes an instance look for it, at most this often.
const LOOKS: Duration = Duration::from_secs(1);

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
pub struct Keyring<P: Purpose> {
    ring: RwLock<Arc<Ring<P>>>,
    /// Held while the keys are read, so that no older state of them replaces a newer one.
    loading: Mutex<()>,
    /// When the database was last asked for an unknown key; the task that holds the lock asks.
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
pub enum KeyError {
    #[error("the store failed")]
    Store(#[from] DbErr),
    #[error("making a key: {0}")]
    Generation(String),
    #[error("a new key can't be found")]
    Lost,
}

impl KeyError {
    /// The same as the error of a noun that tells the store's failures from others, which `internal` takes in words.
    pub(crate) fn into_error<E: From<DbErr>>(self, internal: impl FnOnce(String) -> E) -> E {
        match self {
            Self::Store(error) => error.into(),
            Self::Generation(_) | Self::Lost => internal(self.to_string()),
        }
    }
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
            tracing::warn!(kid = row.kid, signed = P::SIGNED, %error, "signing key unusable on this instance");
        }
        let material = P::material(app, row, private.ok())?;

        Some(Self { row: row.clone(), material })
    }

    /// Whether what it signed is good.
    pub(crate) fn verifies_at(&self, now: DateTime<Utc>) -> bool {
        self.row.ends_at.is_none_or(|ends_at| now < ends_at)
    }
}

/// Sees to it that there is a key to sign with.
///
/// # Errors
/// `Store` where the database fails; `Generation` and `Lost` where no key can be made.
pub async fn prepare<P: Purpose>(app: &App) -> Result<(), KeyError> {
    signer::<P>(app).await.map(drop)
}

/// The public keys whose signatures are good, as others verify by them, RFC 7517.
pub fn jwks<P: Purpose>(app: &App) -> serde_json::Value {
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

/// Makes a new key. It signs after the purpose's notice, in which everyone hears of it, and the keys before it end when
/// the purpose says so.
///
/// With `at_once`, for keys that were stolen: it signs now, and what the others signed is worth nothing from now on.
///
/// # Errors
/// `Store` where the database fails, and `Generation` where no key can be made: then no key has changed.
pub async fn rotate<P: Purpose>(app: &App, at_once: bool) -> Result<Listed, KeyError> {
    let now = app.clock.now();
    let signs_from = if at_once { now } else { now + P::NOTICE };
    let ends_at = if at_once { Some(now) } else { P::end_of_predecessors(app, signs_from) };
    let txn = WriteTxn::begin(&app.store).await?;
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
///
/// # Errors
/// `Store` where the database fails: the key may have ended all the same, and ending it again harms nothing.
pub async fn retire<P: Purpose>(app: &App, kid: &str) -> Result<bool, KeyError> {
    let now = app.clock.now();
    let txn = WriteTxn::begin(&app.store).await?;
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
///
/// # Errors
/// `Store` where the database fails.
pub async fn list<P: Purpose>(app: &App) -> Result<Vec<Listed>, KeyError> {
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

/// Whether there are good keys, and none opens by this site's secret.
///
/// # Errors
/// The database's.
pub async fn is_sealed_by_another_secret<P: Purpose>(app: &App) -> Result<bool, DbErr> {
    load::<P>(app).await?;
    let (ring, now) = (P::keyring(app).ring(), app.clock.now());
    let is_any_good = ring.rows.iter().any(|row| row.ends_at.is_none_or(|ends_at| now < ends_at));
    let opens_any = ring.keys.iter().any(|key| key.verifies_at(now) && key.material.can_sign());

    Ok(is_any_good && !opens_any)
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
    let txn = WriteTxn::begin(&app.store).await?;
    let rows = rows::<P>(&*txn).await?;
    let row = new_row::<P>(app, &rows, now, now)?;
    if Ring::<P>::of(app, rows).signer(P::algorithm(app), now).is_some() {
        return Ok(());
    }
    tracing::info!(kid = row.kid, signed = P::SIGNED, "signing key created: no existing key could sign");
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

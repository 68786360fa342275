//! Keys: what signs access tokens, and what their signatures are checked by.
//!
//! The one before a new key verifies until its last token is over, so that a change of keys signs no fan out.
//!
//! Invariant: a key verifies tokens of its own algorithm only, whatever a token says of itself.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use entities::signing_key::{self, Algorithm};
use ring::hmac;
use sea_orm::ActiveModelTrait;

use super::{
    AccountError, passwords::Hashing, provider::Provider, provider_errands::Errands, signatures, standing::Standings,
};
use crate::{
    App,
    keyring::{self, Generated, KeyError, Keyring, Purpose, Row, encryption::Encryption, secret},
};

mod pair;
mod verified;

pub(super) use pair::Pair;
use verified::VerifiedTokens;

/// How long others may keep our public keys before they ask again.
pub const JWKS_SECONDS: u64 = 30;

/// Whom access tokens are made for.
pub(super) const AUDIENCE: &str = "matchday";

/// How far the clocks of instances may differ.
pub(super) const SKEW: Duration = Duration::from_secs(30);

/// Tells the key of links from every other that comes from the site's secret.
const LINKS: &[u8] = b"matchday ticket links 1";

/// The same for the codes that tickets are given by.
const TRANSFERS: &[u8] = b"matchday ticket transfers 1";

/// The same for what makes a refresh token's successor of it.
const SUCCESSORS: &[u8] = b"matchday refresh successors 1";

/// The same for what binds a sign-in at the identity provider to the browser that began it.
const SIGN_INS: &[u8] = b"matchday provider sign-ins 1";

/// What signs and limits accounts. One secret for all instances of a site.
pub struct Keys {
    pub issuer: String,
    /// Of the keys that are made from now on; keys of the other algorithm go on verifying.
    pub algorithm: Algorithm,
    pub access_lifetime: Duration,
    pub refresh_lifetime: Duration,
    /// How long a refresh token that was used is still answered with its successor: to the tabs of one browser that use it
    /// at once, and to a client that asks again because no answer came.
    pub refresh_reuse: Duration,
    /// Whose tokens are accepted beside our own.
    pub provider: Option<Provider>,
    pub(super) hashing: Hashing,
    pub(super) standings: Arc<Standings>,
    pub(super) errands: Errands,
    encryption: Encryption,
    links: hmac::Key,
    transfers: hmac::Key,
    successors: hmac::Key,
    sign_ins: hmac::Key,
    keyring: Keyring<AccessTokens>,
}

impl Keys {
    /// `secret` encrypts the private keys in the database.
    pub fn new(secret: &[u8], issuer: String) -> Self {
        signatures::install();
        let key = |purpose| hmac::Key::new(hmac::HMAC_SHA256, &secret::derived(secret, &[purpose]));
        Self {
            issuer,
            algorithm: Algorithm::EdDsa,
            access_lifetime: Duration::from_secs(15 * 60),
            refresh_lifetime: Duration::from_secs(30 * 24 * 3600),
            refresh_reuse: Duration::from_secs(20),
            provider: None,
            hashing: Hashing::default(),
            standings: Arc::default(),
            errands: Errands::default(),
            encryption: Encryption::new(secret),
            links: key(LINKS),
            transfers: key(TRANSFERS),
            successors: key(SUCCESSORS),
            sign_ins: key(SIGN_INS),
            keyring: Keyring::default(),
        }
    }

    /// What the site's secret encrypts in the database.
    pub(crate) fn encryption(&self) -> &Encryption {
        &self.encryption
    }

    /// What signs the links that download tickets.
    pub(crate) fn links(&self) -> &hmac::Key {
        &self.links
    }

    /// What signs the codes that tickets are given by.
    pub(crate) fn transfers(&self) -> &hmac::Key {
        &self.transfers
    }

    /// What makes a refresh token's successor of it: the same at every use, on every instance of the site.
    pub(super) fn successors(&self) -> &hmac::Key {
        &self.successors
    }

    /// What binds a sign-in at the identity provider to the browser that began it.
    pub(super) fn sign_ins(&self) -> &hmac::Key {
        &self.sign_ins
    }

    /// Whether an identity provider says what its people may do.
    pub(super) fn provider_gives_roles(&self) -> bool {
        self.provider.as_ref().is_some_and(Provider::gives_roles)
    }

    pub(super) fn ring(&self) -> Arc<Ring> {
        self.keyring.ring()
    }
}

/// Access tokens, as a purpose of keys: the keys before a new one end when the last of their tokens is over.
pub struct AccessTokens;

pub(super) type Key = keyring::Key<AccessTokens>;
pub(super) type Ring = keyring::Ring<AccessTokens>;

impl Purpose for AccessTokens {
    type Entity = signing_key::Entity;
    type Material = Pair;
    type Findings = VerifiedTokens;

    const NUMBER: signing_key::Column = signing_key::Column::Number;
    const KID: signing_key::Column = signing_key::Column::Kid;
    const ENDS_AT: signing_key::Column = signing_key::Column::EndsAt;
    const SIGNED: &'static str = "access tokens";

    /// Several times what an instance takes to hear of a key, and longer than `JWKS_SECONDS`.
    const NOTICE: Duration = Duration::from_secs(60);

    fn keyring(app: &App) -> &Keyring<Self> {
        &app.accounts.keyring
    }

    fn algorithm(app: &App) -> Algorithm {
        app.accounts.algorithm
    }

    fn generate(algorithm: Algorithm) -> Result<Generated, KeyError> {
        Pair::generate(algorithm)
    }

    fn encrypted_as(kid: &str) -> String {
        kid.to_owned()
    }

    fn material(app: &App, row: &Row, private: Option<Vec<u8>>) -> Option<Pair> {
        Pair::of(row, private, &app.accounts.issuer)
    }

    /// When the last of their tokens is over.
    fn end_of_predecessors(app: &App, signs_from: DateTime<Utc>) -> Option<DateTime<Utc>> {
        Some(signs_from + app.accounts.access_lifetime + SKEW)
    }

    fn row(model: signing_key::Model) -> Row {
        let signing_key::Model { number, kid, algorithm, public_key, sealed, created_at, signs_from, ends_at } = model;
        Row { number, kid, algorithm, public: public_key, encrypted: sealed, created_at, signs_from, ends_at }
    }

    fn inserted(row: Row) -> signing_key::ActiveModel {
        let Row { number, kid, algorithm, public, encrypted, created_at, signs_from, ends_at } = row;
        let (public_key, sealed) = (public, encrypted);
        let model = signing_key::Model { number, kid, algorithm, public_key, sealed, created_at, signs_from, ends_at };
        signing_key::ActiveModel::from(model).reset_all()
    }
}

impl From<KeyError> for AccountError {
    fn from(error: KeyError) -> Self {
        error.into_error(Self::Internal)
    }
}

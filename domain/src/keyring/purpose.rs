//! Purposes: what a kind of thing that is signed says of its keys.

use std::time::Duration;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use entities::signing_key::Algorithm;
use sea_orm::EntityTrait;

use super::{KeyError, Keyring};
use crate::App;

/// A kind of thing that is signed: the table of its keys, and how they are used.
pub trait Purpose: Sized + Send + Sync + 'static {
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
pub trait Material: Send + Sync {
    /// Whether the private part is known here.
    fn can_sign(&self) -> bool;
}

/// A key as the database has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
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
pub struct Generated {
    pub(crate) kid: String,
    /// Base64url.
    pub(crate) public: Option<String>,
    pub(crate) private: Vec<u8>,
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

//! Purposes: what a kind of thing that is signed says of its keys.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use entities::signing_key::Algorithm;
use ring::{
    rand::SystemRandom,
    signature::{Ed25519KeyPair, KeyPair},
};
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
        let failed = |error: &dyn std::fmt::Display| KeyError::Generation(error.to_string());
        let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).map_err(|error| failed(&error))?;
        let private = document.as_ref().to_vec();
        let pair = Ed25519KeyPair::from_pkcs8(&private).map_err(|error| failed(&error))?;
        let public = URL_SAFE_NO_PAD.encode(pair.public_key());

        Ok(Self { kid: kid(&public, pair.public_key().as_ref()), public: Some(public), private })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_is_written_as_earlier_programs_wrote_and_read_theirs() {
        // A document of AWS-LC, and what its pair signed.
        let earlier = "MFECAQEwBQYDK2VwBCIEIHdJqBu6b5PQ1NsOxdsdHyp8icpL36VJhl4HwXijAsUwgSEAY2e8ISKO-xcwskuXOzm8FOnfvmGXrNf0xkC5iDft\
                       AhE";
        let signature = "wAefxXE1qy3KN4WEdAeronhw6112hPZRWsvVMvIKISBdYQGfEVvROChqji9HqV3urJS1SIYdr8OuTfDuWXuOCA";
        let earlier = URL_SAFE_NO_PAD.decode(earlier).expect("it is base64url");

        let pair = Ed25519KeyPair::from_pkcs8(&earlier).expect("it is a key");
        let ours = Generated::ed25519(|public, _| public.to_owned()).expect("a key can be made");

        assert_eq!(URL_SAFE_NO_PAD.encode(pair.sign(b"a text")), signature);
        // All but the seed and the public key is the same.
        assert_eq!((&ours.private[..16], &ours.private[48..51]), (&earlier[..16], &earlier[48..51]));
        assert_eq!(ours.private.len(), earlier.len());
        assert_eq!(ours.public, Some(URL_SAFE_NO_PAD.encode(&ours.private[51..])));
    }
}

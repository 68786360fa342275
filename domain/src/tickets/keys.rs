//! Keys of tickets: what signs their codes, and what gates verify them by, for months and without asking us.
//!
//! They are kept like those of access tokens, but apart: nothing that ends a session ends a ticket. A new key is published
//! a day before it signs, so that a device which fetches the keys once a day knows it in time. The keys before it never
//! end by themselves; `retire` ends one that was stolen, and its tickets' holders have to fetch their codes again.

use std::{sync::Arc, time::Duration};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use entities::{signing_key::Algorithm, ticket_key};
use ring::signature::{ED25519, Ed25519KeyPair, UnparsedPublicKey};
use sea_orm::{ActiveModelTrait, DbErr};
use sha2::{Digest, Sha256};

use super::code::{Code, KEY_ID};
use crate::{
    App,
    keyring::{self, Generated, KeyError, Keyring, Material, Purpose, Row},
};

/// How long others may keep our public keys before they ask again.
pub const JWKS_SECONDS: u64 = 300;

/// Codes of tickets, as a purpose of keys: a new one signs after a day, and what the keys before it signed stays good.
pub struct TicketCodes;

pub(super) type Key = keyring::Key<TicketCodes>;

/// What a key signs codes and verifies them with.
pub struct Pair {
    id: [u8; KEY_ID],
    public: Vec<u8>,
    /// `None` where the private part was encrypted by another secret.
    signing: Option<Ed25519KeyPair>,
}

impl Material for Pair {
    fn can_sign(&self) -> bool {
        self.signing.is_some()
    }
}

impl Purpose for TicketCodes {
    type Entity = ticket_key::Entity;
    type Material = Pair;
    type Findings = ();

    const NUMBER: ticket_key::Column = ticket_key::Column::Number;
    const KID: ticket_key::Column = ticket_key::Column::Kid;
    const ENDS_AT: ticket_key::Column = ticket_key::Column::EndsAt;
    const SIGNED: &'static str = "tickets";
    const NOTICE: Duration = Duration::from_secs(24 * 3_600);

    fn keyring(app: &App) -> &Keyring<Self> {
        &app.ticket_keys
    }

    fn algorithm(_: &App) -> Algorithm {
        Algorithm::EdDsa
    }

    fn generate(_: Algorithm) -> Result<Generated, KeyError> {
        Generated::ed25519(|_, public| name(Sha256::digest(public)[..KEY_ID].try_into().expect("a digest is longer")))
    }

    fn encrypted_as(kid: &str) -> String {
        format!("ticket key {kid}")
    }

    fn material(_: &App, row: &Row, private: Option<Vec<u8>>) -> Option<Pair> {
        let id = URL_SAFE_NO_PAD.decode(&row.kid).ok()?.try_into().ok()?;
        let public = URL_SAFE_NO_PAD.decode(row.public.as_ref()?).ok()?;
        let signing = private.and_then(|private| Ed25519KeyPair::from_pkcs8(&private).ok());

        Some(Pair { id, public, signing })
    }

    fn end_of_predecessors(_: &App, _: DateTime<Utc>) -> Option<DateTime<Utc>> {
        None
    }

    fn row(model: ticket_key::Model) -> Row {
        let ticket_key::Model { number, kid, public_key, sealed, created_at, signs_from, ends_at } = model;
        let (algorithm, public, encrypted) = (Algorithm::EdDsa, Some(public_key), sealed);
        Row { number, kid, algorithm, public, encrypted, created_at, signs_from, ends_at }
    }

    fn inserted(row: Row) -> ticket_key::ActiveModel {
        let Row { number, kid, algorithm: _, public, encrypted: sealed, created_at, signs_from, ends_at } = row;
        let public_key = public.unwrap_or_default();
        let model = ticket_key::Model { number, kid, public_key, sealed, created_at, signs_from, ends_at };
        ticket_key::ActiveModel::from(model).reset_all()
    }
}

impl Key {
    /// The code of a ticket at a version; `None` where the key can only verify.
    pub(super) fn sign(&self, ticket: uuid::Uuid, version: i32) -> Option<String> {
        let to_sign = Code::to_sign(self.material.id, ticket, version);
        Some(Code::written(to_sign, self.material.signing.as_ref()?.sign(&to_sign).as_ref()))
    }

    pub(super) fn has_signed(&self, code: &Code) -> bool {
        UnparsedPublicKey::new(&ED25519, &self.material.public).verify(code.signed(), code.signature()).is_ok()
    }
}

/// The name of a key that codes call by these bytes.
fn name(id: [u8; KEY_ID]) -> String {
    URL_SAFE_NO_PAD.encode(id)
}

/// The key that codes call so, if what it signed is good; looked for in the database if it is not known yet.
pub(super) async fn find(app: &App, id: [u8; KEY_ID]) -> Result<Option<Arc<Key>>, DbErr> {
    let key = keyring::find(app, &name(id)).await?;
    Ok(key.filter(|key: &Arc<Key>| key.verifies_at(app.clock.now())))
}

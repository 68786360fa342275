//! The ring: the keys that this process knows, and what was verified by them.
//!
//! Invariant: a ring never changes. Where the keys do, there is a new one, and what the old one verified goes with it.

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, Utc};
use entities::signing_key::{self, Algorithm};
use jsonwebtoken::Validation;
use quick_cache::sync::Cache;

use super::Pair;
use crate::accounts::{Viewer, tokens};

/// Tokens that are known to be good, at most: those of everybody who was there in the last minutes.
const VERIFIED: usize = 16_384;

/// A key as it is used.
pub(in crate::accounts) struct Key {
    pub(in crate::accounts) kid: String,
    pub(in crate::accounts) pair: Pair,
    pub(in crate::accounts) validation: Validation,
    signs_from: DateTime<Utc>,
    ends_at: Option<DateTime<Utc>>,
}

/// The keys, by their numbers.
pub(in crate::accounts) struct Ring {
    rows: Vec<signing_key::Model>,
    keys: BTreeMap<i32, Arc<Key>>,
    /// By the token's SHA-256: checking a signature costs many times as much.
    verified: Cache<[u8; 32], Verified>,
}

/// A token that was found good.
#[derive(Clone)]
struct Verified {
    viewer: Viewer,
    until: DateTime<Utc>,
}

impl Key {
    pub(super) fn new(row: &signing_key::Model, pair: Pair, issuer: &str) -> Self {
        let validation = tokens::validation(pair.algorithm(), issuer);
        Self { kid: row.kid.clone(), pair, validation, signs_from: row.signs_from, ends_at: row.ends_at }
    }

    pub(in crate::accounts) fn verifies_at(&self, now: DateTime<Utc>) -> bool {
        self.ends_at.is_none_or(|ends_at| now < ends_at)
    }
}

impl Ring {
    pub(super) fn new(rows: Vec<signing_key::Model>, keys: BTreeMap<i32, Arc<Key>>) -> Self {
        Self { rows, keys, verified: Cache::new(VERIFIED) }
    }

    pub(super) fn rows(&self) -> &[signing_key::Model] {
        &self.rows
    }

    pub(super) fn find(&self, kid: &str) -> Option<Arc<Key>> {
        self.keys.values().find(|key| key.kid == kid).cloned()
    }

    /// The newest key that may sign now, or else the next one that will: where no other is left, a key that another
    /// instance made a moment ago by a clock ahead of ours is better than a key of our own.
    pub(super) fn signer(&self, algorithm: Algorithm, now: DateTime<Utc>) -> Option<Arc<Key>> {
        let can_sign =
            |key: &&Arc<Key>| key.pair.is_of(algorithm) && key.pair.signing.is_some() && key.verifies_at(now);
        let mut keys = self.keys.values().filter(can_sign);
        let newest = keys.clone().rfind(|key| key.signs_from <= now);
        newest.or_else(|| keys.next()).cloned()
    }

    pub(super) fn verifying(&self, now: DateTime<Utc>) -> impl Iterator<Item = &Arc<Key>> {
        self.keys.values().filter(move |key| key.verifies_at(now))
    }

    /// Whose token this is, if it was found good before and still is.
    pub(in crate::accounts) fn verified(&self, token: &[u8; 32], now: DateTime<Utc>) -> Option<Viewer> {
        let known = self.verified.get(token)?;
        (now < known.until).then_some(known.viewer)
    }

    /// Notes that a token is good until it or its key ends; nothing, where the keys have changed since it was verified.
    pub(in crate::accounts) fn note(&self, token: [u8; 32], viewer: Viewer, key: &Arc<Key>) {
        if !self.keys.values().any(|known| Arc::ptr_eq(known, key)) {
            return;
        }
        let until = key.ends_at.map_or(viewer.expires_at, |ends_at| ends_at.min(viewer.expires_at));
        self.verified.insert(token, Verified { viewer, until });
    }
}

impl Default for Ring {
    fn default() -> Self {
        Self::new(Vec::new(), BTreeMap::new())
    }
}

//! Tokens that were found good by the keys of a ring: checking a signature costs many times as much as looking here.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use quick_cache::sync::Cache;

use super::{Key, Ring};
use crate::accounts::Viewer;

/// Tokens that are remembered at most: those of everyone who was there in the last minutes.
const CAPACITY: usize = 16_384;

/// By the token's SHA-256.
pub struct VerifiedTokens(Cache<[u8; 32], Verified>);

#[derive(Clone)]
struct Verified {
    viewer: Viewer,
    key: Arc<Key>,
    until: DateTime<Utc>,
}

impl Default for VerifiedTokens {
    fn default() -> Self {
        Self(Cache::new(CAPACITY))
    }
}

impl Ring {
    /// Whose token this is, if it was found good before and still is.
    pub(in crate::accounts) fn verified(&self, token: &[u8; 32], now: DateTime<Utc>) -> Option<(Viewer, Arc<Key>)> {
        let known = self.findings.0.get(token)?;
        (now < known.until).then_some((known.viewer, known.key))
    }

    /// Notes that a token is good until it or its key ends; nothing, where the keys have changed since it was verified.
    pub(in crate::accounts) fn note(&self, token: [u8; 32], viewer: Viewer, key: &Arc<Key>) {
        if !self.has(key) {
            return;
        }
        let until = key.row.ends_at.map_or(viewer.expires_at, |ends_at| ends_at.min(viewer.expires_at));
        self.findings.0.insert(token, Verified { viewer, key: Arc::clone(key), until });
    }
}

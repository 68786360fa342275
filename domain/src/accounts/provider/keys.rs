//! The provider's keys, as it publishes them: what is not for verifying signatures by an allowed algorithm is left out.
//!
//! Invariant: a set never changes. Where the keys do, there is a new one, and what the old one verified goes with it.

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, Utc};
use jsonwebtoken::{
    Algorithm, DecodingKey, Validation,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, KeyOperations, PublicKeyUse},
};
use quick_cache::sync::Cache;
use serde_json::Value;

use super::Terms;
use crate::accounts::Viewer;

/// Names of what a provider's tokens may be signed by.
pub const ALGORITHMS: [&str; 9] = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"];

const OF_RSA: [Algorithm; 6] =
    [Algorithm::RS256, Algorithm::RS384, Algorithm::RS512, Algorithm::PS256, Algorithm::PS384, Algorithm::PS512];

/// Keys that are looked at, at most; a provider has a few.
const KEYS_MAX: usize = 64;

/// Tokens that are known to be good, at most.
const VERIFIED: usize = 16_384;

/// The algorithm of one of [`ALGORITHMS`].
pub fn algorithm(name: &str) -> Option<Algorithm> {
    ALGORITHMS.contains(&name).then(|| name.parse().ok()).flatten()
}

/// A key as it is used.
pub(super) struct Key {
    pub(super) verifying: DecodingKey,
    pub(super) validation: Validation,
}

/// Keys by their names.
pub(super) struct KeySet {
    published: Value,
    keys: HashMap<String, Arc<Key>>,
    /// By the token's SHA-256, with the time until which it is not looked at again.
    verified: Cache<[u8; 32], (Viewer, DateTime<Utc>)>,
}

impl KeySet {
    pub(super) fn new(published: Value, terms: &Terms) -> Self {
        let mut keys = HashMap::new();
        let listed = published["keys"].as_array().into_iter().flatten().take(KEYS_MAX);
        for (name, key) in listed.filter_map(|written| key(written, terms)) {
            keys.entry(name).or_insert_with(|| Arc::new(key));
        }
        Self { published, keys, verified: Cache::new(VERIFIED) }
    }

    pub(super) fn is_of(&self, published: &Value) -> bool {
        self.published == *published
    }

    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    pub(super) fn find(&self, kid: &str) -> Option<Arc<Key>> {
        self.keys.get(kid).cloned()
    }

    pub(super) fn verified(&self, token: &[u8; 32], now: DateTime<Utc>) -> Option<Viewer> {
        let (viewer, until) = self.verified.get(token)?;
        (now < until).then_some(viewer)
    }

    pub(super) fn note(&self, token: [u8; 32], viewer: Viewer, until: DateTime<Utc>) {
        self.verified.insert(token, (viewer, until));
    }
}

impl Default for KeySet {
    fn default() -> Self {
        Self { published: Value::Null, keys: HashMap::new(), verified: Cache::new(VERIFIED) }
    }
}

/// A key of use, with its name. One that can't be read is none: a provider may publish what we do not know.
fn key(written: &Value, terms: &Terms) -> Option<(String, Key)> {
    let jwk: Jwk = serde_json::from_value(written.clone()).ok()?;
    let kid = jwk.common.key_id.clone()?;
    let algorithms = algorithms(&jwk, &terms.algorithms);
    let mut validation = Validation::new(*algorithms.first()?);
    validation.algorithms = algorithms;
    validation.set_audience(&terms.audiences);
    validation.set_issuer(&[&terms.issuer]);
    validation.set_required_spec_claims(&["exp", "aud", "iss", "sub"]);
    validation.validate_exp = false;

    Some((kid, Key { verifying: DecodingKey::from_jwk(&jwk).ok()?, validation }))
}

/// What signatures of the key may be verified by: what its kind can do and what it says of itself, as far as it is allowed.
fn algorithms(jwk: &Jwk, allowed: &[Algorithm]) -> Vec<Algorithm> {
    let is_for_signatures = matches!(jwk.common.public_key_use, None | Some(PublicKeyUse::Signature))
        && jwk.common.key_operations.as_ref().is_none_or(|uses| uses.contains(&KeyOperations::Verify));
    let of_kind: &[Algorithm] = match &jwk.algorithm {
        AlgorithmParameters::RSA(_) => &OF_RSA,
        AlgorithmParameters::EllipticCurve(key) => match key.curve {
            EllipticCurve::P256 => &[Algorithm::ES256],
            EllipticCurve::P384 => &[Algorithm::ES384],
            _ => &[],
        },
        AlgorithmParameters::OctetKeyPair(key) if key.curve == EllipticCurve::Ed25519 => &[Algorithm::EdDSA],
        _ => &[],
    };
    let says = |one: Algorithm| jwk.common.key_algorithm.is_none_or(|named| named == KeyAlgorithm::from(one));

    of_kind.iter().copied().filter(|one| is_for_signatures && allowed.contains(one) && says(*one)).collect()
}

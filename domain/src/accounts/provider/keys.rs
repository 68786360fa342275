//! The provider's keys, as it publishes them: what is not for verifying signatures by an allowed algorithm is left out.
//!
//! Invariant: a set never changes. Where the keys do, there is a new one, and what the old one verified goes with it.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use chrono::{DateTime, Utc};
use jsonwebtoken::{
    Algorithm, DecodingKey, Validation,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, KeyOperations, PublicKeyUse},
};
use quick_cache::sync::Cache;
use serde_json::Value;

use super::{AUD, ProviderConfig};
use crate::accounts::{SignedBy, Viewer};

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
pub(in crate::accounts) struct Key {
    /// Its name, which a provider with one key need not give it.
    pub(super) kid: Option<String>,
    pub(super) verifying: DecodingKey,
    /// What its signatures may be of, one at least.
    pub(super) algorithms: Vec<Algorithm>,
    written: Value,
}

/// The keys that are of use.
pub(super) struct KeySet {
    published: Value,
    keys: Vec<Arc<Key>>,
    /// By the token's SHA-256, with the time until which it is not looked at again.
    verified: Cache<[u8; 32], (Viewer, Arc<Key>, DateTime<Utc>)>,
    has_complained: AtomicBool,
}

impl KeySet {
    pub(super) fn new(published: Value, config: &ProviderConfig) -> Self {
        let mut keys: Vec<Arc<Key>> = Vec::new();
        let listed = published["keys"].as_array().into_iter().flatten().take(KEYS_MAX);
        for key in listed.filter_map(|written| key(written, config)) {
            if key.kid.is_none() || !keys.iter().any(|known| known.kid == key.kid) {
                keys.push(Arc::new(key));
            }
        }
        Self { published, keys, ..Self::default() }
    }

    pub(super) fn is_of(&self, published: &Value) -> bool {
        self.published == *published
    }

    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    pub(super) fn has(&self, key: &Key) -> bool {
        self.keys.iter().any(|known| known.written == key.written)
    }

    /// The key that a token means: the one of this name, or the only one there is where token or key has no name (`OpenID`
    /// Connect Core, section 10.1).
    pub(super) fn find(&self, kid: Option<&str>) -> Option<Arc<Key>> {
        let only = if let [only] = &self.keys[..] { Some(only) } else { None };
        let found = match kid {
            Some(kid) => {
                let named = self.keys.iter().find(|key| key.kid.as_deref() == Some(kid));
                named.or_else(|| only.filter(|key| key.kid.is_none()))
            }
            None => only,
        };
        if found.is_none() && kid.is_none() && self.keys.len() > 1 && !self.has_complained.swap(true, Ordering::Relaxed)
        {
            let keys = self.keys.len();
            tracing::warn!(keys, "token refused: it names no key, and the identity provider has several");
        }
        found.cloned()
    }

    pub(super) fn verified(&self, token: &[u8; 32], now: DateTime<Utc>) -> Option<(Viewer, SignedBy)> {
        let (viewer, key, until) = self.verified.get(token)?;
        (now < until).then(|| (viewer, SignedBy::provider(key)))
    }

    pub(super) fn note(&self, token: [u8; 32], viewer: Viewer, key: &Arc<Key>, until: DateTime<Utc>) {
        self.verified.insert(token, (viewer, Arc::clone(key), until));
    }
}

impl Default for KeySet {
    fn default() -> Self {
        Self {
            published: Value::Null,
            keys: Vec::new(),
            verified: Cache::new(VERIFIED),
            has_complained: AtomicBool::new(false),
        }
    }
}

/// A key of use. One that can't be read is none: a provider may publish what we do not know.
fn key(written: &Value, config: &ProviderConfig) -> Option<Key> {
    let jwk: Jwk = serde_json::from_value(written.clone()).ok()?;
    let algorithms = algorithms(&jwk, &config.algorithms);
    algorithms.first()?;
    let verifying = DecodingKey::from_jwk(&jwk).ok()?;

    Some(Key { kid: jwk.common.key_id, verifying, algorithms, written: written.clone() })
}

/// How a token is judged by a key of these algorithms, but for its times; `None` where there is none.
pub(super) fn validation(algorithms: &[Algorithm], config: &ProviderConfig) -> Option<Validation> {
    let mut validation = Validation::new(*algorithms.first()?);
    validation.algorithms = algorithms.to_vec();
    validation.set_issuer(&[&config.issuer]);
    if config.audience_claim == AUD {
        validation.set_audience(&config.audiences);
        validation.set_required_spec_claims(&["exp", AUD, "iss", "sub"]);
    } else {
        validation.validate_aud = false;
        validation.set_required_spec_claims(&["exp", "iss", "sub"]);
    }
    validation.validate_exp = false;

    Some(validation)
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

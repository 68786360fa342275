//! Tokens: signed access tokens, and random refresh tokens that are kept as hashes.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use entities::user::{self, Role};
use jsonwebtoken::Header;
use rand::{TryRngCore, rngs::OsRng};
use ring::hmac;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{
    AccountError, Keys, Viewer,
    keys::{AUDIENCE, AccessTokens, Key, SKEW},
    provider,
};
use crate::{App, keyring};

/// Which key a token was verified by.
#[derive(Clone)]
pub struct SignedBy(Signer);

#[derive(Clone)]
enum Signer {
    Us(Arc<Key>),
    Provider(Arc<provider::Key>),
}

impl SignedBy {
    pub(super) fn provider(key: Arc<provider::Key>) -> Self {
        Self(Signer::Provider(key))
    }

    /// Whether what the key signed is still good.
    pub(super) fn verifies(&self, app: &App, now: DateTime<Utc>) -> bool {
        match &self.0 {
            Signer::Us(key) => app.accounts.ring().find(&key.row.kid).is_some_and(|key| key.verifies_at(now)),
            Signer::Provider(key) => app.accounts.provider.as_ref().is_some_and(|provider| provider.has(key)),
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: Uuid,
    sid: Uuid,
    role: Role,
    iat: i64,
    nbf: i64,
    exp: i64,
}

/// An access token and the time of its end.
pub(super) fn issue(
    keys: &Keys,
    signer: &Key,
    user: &user::Model,
    session: Uuid,
    now: DateTime<Utc>,
) -> Result<(String, DateTime<Utc>), AccountError> {
    let expires_at = now + keys.access_lifetime;
    let claims = Claims {
        iss: keys.issuer.clone(),
        aud: AUDIENCE.to_owned(),
        sub: user.id,
        sid: session,
        role: user.role,
        iat: now.timestamp(),
        nbf: now.timestamp(),
        exp: expires_at.timestamp(),
    };
    let failed = |error: &dyn std::fmt::Display| AccountError::Internal(format!("signing a token: {error}"));
    let signing = signer.material.signing.as_ref().ok_or_else(|| failed(&"the key is for verifying only"))?;
    let header = Header { kid: Some(signer.row.kid.clone()), ..Header::new(signer.material.algorithm) };
    let token = jsonwebtoken::encode(&header, &claims, signing).map_err(|error| failed(&error))?;
    let expires_at = DateTime::from_timestamp(claims.exp, 0).unwrap_or(expires_at);

    Ok((token, expires_at))
}

/// Whose token it is. A signature is checked once: until the token or its key ends, the result is known.
pub(super) async fn read(app: &App, token: &str) -> Result<(Viewer, SignedBy), AccountError> {
    let now = app.clock.now();
    let digest: [u8; 32] = Sha256::digest(token.as_bytes()).into();
    if let Some((viewer, key)) = app.accounts.ring().verified(&digest, now) {
        return Ok((viewer, SignedBy(Signer::Us(key))));
    }
    if let Some(provider) = &app.accounts.provider {
        if let Some(known) = provider.verified(&digest, now) {
            return Ok(known);
        }
        if provider.is_named_by(token) {
            return provider::read(app, provider, token, digest).await;
        }
    }
    let header = jsonwebtoken::decode_header(token).map_err(|_| AccountError::InvalidToken)?;
    // An extension that must be understood is none that we do.
    let kid = header.kid.filter(|_| header.crit.is_none()).ok_or(AccountError::InvalidToken)?;
    let key = keyring::find::<AccessTokens>(app, &kid).await?.ok_or(AccountError::InvalidToken)?;
    let viewer = verify(&key, token, now)?;
    app.accounts.ring().note(digest, viewer, &key);

    Ok((viewer, SignedBy(Signer::Us(key))))
}

fn verify(key: &Key, token: &str, now: DateTime<Utc>) -> Result<Viewer, AccountError> {
    let invalid = |_| AccountError::InvalidToken;
    let claims = jsonwebtoken::decode::<Claims>(token, &key.material.verifying, &key.material.validation)
        .map_err(invalid)?
        .claims;
    let expires_at = DateTime::from_timestamp(claims.exp, 0).ok_or(AccountError::InvalidToken)?;
    let begins_at = DateTime::from_timestamp(claims.nbf, 0).ok_or(AccountError::InvalidToken)?;
    if !key.verifies_at(now) || begins_at > now + SKEW {
        return Err(AccountError::InvalidToken);
    }
    if expires_at <= now {
        return Err(AccountError::ExpiredToken);
    }

    Ok(Viewer { user_id: claims.sub, role: claims.role, session: Some(claims.sid), expires_at, proved_at: None })
}

/// A new refresh token of 256 random bits.
pub(super) fn random() -> Result<String, AccountError> {
    let mut bytes = [0_u8; 32];
    OsRng.try_fill_bytes(&mut bytes).map_err(|error| AccountError::Internal(format!("no randomness: {error}")))?;

    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// The token that follows a refresh token. Only who has the site's secret can tell it from the one before.
pub(super) fn successor(keys: &Keys, refresh_token: &str) -> String {
    URL_SAFE_NO_PAD.encode(hmac::sign(keys.successors(), refresh_token.as_bytes()))
}

/// What is kept of a refresh token.
pub(crate) fn fingerprint(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}

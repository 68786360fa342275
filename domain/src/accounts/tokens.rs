//! Tokens: signed access tokens, and random refresh tokens that are kept as hashes.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use entities::user::{self, Role};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, errors::ErrorKind};
use rand::{TryRngCore, rngs::OsRng};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{AccountError, Keys, Viewer};

const AUDIENCE: &str = "matchday";

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: Uuid,
    sid: Uuid,
    role: Role,
    iat: i64,
    exp: i64,
}

/// An access token and the time of its end.
pub(super) fn issue(
    keys: &Keys,
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
        exp: expires_at.timestamp(),
    };
    let token = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &EncodingKey::from_secret(&keys.secret))
        .map_err(|error| AccountError::Internal(format!("signing a token: {error}")))?;
    let expires_at = DateTime::from_timestamp(claims.exp, 0).unwrap_or(expires_at);

    Ok((token, expires_at))
}

pub(super) fn read(keys: &Keys, token: &str, now: DateTime<Utc>) -> Result<Viewer, AccountError> {
    let mut validation = Validation::new(Algorithm::HS256);
    validation.set_audience(&[AUDIENCE]);
    validation.set_issuer(&[&keys.issuer]);
    validation.set_required_spec_claims(&["exp", "aud", "iss", "sub"]);
    // The time is the app's, so it is compared below.
    validation.validate_exp = false;
    let claims = jsonwebtoken::decode::<Claims>(token, &DecodingKey::from_secret(&keys.secret), &validation)
        .map_err(|error| match error.kind() {
            ErrorKind::ExpiredSignature => AccountError::ExpiredToken,
            _ => AccountError::InvalidToken,
        })?
        .claims;
    let expires_at = DateTime::from_timestamp(claims.exp, 0).ok_or(AccountError::InvalidToken)?;
    if expires_at <= now {
        return Err(AccountError::ExpiredToken);
    }

    Ok(Viewer { user_id: claims.sub, role: claims.role, session: claims.sid, expires_at })
}

/// A new refresh token of 256 random bits.
pub(super) fn random() -> Result<String, AccountError> {
    let mut bytes = [0_u8; 32];
    OsRng.try_fill_bytes(&mut bytes).map_err(|error| AccountError::Internal(format!("no randomness: {error}")))?;

    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// What is kept of a refresh token.
pub(super) fn fingerprint(token: &str) -> String {
    Sha256::digest(token.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

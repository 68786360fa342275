//! Pairs: the private and public part of a key, in the forms that signing and verifying need.

use aws_lc_rs::{
    rand,
    signature::{Ed25519KeyPair, KeyPair},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use entities::signing_key::{self, Algorithm};
use jsonwebtoken::{DecodingKey, EncodingKey};
use sha2::{Digest, Sha256};

use super::AccountError;

/// What a key signs and verifies with.
pub(in crate::accounts) struct Pair {
    /// `None` where the private part was sealed by another secret.
    pub(in crate::accounts) signing: Option<EncodingKey>,
    pub(in crate::accounts) verifying: DecodingKey,
    algorithm: Algorithm,
    kid: String,
    public: Option<String>,
}

/// A pair that was just made.
pub(super) struct New {
    pub(super) kid: String,
    pub(super) public: Option<String>,
    pub(super) private: Vec<u8>,
}

impl Pair {
    pub(super) fn generate(algorithm: Algorithm) -> Result<New, AccountError> {
        match algorithm {
            Algorithm::EdDsa => {
                let pair = Ed25519KeyPair::generate().map_err(no_randomness)?;
                let private = pair.to_pkcs8().map_err(no_randomness)?.as_ref().to_vec();
                let public = URL_SAFE_NO_PAD.encode(pair.public_key());
                Ok(New { kid: thumbprint(&public), public: Some(public), private })
            }
            Algorithm::Hs256 => {
                let (mut name, mut private) = ([0_u8; 16], vec![0_u8; 32]);
                rand::fill(&mut name).and_then(|()| rand::fill(&mut private)).map_err(no_randomness)?;
                Ok(New { kid: URL_SAFE_NO_PAD.encode(name), public: None, private })
            }
        }
    }

    /// The pair of a row; `None` if nothing can be verified by what is known of it.
    pub(super) fn of(row: &signing_key::Model, private: Option<Vec<u8>>) -> Option<Self> {
        let (signing, verifying) = match (row.algorithm, &row.public_key, private) {
            (Algorithm::EdDsa, Some(public), private) => {
                let signing = private.map(|private| EncodingKey::from_ed_der(&private));
                (signing, DecodingKey::from_ed_components(public).ok()?)
            }
            (Algorithm::Hs256, _, Some(secret)) => {
                (Some(EncodingKey::from_secret(&secret)), DecodingKey::from_secret(&secret))
            }
            (Algorithm::EdDsa, None, _) | (Algorithm::Hs256, _, None) => return None,
        };

        Some(Self {
            signing,
            verifying,
            algorithm: row.algorithm,
            kid: row.kid.clone(),
            public: row.public_key.clone(),
        })
    }

    pub(in crate::accounts) fn algorithm(&self) -> jsonwebtoken::Algorithm {
        match self.algorithm {
            Algorithm::EdDsa => jsonwebtoken::Algorithm::EdDSA,
            Algorithm::Hs256 => jsonwebtoken::Algorithm::HS256,
        }
    }

    pub(super) fn is_of(&self, algorithm: Algorithm) -> bool {
        self.algorithm == algorithm
    }

    /// The public part, as RFC 8037 writes it; `None` for a secret, which has none.
    pub(super) fn jwk(&self) -> Option<serde_json::Value> {
        let public = self.public.as_ref()?;
        Some(serde_json::json!({
            "kty": "OKP", "crv": "Ed25519", "x": public, "kid": self.kid, "alg": "EdDSA", "use": "sig",
        }))
    }
}

/// The name of a public key: RFC 7638, by the members that RFC 8037 requires.
fn thumbprint(public: &str) -> String {
    let members = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{public}"}}"#);
    URL_SAFE_NO_PAD.encode(Sha256::digest(members))
}

fn no_randomness(error: impl std::fmt::Display) -> AccountError {
    AccountError::Internal(format!("making a key: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thumbprint_is_the_one_of_the_standard() {
        // RFC 8037, appendix A.3.
        let public = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

        assert_eq!(thumbprint(public), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }
}

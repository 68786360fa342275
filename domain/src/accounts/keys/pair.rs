//! Pairs: the private and public part of a key, in the forms that signing and verifying access tokens need.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use entities::signing_key::Algorithm;
use jsonwebtoken::{DecodingKey, EncodingKey, Validation};
use rand::{TryRngCore, rngs::OsRng};
use sha2::{Digest, Sha256};

use super::AUDIENCE;
use crate::keyring::{Generated, KeyError, Material, Row};

/// What a key signs and verifies with.
pub struct Pair {
    /// `None` where the private part was encrypted by another secret.
    pub(in crate::accounts) signing: Option<EncodingKey>,
    pub(in crate::accounts) verifying: DecodingKey,
    pub(in crate::accounts) validation: Validation,
    pub(in crate::accounts) algorithm: jsonwebtoken::Algorithm,
}

impl Material for Pair {
    fn can_sign(&self) -> bool {
        self.signing.is_some()
    }
}

impl Pair {
    pub(super) fn generate(algorithm: Algorithm) -> Result<Generated, KeyError> {
        match algorithm {
            Algorithm::EdDsa => Generated::ed25519(|public, _| thumbprint(public)),
            Algorithm::Hs256 => {
                let (mut name, mut private) = ([0_u8; 16], vec![0_u8; 32]);
                OsRng
                    .try_fill_bytes(&mut name)
                    .and_then(|()| OsRng.try_fill_bytes(&mut private))
                    .map_err(|error| KeyError::Generation(error.to_string()))?;
                Ok(Generated { kid: URL_SAFE_NO_PAD.encode(name), public: None, private })
            }
        }
    }

    /// The pair of a row; `None` if nothing can be verified by what is known of it.
    pub(super) fn of(row: &Row, private: Option<Vec<u8>>, issuer: &str) -> Option<Self> {
        let (signing, verifying) = match (row.algorithm, &row.public, private) {
            (Algorithm::EdDsa, Some(public), private) => {
                let signing = private.map(|private| EncodingKey::from_ed_der(&private));
                (signing, DecodingKey::from_ed_components(public).ok()?)
            }
            (Algorithm::Hs256, _, Some(secret)) => {
                (Some(EncodingKey::from_secret(&secret)), DecodingKey::from_secret(&secret))
            }
            (Algorithm::EdDsa, None, _) | (Algorithm::Hs256, _, None) => return None,
        };
        let algorithm = match row.algorithm {
            Algorithm::EdDsa => jsonwebtoken::Algorithm::EdDSA,
            Algorithm::Hs256 => jsonwebtoken::Algorithm::HS256,
        };

        Some(Self { signing, verifying, validation: validation(algorithm, issuer), algorithm })
    }
}

/// What is asked of a token beside its signature. Times are the app's clock's, so they are compared by the caller that
/// verifies.
fn validation(algorithm: jsonwebtoken::Algorithm, issuer: &str) -> Validation {
    let mut validation = Validation::new(algorithm);
    validation.set_audience(&[AUDIENCE]);
    validation.set_issuer(&[issuer]);
    validation.set_required_spec_claims(&["exp", "aud", "iss", "sub"]);
    validation.validate_exp = false;
    validation
}

/// The name of a public key: RFC 7638, by the members that RFC 8037 requires.
fn thumbprint(public: &str) -> String {
    let members = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{public}"}}"#);
    URL_SAFE_NO_PAD.encode(Sha256::digest(members))
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

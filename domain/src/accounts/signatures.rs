//! Signatures of access tokens: ring's cryptography, as jsonwebtoken asks for it.
//!
//! We sign by the algorithms of our own keys, and verify by those of identity providers, too.
//!
//! Invariant: a key signs and verifies by algorithms of its own family only.

use std::sync::Once;

use jsonwebtoken::{
    Algorithm, DecodingKey, DecodingKeyKind, EncodingKey,
    crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils},
    errors::{self, ErrorKind},
    signature::{Error, Signer, Verifier},
};
use ring::{
    hmac,
    signature::{
        self, Ed25519KeyPair, RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey, VerificationAlgorithm,
    },
};

#[cfg(test)]
mod tests;

/// No key utilities: they make published keys of private ones, and we publish ours without jsonwebtoken.
static RING: CryptoProvider =
    CryptoProvider { signer_factory: signer, verifier_factory: verifier, key_utils: KeyUtils::new_unimplemented() };

/// Has jsonwebtoken sign and verify by ring in the whole process; called again, it changes nothing. Whoever has keys has
/// called it.
pub(super) fn install() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        RING.install_default().expect("nothing else in the process installs another, nor signs before there are keys");
    });
}

/// What an algorithm verifies by.
enum Scheme {
    Hmac(hmac::Algorithm),
    Rsa(&'static RsaParameters),
    Curve(&'static dyn VerificationAlgorithm),
}

/// The scheme of an algorithm. RSA wants keys of 2048 bits at least.
fn scheme(algorithm: Algorithm) -> errors::Result<Scheme> {
    Ok(match algorithm {
        Algorithm::HS256 => Scheme::Hmac(hmac::HMAC_SHA256),
        Algorithm::HS384 => Scheme::Hmac(hmac::HMAC_SHA384),
        Algorithm::HS512 => Scheme::Hmac(hmac::HMAC_SHA512),
        Algorithm::RS256 => Scheme::Rsa(&signature::RSA_PKCS1_2048_8192_SHA256),
        Algorithm::RS384 => Scheme::Rsa(&signature::RSA_PKCS1_2048_8192_SHA384),
        Algorithm::RS512 => Scheme::Rsa(&signature::RSA_PKCS1_2048_8192_SHA512),
        Algorithm::PS256 => Scheme::Rsa(&signature::RSA_PSS_2048_8192_SHA256),
        Algorithm::PS384 => Scheme::Rsa(&signature::RSA_PSS_2048_8192_SHA384),
        Algorithm::PS512 => Scheme::Rsa(&signature::RSA_PSS_2048_8192_SHA512),
        Algorithm::ES256 => Scheme::Curve(&signature::ECDSA_P256_SHA256_FIXED),
        Algorithm::ES384 => Scheme::Curve(&signature::ECDSA_P384_SHA384_FIXED),
        Algorithm::EdDSA => Scheme::Curve(&signature::ED25519),
        _ => return Err(ErrorKind::InvalidAlgorithm.into()),
    })
}

fn signer(algorithm: &Algorithm, key: &EncodingKey) -> errors::Result<Box<dyn JwtSigner>> {
    let algorithm = *algorithm;
    if algorithm.family() != key.family() {
        return Err(ErrorKind::InvalidKeyFormat.into());
    }
    match scheme(algorithm)? {
        Scheme::Hmac(hash) => Ok(Box::new(Keyed { algorithm, key: hmac::Key::new(hash, key.as_bytes()) })),
        Scheme::Curve(_) if algorithm == Algorithm::EdDSA => {
            let key = Ed25519KeyPair::from_pkcs8(key.as_bytes()).map_err(|_| ErrorKind::InvalidEddsaKey)?;
            Ok(Box::new(Keyed { algorithm, key }))
        }
        // No key of ours is for these.
        Scheme::Rsa(_) | Scheme::Curve(_) => Err(ErrorKind::InvalidAlgorithm.into()),
    }
}

fn verifier(algorithm: &Algorithm, key: &DecodingKey) -> errors::Result<Box<dyn JwtVerifier>> {
    let algorithm = *algorithm;
    if algorithm.family() != key.family() {
        return Err(ErrorKind::InvalidKeyFormat.into());
    }
    Ok(match (scheme(algorithm)?, key.kind()) {
        (Scheme::Hmac(hash), DecodingKeyKind::SecretOrDer(secret)) => {
            Box::new(Keyed { algorithm, key: hmac::Key::new(hash, secret) })
        }
        (Scheme::Curve(curve), DecodingKeyKind::SecretOrDer(point)) => {
            Box::new(Keyed { algorithm, key: UnparsedPublicKey::new(curve, point.clone()) })
        }
        (Scheme::Rsa(parameters), DecodingKeyKind::RsaModulusExponent { n, e }) => {
            let key = RsaKey { parameters, components: RsaPublicKeyComponents { n: n.clone(), e: e.clone() } };
            Box::new(Keyed { algorithm, key })
        }
        // Keys are published as RFC 7517 has it, so no RSA key comes as a document of another form.
        _ => return Err(ErrorKind::InvalidKeyFormat.into()),
    })
}

/// A key that is used by one algorithm.
struct Keyed<K> {
    algorithm: Algorithm,
    key: K,
}

struct RsaKey {
    parameters: &'static RsaParameters,
    components: RsaPublicKeyComponents<Vec<u8>>,
}

impl<K> JwtSigner for Keyed<K>
where
    Self: Signer<Vec<u8>>,
{
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}

impl<K> JwtVerifier for Keyed<K>
where
    Self: Verifier<Vec<u8>>,
{
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}

impl Signer<Vec<u8>> for Keyed<hmac::Key> {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        Ok(hmac::sign(&self.key, message).as_ref().to_vec())
    }
}

impl Signer<Vec<u8>> for Keyed<Ed25519KeyPair> {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        Ok(self.key.sign(message).as_ref().to_vec())
    }
}

impl Verifier<Vec<u8>> for Keyed<hmac::Key> {
    /// In a time that says nothing of where a wrong signature differs.
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), Error> {
        hmac::verify(&self.key, message, signature).map_err(|_| Error::new())
    }
}

impl Verifier<Vec<u8>> for Keyed<UnparsedPublicKey<Vec<u8>>> {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), Error> {
        self.key.verify(message, signature).map_err(|_| Error::new())
    }
}

impl Verifier<Vec<u8>> for Keyed<RsaKey> {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), Error> {
        let RsaKey { parameters, components } = &self.key;
        components.verify(parameters, message, signature).map_err(|_| Error::new())
    }
}

//! Encryption of what only the site's own instances may read of its database.

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::secret;

/// Tells this use of the site's secret from every other.
const PURPOSE: &[u8] = b"matchday sealing 1";

/// Seals with AES-256-GCM, by a key derived from the site's secret.
pub(crate) struct Encryption(RandomizedNonceKey);

/// What was sealed otherwise, or tampered with.
#[derive(Debug, thiserror::Error)]
#[error("it was sealed by another secret")]
pub(crate) struct Unopened;

impl Encryption {
    pub(crate) fn new(secret: &[u8]) -> Self {
        let key = secret::derived(secret, &[PURPOSE]);
        Self(RandomizedNonceKey::new(&AES_256_GCM, &key).expect("the key has the length of AES-256"))
    }

    /// Seals `secret` so that it opens only under the same `name`.
    pub(crate) fn seal(&self, name: &str, secret: &[u8]) -> String {
        let mut bytes = secret.to_vec();
        let nonce = self
            .0
            .seal_in_place_append_tag(Aad::from(name), &mut bytes)
            .expect("what is sealed is far below the limits of AES-GCM");

        URL_SAFE_NO_PAD.encode([nonce.as_ref().as_slice(), &bytes].concat())
    }

    pub(crate) fn open(&self, name: &str, sealed: &str) -> Result<Vec<u8>, Unopened> {
        let bytes = URL_SAFE_NO_PAD.decode(sealed).map_err(|_| Unopened)?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE_LEN).ok_or(Unopened)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| Unopened)?;
        let mut sealed = sealed.to_vec();

        let opened = self.0.open_in_place(nonce, Aad::from(name), &mut sealed).map_err(|_| Unopened)?;
        Ok(opened.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_by_the_same_secret_and_name_only() {
        let sealing = Encryption::new(b"secret");
        let sealed = sealing.seal("a", b"hidden");

        assert_eq!(sealing.open("a", &sealed).expect("it is ours"), b"hidden");
        assert!(sealing.open("b", &sealed).is_err());
        assert!(Encryption::new(b"other").open("a", &sealed).is_err());
        assert!(sealing.open("a", &sealed[..sealed.len() - 2]).is_err());
        assert!(sealing.open("a", "").is_err());
        assert_ne!(sealed, sealing.seal("a", b"hidden"), "each has a nonce of its own");
    }
}

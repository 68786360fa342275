//! Encryption of what only the site's own instances may read of its database.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::{TryRngCore, rngs::OsRng};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

use super::secret;

/// Tells this use of the site's secret from every other.
const PURPOSE: &[u8] = b"matchday sealing 1";

/// Seals with AES-256-GCM, by a key derived from the site's secret. What is sealed is the nonce, the ciphertext and the tag,
/// in base64url.
pub(crate) struct Encryption(LessSafeKey);

/// What was sealed otherwise, or tampered with.
#[derive(Debug, thiserror::Error)]
#[error("it was encrypted with another MATCHDAY_JWT_SECRET")]
pub(crate) struct Unopened;

impl Encryption {
    pub(crate) fn new(secret: &[u8]) -> Self {
        let key = secret::derived(secret, &[PURPOSE]);
        Self(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &key).expect("the key has the length of AES-256")))
    }

    /// Seals `secret` so that it opens only under the same `name`. A site seals a few keys a year, far too few for two nonces
    /// at random to be the same.
    pub(crate) fn seal(&self, name: &str, secret: &[u8]) -> String {
        let mut nonce = [0; NONCE_LEN];
        OsRng.try_fill_bytes(&mut nonce).expect("the system gives random bytes");
        let mut bytes = secret.to_vec();
        self.0
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(name), &mut bytes)
            .expect("what is sealed is far below the limits of AES-GCM");

        URL_SAFE_NO_PAD.encode([nonce.as_slice(), &bytes].concat())
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
    fn what_was_sealed_by_the_program_before_ring_opens() {
        // Sealed by AWS-LC.
        let sealed = "h_59Vy6Q968jqranb-ITackKk0GeoqCLVBU4c_KvbsrE-A";

        assert_eq!(Encryption::new(b"secret").open("a", sealed).expect("it is ours"), b"hidden");
    }

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

//! The SHA-256 by which a client names a document instead of sending it.

use sha2::{Digest, Sha256};

use crate::document::Rejection;

/// How the draft marks an id that is the document's SHA-256; the mark itself names nothing.
pub(super) const HASH_PREFIX: &str = "sha256:";

/// Checks that a client's hash is that of its document.
pub(super) fn check_hash(hash: &str, text: &str) -> Result<(), Rejection> {
    if is_named(hash, text) {
        Ok(())
    } else {
        Err(Rejection::bad_input("The `sha256Hash` does not match the document."))
    }
}

/// Whether `hash` is the SHA-256 of the document, in lower-case hexadecimal.
#[must_use]
pub fn is_named(hash: &str, text: &str) -> bool {
    hash == of(text)
}

/// The SHA-256 of a document, in lower-case hexadecimal.
pub(super) fn of(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    let mut hex = String::with_capacity(64);
    for byte in digest {
        for nibble in [byte >> 4, byte & 15] {
            hex.push(char::from_digit(nibble.into(), 16).expect("a nibble is below 16"));
        }
    }
    hex
}

//! Secrets that an attacker could guess.

use std::collections::HashSet;

/// Bytes of a signing secret, at least: the width of HMAC-SHA-256.
pub const BYTES_MIN: usize = 32;

/// Secrets that stand in examples everywhere, and so are known to every attacker.
const KNOWN_SECRETS: [&str; 6] = ["changeme", "change-me", "change_me", "your-256-bit-secret", "example", "0123456789"];

/// Why a secret is easy to guess.
#[must_use]
pub fn weakness(secret: &str) -> Option<&'static str> {
    let lower = secret.to_ascii_lowercase();
    let distinct = secret.bytes().collect::<HashSet<_>>().len();
    if secret.len() < BYTES_MIN {
        Some("shorter than 32 bytes")
    } else if KNOWN_SECRETS.iter().any(|known| lower.contains(known)) {
        Some("a well-known example value")
    } else if distinct < 10 {
        Some("made of too few different characters")
    } else if repeats_a_word(&lower) {
        Some("made of repeated words")
    } else {
        None
    }
}

/// Whether a word of some length stands in it twice, as it does where a phrase was stretched, or any run of signs does.
fn repeats_a_word(secret: &str) -> bool {
    /// Chance repeats shorter ones.
    const LETTERS: usize = 4;
    const RUN: usize = 6;

    let mut seen = HashSet::new();
    let words = secret.split(|character: char| !character.is_alphanumeric()).filter(|word| word.len() >= LETTERS);
    let mut runs = HashSet::new();
    words.into_iter().any(|word| !seen.insert(word)) || secret.as_bytes().windows(RUN).any(|run| !runs.insert(run))
}

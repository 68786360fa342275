//! Idempotency keys: what a client names an attempt by, so that it counts once.

/// Bytes of an idempotency key at most.
pub const MAX_KEY_LENGTH: usize = 128;

pub(crate) fn is_key(key: &str) -> bool {
    (1..=MAX_KEY_LENGTH).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic())
}

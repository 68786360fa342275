//! Request ids: the name a client, an answer and the log share for one request.

use std::{
    fmt,
    hash::{BuildHasher, RandomState},
    sync::{
        Arc, LazyLock,
        atomic::{AtomicU64, Ordering},
    },
};

use axum::http::{HeaderMap, HeaderValue};
use bytes::Bytes;

const LONGEST: usize = 64;

/// One request's id: the client's own `x-request-id` where it is sane, else a new one.
///
/// It is in the request's extensions before the gateway identifies the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(Id);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Id {
    Sent(Arc<str>),
    /// Becomes text only where it is shown.
    Generated(u64),
}

impl RequestId {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let sent = headers.get("x-request-id").and_then(|value| value.to_str().ok());
        sent.filter(|id| is_sane(id)).map_or_else(Self::generate, |id| Self(Id::Sent(id.into())))
    }

    fn generate() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);

        Self(Id::Generated(NEXT.fetch_add(1, Ordering::Relaxed)))
    }

    pub(crate) fn header(&self) -> HeaderValue {
        let text = match &self.0 {
            Id::Sent(id) => Bytes::copy_from_slice(id.as_bytes()),
            Id::Generated(number) => Bytes::copy_from_slice(&generated(*number)),
        };
        HeaderValue::from_maybe_shared(text).expect("an id is made of visible ASCII only")
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Id::Sent(id) => f.write_str(id),
            Id::Generated(number) => f.write_str(&String::from_utf8_lossy(&generated(*number))),
        }
    }
}

/// Unique in this process, and but for a coincidence of 64 random bits also among all of them.
fn generated(number: u64) -> [u8; 33] {
    static PROCESS: LazyLock<u64> = LazyLock::new(|| RandomState::new().hash_one("matchday"));

    let mut text = [b'-'; 33];
    let (process, rest) = text.split_at_mut(16);
    hex(*PROCESS, process);
    hex(number, &mut rest[1..]);
    text
}

fn hex(number: u64, digits: &mut [u8]) {
    for (place, digit) in digits.iter_mut().rev().enumerate() {
        *digit = b"0123456789abcdef"[usize::from((number >> (4 * place)).to_le_bytes()[0] & 15)];
    }
}

fn is_sane(id: &str) -> bool {
    let sane = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':');
    (1..=LONGEST).contains(&id.len()) && id.bytes().all(sane)
}

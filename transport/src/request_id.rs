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

const LONGEST: usize = 64;

/// One request's id: the client's own `x-request-id` where it is sane, else a new one.
///
/// It is in the request's extensions before the gateway identifies the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(Arc<str>);

impl RequestId {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let sent = headers.get("x-request-id").and_then(|value| value.to_str().ok());
        sent.filter(|id| is_sane(id)).map_or_else(Self::generate, |id| Self(id.into()))
    }

    /// Unique in this process, and but for a coincidence of 64 random bits also among all of them.
    fn generate() -> Self {
        static PROCESS: LazyLock<u64> = LazyLock::new(|| RandomState::new().hash_one("matchday"));
        static NEXT: AtomicU64 = AtomicU64::new(0);

        Self(format!("{:016x}-{:x}", *PROCESS, NEXT.fetch_add(1, Ordering::Relaxed)).into())
    }

    pub(crate) fn header(&self) -> HeaderValue {
        HeaderValue::from_str(&self.0).expect("an id is made of visible ASCII only")
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_sane(id: &str) -> bool {
    let sane = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':');
    (1..=LONGEST).contains(&id.len()) && id.bytes().all(sane)
}

//! What stands behind the edge: the program that says who is asking, and what answers.

use std::{
    sync::{Arc, OnceLock},
    time::{Instant, SystemTime},
};

use async_graphql::Response;
use axum::http::{HeaderMap, HeaderValue, StatusCode, request::Parts};
use bytes::Bytes;
use error_codes::Code;
use futures_util::{FutureExt, future::BoxFuture, stream::BoxStream};
use spans::Origin;

use crate::document::{Prepared, Rejection};

/// The edge's only view of the program: every protocol identifies a caller first and executes after.
pub trait Gateway: Send + Sync + 'static {
    /// The time by the program's clock, which tokens end by.
    fn now(&self) -> SystemTime;

    /// Says who sent this HTTP request, from its headers, before the body is read.
    fn identify<'a>(&'a self, request: &'a Parts) -> BoxFuture<'a, Result<Caller, Refusal>>;

    /// Says who opened this socket, from the upgrade request and the payload of `connection_init` (or of its renewal).
    fn identify_socket<'a>(
        &'a self,
        upgrade: &'a Parts,
        payload: &'a serde_json::Map<String, serde_json::Value>,
    ) -> BoxFuture<'a, Result<Caller, Refusal>>;

    /// Charges a caller for something that is no operation, in the units of an operation's cost.
    fn charge<'a>(&'a self, _caller: &'a Caller, _units: u64) -> BoxFuture<'a, Result<(), Refusal>> {
        Box::pin(std::future::ready(Ok(())))
    }

    /// The whole answer to an operation, where it is kept for everybody and shows what is true now. Asked before
    /// [`Self::execute`], and only to save it: it must be quick, and charge the caller as much.
    fn cached(&self, _caller: &Caller, _operation: &Prepared) -> Option<Payload> {
        None
    }

    /// Charges a caller for a request of so many bytes that is refused before anything of it runs: it was work too.
    ///
    /// # Errors
    ///
    /// The caller has asked for too much, and is told so in place of what is wrong with the request.
    fn charge_refusal<'a>(&'a self, _caller: &'a Caller, _bytes: usize) -> BoxFuture<'a, Result<(), Refusal>> {
        std::future::ready(Ok(())).boxed()
    }

    /// Answers a query or mutation within limits, from a cache or with `operation.into_request()`.
    fn execute(&self, caller: &Caller, operation: Prepared) -> BoxFuture<'static, Payload>;

    /// Starts a subscription. The stream ends when the operation does; dropping it ends the operation.
    fn subscribe(&self, caller: &Caller, operation: Prepared) -> BoxStream<'static, Payload>;

    /// Resolves once a caller would not be let in any more as they were: asked for each connection that outlives its
    /// request. `None` where that can't come to be.
    fn watch(&self, _caller: &Caller) -> Option<Watch> {
        None
    }

    /// Whether an operation is answered to a caller of whom only a token is known that is over: what opens a session.
    fn needs_no_token(&self, _operation: &Prepared) -> bool {
        false
    }
}

/// An operation, or why there is none: what is wrong with the request, for which the caller is charged, or that they
/// have asked for too much.
pub(crate) async fn charged(
    gateway: &dyn Gateway,
    caller: &Caller,
    prepared: Result<Prepared, Rejection>,
    bytes: usize,
) -> Result<Prepared, Rejection> {
    if prepared.is_err() {
        let limited = |refusal: Refusal| Rejection::new(refusal.code, refusal.message);
        gateway.charge_refusal(caller, bytes).await.map_err(limited)?;
    }
    prepared
}

/// Waits for the end of a caller's right to be there.
pub type Watch = BoxFuture<'static, ()>;

/// A client that may ask: what the program knows of them travels in `context`, opaque to the edge.
#[derive(Clone)]
pub struct Caller {
    /// Names the caller for per-user caps; `None` for anonymous.
    pub user: Option<String>,
    /// When their token ends, and with it their sockets and streams.
    pub expires_at: Option<SystemTime>,
    /// What they may do beyond others: a renewal that says otherwise ends the socket.
    pub role: Option<&'static str>,
    /// Why they are anonymous although they sent a token: it is over. Only what [`Gateway::needs_no_token`] is
    /// answered.
    pub over: Option<Arc<Refusal>>,
    /// The program's own record of the caller; `Gateway` downcasts it.
    pub context: Arc<dyn std::any::Any + Send + Sync>,
}

/// Why a caller is not let in, as the client sees it.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// HTTP status for requests; sockets that are not let in close with 4401 (unauthorized), 4403 (forbidden), 4429
    /// (429) or 1013 otherwise.
    pub status: StatusCode,
    /// `extensions.code` of the error.
    pub code: Code,
    pub message: String,
    /// Seconds until a retry makes sense, where known.
    pub retry_after: Option<u32>,
}

/// One execution result: of a query or mutation, or one of many of a subscription.
#[derive(Debug)]
pub enum Payload {
    /// A result still to be encoded, for this client alone.
    Response(Box<Response>),
    /// A result that was executed, already encoded as JSON (`{"data":…}`), that many requests may be answered with. A
    /// query's is without errors.
    Cached(CachedResult),
    /// The same, and what is told beside it to this client alone.
    Annotated(Box<AnnotatedResult>),
    /// A result without errors, already encoded, that many subscribers are sent.
    Broadcast {
        bytes: Bytes,
        /// When the process heard of the event that it tells of; `None` for a state that is not new.
        since: Option<Instant>,
        /// The span of its rendering, where that is sampled.
        origin: Option<Arc<Origin>>,
    },
}

/// An encoded result with notes for one client.
#[derive(Debug)]
pub struct AnnotatedResult {
    pub cached: CachedResult,
    /// Of the answer, where the protocol has some.
    pub headers: HeaderMap,
    /// The result's `extensions`, an object in JSON. The kept part has none.
    pub extensions: Bytes,
}

impl AnnotatedResult {
    /// The result as what is kept, which is not copied, and what belongs to this client after it: people read `data`
    /// first.
    pub(crate) fn pieces(&self) -> (Bytes, Bytes) {
        let cached = self.cached.bytes();
        let open = cached.strip_suffix(b"}").map_or(cached.len(), <[u8]>::len);
        let notes = [b",\"extensions\":", &self.extensions[..], b"}"].concat();
        (cached.slice(..open), notes.into())
    }

    /// The result as one piece.
    pub(crate) fn bytes(&self) -> Bytes {
        let (first, second) = self.pieces();
        [first, second].concat().into()
    }
}

/// An encoded result that is handed out many times. Its entity tag is computed once, when first asked for.
#[derive(Debug, Clone)]
pub struct CachedResult(Arc<(Bytes, OnceLock<HeaderValue>)>);

impl CachedResult {
    pub(crate) fn bytes(&self) -> &Bytes {
        &self.0.0
    }

    pub(crate) fn tag(&self, of: impl FnOnce(&[u8]) -> HeaderValue) -> HeaderValue {
        self.0.1.get_or_init(|| of(&self.0.0)).clone()
    }
}

impl AsRef<[u8]> for CachedResult {
    fn as_ref(&self) -> &[u8] {
        &self.0.0
    }
}

impl From<Bytes> for CachedResult {
    fn from(bytes: Bytes) -> Self {
        Self(Arc::new((bytes, OnceLock::new())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_become_the_extensions_of_a_kept_result() {
        let cached = CachedResult::from(Bytes::from_static(br#"{"data":{"a":1}}"#));
        let annotated =
            AnnotatedResult { cached, headers: HeaderMap::new(), extensions: Bytes::from_static(br#"{"b":2}"#) };

        assert_eq!(annotated.bytes(), br#"{"data":{"a":1},"extensions":{"b":2}}"#[..]);
    }

    #[test]
    fn a_kept_result_is_tagged_once_for_all_who_are_answered_with_it() {
        let cached = CachedResult::from(Bytes::from_static(b"{}"));
        let mut computed = 0;

        for cached in [cached.clone(), cached.clone(), cached] {
            let tag = cached.tag(|_| {
                computed += 1;
                HeaderValue::from_static("tag")
            });
            assert_eq!(tag, "tag");
        }

        assert_eq!(computed, 1);
    }
}

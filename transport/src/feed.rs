//! Feeds: the body of a streamed HTTP response, one operation's results or many, framed as events or parts.
//!
//! A feed lives as long as its response. Invariant: it pulls a result only when the connection asks for bytes, so a
//! client that reads slowly makes its subscriptions skip, never queue.

use std::{
    collections::VecDeque,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, ready},
    time::{Duration, SystemTime},
};

use async_graphql::ServerError;
use axum::http::request::Parts;
use bytes::Bytes;
use futures_util::{FutureExt, Stream, task::AtomicWaker};
use serde_json::json;
use tokio::time::{Instant, Sleep, sleep_until};
use tokio_util::sync::WaitForCancellationFutureOwned;

use crate::{
    error_docs::ErrorDocs,
    gateway::{Caller, Gateway, Watch},
    occupancy::{
        exits::AddressExit,
        gauges::GaugeGuard,
        quotas::{ClaimPair, Full},
    },
    operation::{Operation, Output},
    operations::{Operations, Slot, Turn},
    streaming::{
        Denied, Streaming,
        meters::{Reason, Transport},
    },
};

/// How results look on the wire.
pub(crate) trait Framing: Send + Unpin + 'static {
    /// What is sent before anything has happened, so that the client knows it is connected.
    fn opening(&self) -> Bytes;
    /// What tells proxies and clients that an idle feed lives.
    fn heartbeat(&self) -> Bytes;
    fn next(&self, prefix: &str, payload: &[u8]) -> Bytes;
    /// What tells the client that an operation ended, where its end is told at all.
    fn complete(&self, id: &str) -> Option<Bytes>;
    /// What follows the last operation, where the feed ends with it.
    fn closing(&self) -> Option<Bytes>;
}

/// A feed that ends before its operations did. The connection breaks off with it: an orderly end of the body would look
/// to some clients as if they were complete.
#[derive(Debug, thiserror::Error)]
#[error("the server is shutting down")]
pub(crate) struct BrokenOff;

/// The operations of one feed, reachable from other requests of the same client.
#[derive(Default)]
pub(crate) struct Shared {
    operations: Mutex<Operations>,
    waker: AtomicWaker,
}

impl Shared {
    /// The operations of a feed that serves one alone.
    pub(crate) fn with(operation: Operation, claims: ClaimPair, transport: &Transport) -> Arc<Self> {
        let shared = Self::default();
        shared.lock().add(Slot {
            id: "".into(),
            prefix: "".into(),
            operation,
            watch: None,
            unasked_bytes: 0,
            _claims: claims,
            _gauge: GaugeGuard::new(&transport.operations),
        });
        Arc::new(shared)
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Operations> {
        self.operations.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes the feed look at its operations again.
    pub(crate) fn wake(&self) {
        self.waker.wake();
    }
}

/// What a feed occupies until it ends.
pub(crate) struct FeedClaims {
    pub(crate) exit: Arc<AddressExit>,
    pub(crate) _claims: ClaimPair,
    pub(crate) _gauge: GaugeGuard,
}

impl FeedClaims {
    /// Takes what a streamed response of one operation occupies, and what the operation does.
    pub(crate) fn of_one(
        streaming: &Streaming,
        parts: &Parts,
        caller: &Caller,
        meters: &Transport,
    ) -> Result<(Self, ClaimPair), Denied> {
        streaming.refuse_while_draining()?;
        let connection =
            streaming.claim_address(parts).and_then(|address| Ok([address, streaming.claim_user(caller)?]));
        let connection = connection.map_err(|Full| Denied::TooMany("connections"))?;
        let operation = streaming.claim_operation(parts, caller).map_err(|Full| Denied::TooMany("operations"))?;

        let held =
            Self { exit: streaming.exit(parts), _claims: connection, _gauge: GaugeGuard::new(&meters.connections) };
        Ok((held, operation))
    }
}

pub(crate) struct Feed<F> {
    framing: F,
    shared: Arc<Shared>,
    waiting: VecDeque<Bytes>,
    transport: Transport,
    error_docs: ErrorDocs,
    alarm: Pin<Box<Sleep>>,
    heartbeat_interval: Duration,
    heartbeat_at: Instant,
    expires_at: Option<SystemTime>,
    gateway: Arc<dyn Gateway>,
    watch: Option<Watch>,
    drain_timeout: Duration,
    /// Set once the server drains, or the client is shown out.
    drain_by: Option<Instant>,
    /// When a drain breaks the feed off, where nothing runs on it that is to finish first.
    leave_at: Option<Instant>,
    drain: Pin<Box<WaitForCancellationFutureOwned>>,
    ended: bool,
    held: FeedClaims,
}

impl<F: Framing> Feed<F> {
    pub(crate) fn new(
        streaming: &Streaming,
        framing: F,
        shared: Arc<Shared>,
        transport: Transport,
        heartbeat_interval: Duration,
        caller: &Caller,
        held: FeedClaims,
    ) -> Self {
        let heartbeat_at = Instant::now() + heartbeat_interval;
        Self {
            waiting: VecDeque::from([framing.opening()]),
            framing,
            shared,
            transport,
            error_docs: streaming.error_docs.clone(),
            alarm: Box::pin(sleep_until(heartbeat_at)),
            heartbeat_interval,
            heartbeat_at,
            expires_at: caller.expires_at,
            gateway: Arc::clone(&streaming.gateway),
            watch: streaming.gateway.watch(caller),
            drain_timeout: streaming.limits.drain_timeout(),
            drain_by: None,
            leave_at: None,
            drain: Box::pin(held.exit.leaving.clone().cancelled_owned()),
            ended: false,
            held,
        }
    }

    fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, BrokenOff>>> {
        if self.drain_by.is_none() && self.drain.poll_unpin(cx).is_ready() {
            self.begin_to_leave();
        }
        if let Some(chunk) = self.waiting.pop_front() {
            return Poll::Ready(Some(Ok(chunk)));
        }
        if self.ended {
            return Poll::Ready(None);
        }
        let is_revoked = self.watch.as_mut().is_some_and(|watch| watch.poll_unpin(cx).is_ready());
        if is_revoked || self.shared.lock().is_any_revoked(cx) {
            return self.break_off(Reason::Revoked);
        }
        if let Some(reason) = self.over_time() {
            return self.break_off(reason);
        }

        self.shared.waker.register(cx.waker());
        if let Poll::Ready(chunk) = self.poll_operations(cx) {
            return Poll::Ready(Some(Ok(chunk)));
        }
        let is_over = self.shared.lock().is_empty() && (self.is_evicted() || self.framing.closing().is_some());
        if is_over {
            return Poll::Ready(self.end(Reason::Evicted).map(Ok));
        }

        self.poll_alarm(cx)
    }

    /// Who is shown out is told that it is over. A drain tells nothing, so that clients ask again elsewhere.
    fn begin_to_leave(&mut self) {
        let now = Instant::now();
        if self.held.exit.is_evicted() {
            self.drain_by = Some(now);
            let ended = self.shared.lock().end_subscriptions(Reason::Evicted);
            self.waiting.extend(ended.iter().filter_map(|id| self.framing.complete(id)));
        } else {
            self.drain_by = Some(now + self.drain_timeout);
            self.leave_at = Some(self.held.exit.departure());
        }
    }

    fn is_evicted(&self) -> bool {
        self.drain_by.is_some() && self.held.exit.is_evicted()
    }

    /// Why it has lasted as long as it may, once it has. Where there is always something to send, the alarm's turn never
    /// comes.
    fn over_time(&self) -> Option<Reason> {
        let drain_by = self.drain_by.filter(|_| !self.is_evicted());
        if drain_by.is_some_and(|at| at <= Instant::now()) {
            return Some(Reason::Drained);
        }
        self.expires_in().is_some_and(|left| left.is_zero()).then_some(Reason::Expired)
    }

    /// Time until the token ends, by the program's clock.
    fn expires_in(&self) -> Option<Duration> {
        self.expires_at.map(|at| at.duration_since(self.gateway.now()).unwrap_or_default())
    }

    fn poll_operations(&mut self, cx: &mut Context<'_>) -> Poll<Bytes> {
        let chunk = {
            let mut operations = self.shared.lock();
            loop {
                match ready!(operations.poll_turn(cx)) {
                    Turn::Ended(id) => {
                        if let Some(chunk) = self.framing.complete(&id) {
                            break chunk;
                        }
                    }
                    Turn::Output(slot, Output::Next(payload)) => {
                        let payload = self.transport.deliver(self.error_docs.added(payload));
                        break self.framing.next(&slot.prefix, &payload);
                    }
                    Turn::Output(slot, Output::Refused(mut errors)) => {
                        self.error_docs.add(&mut errors);
                        break self.framing.next(&slot.prefix, &refused(&errors));
                    }
                }
            }
        };
        self.heartbeat_at = Instant::now() + self.heartbeat_interval;

        Poll::Ready(chunk)
    }

    fn poll_alarm(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, BrokenOff>>> {
        loop {
            let now = Instant::now();
            if self.leave_at.is_some_and(|at| at <= now) && self.shared.lock().may_begin_again() {
                return self.break_off(Reason::Drained);
            }
            let earliest = self.next_alarm(now);
            // What has moved later is noticed when the alarm fires, so that events do not touch the runtime's timer.
            if earliest < self.alarm.deadline() {
                self.alarm.as_mut().reset(earliest);
            }
            if self.alarm.poll_unpin(cx).is_pending() {
                return Poll::Pending;
            }

            if let Some(reason) = self.over_time() {
                return self.break_off(reason);
            }
            let now = Instant::now();
            if self.drain_by.is_some_and(|at| at <= now) {
                return Poll::Ready(self.end(Reason::Evicted).map(Ok));
            }
            if self.heartbeat_at <= now {
                self.heartbeat_at = now + self.heartbeat_interval;
                self.alarm.as_mut().reset(self.heartbeat_at);
                return Poll::Ready(Some(Ok(self.framing.heartbeat())));
            }
            let next = self.next_alarm(now);
            self.alarm.as_mut().reset(next);
        }
    }

    fn next_alarm(&self, now: Instant) -> Instant {
        // What runs after the moment to leave is waited for without an alarm.
        let leave_at = self.leave_at.filter(|at| *at > now);
        // Beyond what the clock can count is never.
        let expires_at = self.expires_in().and_then(|left| now.checked_add(left));
        [expires_at, self.drain_by, leave_at].into_iter().flatten().fold(self.heartbeat_at, Instant::min)
    }

    /// Ends without a word: told their end, clients would not ask again for what they followed, elsewhere or by a fresh
    /// token.
    fn break_off(&mut self, reason: Reason) -> Poll<Option<Result<Bytes, BrokenOff>>> {
        self.ended = true;
        drop(self.shared.lock().take_all(reason));
        Poll::Ready(Some(Err(BrokenOff)))
    }

    fn end(&mut self, reason: Reason) -> Option<Bytes> {
        self.ended = true;
        drop(self.shared.lock().take_all(reason));
        self.waiting.extend(self.framing.closing());
        self.waiting.pop_front()
    }
}

impl<F: Framing> Stream for Feed<F> {
    type Item = Result<Bytes, BrokenOff>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_chunk(cx)
    }
}

/// A result without data, also where an error names the root field: it never ran.
fn refused(errors: &[ServerError]) -> Bytes {
    json!({ "errors": errors }).to_string().into()
}

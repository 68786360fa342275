//! Feeds: the body of a streamed HTTP response, one operation's results or many, framed as events or parts.
//!
//! A feed lives as long as its response. Invariant: it pulls a result only when the connection asks for bytes, so a
//! client that reads slowly makes its subscriptions skip, never queue.

use std::{
    collections::VecDeque,
    convert::Infallible,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, ready},
    time::{Duration, SystemTime},
};

use async_graphql::ServerError;
use bytes::Bytes;
use futures_util::{FutureExt, Stream, task::AtomicWaker};
use serde_json::json;
use tokio::time::{Instant, Sleep, sleep_until};
use tokio_util::sync::WaitForCancellationFutureOwned;

use crate::{
    document::Rejection,
    operation::{Operation, Output},
    operations::{Operations, Slot, Turn},
    streaming::{
        PlacePair, Streaming,
        doors::Door,
        meters::{Raised, Transport},
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

/// The operations of one feed, reachable from other requests of the same client.
#[derive(Default)]
pub(crate) struct Shared {
    operations: Mutex<Operations>,
    waker: AtomicWaker,
}

impl Shared {
    /// The operations of a feed that serves one alone.
    pub(crate) fn with(operation: Operation, places: PlacePair, transport: &Transport) -> Arc<Self> {
        let shared = Self::default();
        shared.lock().add(Slot {
            id: "".into(),
            prefix: "".into(),
            operation,
            _places: places,
            _counted: Raised::new(&transport.operations),
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
pub(crate) struct Held {
    pub(crate) door: Arc<Door>,
    pub(crate) _places: PlacePair,
    pub(crate) _counted: Raised,
}

pub(crate) struct Feed<F> {
    framing: F,
    shared: Arc<Shared>,
    waiting: VecDeque<Bytes>,
    transport: Transport,
    alarm: Pin<Box<Sleep>>,
    heartbeat_interval: Duration,
    heartbeat_at: Instant,
    expires_at: Option<Instant>,
    drain_timeout: Duration,
    drain_by: Option<Instant>,
    drain: Pin<Box<WaitForCancellationFutureOwned>>,
    ended: bool,
    held: Held,
}

impl<F: Framing> Feed<F> {
    pub(crate) fn new(
        streaming: &Streaming,
        framing: F,
        shared: Arc<Shared>,
        transport: Transport,
        heartbeat_interval: Duration,
        expires_at: Option<SystemTime>,
        held: Held,
    ) -> Self {
        let heartbeat_at = Instant::now() + heartbeat_interval;
        Self {
            waiting: VecDeque::from([framing.opening()]),
            framing,
            shared,
            transport,
            alarm: Box::pin(sleep_until(heartbeat_at)),
            heartbeat_interval,
            heartbeat_at,
            expires_at: expires_at.and_then(instant),
            drain_timeout: streaming.limits.drain_timeout(),
            drain_by: None,
            drain: Box::pin(held.door.leaving.clone().cancelled_owned()),
            ended: false,
            held,
        }
    }

    fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        if self.drain_by.is_none() && self.drain.poll_unpin(cx).is_ready() {
            let patience = if self.held.door.is_expelled() { Duration::ZERO } else { self.drain_timeout };
            self.drain_by = Some(Instant::now() + patience);
        }
        if self.drain_by.is_some() {
            let ended = self.shared.lock().end_subscriptions();
            self.waiting.extend(ended.iter().filter_map(|id| self.framing.complete(id)));
        }
        if let Some(chunk) = self.waiting.pop_front() {
            return Poll::Ready(Some(chunk));
        }
        if self.ended {
            return Poll::Ready(None);
        }

        self.shared.waker.register(cx.waker());
        if let Poll::Ready(chunk) = self.poll_operations(cx) {
            return Poll::Ready(Some(chunk));
        }
        let over = self.shared.lock().is_empty() && (self.drain_by.is_some() || self.framing.closing().is_some());
        if over {
            return Poll::Ready(self.end());
        }

        self.poll_alarm(cx)
    }

    fn poll_operations(&mut self, cx: &mut Context<'_>) -> Poll<Bytes> {
        let chunk = {
            let mut operations = self.shared.lock();
            loop {
                match ready!(operations.poll_turn(cx)) {
                    Turn::Ended(slot) => {
                        if let Some(chunk) = self.framing.complete(&slot.id) {
                            break chunk;
                        }
                    }
                    Turn::Output(slot, Output::Next(payload)) => {
                        break self.framing.next(&slot.prefix, &self.transport.deliver(payload));
                    }
                    Turn::Output(slot, Output::Refused(errors)) => {
                        break self.framing.next(&slot.prefix, &refused(&errors));
                    }
                }
            }
        };
        self.heartbeat_at = Instant::now() + self.heartbeat_interval;

        Poll::Ready(chunk)
    }

    fn poll_alarm(&mut self, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        loop {
            let earliest = [self.expires_at, self.drain_by].into_iter().flatten().fold(self.heartbeat_at, Instant::min);
            // What has moved later is noticed when the alarm fires, so that events do not touch the runtime's timer.
            if earliest < self.alarm.deadline() {
                self.alarm.as_mut().reset(earliest);
            }
            if self.alarm.poll_unpin(cx).is_pending() {
                return Poll::Pending;
            }

            let now = Instant::now();
            if self.expires_at.is_some_and(|at| at <= now) {
                self.expire();
                return Poll::Ready(self.end());
            }
            if self.drain_by.is_some_and(|at| at <= now) {
                return Poll::Ready(self.end());
            }
            if self.heartbeat_at <= now {
                self.heartbeat_at = now + self.heartbeat_interval;
                self.alarm.as_mut().reset(self.heartbeat_at);
                return Poll::Ready(Some(self.framing.heartbeat()));
            }
            self.alarm.as_mut().reset(earliest);
        }
    }

    /// Every operation ends saying that the caller's token did.
    fn expire(&mut self) {
        let expired = Rejection::new("UNAUTHENTICATED", "The access token expired: sign in again.");
        let expired = refused(&[expired.into()]);
        for slot in self.shared.lock().take_all() {
            self.waiting.push_back(self.framing.next(&slot.prefix, &expired));
            self.waiting.extend(self.framing.complete(&slot.id));
        }
    }

    fn end(&mut self) -> Option<Bytes> {
        self.ended = true;
        drop(self.shared.lock().take_all());
        self.waiting.extend(self.framing.closing());
        self.waiting.pop_front()
    }
}

impl<F: Framing> Stream for Feed<F> {
    type Item = Result<Bytes, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_chunk(cx).map(|chunk| chunk.map(Ok))
    }
}

/// A result without data, also where an error names the root field: it never ran.
fn refused(errors: &[ServerError]) -> Bytes {
    json!({ "errors": errors }).to_string().into()
}

fn instant(at: SystemTime) -> Option<Instant> {
    let left = at.duration_since(SystemTime::now()).unwrap_or_default();
    Instant::now().checked_add(left)
}

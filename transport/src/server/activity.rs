//! Activity: what a connection has been doing, as far as its time limits care.
//!
//! Shared by the connection's stream, its requests and its watch. Invariant: a connection without a running request is
//! either idle or in the middle of a header, and each of these states has an end.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
};

use axum::body::{Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use tokio::time::Instant;

use crate::{body::Body, config::Connections};

pub(super) struct Activity(Mutex<State>);

struct State {
    running: usize,
    /// When the connection was opened or its last request ended.
    idle_since: Instant,
    /// When the first byte after that came in.
    header_since: Option<Instant>,
}

/// What the watch has to do now.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// Nothing before this instant.
    At(Instant),
    /// The connection had no request for too long.
    Idle,
    /// A header is taking too long.
    Slow,
}

impl Activity {
    /// A new connection owes its first header at once, so it starts in the middle of one.
    pub(super) fn new(now: Instant) -> Self {
        Self(Mutex::new(State { running: 0, idle_since: now, header_since: Some(now) }))
    }

    pub(super) fn received(&self) {
        let mut state = self.state();
        if state.running == 0 && state.header_since.is_none() {
            state.header_since = Some(Instant::now());
        }
    }

    pub(super) fn begin(self: &Arc<Self>) -> Running {
        self.state().running += 1;
        Running(Arc::clone(self))
    }

    pub(super) fn due(&self, now: Instant, config: &Connections) -> Due {
        let state = self.state();
        // A header may begin just now, so the next look is never later than its time limit.
        let next_look = now + config.header_read_timeout();
        if state.running > 0 {
            return Due::At(next_look);
        }

        let (limit, passed) = match state.header_since {
            Some(since) => (since + config.header_read_timeout(), Due::Slow),
            None => (state.idle_since + config.keep_alive_idle_timeout(), Due::Idle),
        };
        if now >= limit { passed } else { Due::At(limit.min(next_look)) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One request, from its header to the end of its answer.
pub(super) struct Running(Arc<Activity>);

impl Running {
    pub(super) fn until_end_of(self, body: Body) -> Answer {
        Answer { body, _running: self }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.running -= 1;
        if state.running == 0 {
            state.idle_since = Instant::now();
            state.header_since = None;
        }
    }
}

/// An answer's body, which keeps its request running until it is sent or dropped.
pub(super) struct Answer {
    body: Body,
    _running: Running,
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

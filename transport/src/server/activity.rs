//! Activity: what a connection has been doing, as far as its time limits care.
//!
//! Shared by the connection's stream, its requests and its watch. Invariant: a connection without a running request is
//! either idle or in the middle of a header, and each of these states has an end; so has each answer that is whole.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use tokio::{sync::Notify, time::Instant};

use crate::{config::Connections, server::heads::Heads};

/// Answers that their clients did not take, after which an HTTP/2 connection is given up.
const STALLED_MAX: usize = 10;

/// Bytes of answers that one HTTP/2 connection has not taken, beyond which its further requests wait.
const UNTAKEN_BYTES_MAX: usize = 1024 * 1024;

/// What an answer counts as until it is there, so that many requests at once do not all find room.
pub(super) const FORESEEN_BYTES: usize = 32 * 1024;

pub(super) struct Activity {
    state: Mutex<State>,
    /// Whether the answer that opens a socket is on its way.
    opens_socket: AtomicBool,
    /// Answers that were not taken in time.
    stalled: AtomicUsize,
    /// Bytes of answers that the client has still to take, of a connection with many at a time.
    untaken: AtomicUsize,
    taken: Notify,
}

struct State {
    running: usize,
    /// Requests that have begun, ever.
    begun: u64,
    heads: Heads,
    /// When the connection was opened or its last request ended.
    idle_since: Instant,
    /// When the first byte after that came in.
    header_since: Option<Instant>,
    /// Whether the time of what is running is not the connection's matter: it has a watch of its own, or no end.
    is_endless: bool,
}

/// What the watch has to do now.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// Nothing before this instant.
    At(Instant),
    /// The connection had no request for too long, or did not take what it had asked for.
    Idle,
    /// A header, or all of a request with its answer, is taking too long.
    Slow,
}

impl Activity {
    /// A new connection owes its first header at once, so it starts in the middle of one.
    pub(super) fn new(now: Instant) -> Self {
        let state = State {
            running: 0,
            begun: 0,
            heads: Heads::default(),
            idle_since: now,
            header_since: Some(now),
            is_endless: false,
        };
        Self {
            state: Mutex::new(state),
            opens_socket: AtomicBool::new(false),
            stalled: AtomicUsize::new(0),
            untaken: AtomicUsize::new(0),
            taken: Notify::new(),
        }
    }

    pub(super) fn received(&self, bytes: &[u8]) {
        let mut state = self.state();
        if state.running == 0 {
            state.header_since.get_or_insert_with(Instant::now);
        }
        state.heads.read(bytes);
    }

    /// A request begins; whether its head is not to be answered.
    pub(super) fn begin(self: &Arc<Self>) -> (Running, bool) {
        let mut state = self.state();
        let is_bad = state.heads.is_bad(state.begun);
        state.begun += 1;
        state.running += 1;
        drop(state);
        (Running(Arc::clone(self)), is_bad)
    }

    /// What is running lasts for as long as it likes, as far as the connection cares.
    pub(super) fn is_endless(&self) {
        self.state().is_endless = true;
    }

    /// The connection leaves HTTP with the answer that is sent now.
    pub(super) fn opens_socket(&self) {
        self.state().heads.leave();
        self.opens_socket.store(true, Ordering::Relaxed);
    }

    /// Whether what is written now is the answer that opens a socket.
    pub(super) fn is_opening_socket(&self) -> bool {
        self.opens_socket.load(Ordering::Relaxed)
    }

    pub(super) fn has_opened_socket(&self) {
        self.opens_socket.store(false, Ordering::Relaxed);
    }

    pub(super) fn stalled(&self) {
        self.stalled.fetch_add(1, Ordering::Relaxed);
    }

    /// Waits until the client has taken enough of what it was answered, and takes room for one more answer.
    pub(super) async fn room(self: &Arc<Self>) -> Room {
        let mut taken = std::pin::pin!(self.taken.notified());
        let one_more = |untaken| (untaken < UNTAKEN_BYTES_MAX).then_some(untaken + FORESEEN_BYTES);
        loop {
            taken.as_mut().enable();
            if self.untaken.fetch_update(Ordering::AcqRel, Ordering::Acquire, one_more).is_ok() {
                return Room(Arc::clone(self));
            }
            taken.as_mut().await;
            taken.set(self.taken.notified());
        }
    }

    pub(super) fn owes(&self, bytes: usize) {
        self.untaken.fetch_add(bytes, Ordering::AcqRel);
    }

    pub(super) fn owes_no_more(&self, bytes: usize) {
        let before = self.untaken.fetch_sub(bytes, Ordering::AcqRel);
        if before >= UNTAKEN_BYTES_MAX {
            self.taken.notify_waiters();
        }
    }

    pub(super) fn due(&self, now: Instant, config: &Connections) -> Due {
        if self.stalled.load(Ordering::Relaxed) >= STALLED_MAX {
            return Due::Idle;
        }
        let state = self.state();
        // A header may begin just now, so the next look is never later than its time limit.
        let next_look = now + config.header_read_timeout();
        let (limit, passed) = match (state.header_since, state.running) {
            (Some(since), 0) => (since + config.header_read_timeout(), Due::Slow),
            (None, 0) => (state.idle_since + config.keep_alive_idle_timeout(), Due::Idle),
            (Some(since), _) if !state.is_endless => (since + config.answer_timeout(), Due::Slow),
            _ => return Due::At(next_look),
        };
        if now >= limit { passed } else { Due::At(limit.min(next_look)) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Room for an answer that is being made.
pub(super) struct Room(Arc<Activity>);

impl Drop for Room {
    fn drop(&mut self) {
        self.0.owes_no_more(FORESEEN_BYTES);
    }
}

/// One request, from its header to the end of its answer.
pub(super) struct Running(Arc<Activity>);

impl Running {
    pub(super) fn connection(&self) -> &Arc<Activity> {
        &self.0
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.running -= 1;
        if state.running == 0 {
            state.idle_since = Instant::now();
            state.header_since = None;
            state.is_endless = false;
        }
    }
}

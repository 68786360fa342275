//! Multiplexed requests: the many of one HTTP/2 connection, each with an end of its own.
//!
//! A client that grants no window takes nothing of an answer, and neither a write of the connection nor its pings show
//! it. So each request is watched: once it is answered, its client has to take a piece within the send timeout. Invariant:
//! what an answer still has is in its body, where it goes with its request, but for one piece.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use hyper::rt::Executor;
use tokio::time::{Instant, timeout};
use tokio_util::task::TaskTracker;

use crate::server::activity::Activity;

/// Bytes of an answer that are handed over at once, and may stay with the connection when its client takes nothing.
pub(super) const PIECE_BYTES: usize = 16 * 1024;

tokio::task_local! {
    static TAKING: Arc<Taking>;
}

/// Runs the requests of HTTP/2 connections, each as a task that the server waits for.
#[derive(Debug, Clone)]
pub(super) struct Multiplexed {
    pub(super) tasks: TaskTracker,
    pub(super) limits: Limits,
}

/// The ends of a request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) send_timeout: Duration,
    pub(super) answer_timeout: Duration,
}

/// How far the answer to one request was taken.
pub(super) struct Taking(Mutex<Progress>);

struct Progress {
    begun: Instant,
    connection: Option<Arc<Activity>>,
    /// When the last piece was handed over, if none is owed.
    waiting_since: Option<Instant>,
    /// Whether it lasts for as long as its client likes.
    is_stream: bool,
}

impl<F: Future<Output = ()> + Send + 'static> Executor<F> for Multiplexed {
    fn execute(&self, request: F) {
        self.tasks.spawn(self.limits.watched(request));
    }
}

impl Limits {
    /// Runs a request until it is answered, or its client has not taken the answer in time: dropped, it resets its stream.
    fn watched<F: Future<Output = ()>>(self, request: F) -> impl Future<Output = ()> + use<F> {
        let taking = Arc::new(Taking::new());
        async move {
            let mut request = std::pin::pin!(TAKING.scope(Arc::clone(&taking), request));
            let mut wait = self.send_timeout;
            while timeout(wait, request.as_mut()).await.is_err() {
                match taking.end(self) {
                    Some(end) => wait = end.saturating_duration_since(Instant::now()),
                    None => return taking.stalled(),
                }
            }
        }
    }
}

impl Taking {
    fn new() -> Self {
        let progress = Progress { begun: Instant::now(), connection: None, waiting_since: None, is_stream: false };
        Self(Mutex::new(progress))
    }

    /// What watches the request that runs here; none where the connection has one request at a time.
    pub(super) fn here() -> Option<Arc<Self>> {
        TAKING.try_with(Arc::clone).ok()
    }

    /// Its answer begins, and its client has to take it.
    pub(super) fn answered(&self, connection: &Arc<Activity>, is_stream: bool) {
        let mut progress = self.progress();
        progress.connection = Some(Arc::clone(connection));
        progress.waiting_since = Some(Instant::now());
        progress.is_stream = is_stream;
    }

    /// A piece was handed over; the client has taken the one before.
    pub(super) fn handed(&self) {
        self.progress().waiting_since = Some(Instant::now());
    }

    /// There is nothing to take until something happens.
    pub(super) fn owes(&self) {
        self.progress().waiting_since = None;
    }

    /// When to look again; `None` where its time is over.
    fn end(&self, limits: Limits) -> Option<Instant> {
        let progress = self.progress();
        let now = Instant::now();
        let taken_by = progress.waiting_since.map(|since| since + limits.send_timeout);
        let answered_by = (!progress.is_stream).then(|| progress.begun + limits.answer_timeout);
        let end = [taken_by, answered_by].into_iter().flatten().fold(now + limits.send_timeout, Instant::min);
        (end > now).then_some(end)
    }

    fn stalled(&self) {
        if let Some(connection) = self.progress().connection.take() {
            connection.stalled();
        }
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

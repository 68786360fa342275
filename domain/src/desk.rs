//! The desk: where everything that changes a reservation is decided, first come, first served.
//!
//! Requests queue in lanes, all of one match in one lane. A lane takes what has arrived meanwhile, decides it in one
//! transaction, and answers each asker after the commit. Alone, a request waits for no other; in a crowd a batch shares
//! one lock, a handful of statements and one wait for the disk.
//!
//! Each kind of request is a file of its own, which says what it needs and how it is decided (`request::Request`).
//!
//! Invariant: a lane answers no request before the transaction that holds its answer has committed.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use book::store;
use futures_util::future::join_all;
use metrics::{Histogram, histogram};
use sea_orm::DbErr;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use self::{
    error::HoldError,
    request::{Answer, Pending, Request, dismiss_late, waiting},
};
use crate::App;

mod batch;
mod decision;
mod movements;
mod needs;
mod request;

pub(crate) mod begin_payment;
pub(crate) mod cancel_hold;
pub mod error;
pub(crate) mod expire_hold;
pub(crate) mod extend_hold;
pub(crate) mod habits;
pub(crate) mod place_hold;
pub(crate) mod place_order;
pub(crate) mod refund_tickets;
pub(crate) mod report;
pub(crate) mod settle_payment;

/// Tickets of one reservation at most; the sites' contract allows no more in one message.
pub const MAX_QUANTITY: i32 = 2;

/// Tries of a batch, or of one request of a failed batch, that the database rolled back in favour of another's.
const TRIES: usize = 3;

/// The shortest and the longest time after which a refused asker is told to come again.
const RETRY: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));

/// Turns that a lane gives to others between two batches at most.
const YIELDS: usize = 8;

/// Where requests are handed in.
#[derive(Debug)]
pub(crate) struct DeskHandle {
    lanes: Vec<mpsc::Sender<Box<dyn Pending>>>,
    /// Microseconds that each lane's last batch took.
    pace: Vec<Arc<AtomicU64>>,
    batch: usize,
}

impl DeskHandle {
    /// Hands a request in and waits for its answer. A full lane refuses at once: no client waits without bound.
    pub(crate) async fn ask<R: Request>(&self, match_number: i32, request: R) -> Answer<R> {
        let lane = usize::try_from(match_number.unsigned_abs()).unwrap_or(0) % self.lanes.len();
        // From here to the answer: what waits and what is decided.
        let span = spans::child("desk");
        if let Some(span) = &span {
            span.set("matchday.desk.request", request_name::<R>());
        }
        let (pending, answered) = waiting(match_number, request, span.as_ref().map(spans::Span::origin));
        self.lanes[lane].try_send(pending).map_err(|_| {
            metrics::counter!("matchday_desk_refused_total").increment(1);
            self.busy(lane)
        })?;

        answered.await.unwrap_or_else(|_| Err(self.busy(lane).into()))
    }

    /// Requests that wait in the fullest lane, and how many may.
    pub(crate) fn waiting(&self) -> (usize, usize) {
        let of = |lane: &mpsc::Sender<_>| (lane.max_capacity() - lane.capacity(), lane.max_capacity());
        self.lanes.iter().map(of).max().unwrap_or_default()
    }

    /// A refusal that says when those who wait now will have been answered.
    fn busy(&self, lane: usize) -> HoldError {
        let queue = &self.lanes[lane];
        let waiting = queue.max_capacity() - queue.capacity();
        let batches = u32::try_from(waiting.div_ceil(self.batch)).unwrap_or(u32::MAX);
        let wait = Duration::from_micros(self.pace[lane].load(Ordering::Relaxed)).saturating_mul(batches);
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);

        HoldError::Busy { retry_after: Duration::from_secs(seconds).clamp(RETRY.0, RETRY.1) }
    }
}

/// What spans call a kind of request: its type's own name.
fn request_name<R>() -> &'static str {
    std::any::type_name::<R>().rsplit("::").next().unwrap_or_default()
}

/// A lane's queue, and where it notes its pace.
pub(crate) struct Lane {
    queue: mpsc::Receiver<Box<dyn Pending>>,
    pace: Arc<AtomicU64>,
    meters: Meters,
}

/// What is measured of each batch.
struct Meters {
    size: Histogram,
    /// How long the first of its requests has waited.
    wait: Histogram,
    /// From the first look at it to its last answer.
    seconds: Histogram,
}

impl Default for Meters {
    fn default() -> Self {
        Self {
            size: histogram!("matchday_desk_batch_size"),
            wait: histogram!("matchday_desk_wait_seconds"),
            seconds: histogram!("matchday_desk_batch_seconds"),
        }
    }
}

/// Make it after the metrics recorder is installed, which its meters are resolved from.
pub(crate) fn open(lanes: usize, queue: usize, batch: usize) -> (DeskHandle, Vec<Lane>) {
    let (senders, opened): (Vec<_>, Vec<_>) = (0..lanes)
        .map(|_| {
            let (sender, queue) = mpsc::channel(queue);
            (sender, Lane { queue, pace: Arc::default(), meters: Meters::default() })
        })
        .unzip();
    let pace = opened.iter().map(|lane| Arc::clone(&lane.pace)).collect();

    (DeskHandle { lanes: senders, pace, batch }, opened)
}

/// The lanes, to be run for as long as the app serves.
pub struct Desk {
    app: Arc<App>,
    lanes: Vec<Lane>,
}

impl Desk {
    pub(crate) fn new(app: Arc<App>, lanes: Vec<Lane>) -> Self {
        Self { app, lanes }
    }

    /// Decides requests until `shutdown`; what was handed in by then is still answered.
    pub async fn run(self, shutdown: CancellationToken) {
        let Self { app, lanes } = self;
        join_all(lanes.into_iter().map(|opened| lane(&app, opened, &shutdown))).await;
    }
}

async fn lane(app: &App, Lane { mut queue, pace, meters }: Lane, shutdown: &CancellationToken) {
    let mut requests = Vec::with_capacity(app.settings.batch);
    loop {
        tokio::select! {
            taken = queue.recv_many(&mut requests, app.settings.batch) => if taken == 0 { return },
            () = shutdown.cancelled(), if !queue.is_closed() => queue.close(),
        }
        // A client that went away meanwhile is skipped.
        requests.retain(|request| !request.is_abandoned());
        // They come in the order in which they were handed in.
        if let Some(handed_in) = requests.first().map(|first| first.handed_in()) {
            let crowded = requests.len() > 1;
            let begun = Instant::now();
            meters.wait.record(begun - handed_in);
            meters.size.record(u32::try_from(requests.len()).unwrap_or(u32::MAX));
            serve(app, std::mem::take(&mut requests)).await;
            let took = begun.elapsed();
            meters.seconds.record(took);
            pace.store(u64::try_from(took.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
            if crowded {
                let_in(&queue).await;
            }
        }
    }
}

/// Lets those run who were answered, so that a client that asks again at once shares the next batch.
///
/// Waits for no time: it ends when no request came while the others ran.
async fn let_in(queue: &mpsc::Receiver<Box<dyn Pending>>) {
    for _ in 0..YIELDS {
        let waiting = queue.len();
        tokio::task::yield_now().await;
        if queue.len() == waiting {
            return;
        }
    }
}

/// Decides a batch; one that fails as a whole is decided again one by one, so that a bad request fails alone.
async fn serve(app: &App, mut requests: Vec<Box<dyn Pending>>) {
    let decided = loop {
        dismiss_late(&mut requests, app.settings.patience);
        if requests.is_empty() {
            return;
        }
        match decide(app, &mut requests).await {
            // The requests that made it late are dismissed by now; the others are decided without them.
            Err(error) if store::was_late(&error) => {}
            decided => break decided,
        }
    };
    match decided {
        Ok(()) => requests.into_iter().for_each(|request| request.answer()),
        // Whether a commit whose connection broke took place is not known: nothing may be decided again.
        Err(error) if store::is_transient(&error) => {
            tracing::error!(%error, requests = requests.len(), "a batch of requests could not be decided");
            requests.into_iter().for_each(|request| request.refuse(HoldError::Unavailable));
        }
        Err(error) if requests.len() == 1 => {
            if let Some(request) = requests.pop() {
                request.refuse(error.into());
            }
        }
        Err(error) => {
            tracing::warn!(%error, requests = requests.len(), "a batch of requests failed; deciding them one by one");
            metrics::counter!("matchday_desk_batches_split_total").increment(1);
            for mut request in requests {
                match decide(app, std::slice::from_mut(&mut request)).await {
                    Ok(()) => request.answer(),
                    Err(error) if store::is_transient(&error) => request.refuse(HoldError::Unavailable),
                    Err(error) => request.refuse(error.into()),
                }
            }
        }
    }
}

/// Decides requests, and again where the database rolled them back in favour of another's.
async fn decide(app: &App, requests: &mut [Box<dyn Pending>]) -> Result<(), DbErr> {
    let since = requests.iter().filter_map(|request| request.since()).min();
    let mut tried = 1;
    loop {
        match batch::decide(app, requests, since).await {
            Err(error) if tried < TRIES && store::was_rolled_back(&error) => {
                tried += 1;
                tracing::debug!(%error, "deciding again");
            }
            decided => return decided,
        }
    }
}

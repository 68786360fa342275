//! The desk: where everything that changes a reservation is decided, first come, first served.
//!
//! Requests queue in lanes, all of one match in one lane. A lane takes what has arrived meanwhile, decides it in one
//! transaction, and answers each asker after the commit. Alone, a request waits for nobody; in a crowd a batch shares
//! one lock, a handful of statements and one wait for the disk.
//!
//! Invariant: a lane answers nobody before the transaction that holds their answer has committed.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use entities::{category::Category, reservation};
use futures_util::future::join_all;
use sea_orm::DbErr;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{App, payments::report::News, reservations::ReservationError, store};

mod batch;
mod buying;
mod paying;
mod refunding;
mod tickets;

/// Tries of a batch, or of one request of a failed batch, that the database rolled back in favour of another's.
const TRIES: usize = 3;

/// The shortest and the longest time after which a refused asker is told to come again.
const RETRY: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));

/// Turns that a lane gives to others between two batches at most.
const YIELDS: usize = 8;

type Answer = Result<reservation::Model, ReservationError>;

/// Something that changes a reservation.
#[derive(Debug, Clone)]
pub(crate) enum Job {
    Place(Placing),
    /// Order a listing.
    Buy(Buying),
    Cancel(Uuid),
    Expire(Uuid),
    /// Begin a payment of a hold.
    Pay(Opening),
    /// Settle what is told of a payment.
    Settle(Report),
    /// Give tickets of a sale back.
    Refund(Returning),
}

/// A hold to be placed, its form already checked.
#[derive(Debug, Clone)]
pub(crate) struct Placing {
    pub(crate) user_id: Uuid,
    pub(crate) match_number: i32,
    pub(crate) category: Category,
    pub(crate) quantity: i32,
    pub(crate) key: Option<String>,
}

/// An order to be placed, its form already checked.
#[derive(Debug, Clone)]
pub(crate) struct Buying {
    pub(crate) user_id: Uuid,
    pub(crate) listing_id: Uuid,
    /// What the buyer saw.
    pub(crate) version: Option<i32>,
    pub(crate) key: Option<String>,
}

/// A payment to be begun.
#[derive(Debug, Clone)]
pub(crate) struct Opening {
    pub(crate) payment_id: Uuid,
    pub(crate) reservation_id: Uuid,
    pub(crate) user_id: Uuid,
    pub(crate) method: Option<String>,
    pub(crate) key: Option<String>,
}

/// What is told of a payment.
#[derive(Debug, Clone)]
pub(crate) struct Report {
    pub(crate) payment_id: Uuid,
    pub(crate) reservation_id: Uuid,
    pub(crate) news: News,
}

/// Tickets to be given back.
#[derive(Debug, Clone)]
pub(crate) struct Returning {
    pub(crate) reservation_id: Uuid,
    /// All that are left, where none are named.
    pub(crate) tickets: Option<BTreeSet<Uuid>>,
    pub(crate) user_id: Uuid,
    /// Whether the site asks, and not the owner: then no rule of the site's stands against it.
    pub(crate) is_staff: bool,
    pub(crate) reason: Option<String>,
}

#[derive(Debug)]
pub(crate) struct Asked {
    match_number: i32,
    job: Job,
    answer: oneshot::Sender<Answer>,
}

/// Where requests are handed in.
#[derive(Debug)]
pub(crate) struct Counter {
    lanes: Vec<mpsc::Sender<Asked>>,
    /// Microseconds that each lane's last batch took.
    pace: Vec<Arc<AtomicU64>>,
    batch: usize,
}

impl Counter {
    /// Hands a request in and waits for its answer. A full lane refuses at once: nobody waits without bound.
    pub(crate) async fn ask(&self, match_number: i32, job: Job) -> Answer {
        let lane = usize::try_from(match_number.unsigned_abs()).unwrap_or(0) % self.lanes.len();
        let (answer, answered) = oneshot::channel();
        self.lanes[lane].try_send(Asked { match_number, job, answer }).map_err(|_| {
            metrics::counter!("matchday_desk_refused_total").increment(1);
            self.busy(lane)
        })?;

        answered.await.unwrap_or_else(|_| Err(self.busy(lane)))
    }

    /// A refusal that says when those who wait now will have been answered.
    fn busy(&self, lane: usize) -> ReservationError {
        let queue = &self.lanes[lane];
        let waiting = queue.max_capacity() - queue.capacity();
        let batches = u32::try_from(waiting.div_ceil(self.batch)).unwrap_or(u32::MAX);
        let wait = Duration::from_micros(self.pace[lane].load(Ordering::Relaxed)).saturating_mul(batches);
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);

        ReservationError::Busy { retry_after: Duration::from_secs(seconds).clamp(RETRY.0, RETRY.1) }
    }
}

/// A lane's queue, and where it notes its pace.
pub(crate) struct Lane {
    queue: mpsc::Receiver<Asked>,
    pace: Arc<AtomicU64>,
}

pub(crate) fn open(lanes: usize, queue: usize, batch: usize) -> (Counter, Vec<Lane>) {
    let (senders, opened): (Vec<_>, Vec<_>) = (0..lanes)
        .map(|_| {
            let (sender, queue) = mpsc::channel(queue);
            (sender, Lane { queue, pace: Arc::default() })
        })
        .unzip();
    let pace = opened.iter().map(|lane| Arc::clone(&lane.pace)).collect();

    (Counter { lanes: senders, pace, batch }, opened)
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

async fn lane(app: &App, Lane { mut queue, pace }: Lane, shutdown: &CancellationToken) {
    let mut asked = Vec::with_capacity(app.settings.batch);
    loop {
        tokio::select! {
            taken = queue.recv_many(&mut asked, app.settings.batch) => if taken == 0 { return },
            () = shutdown.cancelled(), if !queue.is_closed() => queue.close(),
        }
        // Whoever went away meanwhile is skipped.
        asked.retain(|asked| !asked.answer.is_closed());
        if !asked.is_empty() {
            let crowded = asked.len() > 1;
            let begun = Instant::now();
            serve(app, std::mem::take(&mut asked)).await;
            pace.store(u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
            if crowded {
                let_in(&queue).await;
            }
        }
    }
}

/// Lets those run who were answered, so that whoever asks again at once shares the next batch.
///
/// Waits for no time: it ends when nobody came while the others ran.
async fn let_in(queue: &mpsc::Receiver<Asked>) {
    for _ in 0..YIELDS {
        let waiting = queue.len();
        tokio::task::yield_now().await;
        if queue.len() == waiting {
            return;
        }
    }
}

/// Decides a batch; one that fails as a whole is decided again one by one, so that a bad request fails alone.
async fn serve(app: &App, asked: Vec<Asked>) {
    metrics::histogram!("matchday_desk_batch_size").record(u32::try_from(asked.len()).unwrap_or(u32::MAX));
    let jobs: Vec<(i32, &Job)> = asked.iter().map(|asked| (asked.match_number, &asked.job)).collect();
    match decide(app, &jobs).await {
        Ok(answers) => {
            for (asked, answer) in asked.into_iter().zip(answers) {
                // An asker who left after the commit finds the reservation in their list.
                let _ = asked.answer.send(answer);
            }
        }
        // Whether a commit whose connection broke took place is not known: nothing may be decided again.
        Err(error) if store::is_transient(&error) => {
            tracing::error!(%error, requests = asked.len(), "a batch could not be decided");
            for asked in asked {
                let _ = asked.answer.send(Err(ReservationError::Unavailable));
            }
        }
        Err(error) if asked.len() == 1 => {
            if let Some(asked) = asked.into_iter().next() {
                let _ = asked.answer.send(Err(error.into()));
            }
        }
        Err(error) => {
            tracing::warn!(%error, requests = asked.len(), "a batch failed; deciding its requests one by one");
            metrics::counter!("matchday_desk_batches_split_total").increment(1);
            for asked in asked {
                let answer = match decide(app, &[(asked.match_number, &asked.job)]).await {
                    Ok(mut answers) => answers.pop().unwrap_or(Err(ReservationError::Unavailable)),
                    Err(error) => Err(error.into()),
                };
                let _ = asked.answer.send(answer);
            }
        }
    }
}

async fn decide(app: &App, jobs: &[(i32, &Job)]) -> Result<Vec<Answer>, DbErr> {
    let mut tried = 1;
    loop {
        match batch::decide(app, jobs).await {
            Err(error) if tried < TRIES && store::was_rolled_back(&error) => {
                tried += 1;
                tracing::debug!(%error, "deciding again");
            }
            decided => return decided,
        }
    }
}

//! Training: the lake is read and counted, a model is learned from the counts, and it is published where it is better than what it replaces.
//!
//! All of it is one thread of the lowest priority: holds never wait for a model.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use analytics::{
    lake::{Columns, Lake, Table},
    model::{self, Counter, Counts, Model, Trained, Training, TrainingError},
};
use book::clock::{Clock, SystemClock};
use chrono::{DateTime, Utc};
use rustix::process::setpriority_process;
use tokio::{runtime::Handle, sync::oneshot};

use crate::failure::Failure;

/// Of `nice`: what is left by all others.
const LOWEST: i32 = 19;

/// What training reads of a booking.
const COLUMNS: Columns = Columns::Only(&[
    "at",
    "placed_at",
    "country",
    "match_number",
    "category",
    "quantity",
    "returned",
    "cancel_reason",
    "unit_price_minor",
]);

/// How long after a start the first scheduled training begins at the earliest.
const SETTLED: Duration = Duration::from_secs(300);

/// How long after a failure the next one begins.
const AGAIN: Duration = Duration::from_secs(3_600);

/// Ends a training whose caller has gone.
struct Stop(Arc<AtomicBool>);

impl Drop for Stop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Trains from the lake, or from counts that another engine has made of it. Nothing is published.
///
/// # Errors
///
/// The lake or the counts can't be read, or there is too little to learn from.
pub(crate) async fn train(lake: &Lake, counts: Option<PathBuf>) -> Result<Trained, Failure> {
    let stopped = Arc::new(AtomicBool::new(false));
    let _stop = Stop(Arc::clone(&stopped));
    let (done, trained) = oneshot::channel();
    let (lake, runtime) = (lake.clone(), Handle::current());
    std::thread::Builder::new().name("training".to_owned()).spawn(move || {
        if let Err(error) = setpriority_process(None, LOWEST) {
            tracing::debug!(%error, "training keeps the usual priority");
        }
        // Who no longer waits has dropped the other end.
        let _ = done.send(learn(&lake, counts, &runtime, &stopped));
    })?;
    trained.await.map_err(|_| Failure::Training("its thread panicked".to_owned()))?
}

fn learn(lake: &Lake, counts: Option<PathBuf>, runtime: &Handle, stopped: &AtomicBool) -> Result<Trained, Failure> {
    let running = match runtime.block_on(lake.current_model())? {
        // One of a version that this program does not read is no rival.
        Some((_, json)) => Model::from_json(&json).unwrap_or_else(|_| Model::prior()),
        None => Model::prior(),
    };
    let status = runtime.block_on(lake.status())?;
    let counts = match counts {
        Some(folder) => model::read_counts(&folder).map_err(|error| Failure::Training(error.to_string()))?,
        None => runtime.block_on(counted(lake))?,
    };
    let lake_offsets = status.tables.iter().find(|table| table.table == Table::Bookings).map(|table| {
        let offsets = table.next.iter();
        offsets
            .map(|next| model::LakeOffset {
                cluster: next.cluster.clone(),
                partition: next.partition,
                offset: next.offset,
            })
            .collect()
    });
    let stopped = || stopped.load(Ordering::Relaxed);
    let training = Training {
        now: SystemClock.now(),
        lake_offsets: lake_offsets.unwrap_or_default(),
        running: &running,
        stopped: &stopped,
    };
    model::train(&counts, &training).map_err(|error| match error {
        TrainingError::TooFew(_) => Failure::TooLittleToLearn(error.to_string()),
        other => Failure::Training(other.to_string()),
    })
}

async fn counted(lake: &Lake) -> Result<Counts, Failure> {
    let mut counter = Counter::new();
    lake.read_matches(|state| counter.on_sale(state)).await?;
    lake.read_bookings(COLUMNS, |booking| counter.booking(&booking)).await?;
    Ok(counter.finish())
}

/// Puts a model into the lake, and has all programs use it.
///
/// # Errors
///
/// The lake does not take it.
pub(crate) async fn publish(lake: &Lake, model: &Model) -> Result<(), Failure> {
    let json = model.to_json().map_err(|error| Failure::Training(error.to_string()))?;
    lake.put_model(model.version(), json.into()).await?;
    lake.set_current_model(model.version()).await?;
    Ok(())
}

/// Trains every so often, and publishes what is better.
pub(crate) async fn keep_training(lake: &Lake, every: Option<Duration>) {
    let Some(every) = every else { return std::future::pending().await };
    let mut wait = SETTLED;
    loop {
        tokio::time::sleep(wait).await;
        wait = match due_in(lake, every, SystemClock.now()).await {
            Ok(Some(rest)) => rest,
            Ok(None) => match trained(lake).await {
                Ok(()) => every,
                Err(failure) => {
                    metrics::counter!("matchday_trainings_total", "result" => "failed").increment(1);
                    tracing::warn!(%failure, "the recommendations' model could not be trained; trying again in an hour");
                    AGAIN
                }
            },
            Err(failure) => {
                tracing::warn!(%failure, "the lake does not say when the recommendations' model was trained; trying again in an hour");
                AGAIN
            }
        };
    }
}

/// How long the newest model is young enough for; none where it is time to train.
async fn due_in(lake: &Lake, every: Duration, now: DateTime<Utc>) -> Result<Option<Duration>, Failure> {
    let Some(newest) = lake.models().await?.into_iter().find(|kept| kept.version != Model::prior().version()) else {
        return Ok(None);
    };
    let age = (now - newest.put_at).to_std().unwrap_or_default();
    Ok(every.checked_sub(age).filter(|rest| !rest.is_zero()))
}

async fn trained(lake: &Lake) -> Result<(), Failure> {
    let Trained { model, verdict, .. } = match train(lake, None).await {
        Err(Failure::TooLittleToLearn(reason)) => {
            metrics::counter!("matchday_trainings_total", "result" => "too_little").increment(1);
            tracing::debug!(reason, "no model is trained yet");
            return Ok(());
        }
        trained => trained?,
    };
    if verdict.is_publish() {
        publish(lake, &model).await?;
        metrics::counter!("matchday_trainings_total", "result" => "published").increment(1);
        tracing::info!(
            version = model.version(),
            bookings = model.bookings(),
            "a model for recommendations is published"
        );
    } else {
        metrics::counter!("matchday_trainings_total", "result" => "refused").increment(1);
        tracing::info!(reason = %verdict, "the model that was trained is not better; the one in use stays");
    }
    Ok(())
}

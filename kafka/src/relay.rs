//! The relay: publishes the outbox, in its order, at least once.
//!
//! One instance of a site does it at a time, by a lease on a row of the site's database. A round takes the oldest
//! events, hands them to the producer without waiting for one another, waits for the broker's answers, and settles what
//! it acknowledged. What is left in the outbox is what the broker has not acknowledged, so a crash anywhere costs a
//! repetition, never an event.
//!
//! Invariant: an event is settled only after every earlier one of its key, and none reaches the broker before an
//! earlier one of its key has (`round`); an event is handed to the producer only while the lease outlives the time in
//! which the producer gives up, so two leaders never send at once.

use std::{
    collections::HashSet,
    sync::Arc,
    time::{Duration, Instant},
};

use book::outbox;
use domain::App;
use rdkafka::producer::Producer as _;
use tokio_util::sync::CancellationToken;

use crate::{
    clients::{self, Backoff, DropOffRuntime, Producer},
    codec,
    config::Config,
    error::Error,
    status::Status,
    topics::Topics,
    traced,
};

mod backlog;
pub mod bookings;
mod leadership;
pub(crate) mod others;
mod quarantine;
mod round;

use backlog::Backlog;
use leadership::Leadership;
use quarantine::Quarantine;
use round::{MESSAGE_TIMEOUT, Outcome, Written};

/// Events published in one round at most.
const ROUND: u64 = 500;
/// How often the outbox is looked at for what other instances have committed.
const LOOK: Duration = Duration::from_millis(100);
/// How often an instance that is not the leader asks whether it can be.
const FOLLOW: Duration = Duration::from_millis(500);
/// How long stopping waits for the answers of a round that is under way.
const FINISH: Duration = Duration::from_millis(1_500);

/// Publishes the outbox of `app` until `shutdown`.
pub async fn run(app: Arc<App>, config: Config, status: Arc<Status>, shutdown: CancellationToken) -> Result<(), Error> {
    config.check()?;
    let mut relay = Relay {
        topics: config.topics(),
        leadership: Leadership::new(&config),
        producer: None,
        backlog: Backlog::default(),
        acknowledged: Vec::new(),
        quarantine: Quarantine::default(),
        app,
        config,
        status,
    };
    let mut backoff = Backoff::default();
    while !shutdown.is_cancelled() {
        // What a round leaves unanswered is sent again, so a round is finished if it can be.
        let round = tokio::select! {
            round = relay.round() => round,
            () = finish(&shutdown) => break,
        };
        let wait = match round {
            Ok(Round::Sent) => {
                backoff.reset();
                continue;
            }
            Ok(Round::Nothing) => {
                backoff.reset();
                LOOK
            }
            Ok(Round::Follower) => FOLLOW,
            Err(error) => {
                relay.status.failed(&format!("relay: {error}"));
                tracing::warn!(%error, "the outbox could not be published; trying again");
                backoff.next()
            }
        };
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = tokio::time::sleep(wait) => {}
            () = relay.app.wake.outbox(), if wait == LOOK => {}
        }
    }
    relay.status.stop();
    relay.close().await;

    Ok(())
}

async fn finish(shutdown: &CancellationToken) {
    shutdown.cancelled().await;
    tokio::time::sleep(FINISH).await;
}

/// What a round came to.
enum Round {
    Sent,
    Nothing,
    /// Another instance publishes.
    Follower,
}

struct Relay {
    app: Arc<App>,
    config: Config,
    topics: Topics,
    status: Arc<Status>,
    leadership: Leadership,
    producer: Option<DropOffRuntime<Producer>>,
    backlog: Backlog,
    /// Delivered, and still in the outbox.
    acknowledged: Vec<i64>,
    quarantine: Quarantine,
}

impl Relay {
    async fn round(&mut self) -> Result<Round, Error> {
        if !self.leadership.hold(&self.app).await? {
            self.backlog.follow(&self.app, &self.status).await?;
            return Ok(Round::Follower);
        }
        self.settle().await?;
        let batch = outbox::pending(&self.app.db, ROUND).await.map_err(database)?;
        self.backlog.lead(&self.app, &self.status, &batch, ROUND).await?;
        let records = self.records(&batch)?;
        if records.is_empty() {
            return Ok(Round::Nothing);
        }
        let producer = match &self.producer {
            Some(producer) => producer,
            None => self.producer.insert(clients::producer(&self.config, &self.status, MESSAGE_TIMEOUT)?),
        };
        // Reading and writing took time as well; what is handed over after this point is out of the producer before the
        // lease ends.
        if !self.leadership.outlives_a_send() {
            return Ok(Round::Sent);
        }
        let begun = Instant::now();
        let sent = round::hand_over(producer, records);
        let total = sent.len();
        let Outcome { settled, taken, refused, withdrawn } = sent.outcome(producer).await;
        let delivered = settled.len();
        self.acknowledged = settled;
        close_spent(&mut self.producer, withdrawn).await;
        self.settle().await?;
        metrics::histogram!("matchday_relay_round_size").record(u32::try_from(total).unwrap_or(u32::MAX));
        metrics::histogram!("matchday_relay_round_seconds").record(begun.elapsed());
        metrics::counter!("matchday_relay_published_total").increment(delivered as u64);
        metrics::counter!("matchday_relay_failures_total").increment((total - delivered) as u64);

        for topic in &taken {
            self.quarantine.release(topic);
        }
        if !taken.is_empty() {
            self.status.broker_answered();
        }
        for (topic, reason) in refused {
            if !taken.is_empty() && self.quarantines(&topic, &reason, &taken) {
                continue;
            }
            return Err(Error::Undelivered { delivered, total, reason: format!("{topic}: {reason}") });
        }

        Ok(Round::Sent)
    }

    /// Deletes what the broker has acknowledged; what can't be deleted now is remembered rather than sent again.
    async fn settle(&mut self) -> Result<(), Error> {
        outbox::settle(&self.app.store, &self.acknowledged).await.map_err(database)?;
        self.acknowledged.clear();

        Ok(())
    }

    /// The batch as records, without those of topics that are left alone.
    fn records(&self, batch: &[outbox::Queued]) -> Result<Vec<Written>, Error> {
        let now = Instant::now();
        let mut records = Vec::with_capacity(batch.len());
        for queued in batch {
            let mut record = codec::write(&self.topics, &self.config.site, &queued.event)
                .map_err(|error| Error::Encoding(error.to_string()))?;
            if !self.quarantine.holds(&record.topic, now) {
                let span = traced::sending(&mut record, queued.traceparent.as_deref());
                records.push(Written { id: queued.id, record, span, timestamp: queued.created_at.timestamp_millis() });
            }
        }

        Ok(records)
    }

    /// Leaves a topic alone for a while that takes nothing while others do: it is missing, or we may not write to it,
    /// and must not hold up the rest. Its events wait.
    fn quarantines(&mut self, topic: &str, reason: &str, taken: &HashSet<String>) -> bool {
        if taken.contains(topic) {
            return false;
        }
        tracing::error!(topic, reason, "the topic accepts no records; its events wait in the outbox");
        self.status.failed(&format!("relay: topic {topic} accepts no records: {reason}"));
        self.quarantine.begin(topic, Instant::now());

        true
    }

    async fn close(mut self) {
        if let Some(producer) = self.producer.take() {
            // Dropped before the lease is given back: nothing of ours is under way when the next leader starts.
            producer.close().await;
        }
        self.leadership.release(&self.app).await;
        self.status.relay(|relay| *relay = Default::default());
    }
}

/// Closes a producer that has given up records, or has lost its place among them: it may send nothing any more.
async fn close_spent(producer: &mut Option<DropOffRuntime<Producer>>, withdrawn: bool) {
    let fatal = producer.as_ref().and_then(|producer| producer.client().fatal_error());
    if let Some((code, reason)) = &fatal {
        tracing::error!(%code, reason, "the producer can't continue; making a new one");
    }
    if (withdrawn || fatal.is_some())
        && let Some(producer) = producer.take()
    {
        producer.close().await;
    }
}

fn database(error: impl std::error::Error) -> Error {
    Error::Database(error.to_string())
}

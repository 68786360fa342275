//! The relay: publishes the outbox, in its order, at least once.
//!
//! One instance of a site does it at a time, by a lease on a row of the site's database. A round takes the oldest
//! events, hands them to the producer without waiting for one another, waits for the broker's answers, and settles what
//! it acknowledged. What is left in the outbox is what nobody has acknowledged, so a crash anywhere costs a repetition,
//! never an event.
//!
//! Invariant: an event is settled only after every earlier one of its key; an event is handed to the producer only while
//! the lease outlives the time in which the producer gives up, so two leaders never send at once.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::{Duration, Instant},
};

use domain::{App, outbox};
use rdkafka::{
    message::{Header, OwnedHeaders},
    producer::{FutureRecord, Producer as _},
};
use tokio_util::sync::CancellationToken;

use crate::{
    clients::{self, Backoff, Held, Outage, Producer},
    codec::{self, Outgoing},
    config::Config,
    error::Error,
    status::Status,
    topics::Topics,
};

mod leadership;
mod resting;

use leadership::Leadership;
use resting::Resting;

/// Events published in one round at most.
const ROUND: u64 = 500;
/// After this time the producer gives a record back that it could not deliver.
/// Until then it repeats by itself, and the broker tells the repetitions; what is given back and sent anew comes twice.
const MESSAGE_TIMEOUT: Duration = Duration::from_secs(6);
/// How often the outbox is looked at for what other instances have committed.
const LOOK: Duration = Duration::from_millis(100);
/// How often an instance that is not the leader asks whether it can be.
const FOLLOW: Duration = Duration::from_millis(500);
/// How often the leader counts what waits.
const COUNT: Duration = Duration::from_secs(2);
/// How long we wait for the producer beyond the time in which it gives up.
const GRACE: Duration = Duration::from_secs(2);
/// How long stopping waits for the answers of a round that is under way.
const FINISH: Duration = Duration::from_millis(1_500);

/// Publishes the outbox of `app` until `shutdown`.
pub async fn run(app: Arc<App>, config: Config, status: Arc<Status>, shutdown: CancellationToken) -> Result<(), Error> {
    config.check()?;
    let mut relay = Relay {
        topics: config.topics(),
        leadership: Leadership::new(&config),
        producer: None,
        outage: Outage::default(),
        counted: None,
        acknowledged: Vec::new(),
        resting: Resting::default(),
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
    producer: Option<Held<Producer>>,
    outage: Outage,
    counted: Option<Instant>,
    /// Delivered, and still in the outbox.
    acknowledged: Vec<i64>,
    resting: Resting,
}

/// Topic and key: within these the order counts.
type Lane = (String, Option<Vec<u8>>);

/// A queued event on its way.
struct Sent {
    id: i64,
    lane: Lane,
    delivery: Result<rdkafka::producer::DeliveryFuture, String>,
}

/// What the broker made of a round.
#[derive(Default)]
struct Outcome {
    /// Events that may be settled.
    settled: Vec<i64>,
    taken: HashSet<String>,
    /// Topics that did not take a record, and why.
    refused: HashMap<String, String>,
}

impl Relay {
    async fn round(&mut self) -> Result<Round, Error> {
        if !self.leadership.hold(&self.app).await? {
            self.status.relay(|relay| *relay = Default::default());
            return Ok(Round::Follower);
        }
        self.settle().await?;
        let batch = outbox::pending(&self.app, ROUND).await.map_err(database)?;
        self.count(&batch).await?;
        // Reading took time as well; what is handed over after this point is out of the producer before the lease ends.
        if !self.leadership.outlives_a_send() {
            return Ok(Round::Sent);
        }
        let sent = self.send(&batch)?;
        if sent.is_empty() {
            return Ok(Round::Nothing);
        }
        let total = sent.len();
        let Outcome { settled, taken, refused } = outcome(sent).await;
        let delivered = settled.len();
        self.acknowledged = settled;
        self.settle().await?;
        metrics::counter!("matchday_relay_published_total").increment(delivered as u64);
        metrics::counter!("matchday_relay_failures_total").increment((total - delivered) as u64);

        for topic in &taken {
            self.resting.took(topic);
        }
        if !taken.is_empty() {
            self.outage.over();
            self.status.broker_answered();
        }
        for (topic, reason) in refused {
            if !taken.is_empty() && self.rest(&topic, &reason, &taken) {
                continue;
            }
            self.renew_stuck_producer(taken.is_empty());
            return Err(Error::Undelivered { delivered, total, reason: format!("{topic}: {reason}") });
        }

        Ok(Round::Sent)
    }

    /// Deletes what the broker has acknowledged; what can't be deleted now is remembered rather than sent again.
    async fn settle(&mut self) -> Result<(), Error> {
        outbox::settle(&self.app, &self.acknowledged).await.map_err(database)?;
        self.acknowledged.clear();

        Ok(())
    }

    /// Hands the batch to the producer in its order; librdkafka keeps the order within each partition.
    fn send(&mut self, batch: &[outbox::Queued]) -> Result<Vec<Sent>, Error> {
        let producer = match &self.producer {
            Some(producer) => producer,
            None => self.producer.insert(clients::producer(&self.config, &self.status, MESSAGE_TIMEOUT)?),
        };
        let now = Instant::now();
        let mut sent = Vec::with_capacity(batch.len());
        let mut broken = HashSet::new();
        for queued in batch {
            let record = codec::write(&self.topics, &self.config.site, &queued.event)
                .map_err(|error| Error::Encoding(error.to_string()))?;
            if self.resting.has(&record.topic, now) {
                continue;
            }
            let lane = (record.topic.clone(), record.key.clone());
            // Later events of a key must not overtake one that was not even handed over.
            if broken.contains(&lane) {
                continue;
            }
            let delivery = send(producer, &record, queued.created_at.timestamp_millis());
            if delivery.is_err() {
                broken.insert(lane.clone());
            }
            sent.push(Sent { id: queued.id, lane, delivery });
        }

        Ok(sent)
    }

    /// Leaves a topic alone for a while that takes nothing while others do: it is missing, or we may not write to it,
    /// and must not hold up the rest. Its events wait.
    fn rest(&mut self, topic: &str, reason: &str, taken: &HashSet<String>) -> bool {
        if taken.contains(topic) {
            return false;
        }
        tracing::error!(topic, reason, "the topic takes no records; its events wait in the outbox");
        self.status.failed(&format!("relay: topic {topic} takes no records: {reason}"));
        self.resting.begin(topic, Instant::now());

        true
    }

    /// A producer that has lost its place among its own records sends nothing any more, and one may be stuck.
    fn renew_stuck_producer(&mut self, nothing_delivered: bool) {
        let fatal = self.producer.as_ref().and_then(|producer| producer.client().fatal_error());
        if let Some((code, reason)) = fatal {
            tracing::error!(%code, reason, "the producer can't go on; making a new one");
            self.producer = None;
        } else if nothing_delivered && self.outage.lasts() {
            self.outage.over();
            self.producer = None;
        }
    }

    async fn count(&mut self, batch: &[outbox::Queued]) -> Result<(), Error> {
        let oldest = batch.first().map(|oldest| self.app.clock.now() - oldest.created_at);
        let seconds = oldest.and_then(|age| u64::try_from(age.num_seconds()).ok()).unwrap_or(0);
        let mut backlog = batch.len() as u64;
        if backlog == ROUND && self.counted.is_none_or(|counted| counted.elapsed() >= COUNT) {
            backlog = outbox::backlog(&self.app).await.map_err(database)?;
            self.counted = Some(Instant::now());
        } else if backlog == ROUND {
            backlog = backlog.max(self.status.report().relay.backlog);
        }
        self.status.relay(|relay| {
            relay.leader = true;
            relay.backlog = backlog;
            relay.oldest_seconds = seconds;
        });
        #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
        {
            metrics::gauge!("matchday_outbox_backlog").set(backlog as f64);
            metrics::gauge!("matchday_outbox_oldest_seconds").set(seconds as f64);
        }

        Ok(())
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

fn send(producer: &Producer, record: &Outgoing, timestamp: i64) -> Result<rdkafka::producer::DeliveryFuture, String> {
    let mut headers = OwnedHeaders::new_with_capacity(record.headers.len());
    for (key, value) in &record.headers {
        headers = headers.insert(Header { key, value: Some(value.as_bytes()) });
    }
    let mut outgoing =
        FutureRecord::<[u8], [u8]>::to(&record.topic).payload(&record.payload).headers(headers).timestamp(timestamp);
    if let Some(key) = &record.key {
        outgoing = outgoing.key(key);
    }

    producer.send_result(outgoing).map_err(|(error, _)| error.to_string())
}

/// Waits for the broker's answers, and tells which events may be settled: those delivered, up to the first of their key
/// that was not. The rest is sent again, delivered or not, so that a key's last word comes last.
async fn outcome(sent: Vec<Sent>) -> Outcome {
    let deadline = tokio::time::Instant::now() + MESSAGE_TIMEOUT + GRACE;
    let mut outcome = Outcome { settled: Vec::with_capacity(sent.len()), ..Outcome::default() };
    let mut broken = HashSet::new();
    for Sent { id, lane, delivery } in sent {
        let answer = match delivery {
            Err(reason) => Err(reason),
            Ok(delivery) => match tokio::time::timeout_at(deadline, delivery).await {
                Ok(Ok(Ok(_))) => Ok(()),
                Ok(Ok(Err((error, _)))) => Err(error.to_string()),
                Ok(Err(_)) => Err("the producer is gone".to_owned()),
                Err(_) => Err("no answer in time".to_owned()),
            },
        };
        match answer {
            Ok(()) => {
                if !outcome.taken.contains(&lane.0) {
                    outcome.taken.insert(lane.0.clone());
                }
                if !broken.contains(&lane) {
                    outcome.settled.push(id);
                }
            }
            Err(reason) => {
                outcome.refused.entry(lane.0.clone()).or_insert(reason);
                broken.insert(lane);
            }
        }
    }

    outcome
}

fn database(error: impl std::error::Error) -> Error {
    Error::Database(error.to_string())
}

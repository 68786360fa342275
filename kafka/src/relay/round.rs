//! A round: events handed to the producer together, and what the broker makes of them.
//!
//! librdkafka gives each record back that it could not deliver in time, counted from when that record was handed over, and
//! then goes on with what was handed over later. If that were left to it, a hold could be given back while its end, a
//! moment younger, is delivered: the log would have the end first. So a round ends before any record of it runs out of
//! time, and what has no answer by then is withdrawn together; the producer sends nothing any more, and is replaced.
//!
//! Invariant: what the broker gets of a key is a prefix of what the round hands over.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use rdkafka::{
    error::KafkaError,
    message::{Header, OwnedHeaders},
    producer::{FutureRecord, Producer as _, PurgeConfig},
    types::RDKafkaErrorCode,
};
use spans::Span;
use tokio::time::{Instant, timeout_at};

use crate::{
    clients::{self, DropOffRuntime, Producer},
    codec::Outgoing,
};

/// After this time the producer gives a record back that it could not deliver. Until then it repeats by itself, and the
/// broker tells the repetitions; what is given back and sent anew comes twice.
pub(super) const MESSAGE_TIMEOUT: Duration = Duration::from_secs(6);
/// How long the records of a round may wait for their answers, counted from before the first is handed over.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long the producer may take to give back what is withdrawn.
const GRACE: Duration = Duration::from_secs(2);

const _: () =
    assert!(PATIENCE.as_millis() < MESSAGE_TIMEOUT.as_millis(), "a round ends before its records run out of time");

/// Topic and key: within these the order counts.
type Lane = (String, Option<Vec<u8>>);

/// An event as it is published.
pub(super) struct Written {
    /// Of the row in the outbox.
    pub(super) id: i64,
    pub(super) record: Outgoing,
    /// Open until the broker has answered.
    pub(super) span: Option<Span>,
    /// In milliseconds since 1970.
    pub(super) timestamp: i64,
}

/// Why a record was not delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Failure {
    /// There was no answer in time; it may have been delivered all the same.
    OutOfTime(String),
    Refused(String),
}

/// What records are handed to: the producer.
pub(super) trait Outlet {
    type Answer: Future<Output = Result<(), Failure>> + Send;

    /// Takes a record, and promises an answer. Records of a key reach the broker in the order in which they are taken.
    fn hand_over(&self, written: &Written) -> Result<Self::Answer, String>;

    /// Gives up all that has no answer yet: nothing of it is sent any more.
    fn withdraw(&self) -> impl Future<Output = ()> + Send;
}

/// The records of a round, on their way.
pub(super) struct Round<A> {
    sent: Vec<Sent<A>>,
    deadline: Instant,
}

struct Sent<A> {
    id: i64,
    lane: Lane,
    span: Option<Span>,
    answer: Result<A, String>,
}

/// What the broker made of a round.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// Events that may be settled: those delivered, up to the first of their key that was not. The rest is sent again,
    /// delivered or not, so that a key's last word comes last.
    pub(super) settled: Vec<i64>,
    /// Topics that took a record.
    pub(super) taken: HashSet<String>,
    /// Topics that did not take a record, and why.
    pub(super) refused: HashMap<String, String>,
    /// The producer has given up records, and must not be used again.
    pub(super) withdrawn: bool,
}

/// Hands records over in their order, without waiting for one another.
pub(super) fn hand_over<O: Outlet>(outlet: &O, records: Vec<Written>) -> Round<O::Answer> {
    let begun = Instant::now();
    let mut sent = Vec::with_capacity(records.len());
    let mut broken = HashSet::new();
    for written in records {
        let lane = (written.record.topic.clone(), written.record.key.clone());
        // Later events of a key must not overtake one that was not even handed over.
        if broken.contains(&lane) {
            continue;
        }
        let answer = outlet.hand_over(&written);
        if answer.is_err() {
            broken.insert(lane.clone());
        }
        sent.push(Sent { id: written.id, lane, span: written.span, answer });
    }

    Round { sent, deadline: begun + PATIENCE }
}

impl<A: Future<Output = Result<(), Failure>> + Send> Round<A> {
    pub(super) fn len(&self) -> usize {
        self.sent.len()
    }

    /// Waits for the broker's answers, and withdraws what has none in time.
    pub(super) async fn outcome<O: Outlet<Answer = A> + Sync>(self, outlet: &O) -> Outcome {
        let mut deadline = self.deadline;
        let mut outcome = Outcome { settled: Vec::with_capacity(self.sent.len()), ..Outcome::default() };
        let mut broken = HashSet::new();
        for Sent { id, lane, span, answer } in self.sent {
            let answer = match answer {
                Err(reason) => Err(Failure::Refused(reason)),
                Ok(answer) => {
                    let mut answer = std::pin::pin!(answer);
                    let mut given = timeout_at(deadline, &mut answer).await;
                    if !outcome.withdrawn && matches!(given, Err(_) | Ok(Err(Failure::OutOfTime(_)))) {
                        outlet.withdraw().await;
                        outcome.withdrawn = true;
                        deadline = Instant::now() + GRACE;
                        if given.is_err() {
                            given = timeout_at(deadline, &mut answer).await;
                        }
                    }
                    given.unwrap_or_else(|_| Err(Failure::OutOfTime("no answer in time".to_owned())))
                }
            };
            if let (Some(span), Err(_)) = (&span, &answer) {
                span.fail("not delivered");
            }
            drop(span);
            outcome.note(id, lane, answer, &mut broken);
        }

        outcome
    }
}

impl Outcome {
    fn note(&mut self, id: i64, lane: Lane, answer: Result<(), Failure>, broken: &mut HashSet<Lane>) {
        match answer {
            Ok(()) => {
                if !self.taken.contains(&lane.0) {
                    self.taken.insert(lane.0.clone());
                }
                if !broken.contains(&lane) {
                    self.settled.push(id);
                }
            }
            Err(Failure::OutOfTime(reason) | Failure::Refused(reason)) => {
                self.refused.entry(lane.0.clone()).or_insert(reason);
                broken.insert(lane);
            }
        }
    }
}

impl Outlet for DropOffRuntime<Producer> {
    type Answer = futures_util::future::BoxFuture<'static, Result<(), Failure>>;

    fn hand_over(&self, Written { record, timestamp, .. }: &Written) -> Result<Self::Answer, String> {
        let mut headers = OwnedHeaders::new_with_capacity(record.headers.len());
        for (key, value) in &record.headers {
            headers = headers.insert(Header { key, value: Some(value.as_bytes()) });
        }
        let mut outgoing = FutureRecord::<[u8], [u8]>::to(&record.topic)
            .payload(&record.payload)
            .headers(headers)
            .timestamp(*timestamp);
        if let Some(key) = &record.key {
            outgoing = outgoing.key(key);
        }
        let delivery = self.send_result(outgoing).map_err(|(error, _)| error.to_string())?;

        Ok(Box::pin(async move {
            match delivery.await {
                Ok(Ok(_)) => Ok(()),
                Ok(Err((error, _))) => Err(failure(&error)),
                Err(_) => Err(Failure::OutOfTime("the producer is gone".to_owned())),
            }
        }))
    }

    async fn withdraw(&self) {
        let producer = self.share();
        let purged = clients::blocking(move || producer.purge(PurgeConfig::default().queue().inflight())).await;
        if let Err(error) = purged {
            tracing::debug!(%error, "records could not be withdrawn");
        }
    }
}

fn failure(error: &KafkaError) -> Failure {
    match error.rdkafka_error_code() {
        Some(RDKafkaErrorCode::MessageTimedOut | RDKafkaErrorCode::PurgeQueue | RDKafkaErrorCode::PurgeInflight) => {
            Failure::OutOfTime(error.to_string())
        }
        _ => Failure::Refused(error.to_string()),
    }
}

#[cfg(test)]
#[expect(
    clippy::disallowed_methods,
    reason = "tests run tasks, read addresses and look at the machine's clock by themselves"
)]
mod tests;

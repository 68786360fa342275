//! The relay of bookings: publishes what analytics reads, in its order, at least once.
//!
//! As the relay of the exchange does it, beside it and apart from it: what the other sites hear waits for nothing of this, and the pseudonyms
//! of fans are looked up here, in a statement or a few a round, rather than by each booking.
//!
//! A backlog is published in a quarter of the time: the rest of it the processors and the database are left to those who hold tickets. So
//! what is booked while holds arrive at a lower rate than rounds can publish waits for `LOOK` and a round, and what is booked faster than that, or
//! waited for a broker, for four times as long as publishing all that is before it takes.
//!
//! Invariant: nothing that is sent after an erasure has its pseudonym, for rounds follow one another and each reads the pseudonyms anew.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::{Duration, Instant},
};

use book::outbox::bookings::{self, QueuedBooking};
use domain::App;
use tokio_util::sync::CancellationToken;

use super::{
    close_spent, database, finish,
    leadership::Leadership,
    round::{self, MESSAGE_TIMEOUT, Outcome, Written},
};
use crate::{
    clients::{self, Backoff, DropOffRuntime, Producer},
    codec,
    config::Config,
    error::Error,
    status::Status,
    topics::Topics,
};

/// Whose lease says which instance does it.
const LEASE: &str = "booking-relay";
/// Rows published in one round at most, each with one event or a few.
const ROUND: u64 = 400;
/// How often it is looked for what was booked: no fan waits for it.
const LOOK: Duration = Duration::from_secs(1);
/// After a full round it waits so many times as long as the round took, and no longer than `LOOK`.
const PAUSE: u32 = 3;

/// Publishes the bookings of `app` until `shutdown`.
pub async fn run(app: Arc<App>, config: Config, status: Arc<Status>, shutdown: CancellationToken) -> Result<(), Error> {
    config.check()?;
    let mut relay = BookingRelay {
        topics: config.topics(),
        leadership: Leadership::of(LEASE, &config),
        producer: None,
        acknowledged: Vec::new(),
        app,
        config,
        status,
    };
    let mut backoff = Backoff::default();
    while !shutdown.is_cancelled() {
        let begun = Instant::now();
        let round = tokio::select! {
            round = relay.round() => round,
            () = finish(&shutdown) => break,
        };
        let wait = match round {
            Ok(Round::Full) => {
                backoff.reset();
                begun.elapsed().saturating_mul(PAUSE).min(LOOK)
            }
            Ok(Round::Over) => {
                backoff.reset();
                LOOK
            }
            Err(error) => {
                tracing::warn!(%error, "bookings could not be published; trying again");
                backoff.next()
            }
        };
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
    relay.close().await;

    Ok(())
}

/// What a round came to.
enum Round {
    /// There may be more.
    Full,
    Over,
}

struct BookingRelay {
    app: Arc<App>,
    config: Config,
    topics: Topics,
    status: Arc<Status>,
    leadership: Leadership,
    producer: Option<DropOffRuntime<Producer>>,
    /// Rows of which all is delivered, and that are still in the database.
    acknowledged: Vec<i64>,
}

impl BookingRelay {
    async fn round(&mut self) -> Result<Round, Error> {
        if !self.leadership.hold(&self.app).await? {
            return Ok(Round::Over);
        }
        self.settle().await?;
        let batch = bookings::pending(&self.app.db, ROUND).await.map_err(database)?;
        self.report(&batch);
        if batch.is_empty() {
            return Ok(Round::Over);
        }
        let rows = batch.chunk_by(|one, next| one.id == next.id).count();
        let is_full = u64::try_from(rows).is_ok_and(|rows| rows >= ROUND);
        let producer = match &self.producer {
            Some(producer) => producer,
            None => self.producer.insert(clients::producer(&self.config, &self.status, MESSAGE_TIMEOUT)?),
        };
        let records = records(&self.topics, &self.config.site, &batch)?;
        if !self.leadership.outlives_a_send() {
            return Ok(Round::Full);
        }
        let total = records.len();
        let Outcome { settled, refused, withdrawn, .. } = round::hand_over(producer, records).outcome(producer).await;
        let delivered = settled.len();
        self.acknowledged = whole_rows(&batch, &settled);
        close_spent(&mut self.producer, withdrawn).await;
        self.settle().await?;
        metrics::counter!("matchday_bookings_published_total").increment(delivered as u64);
        metrics::counter!("matchday_bookings_failures_total").increment((total - delivered) as u64);

        match refused.into_iter().next() {
            Some((topic, reason)) => Err(Error::Undelivered { delivered, total, reason: format!("{topic}: {reason}") }),
            None if is_full => Ok(Round::Full),
            None => Ok(Round::Over),
        }
    }

    /// Deletes what the broker has acknowledged; what can't be deleted now is remembered rather than sent again.
    async fn settle(&mut self) -> Result<(), Error> {
        bookings::settle(&self.app.store, &self.acknowledged).await.map_err(database)?;
        self.acknowledged.clear();

        Ok(())
    }

    fn report(&self, batch: &[QueuedBooking]) {
        let oldest = batch.first().map_or(0, |oldest| (self.app.clock.now() - oldest.created_at).num_seconds().max(0));
        #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
        metrics::gauge!("matchday_bookings_oldest_seconds").set(oldest as f64);
    }

    async fn close(mut self) {
        if let Some(producer) = self.producer.take() {
            producer.close().await;
        }
        self.leadership.release(&self.app).await;
    }
}

/// The batch as records.
fn records(topics: &Topics, site: &str, batch: &[QueuedBooking]) -> Result<Vec<Written>, Error> {
    let write = |queued: &QueuedBooking| {
        let record = codec::booking(topics, site, &queued.event, queued.fan.as_ref())
            .map_err(|error| Error::Encoding(error.to_string()))?;
        Ok(Written { id: queued.id, record, span: None, timestamp: queued.created_at.timestamp_millis() })
    };
    batch.iter().map(write).collect()
}

/// The rows of a batch that can go: those of which everything is settled, and nothing that comes after something of its reservation that is not.
/// What is in the others is sent again, in its order.
fn whole_rows(batch: &[QueuedBooking], settled: &[i64]) -> Vec<i64> {
    let mut settled_of = HashMap::<i64, usize>::new();
    for id in settled {
        *settled_of.entry(*id).or_default() += 1;
    }
    let (mut whole, mut held_up) = (Vec::with_capacity(settled_of.len()), HashSet::new());
    for row in batch.chunk_by(|one, next| one.id == next.id) {
        let id = row[0].id;
        let is_held_up = row.iter().filter_map(QueuedBooking::reservation).any(|of| held_up.contains(&of));
        if settled_of.get(&id) == Some(&row.len()) && !is_held_up {
            whole.push(id);
        } else {
            held_up.extend(row.iter().filter_map(QueuedBooking::reservation));
        }
    }
    whole
}

#[cfg(test)]
mod tests {
    use book::outbox::bookings::BookingEvent;
    use uuid::Uuid;

    use super::*;

    fn of(id: i64, reservation: u128, version: i32) -> QueuedBooking {
        let now = chrono::DateTime::UNIX_EPOCH;
        let state = serde_json::json!({
            "reservationId": Uuid::from_u128(reservation), "version": version, "at": now, "placedAt": now, "matchNumber": 1, "category": 1,
            "quantity": 1, "returned": 0, "status": "PENDING", "cancelReason": null, "unitPriceMinor": 7500, "channel": "STOCK",
        });
        let state = serde_json::from_value(state).expect("it is a state");
        QueuedBooking { id, event: BookingEvent::Booking(state), fan: None, created_at: now }
    }

    #[test]
    fn a_row_stays_until_all_of_it_is_delivered_and_so_does_what_comes_after_it_of_a_reservation() {
        let batch = [of(1, 10, 1), of(1, 11, 1), of(2, 10, 2), of(2, 12, 1), of(3, 12, 2), of(4, 13, 1)];

        assert_eq!(whole_rows(&batch, &[1, 1, 2, 2, 3, 4]), [1, 2, 3, 4]);
        assert_eq!(whole_rows(&batch, &[1, 2, 2, 3, 4]), [4], "2 has something of the first, and 3 of the second");
        assert_eq!(whole_rows(&batch, &[1, 1, 2, 3, 4]), [1, 4]);
        assert_eq!(whole_rows(&batch, &[]), [0_i64; 0]);
    }
}

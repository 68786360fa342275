//! The sink: what analytics keeps of three topics, handed on in batches, each of them once.
//!
//! A group of its own shares the partitions of bookings, availability and ticket sales. Where to begin is told by the sink alone: after the
//! last record that it was given. What was read and not handed on is dropped whenever partitions move or anything fails, and read again; so
//! nothing is missing, and nothing comes twice as long as the sink takes a batch that begins at a record only once.
//!
//! Invariant: the batches of a partition follow one another without a gap. A record that the broker has lost is counted and reported.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use tokio_util::sync::CancellationToken;

use crate::{clients::Backoff, codec::Record, config::Config, error::Error, status::Status, topics::Topics};

mod pending;
mod reader;

pub use pending::Cut;
use pending::Pending;
use reader::Reader;

/// Which topic a record is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    Bookings,
    Availability,
    TicketSales,
}

impl Source {
    pub const ALL: [Self; 3] = [Self::Bookings, Self::Availability, Self::TicketSales];

    pub fn topic(self, topics: &Topics) -> &str {
        match self {
            Self::Bookings => &topics.bookings,
            Self::Availability => &topics.availability,
            Self::TicketSales => &topics.ticket_sales,
        }
    }
}

/// A partition of one cluster's topic.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Place {
    pub source: Source,
    pub cluster: Arc<str>,
    pub partition: i32,
}

/// A record as it was read.
#[derive(Debug, Clone, Copy)]
pub struct Read<'a> {
    pub place: &'a Place,
    pub offset: i64,
    /// Of its append, or of its sending, as its topic is dated.
    pub at: DateTime<Utc>,
    pub record: Record<'a>,
    /// This site sent it.
    pub is_own: bool,
}

/// Records of one partition and one date, from `first` to `last`, and what is kept of them: perhaps nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch<R> {
    pub place: Place,
    pub first: i64,
    pub last: i64,
    pub date: NaiveDate,
    pub rows: Vec<R>,
}

/// What became of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    Taken,
    /// Another program has given one that begins at the same record.
    Overtaken,
}

/// Records that the broker had dropped before they were read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    pub place: Place,
    /// None where nothing of this cluster's partition was read before.
    pub from: Option<i64>,
    pub to: i64,
}

/// Takes what is read.
#[async_trait]
pub trait Sink: Send + Sync + 'static {
    /// What is kept of a record.
    type Row: Send + 'static;

    /// What is kept of a record; none where it is passed over.
    fn read(&self, read: &Read<'_>) -> Option<Self::Row>;

    /// The record after the last one that was taken; none where nothing of the partition was.
    async fn next_offset(&self, place: &Place) -> Result<Option<i64>, String>;

    /// Takes a batch for good, or fails and has not taken it.
    async fn take(&self, batch: Batch<Self::Row>) -> Result<Taken, String>;

    /// Records may be missing, which nothing but the database has.
    fn lost(&self, lost: &Lost);
}

/// How reading goes, for those who are asked for it.
#[derive(Debug, Default)]
pub struct Reading {
    pub status: Arc<Status>,
    waits_since: Mutex<Option<Instant>>,
}

impl Reading {
    /// How long rows that were read have waited to be taken.
    pub fn waits_for(&self) -> Duration {
        let since = *self.waits_since.lock().unwrap_or_else(PoisonError::into_inner);
        since.map_or(Duration::ZERO, |since| since.elapsed())
    }

    fn note<R>(&self, pending: &Pending<R>) {
        *self.waits_since.lock().unwrap_or_else(PoisonError::into_inner) = pending.waits_since();
    }
}

/// Hands what the three topics hold to `sink` until `shutdown`.
pub async fn run<S: Sink>(
    config: Config,
    sink: Arc<S>,
    cut: Cut,
    reading: Arc<Reading>,
    shutdown: CancellationToken,
) -> Result<(), Error> {
    config.check()?;
    let mut reader = Reader::new(config, sink, cut, reading);
    let mut backoff = Backoff::default();
    while !shutdown.is_cancelled() {
        let (consumer, assigned) = reader.connect()?;
        reader.reading.status.unassigned();
        let ended = reader.session(&consumer, assigned, &mut backoff, &shutdown).await;
        if ended.is_ok() {
            reader.reading.status.stop();
        }
        reader.reading.status.not_consuming();
        consumer.close().await;
        if let Err(error) = ended {
            reader.reading.status.starts_again("sink", &reader.config, &error);
            tokio::select! {
                () = shutdown.cancelled() => {}
                () = tokio::time::sleep(backoff.next()) => {}
            }
        }
    }

    Ok(())
}

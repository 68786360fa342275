//! What is read from Kafka, on its way into the lake.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use analytics::lake::{Appended, Lake, LakeError, Part, Rows, Table};
use async_trait::async_trait;
use kafka::{
    sink::{Batch, Lost, Place, Read, Sink, Source, Taken},
    topics::Topics,
};
use tokio::{sync::Notify, time::sleep};

use super::{
    decode::{self, Row},
    on_sale::Changes,
};

/// How often a file is tried to be written before what was read is given up and read again.
const TRIES: u32 = 4;
/// The wait before the second try; each next one is twice as long.
const AGAIN: Duration = Duration::from_millis(200);

/// Writes what is read into the lake.
pub(crate) struct LakeSink {
    lake: Lake,
    topics: Topics,
    site: String,
    changes: Changes,
    /// Told where records may be missing.
    incomplete: Arc<Notify>,
    has_warned: AtomicBool,
}

impl LakeSink {
    pub(crate) fn new(lake: Lake, exchange: &kafka::Config, incomplete: Arc<Notify>) -> Self {
        Self {
            lake,
            topics: exchange.topics(),
            site: exchange.site.clone(),
            changes: Changes::default(),
            incomplete,
            has_warned: AtomicBool::new(false),
        }
    }
}

#[async_trait]
impl Sink for LakeSink {
    type Row = Row;

    fn read(&self, read: &Read<'_>) -> Option<Row> {
        let why = match decode::row(&self.topics, &self.site, &self.changes, read) {
            Ok(row) => return row,
            Err(why) => why,
        };
        let (topic, partition, offset) = (read.record.topic.to_owned(), read.place.partition, read.offset);
        // One line for all: other writers of a shared topic could fill the log.
        if !self.has_warned.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                topic,
                partition,
                offset,
                why,
                "a record can't be read and is not in the lake; all are counted"
            );
        }
        metrics::counter!("matchday_lake_unreadable_total", "topic" => topic).increment(1);
        None
    }

    async fn next_offset(&self, place: &Place) -> Result<Option<i64>, String> {
        if place.source == Source::Availability {
            self.changes.forget();
        }
        let asked = self.lake.next_offset(table(place.source), &place.cluster, place.partition).await;
        asked.map_err(|error| error.to_string())
    }

    async fn take(&self, batch: Batch<Row>) -> Result<Taken, String> {
        let Batch { place, first, last, date, rows } = batch;
        let table = table(place.source);
        let (rows, erased) = rows_of(table, rows);
        let (name, written) = (table.name(), rows.len());
        // Before the file is there: a writer that reads its offset from the lake has the erasures before it.
        for subject in erased {
            retried(|| self.lake.mark_erased(subject)).await?;
        }
        let part = Part {
            cluster: place.cluster.to_string(),
            partition: place.partition,
            first_offset: first,
            last_offset: last,
            date,
            rows,
        };
        match retried(|| self.lake.append(&part)).await? {
            Appended::Written => {
                metrics::counter!("matchday_lake_rows_total", "table" => name).increment(written as u64);
                metrics::counter!("matchday_lake_files_total", "table" => name).increment(1);
                Ok(Taken::Taken)
            }
            Appended::Taken => Ok(Taken::Overtaken),
        }
    }

    fn lost(&self, lost: &Lost) {
        let Lost { place, from, to } = lost;
        let topic = place.source.topic(&self.topics).to_owned();
        let partition = place.partition;
        match from {
            Some(from) => {
                let records = to - from;
                tracing::error!(
                    topic,
                    partition,
                    records,
                    "the broker has dropped records that are not in the lake; matchday lake rebuild completes it"
                );
                let records = u64::try_from(records).unwrap_or(0);
                metrics::counter!("matchday_lake_lost_records_total", "topic" => topic).increment(records);
            }
            None if *to > 0 => tracing::warn!(
                topic,
                partition,
                "the lake begins after records that the broker has dropped; matchday lake rebuild completes it"
            ),
            None => tracing::debug!(topic, partition, "nothing of this partition is in the lake yet"),
        }
        self.incomplete.notify_one();
    }
}

/// Tries again what may pass by itself.
async fn retried<T, Fut>(attempt: impl Fn() -> Fut) -> Result<T, String>
where
    Fut: Future<Output = Result<T, LakeError>>,
{
    let mut wait = AGAIN;
    for _ in 1..TRIES {
        match attempt().await {
            Ok(done) => return Ok(done),
            Err(error) => {
                metrics::counter!("matchday_lake_failures_total").increment(1);
                tracing::debug!(%error, "the lake can't be written; trying again");
            }
        }
        sleep(wait).await;
        wait *= 2;
    }
    attempt().await.map_err(|error| {
        metrics::counter!("matchday_lake_failures_total").increment(1);
        error.to_string()
    })
}

fn table(source: Source) -> Table {
    match source {
        Source::Bookings => Table::Bookings,
        Source::Availability => Table::Matches,
        Source::TicketSales => Table::Sales,
    }
}

/// The rows of a table, and the pseudonyms that are to be erased.
fn rows_of(table: Table, rows: Vec<Row>) -> (Rows, Vec<uuid::Uuid>) {
    let (mut bookings, mut matches, mut sales, mut erased) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for row in rows {
        match row {
            Row::Booking(booking) => bookings.push(booking),
            Row::Erased(subject) => erased.push(subject),
            Row::Match(on_sale) => matches.push(on_sale),
            Row::Sale(sale) => sales.push(sale),
        }
    }
    let rows = match table {
        Table::Bookings => Rows::Bookings(bookings),
        Table::Matches => Rows::Matches(matches),
        Table::Sales => Rows::Sales(sales),
    };
    (rows, erased)
}

//! The feed: the availability topic as every instance follows it.
//!
//! All partitions are read without a group, so that each instance hears everything. First the ends of the partitions
//! are fixed, then the handler reads the database, then the records after these ends are handed on: what changes in
//! between comes twice rather than never, and versions tell the older state from the newer.
//!
//! Sites that share a broker may share the topic as well: a record says in its headers which site sent it, and versions
//! of one site mean nothing at another.
//!
//! Invariant: only this site's own records are handed on. Whenever records may have been missed, the handler is told
//! to read the database again.

use std::{
    collections::BTreeMap,
    sync::{Arc, Once},
    time::Duration,
};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use futures_util::StreamExt;
use rdkafka::{
    Message as _, Offset, Timestamp, TopicPartitionList, consumer::Consumer as _, error::KafkaError,
    types::RDKafkaErrorCode,
};
use tokio_util::sync::CancellationToken;

use crate::{
    clients::{self, Backoff, Consumer, Context, DropOffRuntime, METADATA_TIMEOUT, Outage},
    codec::{self, AvailabilityRecord},
    config::Config,
    error::Error,
    record,
    status::Status,
    traced,
};

/// How often the topic is asked for new partitions.
const LOOK: Duration = Duration::from_secs(5);
/// The embedded broker answers an empty fetch after this time, in milliseconds.
const EMBEDDED_FETCH_WAIT: &str = "2";

/// Follows the availability of matches.
#[async_trait]
pub trait Feed: Send + Sync + 'static {
    /// Reads the state of all matches from the database; records that come after it are handed on afterwards.
    async fn snapshot(&self);

    /// A match has a new state, which may be older than the one known; reservations and listings changed with it.
    fn changed(&self, record: AvailabilityRecord);

    /// Changes may have been missed: the database has them.
    fn lost(&self);

    /// The time by the program's clock.
    fn now(&self) -> DateTime<Utc>;
}

/// Hands the availability topic's records to `handler` until `shutdown`.
pub async fn run(
    config: Config,
    handler: Arc<dyn Feed>,
    status: Arc<Status>,
    shutdown: CancellationToken,
) -> Result<(), Error> {
    config.check()?;
    let topic = config.topics().availability;
    let mut backoff = Backoff::default();
    while !shutdown.is_cancelled() {
        let context = Context::new("feed", Arc::clone(&status));
        let consumer: Consumer =
            clients::consumer_config(&config, EMBEDDED_FETCH_WAIT)?.create_with_context(context)?;
        let consumer = DropOffRuntime::new(consumer);
        let session =
            Session { site: &config.site, topic: &topic, consumer: &consumer, handler: &*handler, status: &status };
        let ended = tokio::select! {
            () = shutdown.cancelled() => None,
            Err(error) = session.run(&mut backoff) => Some(error),
        };
        if ended.is_none() {
            status.stop();
        }
        status.following(false);
        consumer.close().await;
        if let Some(error) = ended {
            handler.lost();
            status.starts_again("feed", &config, &error);
            metrics::counter!("matchday_feed_restarts_total").increment(1);
            tokio::select! {
                () = shutdown.cancelled() => {}
                () = tokio::time::sleep(backoff.next()) => {}
            }
        }
    }

    Ok(())
}

struct Session<'a> {
    site: &'a str,
    topic: &'a str,
    consumer: &'a DropOffRuntime<Consumer>,
    handler: &'a dyn Feed,
    status: &'a Status,
}

impl Session<'_> {
    /// Follows the topic until something needs a new start.
    async fn run(&self, backoff: &mut Backoff) -> Result<std::convert::Infallible, Error> {
        let ends = self.ends().await?;
        let mut assignment = TopicPartitionList::new();
        for (partition, end) in &ends {
            assignment.add_partition_offset(self.topic, *partition, Offset::Offset(*end))?;
        }
        self.consumer.assign(&assignment)?;
        self.handler.snapshot().await;
        self.status.broker_answered();
        self.status.following(true);
        backoff.reset();
        tracing::info!(partitions = ends.len(), "following the availability topic");

        tokio::select! {
            ended = self.follow() => ended,
            ended = self.watch(ends.len()) => ended,
        }
    }

    async fn ends(&self) -> Result<BTreeMap<i32, i64>, Error> {
        let (client, topic) = (self.consumer.share(), self.topic.to_owned());
        clients::blocking(move || {
            let count = clients::partitions(client.client(), &topic)?;
            (0..count)
                .map(|partition| Ok((partition, client.fetch_watermarks(&topic, partition, METADATA_TIMEOUT)?.1)))
                .collect()
        })
        .await?
    }

    async fn follow(&self) -> Result<std::convert::Infallible, Error> {
        let mut stream = self.consumer.stream();
        loop {
            let record = match stream.next().await {
                Some(Ok(record)) => record,
                Some(Err(error)) => {
                    self.judge(error)?;
                    continue;
                }
                None => return Err(Error::Stopped),
            };
            // A record without a value is what compaction leaves of a deleted one.
            let Some(payload) = record.payload() else {
                continue;
            };
            let own = record::headers(&record).filter(|headers| codec::is_from(self.site, headers));
            let Some(headers) = own else {
                self.pass_over();
                continue;
            };
            match codec::read_availability(payload) {
                Ok(availability) => {
                    self.status.fed();
                    self.note_delay(record.timestamp());
                    let origin = codec::origin(&headers);
                    let span = origin.and_then(|origin| {
                        traced::processing(self.topic, record.partition(), record.offset(), &origin)
                    });
                    let _entered = span.as_ref().map(spans::Span::enter);
                    self.handler.changed(availability);
                }
                Err(error) => {
                    tracing::warn!(%error, partition = record.partition(), offset = record.offset(), "an availability record can't be read");
                    metrics::counter!("matchday_feed_unreadable_total").increment(1);
                    self.handler.lost();
                }
            }
        }
    }

    /// How long a record took from the commit that it tells of, or from the broker where that dates records itself.
    fn note_delay(&self, written: Timestamp) {
        if let Some(written) = written.to_millis() {
            let delay = self.handler.now().timestamp_millis().saturating_sub(written);
            let delay = Duration::from_millis(u64::try_from(delay).unwrap_or(0));
            metrics::histogram!("matchday_feed_delay_seconds").record(delay);
        }
    }

    /// A record of another site, or without a sender: the first is worth a line, all are counted.
    fn pass_over(&self) {
        static FIRST: Once = Once::new();
        FIRST.call_once(|| {
            tracing::info!(
                topic = self.topic,
                site = self.site,
                "another site writes to this topic; its records are skipped"
            );
        });
        metrics::counter!("matchday_feed_foreign_records_total").increment(1);
    }

    /// Whether following can go on after `error`; librdkafka resumes where it was, when it can.
    fn judge(&self, error: KafkaError) -> Result<(), Error> {
        self.handler.lost();
        match &error {
            KafkaError::MessageConsumption(RDKafkaErrorCode::AutoOffsetReset | RDKafkaErrorCode::OffsetOutOfRange) => {
                metrics::counter!("matchday_feed_gaps_total").increment(1);
                Err(Error::OutOfRange(self.topic.to_owned()))
            }
            KafkaError::MessageConsumption(
                RDKafkaErrorCode::UnknownTopicOrPartition
                | RDKafkaErrorCode::UnknownPartition
                | RDKafkaErrorCode::UnknownTopic,
            )
            | KafkaError::MessageConsumptionFatal(_) => Err(error.into()),
            _ => {
                tracing::debug!(%error, "the availability feed reports a problem and continues");
                Ok(())
            }
        }
    }

    /// Ends when the topic gets partitions that are not being read, or when the client seems to be stuck.
    async fn watch(&self, known: usize) -> Result<std::convert::Infallible, Error> {
        let mut outage = Outage::default();
        loop {
            tokio::time::sleep(LOOK).await;
            let (client, topic) = (self.consumer.share(), self.topic.to_owned());
            let count = clients::blocking(move || clients::partitions(client.client(), &topic)).await?;
            match count {
                Ok(count) if usize::try_from(count).is_ok_and(|count| count != known) => {
                    return Err(Error::Repartitioned { topic: self.topic.to_owned(), count });
                }
                Ok(_) => outage.over(),
                Err(error) if outage.lasts() => return Err(error),
                Err(error) => tracing::debug!(%error, "the availability topic can't be inspected"),
            }
        }
    }
}

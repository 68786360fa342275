//! The consumer: applies what the organiser and the other sites say, exactly once.
//!
//! Records are read in batches, applied by `domain::inbox` in one transaction with their offsets, and then committed to
//! Kafka, for the eyes of Kafka's own tools. Where to begin is told by the database alone: after its last applied record,
//! or at the beginning of the topic. So a lost or stale commit, a rebalance or a crash repeats nothing and skips nothing.
//!
//! Invariant: a record is passed over only when the database has it, or when the broker has lost it, which is counted.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use domain::{
    App,
    inbox::{self, InboxError, Incoming, Position},
};
use futures_util::{FutureExt, StreamExt};
use rdkafka::{
    Message as _, Offset, TopicPartitionList,
    consumer::{CommitMode, Consumer as _},
    error::KafkaError,
    message::BorrowedMessage,
    types::RDKafkaErrorCode,
};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::{
    clients::{self, Backoff, Consumer, Context, Held},
    codec,
    config::Config,
    error::Error,
    status::Status,
    topics::Topics,
};

mod lag;
mod record;
mod start;

/// Records applied in one transaction at most.
const BATCH: usize = 1_000;
/// The embedded broker answers an empty fetch after this time, in milliseconds.
const EMBEDDED_FETCH_WAIT: &str = "5";

/// A partition of a topic.
type Place = (String, i32);

/// Applies the records of the master-list and ticket-sales topics to `app` until `shutdown`.
pub async fn run(app: Arc<App>, config: Config, status: Arc<Status>, shutdown: CancellationToken) -> Result<(), Error> {
    config.check()?;
    let mut reader = Reader { topics: config.topics(), app, config, status, told: HashSet::new() };
    let mut backoff = Backoff::default();
    while !shutdown.is_cancelled() {
        let (consumer, assignments) = reader.connect()?;
        reader.status.unassigned();
        let ended = tokio::select! {
            () = shutdown.cancelled() => None,
            ended = reader.session(&consumer, assignments, &mut backoff) => Some(ended),
        };
        if ended.is_none() {
            reader.status.stop();
        }
        reader.status.not_consuming();
        consumer.close().await;
        if let Some(error) = ended {
            reader.status.failed(&format!("consumer: {error}"));
            tracing::warn!(%error, "the consumer starts again");
            tokio::select! {
                () = shutdown.cancelled() => {}
                () = tokio::time::sleep(backoff.next()) => {}
            }
        }
    }

    Ok(())
}

struct Reader {
    app: Arc<App>,
    config: Config,
    topics: Topics,
    status: Arc<Status>,
    /// Gaps that were counted already.
    told: HashSet<(Place, i64)>,
}

type Assigned = mpsc::UnboundedReceiver<Option<TopicPartitionList>>;

impl Reader {
    fn connect(&self) -> Result<(Held<Consumer>, Assigned), Error> {
        let (assign, assigned) = mpsc::unbounded_channel();
        let context = Context::deciding("consumer", Arc::clone(&self.status), assign);
        let consumer = clients::consumer_config(&self.config, EMBEDDED_FETCH_WAIT)?.create_with_context(context)?;

        Ok((Held::new(consumer), assigned))
    }

    /// Reads until something needs a new start.
    async fn session(&mut self, consumer: &Held<Consumer>, assigned: Assigned, backoff: &mut Backoff) -> Error {
        let status = Arc::clone(&self.status);
        let (measured, topic) = (consumer.share(), self.topics.ticket_sales.clone());
        let read = async {
            match self.read(consumer, assigned, backoff).await {
                Ok(never) => match never {},
                Err(error) => error,
            }
        };
        tokio::select! {
            error = read => error,
            error = lag::measure(measured, status, topic) => error,
        }
    }

    async fn read(
        &mut self,
        consumer: &Held<Consumer>,
        mut assigned: Assigned,
        backoff: &mut Backoff,
    ) -> Result<std::convert::Infallible, Error> {
        let source = self.source(consumer).await?;
        self.status.broker_answered();
        if self.config.embedded {
            let all = self.all_partitions(consumer).await?;
            self.start(consumer, &source, all).await?;
        } else {
            consumer.subscribe(&[&self.topics.master_list, &self.topics.ticket_sales])?;
        }

        let mut stream = consumer.stream();
        loop {
            tokio::select! {
                biased;
                Some(mut newest) = assigned.recv() => {
                    while let Ok(newer) = assigned.try_recv() {
                        newest = newer;
                    }
                    match newest {
                        Some(partitions) => {
                            let places = places(&partitions);
                            self.start(consumer, &source, places).await?;
                        }
                        None => self.status.unassigned(),
                    }
                }
                Some(first) = stream.next() => {
                    let mut batch = Vec::new();
                    let mut next = Some(first);
                    let mut trouble = None;
                    while let Some(record) = next.take() {
                        match record {
                            Ok(record) => batch.push(self.incoming(&record)),
                            Err(error) => trouble = Some(error),
                        }
                        if trouble.is_none() && batch.len() < BATCH {
                            next = stream.next().now_or_never().flatten();
                        }
                    }
                    self.apply(consumer, &source, &batch).await;
                    if !batch.is_empty() {
                        backoff.reset();
                    }
                    if let Some(error) = trouble {
                        self.judge(error)?;
                    }
                }
            }
        }
    }

    fn incoming(&self, record: &BorrowedMessage<'_>) -> Incoming {
        let at = Position { topic: record.topic().to_owned(), partition: record.partition(), offset: record.offset() };
        let headers = record::headers(record);
        let readable = codec::Record {
            topic: record.topic(),
            key: record.key(),
            payload: record.payload(),
            headers: headers.as_deref().unwrap_or_default(),
        };
        let message = match headers {
            Some(_) => codec::read(&self.topics, &self.config.site, &readable),
            None => readable.unreadable("a header's name is not UTF-8 text".to_owned()),
        };

        Incoming { at, message }
    }

    /// Applies a batch, however long the database is away: nothing after it may be applied before it.
    async fn apply(&self, consumer: &Held<Consumer>, source: &str, batch: &[Incoming]) {
        if batch.is_empty() {
            return;
        }
        let mut backoff = Backoff::default();
        while let Err(InboxError::Unavailable(error)) = inbox::apply(&self.app, source, batch).await {
            tracing::warn!(%error, records = batch.len(), "records can't be applied now; trying again");
            self.status.failed(&format!("consumer: {error}"));
            metrics::counter!("matchday_inbox_retries_total").increment(1);
            tokio::time::sleep(backoff.next()).await;
        }

        let mut next = HashMap::<(&str, i32), i64>::new();
        for record in batch {
            next.insert((&record.at.topic, record.at.partition), record.at.offset + 1);
        }
        let mut commit = TopicPartitionList::with_capacity(next.len());
        for ((topic, partition), offset) in next {
            self.status.read_to(topic, partition, offset);
            if let Err(error) = commit.add_partition_offset(topic, partition, Offset::Offset(offset)) {
                tracing::debug!(%error, topic, partition, "an offset could not be noted for the commit");
            }
        }
        if !self.config.embedded
            && let Err(error) = consumer.commit(&commit, CommitMode::Async)
        {
            tracing::debug!(%error, "offsets were not committed to Kafka; the database has them");
        }
    }

    /// Whether reading can go on after `error`.
    fn judge(&self, error: KafkaError) -> Result<(), Error> {
        match &error {
            KafkaError::MessageConsumption(RDKafkaErrorCode::AutoOffsetReset | RDKafkaErrorCode::OffsetOutOfRange) => {
                Err(Error::OutOfRange(self.topics.ticket_sales.clone()))
            }
            KafkaError::MessageConsumptionFatal(_) => Err(error.into()),
            // librdkafka goes on by itself, and says so only to be polite.
            KafkaError::MessageConsumption(
                RDKafkaErrorCode::AllBrokersDown | RDKafkaErrorCode::BrokerTransportFailure,
            ) => Ok(()),
            _ => {
                tracing::warn!(%error, "the consumer has trouble and goes on");
                self.status.failed(&format!("consumer: {error}"));
                Ok(())
            }
        }
    }
}

fn places(partitions: &TopicPartitionList) -> Vec<Place> {
    partitions.elements().iter().map(|element| (element.topic().to_owned(), element.partition())).collect()
}

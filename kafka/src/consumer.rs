//! The consumer: applies what the organiser and the other sites say, exactly once.
//!
//! Records are read in batches, applied by `domain::inbox` in one transaction with their offsets, and then committed to
//! Kafka, for the eyes of Kafka's own tools. Where to begin is told by the database alone: after its last applied record,
//! or at the beginning of the topic. So a lost or stale commit, a rebalance or a crash repeats nothing and skips nothing.
//!
//! While the database applies a batch the next one is read: what has come meanwhile, so that a backlog is taken in larger
//! bites. Batches are applied one after the other, in the order in which they were read.
//!
//! Invariant: a record is passed over only when the database has it, or when the broker has lost it, which is counted.
//! What was prefetched when partitions are given or taken is discarded, and read again from where the database is.

use std::{collections::HashSet, sync::Arc};

use domain::App;
use futures_util::{
    FutureExt,
    future::{BoxFuture, Fuse, FusedFuture},
};
use rdkafka::{TopicPartitionList, consumer::Consumer as _, error::KafkaError, types::RDKafkaErrorCode};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::{
    clients::{self, Backoff, Consumer, Context, DropOffRuntime},
    config::Config,
    error::Error,
    status::Status,
    topics::Topics,
};

pub(crate) mod lag;
pub(crate) mod others;
mod prefetch;
pub(crate) mod start;
mod write;

use prefetch::Prefetch;
use write::Writer;

/// The embedded broker answers an empty fetch after this time, in milliseconds.
const EMBEDDED_FETCH_WAIT: &str = "5";

/// A partition of a topic.
pub(crate) type TopicPartition = (String, i32);

/// Applies the records of the master-list and ticket-sales topics to `app` until `shutdown`.
pub async fn run(app: Arc<App>, config: Config, status: Arc<Status>, shutdown: CancellationToken) -> Result<(), Error> {
    config.check()?;
    let mut reader = Reader { topics: config.topics(), app, config, status, counted_gaps: HashSet::new() };
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
        let fatal = consumer.client().fatal_error();
        consumer.close().await;
        if let Some(error) = ended {
            reader.status.starts_again("consumer", &reader.config, &error);
            if fatal.is_some_and(|(code, _)| code == RDKafkaErrorCode::FencedInstanceId) {
                reader.go_on_without_a_name();
            }
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
    counted_gaps: HashSet<(TopicPartition, i64)>,
}

type Assigned = mpsc::UnboundedReceiver<Option<TopicPartitionList>>;

impl Reader {
    fn connect(&self) -> Result<(DropOffRuntime<Consumer>, Assigned), Error> {
        let (assign, assigned) = mpsc::unbounded_channel();
        let context = Context::deciding("consumer", Arc::clone(&self.status), assign);
        let mut client = clients::consumer_config(&self.config, EMBEDDED_FETCH_WAIT)?;
        if let Some(id) = &self.config.instance_id {
            client.set("group.instance.id", id);
        }
        let consumer = client.create_with_context(context)?;

        Ok((DropOffRuntime::new(consumer), assigned))
    }

    /// Leaves its name to the instance that has taken it, and with it the place in the group. To take it back would drive
    /// out the other, which would take it back in turn.
    fn go_on_without_a_name(&mut self) {
        let Some(name) = self.config.instance_id.take() else { return };
        tracing::error!(
            name,
            "another instance has taken this one's name in the consumer group; give each its own \
             MATCHDAY_KAFKA_INSTANCE_ID. This one continues without a name"
        );
        self.status.name_taken(name);
    }

    /// Reads until something needs a new start.
    async fn session(
        &mut self,
        consumer: &DropOffRuntime<Consumer>,
        assigned: Assigned,
        backoff: &mut Backoff,
    ) -> Error {
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
            error = lag::measure(measured, status, topic, lag::MEASURE) => error,
        }
    }

    async fn read(
        &mut self,
        consumer: &DropOffRuntime<Consumer>,
        mut assigned: Assigned,
        backoff: &mut Backoff,
    ) -> Result<std::convert::Infallible, Error> {
        let source = start::source(consumer, &self.config, &self.status).await?;
        self.status.broker_answered();
        if self.config.embedded {
            let all = start::partitions(consumer, &self.topics).await?;
            self.start(consumer, &source, all).await?;
        } else {
            consumer.subscribe(&[&self.topics.master_list, &self.topics.ticket_sales])?;
        }

        let writer = Writer::new(self, &source);
        let mut prefetch = Prefetch::new(self);
        let mut stream = consumer.stream();
        let mut writing: Fuse<BoxFuture<'_, ()>> = Fuse::terminated();
        loop {
            if writing.is_terminated() {
                if let Some((batch, origins)) = prefetch.take() {
                    writing = writer.write(consumer.share(), batch, origins).boxed().fuse();
                } else if let Some(error) = prefetch.take_error() {
                    self.judge(error)?;
                }
            }
            tokio::select! {
                biased;
                Some(mut newest) = assigned.recv() => {
                    while let Ok(newer) = assigned.try_recv() {
                        newest = newer;
                    }
                    // Where to begin is looked up when nothing of ours is on its way into the database any more.
                    if !writing.is_terminated() {
                        (&mut writing).await;
                    }
                    prefetch.discard();
                    match newest {
                        Some(partitions) => {
                            let places = places(&partitions);
                            self.start(consumer, &source, places).await?;
                        }
                        None => self.status.unassigned(),
                    }
                }
                () = &mut writing => backoff.reset(),
                () = prefetch.read(&mut stream), if prefetch.has_room() => {}
            }
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
                tracing::warn!(%error, "the Kafka consumer reports a problem and continues");
                self.status.failed(&format!("consumer: {error}"));
                Ok(())
            }
        }
    }
}

pub(crate) fn places(partitions: &TopicPartitionList) -> Vec<TopicPartition> {
    partitions.elements().iter().map(|element| (element.topic().to_owned(), element.partition())).collect()
}

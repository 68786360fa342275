//! Clients of the broker: how each is configured, how it tells its troubles, and how it is let go of.
//!
//! librdkafka blocks in places where it looks innocent (metadata, closing); all of that runs beside the async runtime.

use std::{
    mem,
    ops::Deref,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use domain::work;
use rdkafka::{
    ClientConfig, ClientContext, TopicPartitionList,
    config::RDKafkaLogLevel,
    consumer::{BaseConsumer, ConsumerContext, StreamConsumer},
    error::KafkaError,
    producer::FutureProducer,
    types::{RDKafkaErrorCode, RDKafkaRespErr},
};
use tokio::sync::{mpsc, oneshot};

use crate::{config::Config, error::Error, status::Status};

/// How long a broker may take to tell about topics and offsets.
pub(crate) const METADATA_TIMEOUT: Duration = Duration::from_secs(5);
/// A client that has found no broker for this time is replaced by a new one: a client that once heard of no broker at
/// all, as from one that was just waking up, may never look again.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

/// Hears what librdkafka has to say: its logs become ours at debug level, its troubles become the status.
pub(crate) struct Context {
    name: &'static str,
    status: Arc<Status>,
    assignments: Option<Assignments>,
}

/// What the group gives to a consumer; `None` when it takes it back.
pub(crate) type Assignments = mpsc::UnboundedSender<Option<TopicPartitionList>>;

impl Context {
    pub(crate) fn new(name: &'static str, status: Arc<Status>) -> Self {
        Self { name, status, assignments: None }
    }

    /// A context that hands assignments of a consumer group to the consumer's loop, which knows where to start.
    pub(crate) fn deciding(name: &'static str, status: Arc<Status>, assignments: Assignments) -> Self {
        Self { name, status, assignments: Some(assignments) }
    }
}

impl ClientContext for Context {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        tracing::debug!(client = self.name, ?level, facility, "librdkafka: {message}");
    }

    fn error(&self, error: KafkaError, reason: &str) {
        // Clients that are being closed report this about the connections that they close themselves.
        if self.status.stopping() {
            return;
        }
        tracing::debug!(client = self.name, %error, "librdkafka: {reason}");
        match error.rdkafka_error_code() {
            // What went wrong with the last of them is told before, and tells more.
            Some(RDKafkaErrorCode::AllBrokersDown) => self.status.brokers_down(),
            Some(RDKafkaErrorCode::Authentication | RDKafkaErrorCode::SaslAuthenticationFailed) => {
                self.status.auth_failed(reason);
            }
            _ => self.status.client_error(reason),
        }
    }
}

impl ConsumerContext for Context {
    /// An assignment is left to the loop, which first looks up how far the database is; the group waits for it.
    fn rebalance(&self, consumer: &BaseConsumer<Self>, event: RDKafkaRespErr, partitions: &mut TopicPartitionList) {
        use rdkafka::consumer::Consumer;

        let given = matches!(event, RDKafkaRespErr::RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS);
        let told = self.assignments.as_ref().is_some_and(|loop_| {
            let partitions = given.then(|| partitions.clone());
            loop_.send(partitions).is_ok()
        });
        // No loop decides any more when the consumer is being closed.
        if (!given || !told)
            && let Err(error) = consumer.unassign()
        {
            tracing::warn!(client = self.name, %error, "partitions could not be released");
        }
    }
}

pub(crate) type Producer = FutureProducer<Context>;
pub(crate) type Consumer = StreamConsumer<Context>;

/// A client that is closed beside the async runtime: closing flushes, leaves the group and waits for threads.
pub(crate) struct DropOffRuntime<T: Send + Sync + 'static>(Option<Arc<T>>);

impl<T: Send + Sync + 'static> DropOffRuntime<T> {
    pub(crate) fn new(client: T) -> Self {
        Self(Some(Arc::new(client)))
    }

    pub(crate) fn share(&self) -> Arc<T> {
        Arc::clone(self.inner())
    }

    /// Resolves when the client is closed, or has been closing for too long to wait for it.
    pub(crate) async fn close(mut self) {
        let Some(client) = mem::take(&mut self.0) else { return };
        if tokio::time::timeout(CLOSE_TIMEOUT, drop_beside(client)).await.is_err() {
            tracing::warn!("a Kafka client does not close; abandoning it");
        }
    }

    fn inner(&self) -> &Arc<T> {
        self.0.as_ref().expect("it is taken only by `close` and `drop`, which end it")
    }
}

impl<T: Send + Sync + 'static> Deref for DropOffRuntime<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.inner()
    }
}

impl<T: Send + Sync + 'static> Drop for DropOffRuntime<T> {
    fn drop(&mut self) {
        if let Some(client) = self.0.take() {
            drop(drop_beside(client));
        }
    }
}

/// A producer that loses nothing, doubles nothing by its own retries, and keeps the order of each key.
///
/// A record that could not be delivered within `timeout` is given back.
pub(crate) fn producer(
    config: &Config,
    status: &Arc<Status>,
    timeout: Duration,
) -> Result<DropOffRuntime<Producer>, Error> {
    let mut client = config.client_config()?;
    client
        .set("enable.idempotence", "true")
        .set("acks", "all")
        // What the Java client and KafkaJS use: a key lands on the same partition, whichever client sends it.
        .set("partitioner", "murmur2_random")
        .set("message.timeout.ms", timeout.as_millis().to_string())
        .set("linger.ms", if config.embedded { "0" } else { "1" })
        .set("compression.codec", "none");

    Ok(DropOffRuntime::new(client.create_with_context(Context::new("producer", Arc::clone(status)))?))
}

/// What consumers have in common: nothing is committed or skipped unless we say so.
pub(crate) fn consumer_config(config: &Config, embedded_fetch_wait: &str) -> Result<ClientConfig, Error> {
    let mut client = config.client_config()?;
    client
        .set("group.id", config.group())
        // An instance that was killed keeps its partitions for this time; a live one says so every three seconds.
        .set("session.timeout.ms", "10000")
        .set("enable.auto.commit", "false")
        .set("enable.auto.offset.store", "false")
        .set("enable.partition.eof", "false")
        // Where the oldest records are gone we want to hear of it, not to jump silently.
        .set("auto.offset.reset", "error")
        .set("fetch.error.backoff.ms", "200")
        // A full queue is looked at again soon: by default the next fetch waits a second, with the queue long empty.
        .set("fetch.queue.backoff.ms", "10")
        .set("topic.metadata.refresh.interval.ms", "10000")
        // The loop keeps at most two batches in hand, so a deep queue is only memory.
        .set("queued.min.messages", "10000")
        .set("queued.max.messages.kbytes", "16384");
    if config.embedded {
        // The embedded broker sleeps this time out, new records or not.
        client.set("fetch.wait.max.ms", embedded_fetch_wait);
    }

    Ok(client)
}

/// Drops what blocks on a thread of its own; the receiver resolves when it is gone.
///
/// Not on a thread of the runtime, whose end would wait for it: a consumer whose broker went away while it was closing
/// may wait for ever.
#[expect(clippy::disallowed_methods, reason = "it may never end, so nobody waits for it: see above")]
fn drop_beside<T: Send + 'static>(client: T) -> oneshot::Receiver<()> {
    let (gone, told) = oneshot::channel();
    thread::spawn(move || {
        drop(client);
        // The closing task may have stopped waiting.
        let _ = gone.send(());
    });

    told
}

/// The number of partitions of `topic`.
pub(crate) fn partitions<C: ClientContext>(client: &rdkafka::client::Client<C>, topic: &str) -> Result<i32, Error> {
    let metadata = client.fetch_metadata(Some(topic), METADATA_TIMEOUT)?;
    let found = metadata.topics().iter().find(|found| found.name() == topic);
    let count = found.filter(|found| found.error().is_none()).map_or(0, |found| found.partitions().len());
    match i32::try_from(count) {
        Ok(count) if count > 0 => Ok(count),
        _ => Err(Error::NoPartitions(topic.to_owned())),
    }
}

/// Runs what blocks beside the async runtime.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.map_err(|_| Error::Stopped)
}

/// How long something has failed without a success in between.
#[derive(Debug, Default)]
pub(crate) struct Outage {
    since: Option<Instant>,
}

impl Outage {
    pub(crate) fn over(&mut self) {
        self.since = None;
    }

    /// Notes a failure; whether that has gone on for longer than is good for a client.
    pub(crate) fn lasts(&mut self) -> bool {
        self.since.get_or_insert_with(Instant::now).elapsed() >= PATIENCE
    }
}

/// The next of `WAITS` while something is away.
#[derive(Debug, Default)]
pub(crate) struct Backoff {
    failures: u32,
}

impl Backoff {
    const WAITS: work::Backoff = work::Backoff { first: Duration::from_millis(100), longest: Duration::from_secs(3) };

    pub(crate) fn next(&mut self) -> Duration {
        let wait = Self::WAITS.wait(self.failures);
        self.failures = self.failures.saturating_add(1);
        wait
    }

    pub(crate) fn reset(&mut self) {
        self.failures = 0;
    }
}

//! Reading for the sink: a session with the broker, from the sink's word on where to begin to whatever ends it.

use std::{
    collections::HashSet,
    convert::Infallible,
    sync::Arc,
    time::{Duration, Instant},
};

use chrono::DateTime;
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

use super::{Cut, Lost, Pending, Place, Read, Reading, Sink, Source, Taken};
use crate::{
    clients::{self, Backoff, Consumer, Context, DropOffRuntime, METADATA_TIMEOUT},
    codec::{self, Record},
    config::Config,
    consumer::{TopicPartition, lag, places, start},
    error::Error,
    record,
    topics::Topics,
};

#[cfg(test)]
mod tests;

/// The embedded broker answers an empty fetch after this time, in milliseconds: no visitor waits for what is read here.
const EMBEDDED_FETCH_WAIT: &str = "500";
/// Records read in one go, while nothing else of the task goes on.
const RECORDS_AT_ONCE: usize = 64;
/// How often the ends of the partitions are asked for.
const MEASURE: Duration = Duration::from_secs(10);
/// How long an end waits for what was read to be taken.
const FINISH: Duration = Duration::from_secs(3);

pub(super) type Assigned = mpsc::UnboundedReceiver<Option<TopicPartitionList>>;

pub(super) struct Reader<S> {
    pub(super) config: Config,
    topics: Topics,
    sink: Arc<S>,
    cut: Cut,
    pub(super) reading: Arc<Reading>,
    /// Gaps that were counted already.
    counted_gaps: HashSet<(Place, i64)>,
}

impl<S: Sink> Reader<S> {
    pub(super) fn new(config: Config, sink: Arc<S>, cut: Cut, reading: Arc<Reading>) -> Self {
        Self { topics: config.topics(), config, sink, cut, reading, counted_gaps: HashSet::new() }
    }

    pub(super) fn connect(&self) -> Result<(DropOffRuntime<Consumer>, Assigned), Error> {
        let (assign, assigned) = mpsc::unbounded_channel();
        let context = Context::deciding("sink", Arc::clone(&self.reading.status), assign);
        let mut client = clients::consumer_config(&self.config, EMBEDDED_FETCH_WAIT)?;
        client.set("group.id", self.config.analytics_group());

        Ok((DropOffRuntime::new(client.create_with_context(context)?), assigned))
    }

    /// Reads until `shutdown`, or until something needs a new start.
    pub(super) async fn session(
        &mut self,
        consumer: &DropOffRuntime<Consumer>,
        mut assigned: Assigned,
        backoff: &mut Backoff,
        shutdown: &CancellationToken,
    ) -> Result<(), Error> {
        let status = Arc::clone(&self.reading.status);
        let begin = async {
            let cluster: Arc<str> = start::source(consumer, &self.config, &status).await?.into();
            status.broker_answered();
            if self.config.embedded {
                return Ok::<_, Error>((cluster, Some(self.partitions(consumer).await?)));
            }
            consumer.subscribe(&Source::ALL.map(|source| source.topic(&self.topics)))?;
            Ok((cluster, None))
        };
        let Some((cluster, all)) = shutdown.run_until_cancelled(begin).await.transpose()? else { return Ok(()) };
        let mut pending = Pending::new(self.cut, Arc::clone(&cluster));
        if let Some(all) = all {
            self.start(consumer, &cluster, all, &mut pending).await?;
        }
        let measured = lag::measure(consumer.share(), Arc::clone(&status), self.topics.bookings.clone(), MEASURE);
        let ended = tokio::select! {
            () = shutdown.cancelled() => None,
            ended = self.follow(consumer, &cluster, &mut assigned, &mut pending, backoff) => Some(ended),
            error = measured => Some(Err(error)),
        };
        match ended {
            Some(Ok(never)) => match never {},
            Some(Err(error)) => Err(error),
            None => {
                let rest = pending.with_rows();
                let finished = tokio::time::timeout(FINISH, self.hand_on(consumer, &mut pending, rest)).await;
                if !matches!(finished, Ok(Ok(()))) {
                    tracing::debug!("what was read and not written is read again at the next start");
                }
                Ok(())
            }
        }
    }

    async fn follow(
        &mut self,
        consumer: &DropOffRuntime<Consumer>,
        cluster: &Arc<str>,
        assigned: &mut Assigned,
        pending: &mut Pending<S::Row>,
        backoff: &mut Backoff,
    ) -> Result<Infallible, Error> {
        let mut stream = consumer.stream();
        loop {
            let due = pending.due();
            let until_due = async {
                match due {
                    Some(due) => tokio::time::sleep_until(due.into()).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                Some(mut newest) = assigned.recv() => {
                    while let Ok(newer) = assigned.try_recv() {
                        newest = newer;
                    }
                    pending.restart([]);
                    match newest {
                        Some(partitions) => self.start(consumer, cluster, places(&partitions), pending).await?,
                        None => self.reading.status.unassigned(),
                    }
                }
                () = until_due => {
                    let due = pending.to_hand_on(Some(Instant::now()));
                    self.hand_on(consumer, pending, due).await?;
                    backoff.reset();
                }
                next = stream.next() => {
                    let (mut next, mut read) = (next, 0);
                    while let Some(record) = next {
                        match record {
                            Ok(record) => self.add(consumer, cluster, &record, pending).await?,
                            Err(error) => self.judge(error)?,
                        }
                        read += 1;
                        // What is taken from the stream is noted, or it would be lost.
                        next = match read {
                            RECORDS_AT_ONCE => None,
                            _ => stream.next().now_or_never().flatten(),
                        };
                    }
                    if pending.is_full() {
                        let rows = pending.with_rows();
                        self.hand_on(consumer, pending, rows).await?;
                    }
                    tokio::task::yield_now().await;
                }
            }
            self.reading.note(pending);
        }
    }

    /// Notes a record, after the batch before it where it belongs to the next one.
    async fn add(
        &self,
        consumer: &DropOffRuntime<Consumer>,
        cluster: &Arc<str>,
        record: &BorrowedMessage<'_>,
        pending: &mut Pending<S::Row>,
    ) -> Result<(), Error> {
        let Some(source) = Source::ALL.into_iter().find(|source| source.topic(&self.topics) == record.topic()) else {
            return Ok(());
        };
        let of = (source, record.partition());
        let at = record.timestamp().to_millis().and_then(DateTime::from_timestamp_millis).unwrap_or_default();
        if !pending.fits(of, at) {
            self.hand_on(consumer, pending, vec![of]).await?;
        }
        let headers = record::headers(record);
        let place = Place { source, cluster: Arc::clone(cluster), partition: record.partition() };
        // A header whose name is not UTF-8 is none of ours.
        let row = headers.as_deref().and_then(|headers| {
            let readable = Record { topic: record.topic(), key: record.key(), payload: record.payload(), headers };
            let is_own = codec::is_from(&self.config.site, headers);
            self.sink.read(&Read { place: &place, offset: record.offset(), at, record: readable, is_own })
        });
        let bytes = record.payload().map_or(0, <[u8]>::len);
        pending.add(of, record.offset(), at, row.map(|row| (row, bytes)), Instant::now());
        self.reading.status.set_position(record.topic(), record.partition(), record.offset() + 1);

        Ok(())
    }

    /// Has the batches of these partitions taken.
    async fn hand_on(
        &self,
        consumer: &DropOffRuntime<Consumer>,
        pending: &mut Pending<S::Row>,
        partitions: Vec<(Source, i32)>,
    ) -> Result<(), Error> {
        for of in partitions {
            let Some(batch) = pending.take(of) else { continue };
            let (topic, partition, next) = (of.0.topic(&self.topics).to_owned(), of.1, batch.last + 1);
            match self.sink.take(batch).await.map_err(Error::Sink)? {
                Taken::Taken => self.commit(consumer, &topic, partition, next),
                Taken::Overtaken => return Err(Error::Overtaken { topic, partition }),
            }
        }
        Ok(())
    }

    /// For the eyes of Kafka's own tools: nothing here reads it.
    fn commit(&self, consumer: &DropOffRuntime<Consumer>, topic: &str, partition: i32, next: i64) {
        if self.config.embedded {
            return;
        }
        let mut commit = TopicPartitionList::with_capacity(1);
        let committed = commit
            .add_partition_offset(topic, partition, Offset::Offset(next))
            .and_then(|()| consumer.commit(&commit, CommitMode::Async));
        if let Err(error) = committed {
            tracing::debug!(%error, topic, partition, "an offset was not committed to Kafka; the lake has it");
        }
    }

    async fn partitions(&self, consumer: &DropOffRuntime<Consumer>) -> Result<Vec<TopicPartition>, Error> {
        let (client, topics) = (consumer.share(), self.topics.clone());
        clients::blocking(move || {
            let mut places = Vec::new();
            for topic in Source::ALL.map(|source| source.topic(&topics)) {
                let count = clients::partitions(client.client(), topic)?;
                places.extend((0..count).map(|partition| (topic.to_owned(), partition)));
            }
            Ok(places)
        })
        .await?
    }

    /// Begins to read `places`, each after the last record that the sink has taken.
    async fn start(
        &mut self,
        consumer: &DropOffRuntime<Consumer>,
        cluster: &Arc<str>,
        places: Vec<TopicPartition>,
        pending: &mut Pending<S::Row>,
    ) -> Result<(), Error> {
        let client = consumer.share();
        let ends = clients::blocking(move || {
            let of = |place: TopicPartition| {
                let (low, high) = client.fetch_watermarks(&place.0, place.1, METADATA_TIMEOUT)?;
                Ok((place, low, high))
            };
            places.into_iter().map(of).collect::<Result<Vec<_>, KafkaError>>()
        })
        .await??;

        let (mut starts, mut positions, mut assignment) = (Vec::new(), Vec::new(), TopicPartitionList::new());
        for (of, low, high) in ends {
            let Some(source) = Source::ALL.into_iter().find(|source| source.topic(&self.topics) == of.0) else {
                continue;
            };
            let place = Place { source, cluster: Arc::clone(cluster), partition: of.1 };
            let stored = self.sink.next_offset(&place).await.map_err(Error::Sink)?;
            let start = self.starting_point(&of, &place, stored, low, high)?;
            assignment.add_partition_offset(&of.0, of.1, Offset::Offset(start))?;
            starts.push(((source, of.1), start));
            positions.push((of, start, high));
        }
        pending.restart(starts);
        consumer.assign(&assignment)?;
        tracing::info!(partitions = positions.len(), "reading for the lake");
        self.reading.status.reading(positions);

        Ok(())
    }

    fn starting_point(
        &mut self,
        of: &TopicPartition,
        place: &Place,
        stored: Option<i64>,
        low: i64,
        high: i64,
    ) -> Result<i64, Error> {
        if let Some(stored) = stored.filter(|stored| *stored > high) {
            let (topic, partition) = of.clone();
            return Err(Error::Rewound { topic, partition, end: high, stored });
        }
        let start = stored.unwrap_or(low).max(low);
        if stored != Some(start) && self.counted_gaps.insert((place.clone(), low)) {
            self.sink.lost(&Lost { place: place.clone(), from: stored, to: low });
        }
        Ok(start)
    }

    /// Whether reading can go on after `error`.
    fn judge(&self, error: KafkaError) -> Result<(), Error> {
        match &error {
            KafkaError::MessageConsumption(RDKafkaErrorCode::AutoOffsetReset | RDKafkaErrorCode::OffsetOutOfRange) => {
                Err(Error::OutOfRange(self.topics.bookings.clone()))
            }
            KafkaError::MessageConsumptionFatal(_) => Err(error.into()),
            _ => {
                tracing::debug!(%error, "the reader of the lake reports a problem and continues");
                self.reading.status.failed(&format!("sink: {error}"));
                Ok(())
            }
        }
    }
}

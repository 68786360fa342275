//! An embedded broker, and the hands of everybody else on it.

use std::{collections::BTreeMap, sync::mpsc, time::Duration};

use book::outbox::TicketAction;
use kafka::{
    Config,
    embedded::{self, EmbeddedBroker},
};
use rdkafka::{
    ClientConfig, Message, Offset, TopicPartitionList,
    consumer::{BaseConsumer, Consumer},
    message::{Header, Headers, OwnedHeaders},
    mocking::MockCluster,
    producer::{FutureProducer, FutureRecord},
};

pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
pub(crate) const PARTITIONS: i32 = 4;

pub(crate) fn sale(action: TicketAction, match_number: i32, quantity: i32) -> String {
    let action = match action {
        TicketAction::Pending => "TICKET_PENDING",
        TicketAction::Reserved => "TICKET_RESERVED",
        TicketAction::Cancelled => "TICKET_CANCELLED",
    };
    format!(
        r#"{{"meta":{{"action":"{action}"}},"body":{{"matchNumber":{match_number},"tickets":{{"category":1,"quantity":{quantity},"price":75}}}}}}"#
    )
}

pub(crate) struct Broker {
    pub(crate) bootstrap: String,
    pub(crate) source: String,
    producer: FutureProducer,
    running: Running,
}

/// Ends the broker when it is dropped.
enum Running {
    Embedded { _broker: EmbeddedBroker },
    Slow { answers_after: mpsc::Sender<Duration> },
}

#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) key: Option<Vec<u8>>,
    pub(crate) payload: Vec<u8>,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) timestamp: i64,
}

impl Broker {
    pub(crate) fn start() -> Self {
        let topics = Config::default().topics();
        let broker = embedded::start(&topics.all(), PARTITIONS).expect("the broker starts");
        let (bootstrap, source) = (broker.bootstrap.clone(), broker.source.clone());
        Self::at(bootstrap, source, Running::Embedded { _broker: broker })
    }

    /// A broker whose answers can be made to wait; what it is sent it has all the same.
    pub(crate) fn slow() -> Self {
        let (started, start) = mpsc::channel();
        let (answers_after, delays) = mpsc::channel();
        // The cluster's handle may not leave its thread.
        std::thread::spawn(move || {
            let cluster = MockCluster::new(1).expect("a broker can be made");
            for topic in Config::default().topics().all() {
                cluster.create_topic(topic, PARTITIONS, 1).expect("a topic can be made");
            }
            started.send(cluster.bootstrap_servers()).expect("the test waits");
            while let Ok(delay) = delays.recv() {
                cluster.broker_round_trip_time(1, delay).expect("there is a first broker");
            }
        });
        let bootstrap = start.recv().expect("the broker starts");
        Self::at(bootstrap, "embedded-slow".to_owned(), Running::Slow { answers_after })
    }

    fn at(bootstrap: String, source: String, running: Running) -> Self {
        let producer = ClientConfig::new()
            .set("bootstrap.servers", &bootstrap)
            .set("partitioner", "murmur2_random")
            .create()
            .expect("the settings are right");
        Self { bootstrap, source, producer, running }
    }

    pub(crate) fn answers_after(&self, delay: Duration) {
        let Running::Slow { answers_after } = &self.running else { panic!("this broker is not slow") };
        answers_after.send(delay).expect("the broker runs");
    }

    /// What anybody may send.
    pub(crate) async fn send(&self, topic: &str, key: &str, headers: &[(&str, &str)], payload: &str) {
        let headers = headers
            .iter()
            .fold(OwnedHeaders::new(), |headers, (key, value)| headers.insert(Header { key, value: Some(*value) }));
        let record = FutureRecord::to(topic).key(key).payload(payload).headers(headers);
        self.producer.send(record, PATIENCE).await.expect("the broker takes it");
    }

    /// The records of `topic` once there are `count`, each key's in their order.
    pub(crate) async fn read(&self, topic: &str, count: usize) -> Vec<Record> {
        self.read_until(topic, move |records| records.len() >= count).await
    }

    /// All records that `topic` has now.
    pub(crate) async fn read_all(&self, topic: &str) -> Vec<Record> {
        let (bootstrap, of) = (self.bootstrap.clone(), topic.to_owned());
        let count = tokio::task::spawn_blocking(move || {
            let consumer = reader(&bootstrap);
            let ends = (0..PARTITIONS).map(|partition| consumer.fetch_watermarks(&of, partition, PATIENCE));
            let counts = ends.map(|ends| ends.map(|(first, end)| end - first));
            counts.sum::<Result<i64, _>>().expect("the broker answers")
        });
        let count = count.await.expect("reading does not panic");
        self.read(topic, usize::try_from(count).expect("a count is not negative")).await
    }

    /// The records of `topic` as soon as they are `enough`.
    pub(crate) async fn read_until(
        &self,
        topic: &str,
        enough: impl Fn(&[Record]) -> bool + Send + 'static,
    ) -> Vec<Record> {
        let (bootstrap, topic) = (self.bootstrap.clone(), topic.to_owned());
        tokio::task::spawn_blocking(move || read(&bootstrap, &topic, enough)).await.expect("reading does not panic")
    }
}

fn reader(bootstrap: &str) -> BaseConsumer {
    ClientConfig::new()
        .set("bootstrap.servers", bootstrap)
        .set("group.id", "reader")
        .set("fetch.wait.max.ms", "5")
        .create()
        .expect("the settings are right")
}

fn read(bootstrap: &str, topic: &str, enough: impl Fn(&[Record]) -> bool) -> Vec<Record> {
    let consumer = reader(bootstrap);
    let mut all = TopicPartitionList::new();
    for partition in 0..PARTITIONS {
        all.add_partition_offset(topic, partition, Offset::Beginning).expect("the offset is one");
    }
    consumer.assign(&all).expect("the partitions are there");
    let mut records = Vec::new();
    while !enough(&records) {
        let record = consumer.poll(PATIENCE).unwrap_or_else(|| panic!("no more than {} records came", records.len()));
        let record = record.expect("the broker answers");
        let headers = record.headers().map(|headers| {
            let text = |value: Option<&[u8]>| String::from_utf8_lossy(value.unwrap_or_default()).into_owned();
            headers.iter().map(|header| (header.key.to_owned(), text(header.value))).collect()
        });
        records.push(Record {
            key: record.key().map(<[u8]>::to_vec),
            payload: record.payload().unwrap_or_default().to_vec(),
            headers: headers.unwrap_or_default(),
            timestamp: record.timestamp().to_millis().unwrap_or_default(),
        });
    }
    records
}

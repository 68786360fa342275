//! An embedded broker, and the hands of everybody else on it.

use std::{collections::BTreeMap, time::Duration};

use domain::outbox::TicketAction;
use kafka::{
    Config,
    embedded::{self, EmbeddedBroker},
};
use rdkafka::{
    ClientConfig, Message, Offset, TopicPartitionList,
    consumer::{BaseConsumer, Consumer},
    message::{Header, Headers, OwnedHeaders},
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
    pub(crate) embedded: EmbeddedBroker,
    producer: FutureProducer,
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
        let embedded = embedded::start(&topics.all(), PARTITIONS).expect("the broker starts");
        let producer = ClientConfig::new()
            .set("bootstrap.servers", &embedded.bootstrap)
            .set("partitioner", "murmur2_random")
            .create()
            .expect("the settings are right");
        Self { embedded, producer }
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
        let (bootstrap, topic) = (self.embedded.bootstrap.clone(), topic.to_owned());
        tokio::task::spawn_blocking(move || read(&bootstrap, &topic, count)).await.expect("reading does not panic")
    }
}

fn read(bootstrap: &str, topic: &str, count: usize) -> Vec<Record> {
    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", bootstrap)
        .set("group.id", "reader")
        .set("fetch.wait.max.ms", "5")
        .create()
        .expect("the settings are right");
    let mut all = TopicPartitionList::new();
    for partition in 0..PARTITIONS {
        all.add_partition_offset(topic, partition, Offset::Beginning).expect("the offset is one");
    }
    consumer.assign(&all).expect("the partitions are there");
    let mut records = Vec::new();
    while records.len() < count {
        let record = consumer.poll(PATIENCE).unwrap_or_else(|| panic!("{} of {count} records came", records.len()));
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

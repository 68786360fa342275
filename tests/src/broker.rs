//! The broker as another site sees it: records written and read as they are, by a Kafka client of our own.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use kafka::topics::Topics;
use rdkafka::{
    ClientConfig, Message, Offset, TopicPartitionList,
    admin::{AdminClient, AdminOptions, ResourceSpecifier},
    client::DefaultClientContext,
    consumer::{BaseConsumer, Consumer},
    message::{Header, Headers, OwnedHeaders},
    producer::{FutureProducer, FutureRecord},
    util::Timeout,
};
use serde_json::{Value, json};

use testkit::wait::PATIENCE;

/// The brokers and topics of a site.
#[derive(Clone)]
pub struct Broker {
    brokers: String,
    /// The site's name: whose records are its own where sites share a topic.
    site: String,
    pub topics: Topics,
    producer: FutureProducer,
}

/// A record as it lies in the log.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    pub partition: i32,
    pub offset: i64,
    pub key: Option<String>,
    pub payload: Vec<u8>,
    pub headers: Vec<(String, String)>,
}

impl Record {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.payload).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

impl Broker {
    /// Reaches the brokers of `exchange` in plain text, whatever the site itself does.
    pub fn new(exchange: &kafka::Config) -> Self {
        let producer = ClientConfig::new()
            .set("bootstrap.servers", &exchange.brokers)
            .set("partitioner", "murmur2_random")
            .set("linger.ms", "0")
            .create()
            .expect("a producer can be made");
        Self { brokers: exchange.brokers.clone(), site: exchange.site.clone(), topics: exchange.topics(), producer }
    }

    /// The organiser gives a match with `tickets` of each of its three categories.
    pub async fn give(&self, match_number: i32, tickets: i32) {
        self.write(&self.topics.master_list, &match_number.to_string(), &master_list(match_number, tickets), &[]).await;
    }

    /// The organiser says when a match begins.
    pub async fn schedule(&self, match_number: i32, kick_off: DateTime<Utc>) {
        let mut given = master_list(match_number, 20);
        given["dateUtc"] = json!(kick_off);
        self.write(&self.topics.master_list, &match_number.to_string(), &given, &[]).await;
    }

    /// The organiser says who plays, and when.
    pub async fn fixture(&self, match_number: i32, teams: [&str; 2], kick_off: DateTime<Utc>) {
        let mut given = master_list(match_number, 20);
        given["homeTeam"] = json!(teams[0]);
        given["awayTeam"] = json!(teams[1]);
        given["dateUtc"] = json!(kick_off);
        self.write(&self.topics.master_list, &match_number.to_string(), &given, &[]).await;
    }

    /// The organiser calls a home team by another name.
    pub async fn rename(&self, match_number: i32, home_team: &str) {
        let mut given = master_list(match_number, 20);
        given["homeTeam"] = json!(home_team);
        self.write(&self.topics.master_list, &match_number.to_string(), &given, &[]).await;
    }

    /// Another site, named in the header, says what it does.
    pub async fn say(&self, sender: &str, action: &str, match_number: i32, category: i32, quantity: i32) {
        let headers = [("clientId", sender)];
        let key = format!("{match_number}-{category}");
        let value = sale(action, match_number, category, quantity);
        self.write(&self.topics.ticket_sales, &key, &value, &headers).await;
    }

    pub async fn write(&self, topic: &str, key: &str, value: &Value, headers: &[(&str, &str)]) {
        self.write_bytes(topic, key, value.to_string().as_bytes(), headers).await;
    }

    /// Writes a record as it is, and waits until the broker has it.
    pub async fn write_bytes(&self, topic: &str, key: &str, payload: &[u8], headers: &[(&str, &str)]) {
        let mut owned = OwnedHeaders::new();
        for (key, value) in headers {
            owned = owned.insert(Header { key, value: Some(*value) });
        }
        let record = FutureRecord::to(topic).key(key).payload(payload).headers(owned);
        let sent = self.producer.send(record, Timeout::After(PATIENCE)).await;
        sent.unwrap_or_else(|(error, _)| panic!("{topic}: {error}"));
    }

    /// How many members a consumer group has, those that Kafka has not given up yet included.
    pub async fn members_of(&self, group: &str) -> usize {
        let consumer = consumer(&self.brokers);
        let group = group.to_owned();
        let members = tokio::task::spawn_blocking(move || {
            let groups = consumer.fetch_group_list(Some(&group), PATIENCE).expect("the broker answers");
            groups.groups().iter().map(|group| group.members().len()).sum()
        });
        members.await.expect("asking does not panic")
    }

    /// The settings with which a topic was made.
    pub async fn settings_of(&self, topic: &str) -> BTreeMap<String, String> {
        let described = self.admin().describe_configs(&[ResourceSpecifier::Topic(topic)], &AdminOptions::new()).await;
        let described = described.expect("the broker answers").pop().expect("one topic was asked for");
        let entries = described.expect("the topic is there").entries.into_iter();
        entries.filter_map(|entry| Some((entry.name, entry.value?))).collect()
    }

    /// Where the partitions of a topic end.
    pub async fn ends(&self, topic: &str) -> Vec<(i32, i64)> {
        let (consumer, topic) = (consumer(&self.brokers), topic.to_owned());
        let ends = tokio::task::spawn_blocking(move || {
            let metadata = consumer.fetch_metadata(Some(&topic), PATIENCE).expect("the broker answers");
            let partitions = metadata.topics().first().map_or(&[][..], |topic| topic.partitions());
            let end = |partition: i32| consumer.fetch_watermarks(&topic, partition, PATIENCE).expect("it answers").1;
            partitions.iter().map(|partition| (partition.id(), end(partition.id()))).collect()
        });
        ends.await.expect("asking does not panic")
    }

    /// Drops the records of a topic before these offsets, as happens to those that are older than it keeps them.
    pub async fn drop_before(&self, topic: &str, offsets: &[(i32, i64)]) {
        let mut list = TopicPartitionList::new();
        for (partition, offset) in offsets {
            list.add_partition_offset(topic, *partition, Offset::Offset(*offset)).expect("it is an offset");
        }
        let dropped = self.admin().delete_records(&list, &AdminOptions::new()).await.expect("the broker answers");
        for partition in dropped.elements() {
            partition.error().expect("the broker drops them");
        }
    }

    fn admin(&self) -> AdminClient<DefaultClientContext> {
        let client = ClientConfig::new().set("bootstrap.servers", &self.brokers).create();
        client.expect("an admin client can be made")
    }

    /// What the site itself has written to a topic so far, each partition in its order.
    pub async fn read_own(&self, topic: &str) -> Vec<Record> {
        let mut records = self.read(topic).await;
        records.retain(|record| record.header("clientId") == Some(&self.site));
        records
    }

    /// Everything in a topic so far, each partition in its order.
    pub async fn read(&self, topic: &str) -> Vec<Record> {
        let (brokers, topic) = (self.brokers.clone(), topic.to_owned());
        tokio::task::spawn_blocking(move || read(&brokers, &topic)).await.expect("reading does not panic")
    }
}

/// A record of the master list in the sites' common format.
pub fn master_list(match_number: i32, tickets: i32) -> Value {
    let category = |price: i32| json!({ "available": tickets, "pending": 0, "price": price });
    json!({
        "matchNumber": match_number, "roundNumber": 1, "dateUtc": "2022-11-20T16:00:00Z",
        "location": "Al Bayt Stadium", "homeTeam": "Qatar", "awayTeam": "Ecuador", "group": "A",
        "availability": { "category1": category(75), "category2": category(125), "category3": category(195) },
    })
}

/// A record of ticket sales in the sites' common format; `action` is the part after `TICKET_`.
pub fn sale(action: &str, match_number: i32, category: i32, quantity: i32) -> Value {
    json!({
        "meta": { "action": format!("TICKET_{action}") },
        "body": {
            "matchNumber": match_number,
            "tickets": { "category": category, "quantity": quantity, "price": 75 },
        },
    })
}

fn consumer(brokers: &str) -> BaseConsumer {
    ClientConfig::new()
        .set("bootstrap.servers", brokers)
        .set("group.id", "nobody")
        .set("enable.auto.commit", "false")
        .set("fetch.wait.max.ms", "10")
        .create()
        .expect("a consumer can be made")
}

fn read(brokers: &str, topic: &str) -> Vec<Record> {
    let consumer = consumer(brokers);
    let metadata = consumer.fetch_metadata(Some(topic), PATIENCE).expect("the broker answers");
    let partitions = metadata.topics().first().map_or(0, |topic| topic.partitions().len());
    let mut left = 0;
    let mut assignment = TopicPartitionList::new();
    for partition in 0..i32::try_from(partitions).expect("there are few partitions") {
        let (low, high) = consumer.fetch_watermarks(topic, partition, PATIENCE).expect("the broker answers");
        if high > low {
            left += 1;
            assignment
                .add_partition_offset(topic, partition, Offset::Offset(low))
                .expect("the offset is one of the partition's");
        }
    }
    consumer.assign(&assignment).expect("partitions can be assigned");
    let ends: Vec<(i32, i64)> = (assignment.elements().iter())
        .map(|element| {
            let (_, high) =
                consumer.fetch_watermarks(topic, element.partition(), PATIENCE).expect("the broker answers");
            (element.partition(), high)
        })
        .collect();

    let mut records = Vec::new();
    let deadline = Instant::now() + PATIENCE;
    while left > 0 {
        assert!(Instant::now() < deadline, "{topic} can't be read to its end");
        let Some(message) = consumer.poll(Duration::from_millis(200)) else {
            continue;
        };
        let Ok(message) = message else {
            continue;
        };
        let (partition, offset) = (message.partition(), message.offset());
        if ends.iter().any(|(number, end)| *number == partition && offset + 1 == *end) {
            left -= 1;
        }
        records.push(record(&message));
    }
    records
}

fn record(message: &impl Message) -> Record {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let headers = message.headers().map_or_else(Vec::new, |headers| {
        headers.iter().map(|header| (header.key.to_owned(), text(header.value.unwrap_or_default()))).collect()
    });
    Record {
        partition: message.partition(),
        offset: message.offset(),
        key: message.key().map(text),
        payload: message.payload().unwrap_or_default().to_vec(),
        headers,
    }
}

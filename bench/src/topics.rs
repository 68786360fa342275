//! Topics of a run's own on the real broker of `KAFKA_BROKERS`, deleted with it; and other sites that write to them.

use std::{
    collections::{HashSet, VecDeque},
    time::Duration,
};

use kafka::Config;
use rand::Rng;
use rdkafka::{
    ClientConfig, Message, Offset, TopicPartitionList,
    admin::{AdminClient, AdminOptions},
    client::DefaultClientContext,
    consumer::{BaseConsumer, Consumer},
    message::{BorrowedMessage, Header, Headers, OwnedHeaders},
    producer::{BaseProducer, BaseRecord, Producer},
};
use uuid::Uuid;

use crate::{Outcome, places::Demand};

/// Sites beside ours.
const SITES: u32 = 3;

/// Holds of a site that wait for their end; a wave of buyers who are paying.
const PAYING: usize = 500;

const PATIENCE: Duration = Duration::from_secs(30);

/// A configuration whose topics are nobody else's.
pub(crate) async fn create() -> Outcome<Config> {
    let brokers = std::env::var("KAFKA_BROKERS")
        .map_err(|_| "KAFKA_BROKERS is not set: run `scripts/services up` and `eval \"$(scripts/services env)\"`")?;
    let own = format!("bench-{}", Uuid::new_v4().simple());
    let config = Config {
        brokers,
        master_list_topic_prefix: format!("{own}-masterlist"),
        ticket_sales_topic_prefix: format!("{own}-ticket-sales"),
        availability_topic_prefix: format!("{own}-availability"),
        dead_letters_topic_prefix: format!("{own}-dead-letters"),
        resale_topic_prefix: format!("{own}-resale"),
        bookings_topic_prefix: format!("{own}-bookings"),
        group: Some(own.clone()),
        source: Some(own),
        ..Config::default()
    };
    kafka::setup::ensure(&config).await?;

    Ok(config)
}

/// Deletes the topics of `config`.
pub(crate) async fn delete(config: &Config) -> Outcome {
    let admin: AdminClient<DefaultClientContext> =
        ClientConfig::new().set("bootstrap.servers", &config.brokers).create()?;
    admin.delete_topics(&config.topics().all(), &AdminOptions::new()).await?;
    Ok(())
}

/// Publishes `count` records of other sites: holds over all categories, each of which is sold or given back later.
pub(crate) fn publish_sales(config: &Config, count: u64) -> Outcome {
    let producer: BaseProducer = ClientConfig::new()
        .set("bootstrap.servers", &config.brokers)
        .set("partitioner", "murmur2_random")
        .set("linger.ms", "5")
        .create()?;
    let topic = config.topics().ticket_sales;
    let demand = Demand::zipf();
    let mut paying = VecDeque::new();
    let mut random = rand::rng();
    for _ in 0..count {
        let (action, site, reference, (number, category)) = if paying.len() < PAYING || random.random_bool(0.5) {
            let hold = (random.random_range(0..SITES), Uuid::new_v4(), demand.draw());
            paying.push_back(hold);
            ("TICKET_PENDING", hold.0, hold.1, hold.2)
        } else {
            let (site, reference, place) = paying.pop_front().ok_or("nobody is paying")?;
            let ends = if random.random_bool(0.6) { "TICKET_RESERVED" } else { "TICKET_CANCELLED" };
            (ends, site, reference, place)
        };
        let payload = format!(
            r#"{{"meta":{{"action":"{action}"}},"body":{{"matchNumber":{number},"tickets":{{"category":{category},"quantity":2,"price":75}}}}}}"#
        );
        let key = format!("{number}-{category}");
        let texts = [
            ("clientId", format!("site-{site}")),
            ("reservationId", reference.to_string()),
            ("eventId", Uuid::new_v4().to_string()),
        ];
        let headers = texts
            .iter()
            .fold(OwnedHeaders::new(), |headers, (key, value)| headers.insert(Header { key, value: Some(value) }));
        let mut record = BaseRecord::to(&topic).key(&key).payload(&payload).headers(headers);
        while let Err((error, back)) = producer.send(record) {
            if error.rdkafka_error_code() != Some(rdkafka::types::RDKafkaErrorCode::QueueFull) {
                return Err(error.into());
            }
            producer.poll(Duration::from_millis(50));
            record = back;
        }
    }
    producer.flush(PATIENCE)?;
    Ok(())
}

/// The reservations whose hold the ticket-sales topic tells of.
pub(crate) fn holds(config: &Config) -> Outcome<HashSet<Uuid>> {
    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", &config.brokers)
        .set("group.id", "bench-audit")
        .set("enable.auto.commit", "false")
        .create()?;
    let topic = config.topics().ticket_sales;
    let mut all = TopicPartitionList::new();
    let mut left = 0;
    for partition in 0..config.partitions {
        all.add_partition_offset(&topic, partition, Offset::Beginning)?;
        left += consumer.fetch_watermarks(&topic, partition, PATIENCE)?.1;
    }
    consumer.assign(&all)?;
    let mut holds = HashSet::new();
    while left > 0 {
        let record = consumer.poll(PATIENCE).ok_or("the broker gives no more records")??;
        left -= 1;
        holds.extend(held(&record));
    }
    Ok(holds)
}

/// The reservation, if the record tells that it holds tickets.
pub(crate) fn held(record: &BorrowedMessage<'_>) -> Option<Uuid> {
    let is_hold = record.payload()?.windows(14).any(|word| word == b"TICKET_PENDING");
    let named = record.headers()?.iter().find(|header| header.key == "reservationId")?;
    if is_hold { Uuid::try_parse_ascii(named.value?).ok() } else { None }
}

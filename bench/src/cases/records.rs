//! Records of other sites: applied exactly once, against a consumer that only parses them.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use domain::{App, Settings, inbox};
use kafka::{Config, Status, codec};
use rdkafka::{
    ClientConfig, Message as _, Offset, TopicPartitionList,
    consumer::{Consumer as _, StreamConsumer},
    message::Headers as _,
};
use tokio_util::sync::CancellationToken;

use crate::{
    Backend, Effort, Outcome, audit,
    cpu::Spent,
    database::Database,
    figures::{Comparison, Row, Target, rate},
    site::{self, PLENTY, Site},
    topics,
};

/// Records of a run.
const RECORDS: u64 = 200_000;

/// How often it is asked how far the site is.
const LOOK: Duration = Duration::from_millis(20);

/// A run that takes longer has failed.
const PATIENCE: Duration = Duration::from_secs(120);

pub(crate) async fn foreign_records(effort: Effort) -> Outcome<Row> {
    let template = Database::create(Backend::Postgres).await?;
    let site = Site::open(&template, Settings::default()).await?;
    site::give(&site.app, PLENTY).await?;
    site.close().await?;
    let config = topics::create().await?;
    let published = config.clone();
    tokio::task::spawn_blocking(move || topics::publish_sales(&published, RECORDS)).await??;
    let comparison = Comparison {
        title: "Ticket-sales records of other sites, applied exactly once, Postgres and Kafka",
        unit: "records/s",
        ours: "kafka::consumer and domain::inbox",
        rival: "a bare rdkafka consumer that parses",
        target: Target::AtLeast(0.2),
    };
    let row = comparison.row(effort, async || apply(&template, &config).await, async || parse(&config).await).await?;
    topics::delete(&config).await?;
    template.remove().await?;
    Ok(row)
}

async fn apply(template: &Database, config: &Config) -> Outcome<f64> {
    let database = template.copy().await?;
    let site = Site::open(&database, Settings::default()).await?;
    // A group that has read nothing yet, as on a site's first start.
    let config = Config { group: Some(format!("bench-{}", uuid::Uuid::new_v4())), ..config.clone() };
    let shutdown = CancellationToken::new();
    let consumer =
        tokio::spawn(kafka::consumer::run(Arc::clone(&site.app), config.clone(), Status::new(), shutdown.clone()));
    let begun = progress(&site.app, &config, 1).await?;
    let spent = Spent::now();
    let ended = progress(&site.app, &config, RECORDS).await?;
    println!("    the inbox: a record takes {}", spent.each(ended.1 - begun.1));
    shutdown.cancel();
    consumer.await??;
    site.close().await?;
    audit::check(&database, 0).await?;
    audit::no_dead_letters(&database).await?;
    database.remove().await?;
    Ok(rate(ended.1 - begun.1, ended.0 - begun.0))
}

/// When at least `count` records were applied, and how many these were.
async fn progress(app: &App, config: &Config, count: u64) -> Outcome<(Instant, u64)> {
    let patience = Instant::now() + PATIENCE;
    let source = config.source.as_deref().unwrap_or_default();
    let sales = config.topics().ticket_sales;
    loop {
        let positions = inbox::positions(app, source).await?;
        let applied: i64 = positions.iter().filter(|position| position.0 == sales).map(|position| position.2).sum();
        let applied = u64::try_from(applied)?;
        let now = Instant::now();
        if applied >= count {
            return Ok((now, applied));
        }
        if now > patience {
            return Err(format!("only {applied} of {count} records were applied in {PATIENCE:?}").into());
        }
        tokio::time::sleep(LOOK).await;
    }
}

async fn parse(config: &Config) -> Outcome<f64> {
    let consumer: StreamConsumer = ClientConfig::new()
        .set("bootstrap.servers", &config.brokers)
        .set("group.id", config.group())
        .set("enable.auto.commit", "false")
        // Without it the rival, too, rests a second whenever its queue was full.
        .set("fetch.queue.backoff.ms", "10")
        .create()?;
    let topics = config.topics();
    let mut all = TopicPartitionList::new();
    for partition in 0..config.partitions {
        all.add_partition_offset(&topics.ticket_sales, partition, Offset::Beginning)?;
    }
    consumer.assign(&all)?;
    let mut start = None;
    for _ in 0..RECORDS {
        let record = tokio::time::timeout(PATIENCE, consumer.recv()).await??;
        start.get_or_insert_with(Instant::now);
        let headers: Vec<(String, Vec<u8>)> = record
            .headers()
            .into_iter()
            .flat_map(|headers| headers.iter())
            .map(|header| (header.key.to_owned(), header.value.unwrap_or_default().to_vec()))
            .collect();
        let readable =
            codec::Record { topic: record.topic(), key: record.key(), payload: record.payload(), headers: &headers };
        std::hint::black_box(codec::read(&topics, &config.site, &readable));
    }
    let took = start.ok_or("nothing was read")?.elapsed();
    tokio::task::spawn_blocking(move || drop(consumer)).await?;
    Ok(rate(RECORDS, took))
}

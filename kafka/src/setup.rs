//! Setting up: topics are created where they do not exist.
//!
//! The organiser's marketplace owns the master-list and ticket-sales topics; on a developer's broker we make all six.

use std::{fmt, time::Duration};

use rdkafka::{
    admin::{AdminClient, AdminOptions, NewTopic, TopicReplication},
    producer::Producer as _,
    types::RDKafkaErrorCode,
};

use crate::{
    clients::{self, METADATA_TIMEOUT},
    config::Config,
    error::Error,
    status::Status,
    topics::Topics,
};

/// How long bookings are kept, and in segments of which age: what was erased is out of the topic within 30 days.
const BOOKINGS_RETENTION_MS: &str = "2419200000";
const BOOKINGS_SEGMENT_MS: &str = "86400000";

const CREATE_TIMEOUT: Duration = Duration::from_secs(15);

/// What became of a topic that we need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ensured {
    Existed,
    Created,
    /// We may not create it; it works if its owner does.
    Refused(String),
}

impl fmt::Display for Ensured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Existed => f.write_str("exists"),
            Self::Created => f.write_str("created"),
            Self::Refused(reason) => write!(f, "could not be created: {reason}"),
        }
    }
}

/// Creates the topics that do not exist yet, and says what became of each.
///
/// Fails only if no broker answers; a topic that we may not create is reported, because its owner may create it later.
pub async fn ensure(config: &Config) -> Result<Vec<(String, Ensured)>, Error> {
    let topics = config.topics();
    let named = |ensured: Ensured| move |topic: &str| (topic.to_owned(), ensured.clone());
    // The embedded broker was started with them, and answers no admin request.
    if config.embedded {
        return Ok(topics.all().map(named(Ensured::Existed)).to_vec());
    }

    let existing = existing(config).await?;

    let (present, missing): (Vec<&str>, Vec<&str>) =
        topics.all().into_iter().partition(|topic| existing.iter().any(|name| name == topic));
    let mut report: Vec<_> = present.into_iter().map(named(Ensured::Existed)).collect();
    if !missing.is_empty() {
        let context = clients::Context::new("admin", Status::new());
        let admin: AdminClient<_> = config.client_config()?.create_with_context(context)?;
        let admin = clients::DropOffRuntime::new(admin);
        let wanted: Vec<_> = missing.iter().map(|topic| new_topic(config, &topics, topic)).collect();
        let options = AdminOptions::new().request_timeout(Some(CREATE_TIMEOUT)).operation_timeout(Some(CREATE_TIMEOUT));
        for created in admin.create_topics(&wanted, &options).await? {
            report.push(match created {
                Ok(topic) => (topic, Ensured::Created),
                // Another instance was faster.
                Err((topic, RDKafkaErrorCode::TopicAlreadyExists)) => (topic, Ensured::Existed),
                Err((topic, code)) => (topic, Ensured::Refused(code.to_string())),
            });
        }
        admin.close().await;
    }
    for (topic, ensured) in &report {
        match ensured {
            Ensured::Refused(reason) => tracing::warn!(topic, reason, "the topic does not exist and can't be created"),
            _ => tracing::info!(topic, "topic {ensured}"),
        }
    }

    Ok(report)
}

/// The names of all topics that we may see.
async fn existing(config: &Config) -> Result<Vec<String>, Error> {
    // A producer, because it hears why a broker turns it down; an admin client does not.
    let status = Status::new();
    let client = clients::producer(config, &status, METADATA_TIMEOUT)?;
    let asked = client.share();
    // Asking for all topics by no name creates none of them, whatever the broker's settings.
    let metadata = clients::blocking(move || asked.client().fetch_metadata(None, METADATA_TIMEOUT)).await?;
    client.close().await;

    match metadata {
        Ok(metadata) => Ok(metadata.topics().iter().map(|topic| topic.name().to_owned()).collect()),
        Err(error) => {
            tracing::debug!(%error, "topics can't be listed");
            Err(status.no_answer(config))
        }
    }
}

fn new_topic<'a>(config: &Config, topics: &Topics, topic: &'a str) -> NewTopic<'a> {
    let new = NewTopic::new(topic, config.partitions, TopicReplication::Fixed(config.replication));
    if topic == topics.availability {
        new.set("cleanup.policy", "compact")
    } else if topic == topics.master_list || topic == topics.resale {
        // Who starts next month needs them as well. What is told of a listing and of its orders shares a key, so
        // compaction would lose one for the other.
        new.set("retention.ms", "-1")
    } else if topic == topics.bookings {
        // A file of the lake is of one date: that of the broker's clock, which only grows.
        new.set("message.timestamp.type", "LogAppendTime")
            .set("retention.ms", BOOKINGS_RETENTION_MS)
            .set("segment.ms", BOOKINGS_SEGMENT_MS)
    } else {
        new
    }
}

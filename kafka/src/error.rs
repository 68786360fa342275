//! Errors of the exchange: the broker's, and those of this machine.

use rdkafka::error::KafkaError;

use crate::config::ConfigError;

/// Why something with Kafka did not work. For logs and operators, never for fans.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error("Kafka: {0}")]
    Kafka(#[from] KafkaError),
    #[error("topic {0} has no partitions; it does not exist, or this site has no right to see it")]
    NoPartitions(String),
    #[error("the brokers {brokers} do not answer: {reason}")]
    NoAnswer { brokers: String, reason: String },
    #[error(
        "topic {topic}, partition {partition} ends at {end}, but records up to {stored} were applied: the topic was \
         deleted and created anew, or lost records; use another name, or wait until it has grown past that offset"
    )]
    Rewound { topic: String, partition: i32, end: i64, stored: i64 },
    #[error("an event can't be written: {0}")]
    Encoding(String),
    #[error("the database can't be read: {0}")]
    Database(String),
    /// The broker no longer has the records that were to come next, or never had them.
    #[error("topic {0}: the next records are missing")]
    OutOfRange(String),
    #[error("the consumer group assigns no partitions")]
    Unassigned,
    #[error("topic {topic} has {count} partitions now")]
    Repartitioned { topic: String, count: i32 },
    #[error("the embedded broker can't be started: {0}")]
    Embedded(String),
    #[error("{delivered} of {total} records were delivered, then: {reason}")]
    Undelivered { delivered: usize, total: usize, reason: String },
    /// What is handed on is not accepted.
    #[error("the lake: {0}")]
    Sink(String),
    #[error("another program has written what was read here of topic {topic}, partition {partition}")]
    Overtaken { topic: String, partition: i32 },
    #[error("stopped")]
    Stopped,
}

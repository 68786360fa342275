//! Where reading begins: after the last applied record of each partition, as the database tells.

use std::collections::HashMap;

use domain::inbox;
use rdkafka::{Offset, TopicPartitionList, consumer::Consumer as _, error::KafkaError};

use super::{Reader, TopicPartition};
use crate::{
    clients::{self, Consumer, DropOffRuntime, METADATA_TIMEOUT},
    config::Config,
    error::Error,
    status::Status,
    topics::Topics,
};

/// Whose offsets the site stores: those of another cluster mean nothing here.
pub(crate) async fn source(
    consumer: &DropOffRuntime<Consumer>,
    config: &Config,
    status: &Status,
) -> Result<String, Error> {
    if let Some(source) = &config.source {
        return Ok(source.clone());
    }
    let (client, topic) = (consumer.share(), config.topics().ticket_sales);
    let id = clients::blocking(move || {
        client.client().fetch_metadata(Some(&topic), METADATA_TIMEOUT).ok()?;
        client.client().fetch_cluster_id(METADATA_TIMEOUT)
    })
    .await?;

    id.ok_or_else(|| {
        status.brokers_down();
        status.no_answer(config)
    })
}

/// Every partition that the site reads.
pub(super) async fn partitions(
    consumer: &DropOffRuntime<Consumer>,
    topics: &Topics,
) -> Result<Vec<TopicPartition>, Error> {
    let client = consumer.share();
    let topics = [topics.master_list.clone(), topics.ticket_sales.clone()];
    clients::blocking(move || {
        let mut places = Vec::new();
        for topic in topics {
            let count = clients::partitions(client.client(), &topic)?;
            places.extend((0..count).map(|partition| (topic.clone(), partition)));
        }
        Ok(places)
    })
    .await?
}

impl Reader {
    /// Begins to read `places`, each after its last applied record.
    pub(super) async fn start(
        &mut self,
        consumer: &DropOffRuntime<Consumer>,
        source: &str,
        places: Vec<TopicPartition>,
    ) -> Result<(), Error> {
        let stored = inbox::positions(&self.app, source).await.map_err(|error| Error::Database(error.to_string()))?;
        let stored: HashMap<TopicPartition, i64> =
            stored.into_iter().map(|(topic, partition, next)| ((topic, partition), next)).collect();
        let client = consumer.share();
        let ends = clients::blocking(move || {
            places
                .into_iter()
                .map(|place| {
                    let (low, high) = client.fetch_watermarks(&place.0, place.1, METADATA_TIMEOUT)?;
                    Ok((place, low, high))
                })
                .collect::<Result<Vec<_>, KafkaError>>()
        })
        .await??;

        let mut starts = Vec::with_capacity(ends.len());
        let mut assignment = TopicPartitionList::new();
        for (place, low, high) in ends {
            let start = self.starting_point(&place, stored.get(&place).copied(), low, high)?;
            assignment.add_partition_offset(&place.0, place.1, Offset::Offset(start))?;
            starts.push((place, start, high));
        }
        consumer.assign(&assignment)?;
        tracing::info!(partitions = starts.len(), "Kafka consumer started");
        self.status.reading(starts);

        Ok(())
    }

    fn starting_point(
        &mut self,
        place: &TopicPartition,
        stored: Option<i64>,
        low: i64,
        high: i64,
    ) -> Result<i64, Error> {
        let (topic, partition) = place.clone();
        match stored {
            Some(stored) if stored > high => Err(Error::Rewound { topic, partition, end: high, stored }),
            Some(stored) if stored < low => {
                if self.counted_gaps.insert((place.clone(), low)) {
                    let lost = low - stored;
                    let trouble = format!("the broker has dropped {lost} records of {topic} that were never read");
                    tracing::error!(topic, partition, lost, "{trouble}");
                    self.status.failed(&trouble);
                    metrics::counter!("matchday_kafka_lost_records_total", "topic" => topic)
                        .increment(u64::try_from(lost).unwrap_or(0));
                }
                Ok(low)
            }
            Some(stored) => Ok(stored),
            None => Ok(low),
        }
    }
}

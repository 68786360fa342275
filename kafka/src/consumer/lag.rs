//! The lag: how far the consumer is behind the ends of its partitions.

use std::{sync::Arc, time::Duration};

use rdkafka::consumer::Consumer as _;

use super::TopicPartition;
use crate::{
    clients::{self, Consumer, METADATA_TIMEOUT, Outage},
    error::Error,
    status::Status,
};

/// How often the ends are asked for by those who apply what they read.
pub(super) const MEASURE: Duration = Duration::from_secs(2);
/// How long the group may take to give us our share, be it empty.
const JOIN: Duration = Duration::from_secs(90);

/// Asks for the partitions' ends again and again; where this instance has none, whether the broker is there.
///
/// Ends when the client seems to be stuck.
pub(crate) async fn measure(consumer: Arc<Consumer>, status: Arc<Status>, topic: String, every: Duration) -> Error {
    let mut outage = Outage::default();
    loop {
        tokio::time::sleep(every).await;
        let places = status.partitions();
        let (client, topic) = (Arc::clone(&consumer), topic.clone());
        let ends = clients::blocking(move || {
            if places.is_empty() {
                clients::partitions(client.client(), &topic)?;
            }
            let end =
                |place: TopicPartition| Ok((client.fetch_watermarks(&place.0, place.1, METADATA_TIMEOUT)?.1, place));
            places.into_iter().map(end).collect::<Result<Vec<_>, Error>>()
        })
        .await
        .and_then(|ends| ends);
        match ends {
            Ok(ends) => {
                outage.over();
                status.broker_answered();
                for (end, (topic, partition)) in ends {
                    status.set_end(&topic, partition, end);
                }
            }
            Err(error) => {
                status.broker_away(&error.to_string());
                if outage.lasts() {
                    return error;
                }
            }
        }
        if status.unassigned_for().is_some_and(|time| time > JOIN) {
            return Error::Unassigned;
        }
    }
}

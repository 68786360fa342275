//! Publishing a master list: for a site that is the organiser too, and for the first start of an embedded one.

use std::time::Duration;

use book::master_list::MasterListMatch;
use rdkafka::producer::FutureRecord;

use crate::{clients, codec, config::Config, error::Error, status::Status};

/// Records under way at once.
const WINDOW: usize = 100;
/// How long a record may take, a broker that is just starting included.
const TIMEOUT: Duration = Duration::from_secs(20);

/// Publishes `matches` to the master-list topic in their order, a record a match, and tells `progress` how many of how
/// many the broker has acknowledged.
///
/// # Errors
/// At the first record that is not delivered; publishing all of them again is harmless.
pub async fn publish(
    config: &Config,
    matches: &[MasterListMatch],
    mut progress: impl FnMut(usize, usize),
) -> Result<(), Error> {
    let topic = config.topics().master_list;
    let status = Status::new();
    let producer = clients::producer(config, &status, TIMEOUT)?;
    let mut delivered = 0;
    let mut failure = None;
    for window in matches.chunks(WINDOW) {
        let mut deliveries = Vec::with_capacity(window.len());
        for given in window {
            let (key, payload) =
                codec::master_list_record(given).map_err(|error| Error::Encoding(error.to_string()))?;
            let record = FutureRecord::to(&topic).key(&key).payload(&payload);
            match producer.send_result(record) {
                Ok(delivery) => deliveries.push(delivery),
                Err((error, _)) => {
                    failure.get_or_insert(error.to_string());
                    break;
                }
            }
        }
        for delivery in deliveries {
            match delivery.await {
                Ok(Ok(_)) => {
                    delivered += 1;
                    progress(delivered, matches.len());
                }
                Ok(Err((error, _))) => {
                    failure.get_or_insert(error.to_string());
                }
                Err(_) => {
                    failure.get_or_insert("the producer is gone".to_owned());
                }
            }
        }
        if failure.is_some() {
            break;
        }
    }
    producer.close().await;

    match failure {
        None => Ok(()),
        Some(mut reason) => {
            if let Some(error) = status.last_client_error() {
                reason.push_str(&format!(" ({error})"));
            }
            Err(Error::Undelivered { delivered, total: matches.len(), reason })
        }
    }
}

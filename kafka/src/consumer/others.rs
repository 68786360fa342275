//! What others read: how far the site is behind the ends of its partitions, for an instance that reads none of them.
//!
//! The database tells how far the site is, and the broker where the partitions end: nobody needs to join the group for it.

use std::{
    collections::HashMap,
    convert::Infallible,
    time::{Duration, Instant},
};

use domain::{App, inbox};
use rdkafka::{consumer::Consumer as _, error::KafkaError};

use super::{TopicPartition, start};
use crate::{
    clients::{self, Consumer, DropOffRuntime, METADATA_TIMEOUT, Outage},
    config::Config,
    error::Error,
    status::Status,
};

/// How often the ends are asked for.
const LOOK: Duration = Duration::from_secs(2);
/// How long what waits may stay unread before it is said that no instance reads it: a rebalance takes less.
const STILL: Duration = Duration::from_secs(30);

/// Looks again and again; ends when the client seems to be stuck.
pub(crate) async fn watch(
    app: &App,
    config: &Config,
    status: &Status,
    consumer: &DropOffRuntime<Consumer>,
) -> Result<Infallible, Error> {
    let source = start::source(consumer, config, status).await?;
    let (mut outage, mut progress) = (Outage::default(), Progress::default());
    loop {
        match places(app, config, consumer, &source).await {
            Ok(places) => {
                outage.over();
                status.broker_answered();
                let is_behind = places.iter().any(|(_, next, end)| next < end);
                let positions = places.iter().map(|(_, next, _)| *next).collect();
                let is_still = progress.is_still(positions, is_behind, Instant::now());
                status.others(|others| others.read = !is_still);
                status.reading(places);
            }
            Err(error) => {
                if !matches!(error, Error::Database(_)) {
                    status.broker_away(&error.to_string());
                }
                if outage.lasts() {
                    return Err(error);
                }
            }
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Every partition, the next record that the site is to apply, and where it ends.
async fn places(
    app: &App,
    config: &Config,
    consumer: &DropOffRuntime<Consumer>,
    source: &str,
) -> Result<Vec<(TopicPartition, i64, i64)>, Error> {
    let stored = inbox::positions(app, source).await.map_err(|error| Error::Database(error.to_string()))?;
    let stored: HashMap<TopicPartition, i64> =
        stored.into_iter().map(|(topic, partition, next)| ((topic, partition), next)).collect();
    let all = start::partitions(consumer, &config.topics()).await?;
    let client = consumer.share();
    let ends = clients::blocking(move || {
        all.into_iter()
            .map(|place| {
                let (low, high) = client.fetch_watermarks(&place.0, place.1, METADATA_TIMEOUT)?;
                let next = stored.get(&place).map_or(low, |stored| low.max(*stored));
                Ok((place, next, high))
            })
            .collect::<Result<Vec<_>, KafkaError>>()
    });
    Ok(ends.await??)
}

/// How far the site has read, and since when.
#[derive(Default)]
struct Progress(Option<(Vec<i64>, Instant)>);

impl Progress {
    /// Whether something waits and none of it has been read for too long.
    fn is_still(&mut self, positions: Vec<i64>, is_behind: bool, now: Instant) -> bool {
        match &self.0 {
            Some((seen, since)) if is_behind && *seen == positions => now.duration_since(*since) >= STILL,
            _ => {
                self.0 = Some((positions, now));
                false
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_is_unread_only_after_a_while_in_which_nothing_was_read() {
        let (mut progress, start) = (Progress::default(), Instant::now());
        let mut after = |seconds, position, is_behind| {
            progress.is_still(vec![position, 7], is_behind, start + Duration::from_secs(seconds))
        };

        assert!(!after(0, 5, false) && !after(100, 5, false), "nothing waits");
        assert!(!after(101, 5, true) && !after(129, 5, true));
        assert!(after(130, 5, true), "it has waited since it was last seen that nothing waits");
        assert!(!after(131, 6, true) && !after(160, 6, true), "something was read");
        assert!(after(161, 6, true));
    }
}

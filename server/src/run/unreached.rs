//! Which services answer, for the start screen: their absence never keeps the program from starting.

use std::{sync::Arc, time::Duration};

use tokio::time::{sleep, timeout};

use super::Running;
use crate::banner::Unreached;

/// How long services may take to answer before it is said that they do not, and how often it is looked.
const ANSWER: Duration = Duration::from_secs(2);
const LOOK_AGAIN: Duration = Duration::from_millis(20);

impl Running {
    /// How Kafka is reached, the embedded broker's address included, once that is up.
    pub fn exchange(&self) -> impl Future<Output = kafka::Config> + use<> {
        let exchange = Arc::clone(&self.resources.exchange);
        async move { exchange.reached().await }
    }

    /// Which services do not answer, once they had a moment to.
    pub(crate) fn unreached(&self) -> impl Future<Output = Unreached> + use<> {
        let (is_embedded, status) = (self.resources.exchange.is_embedded(), Arc::clone(&self.resources.status));
        let redis = self.resources.redis.clone();
        async move {
            let kafka = async {
                while !is_embedded && !status.connected() {
                    sleep(LOOK_AGAIN).await;
                }
            };
            let redis = async {
                match redis {
                    Some(redis) => redis.ping().await.is_err(),
                    None => false,
                }
            };
            let (kafka, redis) = tokio::join!(timeout(ANSWER, kafka), timeout(ANSWER, redis));
            Unreached { kafka: kafka.is_err(), redis: redis.unwrap_or(true) }
        }
    }
}

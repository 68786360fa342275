//! Which services answer and when matches are played, for the start screen: nothing of it keeps the program from starting.

use std::{sync::Arc, time::Duration};

use tokio::time::{sleep, timeout};

use super::{Running, exchange};
use crate::{
    banner::{Dates, Unreached},
    calendar::Calendar,
};

/// How long services may take to answer before it is said that they do not, and how often it is looked.
const ANSWER: Duration = Duration::from_secs(2);
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// How often a Redis that did not answer at the start is asked whether it does.
const REDIS_AGAIN: Duration = Duration::from_secs(1);

impl Running {
    /// How Kafka is reached, the embedded broker's address included, once that is up.
    pub fn exchange(&self) -> impl Future<Output = kafka::Config> + use<> {
        let exchange = Arc::clone(&self.resources.exchange);
        async move { exchange.reached().await }
    }

    /// When matches are played, once what Kafka has of the master list had a moment to come, and by how many weeks those of
    /// the bundle are moved.
    pub(crate) fn calendar(&self) -> impl Future<Output = Dates> + use<> {
        let (is_embedded, status) = (self.resources.exchange.is_embedded(), Arc::clone(&self.resources.status));
        let (app, topic, moved) = (Arc::clone(&self.app), self.resources.exchange.master_list(), self.moved);
        async move {
            if !is_embedded {
                exchange::has_read(&status, &topic).await;
            }
            // What the database does not tell is not said.
            Dates { calendar: Calendar::read(&app).await.ok(), moved }
        }
    }

    /// Waits until Redis answers, and says so in the log; without Redis that is at once.
    pub(crate) fn redis_answers(&self) -> impl Future<Output = ()> + use<> {
        let redis = self.resources.redis.clone();
        async move {
            let Some(redis) = redis else { return };
            while redis.ping().await.is_err() {
                sleep(REDIS_AGAIN).await;
            }
            tracing::info!("Redis answers");
        }
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

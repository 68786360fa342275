//! The connection to Redis, which the instances of a site share: they keep in it what clients can send again.
//!
//! Its absence never stops the program.

use std::{convert::Infallible, time::Duration};

use futures_util::StreamExt;
use redis::{
    Client, Cmd, FromRedisValue,
    aio::{ConnectionManager, ConnectionManagerConfig, PubSub},
};
use tokio::time::sleep;

/// How long after a broken connection Redis is listened to again.
const LISTEN_AGAIN: Duration = Duration::from_secs(1);

/// A connection that is made at its first use and made again when it breaks.
#[derive(Clone)]
pub struct Redis {
    client: Client,
    connection: ConnectionManager,
    timeout: Duration,
}

impl Redis {
    /// Redis at this address, which is waited for no longer than `timeout`.
    ///
    /// # Errors
    ///
    /// The address is none.
    pub fn open(url: &str, timeout: Duration) -> redis::RedisResult<Self> {
        let options = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(timeout))
            .set_response_timeout(Some(timeout))
            .set_number_of_retries(1);
        let client = Client::open(url)?;
        let connection = ConnectionManager::new_lazy_with_config(client.clone(), options)?;

        Ok(Self { client, connection, timeout })
    }

    /// Whether Redis answers.
    ///
    /// # Errors
    ///
    /// Why it does not.
    pub async fn ping(&self) -> Result<(), String> {
        self.ask::<String>(&redis::cmd("PING")).await.map(drop)
    }

    /// Calls `news` for everything that is published on a channel, and for whatever may have been missed while the connection was down.
    pub async fn listen(&self, channel: &str, news: impl Fn()) -> Infallible {
        loop {
            if let Ok(mut subscription) = self.subscribe(channel).await {
                news();
                let mut messages = subscription.on_message();
                while messages.next().await.is_some() {
                    news();
                }
            }
            sleep(LISTEN_AGAIN).await;
        }
    }

    /// Tells the listeners of a channel that there is news. They do not rely on it: all of them look by themselves.
    pub async fn publish(&self, channel: &str) {
        let told = self.ask::<i64>(redis::cmd("PUBLISH").arg(channel).arg("changed")).await;
        if let Err(error) = told {
            tracing::debug!(error, channel, "the other instances find the change by themselves");
        }
    }

    /// A connection of its own that hears what is published on a channel.
    async fn subscribe(&self, channel: &str) -> redis::RedisResult<PubSub> {
        let mut subscription = self.client.get_async_pubsub().await?;
        subscription.subscribe(channel).await?;
        Ok(subscription)
    }

    /// The connection, for a caller that bounds the waiting itself.
    #[must_use]
    pub fn connection(&self) -> ConnectionManager {
        self.connection.clone()
    }

    /// What Redis answers.
    ///
    /// # Errors
    ///
    /// Why it does not.
    pub async fn ask<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, String> {
        let mut connection = self.connection.clone();
        match tokio::time::timeout(self.timeout, command.query_async(&mut connection)).await {
            Ok(answer) => answer.map_err(|error| error.to_string()),
            Err(_) => Err(format!("no answer within {} ms", self.timeout.as_millis())),
        }
    }
}

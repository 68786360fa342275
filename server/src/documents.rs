//! Documents that clients registered, in Redis: one instance is told, and all of the site know.
//!
//! Each instance keeps what it has seen as well, for a document never changes under its hash. Invariant: Redis is never
//! waited for longer than its time-out, and after a failure not at all for a moment; without it a document that this
//! instance has not seen is unknown, and its client sends it again.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures_util::{FutureExt, future::BoxFuture};
use metrics::counter;
use redis::{Cmd, FromRedisValue};
use tokio::time::Instant;
use transport::document::{InProcess, PersistedDocuments, is_named};

use crate::{cache::Redis, config::Config};

/// How long Redis is left alone after it failed.
const REST: Duration = Duration::from_secs(1);

pub(crate) struct SharedDocuments {
    redis: Redis,
    seen: InProcess,
    prefix: String,
    /// How long Redis keeps a document after it was last asked for.
    seconds: u64,
    resting_until: Mutex<Option<Instant>>,
}

impl SharedDocuments {
    pub(crate) fn new(redis: Redis, config: &Config) -> Self {
        Self {
            redis,
            seen: InProcess::new(config.transport.documents.persisted_bytes),
            prefix: format!("{}:document:", config.redis.key_prefix),
            seconds: config.redis.document_seconds,
            resting_until: Mutex::default(),
        }
    }

    fn key(&self, hash: &str) -> String {
        format!("{}{hash}", self.prefix)
    }

    /// What Redis answers; `None` where it does not.
    async fn ask<T: FromRedisValue>(&self, command: &Cmd) -> Option<T> {
        if self.resting_until().is_some_and(|until| Instant::now() < until) {
            return None;
        }

        match self.redis.ask(command).await {
            Ok(answer) => Some(answer),
            Err(error) => {
                counter!("matchday_redis_failures_total").increment(1);
                tracing::warn!(error, "Redis has no documents right now; clients send theirs again");
                *self.resting_until() = Some(Instant::now() + REST);
                None
            }
        }
    }

    fn resting_until(&self) -> MutexGuard<'_, Option<Instant>> {
        self.resting_until.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn find(&self, hash: &str) -> Option<Arc<str>> {
        if let Some(seen) = self.seen.get(hash).await {
            return Some(seen);
        }

        let command = redis::cmd("GETEX").arg(self.key(hash)).arg("EX").arg(self.seconds).take();
        let text = self.ask::<Option<String>>(&command).await.flatten()?;
        // Who can write to Redis still can't make a client's hash mean something else.
        if !is_named(hash, &text) {
            tracing::error!(hash, "Redis has another document under this hash; it is not used");
            return None;
        }
        self.seen.put(hash, &text).await;
        Some(text.into())
    }

    async fn keep(&self, hash: &str, text: &str) {
        self.seen.put(hash, text).await;
        let command = redis::cmd("SET").arg(self.key(hash)).arg(text).arg("EX").arg(self.seconds).take();
        self.ask::<()>(&command).await;
    }
}

impl PersistedDocuments for SharedDocuments {
    fn get<'a>(&'a self, hash: &'a str) -> BoxFuture<'a, Option<Arc<str>>> {
        self.find(hash).boxed()
    }

    fn put<'a>(&'a self, hash: &'a str, text: &'a str) -> BoxFuture<'a, ()> {
        self.keep(hash, text).boxed()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::net::TcpListener;

    use super::*;
    use crate::config::secret::SecretUrl;

    const TEXT: &str = "{ a }";
    /// The SHA-256 of `TEXT`.
    const HASH: &str = "1c7e1e347f726166b5b1c55afd61f278cc9b45e00c108ec33d540a566379811b";

    fn documents(url: &str) -> SharedDocuments {
        let mut config = Config::default();
        config.redis.url = Some(SecretUrl::new(url));
        config.redis.timeout_milliseconds = 200;
        config.redis.key_prefix = format!("test-{}", uuid::Uuid::new_v4().simple());
        let redis = Redis::open(&config.redis).expect("it is an address").expect("it is set");
        SharedDocuments::new(redis, &config)
    }

    async fn is_known(documents: &SharedDocuments) -> bool {
        documents.get(HASH).await.is_some_and(|text| &*text == TEXT)
    }

    /// A Redis that takes connections and never says anything.
    async fn hung() -> (TcpListener, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
        let address = listener.local_addr().expect("it is bound");
        (listener, format!("redis://{address}"))
    }

    #[tokio::test]
    async fn without_redis_an_instance_knows_what_it_has_seen_itself() {
        // Nobody listens on the port of the discard protocol.
        let documents = documents("redis://127.0.0.1:9");

        assert!(!is_known(&documents).await);
        documents.put(HASH, TEXT).await;
        assert!(is_known(&documents).await);
    }

    #[tokio::test]
    async fn a_redis_that_hangs_is_waited_for_once_and_then_left_alone_for_a_moment() {
        let (_listener, url) = hung().await;
        let documents = documents(&url);

        let begun = Instant::now();
        for _ in 0..50 {
            assert!(!is_known(&documents).await);
        }

        assert!(begun.elapsed() < Duration::from_millis(200 * 10), "{:?}", begun.elapsed());
    }

    #[tokio::test]
    async fn what_another_has_put_under_a_hash_is_not_taken_for_its_document() {
        let url = std::env::var("REDIS_URL").expect(
            "REDIS_URL is not set, and this test needs a real Redis: run scripts/test, or first `scripts/services up` \
             and `eval \"$(scripts/services env)\"`",
        );
        let (one, other) = (documents(&url), documents(&url));
        let other = SharedDocuments { prefix: one.prefix.clone(), ..other };
        let forged = redis::cmd("SET").arg(one.key(HASH)).arg("{ mine }").arg("EX").arg(60).take();
        one.ask::<()>(&forged).await.expect("Redis answers");

        assert!(!is_known(&one).await);
        one.put(HASH, TEXT).await;
        assert!(is_known(&other).await, "the right one takes its place");

        let left = other.ask::<i64>(&redis::cmd("TTL").arg(one.key(HASH)).take()).await.expect("Redis answers");
        assert!((1..=24 * 3_600).contains(&left), "it is kept for {left} s");
        one.ask::<()>(&redis::cmd("DEL").arg(one.key(HASH)).take()).await.expect("Redis answers");
    }
}

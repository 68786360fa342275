//! Documents that clients registered, in Redis: one instance is told, and all of the site know.
//!
//! Each instance keeps what it has seen as well, for a document never changes under its hash. Invariant: Redis is never
//! waited for longer than its time-out, and after a failure not at all for a moment; without it a document that this
//! instance has not seen is unknown, and its client sends it again.

use std::{
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures_util::{FutureExt, future::BoxFuture};
use limits::connection::Redis;
use metrics::counter;
use redis::{Cmd, FromRedisValue};
use tokio::time::Instant;
use transport::document::{InProcess, PersistedDocuments, is_named, network};

use crate::config::Config;

/// How long Redis is left alone after it failed.
const REST: Duration = Duration::from_secs(1);

/// How many times as many bytes Redis keeps as an instance does.
const IN_REDIS: usize = 4;

/// Keeps a document, unless it is there, or its address or all together have registered as much as they may. What was
/// registered is counted until a document of the same time is gone, so that at most twice as much is there at once.
const KEEP: &str = r"
if redis.call('EXISTS', KEYS[1]) == 1 then return 1 end
local bytes = tonumber(ARGV[3])
for i = 2, 3 do
  if tonumber(redis.call('GET', KEYS[i]) or '0') + bytes > tonumber(ARGV[2 + i]) then return 0 end
end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
for i = 2, 3 do
  if redis.call('INCRBY', KEYS[i], bytes) == bytes then redis.call('EXPIRE', KEYS[i], ARGV[2]) end
end
return 1
";

pub(crate) struct SharedDocuments {
    redis: Redis,
    seen: InProcess,
    prefix: String,
    /// How long Redis keeps a document after it was registered.
    seconds: u64,
    /// Bytes that may be registered in that time, by all addresses together.
    bytes_max: usize,
    resting_until: Mutex<Option<Instant>>,
}

impl SharedDocuments {
    pub(crate) fn new(redis: Redis, config: &Config) -> Self {
        Self {
            redis,
            seen: InProcess::new(config.transport.documents.persisted_bytes),
            prefix: format!("{}:document:", config.redis.key_prefix),
            seconds: config.redis.document_seconds,
            bytes_max: config.transport.documents.persisted_bytes.saturating_mul(IN_REDIS),
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
            Ok(answer) => {
                if self.resting_until().take().is_some() {
                    tracing::info!("Redis answers again: registered documents are shared by all instances");
                }
                Some(answer)
            }
            Err(error) => {
                counter!("matchday_redis_failures_total").increment(1);
                if self.resting_until().replace(Instant::now() + REST).is_none() {
                    tracing::warn!(error, "Redis does not answer: clients send registered documents again");
                }
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

        let command = redis::cmd("GET").arg(self.key(hash)).take();
        let text = self.ask::<Option<String>>(&command).await.flatten()?;
        // An attacker who can write to Redis still can't make a client's hash mean something else.
        if !is_named(hash, &text) {
            tracing::error!(hash, "Redis has another document under this hash; it is ignored");
            return None;
        }
        // The client that registered it has paid for it.
        self.seen.put(hash, &text, None).await;
        Some(text.into())
    }

    async fn keep(&self, hash: &str, text: &str, by: Option<IpAddr>) {
        self.seen.put(hash, text, by).await;
        let whose = by.map_or_else(|| "unknown".to_owned(), |address| network(address).to_string());
        let command = redis::cmd("EVAL")
            .arg(KEEP)
            .arg(3)
            .arg(self.key(hash))
            .arg(format!("{}of:{whose}", self.prefix))
            .arg(format!("{}all", self.prefix))
            .arg(text)
            .arg(self.seconds)
            .arg(hash.len() + text.len())
            .arg(self.seen.bytes_of_address_max())
            .arg(self.bytes_max)
            .take();
        self.ask::<i64>(&command).await;
    }
}

impl PersistedDocuments for SharedDocuments {
    fn get<'a>(&'a self, hash: &'a str) -> BoxFuture<'a, Option<Arc<str>>> {
        self.find(hash).boxed()
    }

    fn put<'a>(&'a self, hash: &'a str, text: &'a str, by: Option<IpAddr>) -> BoxFuture<'a, ()> {
        self.keep(hash, text, by).boxed()
    }
}

#[cfg(test)]
#[expect(
    clippy::disallowed_methods,
    reason = "tests run tasks, read addresses and look at the machine's clock by themselves"
)]
mod tests {
    use std::time::Duration;

    use tokio::net::TcpListener;

    use super::*;

    const TEXT: &str = "{ a }";
    /// The SHA-256 of `TEXT`.
    const HASH: &str = "1c7e1e347f726166b5b1c55afd61f278cc9b45e00c108ec33d540a566379811b";

    fn documents(url: &str) -> SharedDocuments {
        let mut config = Config::default();
        config.redis.key_prefix = format!("test-{}", uuid::Uuid::new_v4().simple());
        let redis = Redis::open(url, Duration::from_millis(200)).expect("it is an address");
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
        // No program listens on the port of the discard protocol.
        let documents = documents("redis://127.0.0.1:9");

        assert!(!is_known(&documents).await);
        documents.put(HASH, TEXT, None).await;
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
        let forgotten = redis::cmd("DEL").arg(one.key(HASH)).take();
        one.ask::<()>(&forgotten).await.expect("Redis answers");
        one.put(HASH, TEXT, None).await;
        assert!(is_known(&other).await, "the right one takes its place");

        let left = other.ask::<i64>(&redis::cmd("TTL").arg(one.key(HASH)).take()).await.expect("Redis answers");
        assert!((1..=24 * 3_600).contains(&left), "it is kept for {left} s");
        one.ask::<()>(&redis::cmd("DEL").arg(one.key(HASH)).take()).await.expect("Redis answers");
    }

    #[tokio::test]
    async fn one_address_fills_a_part_of_what_redis_keeps() {
        let url = std::env::var("REDIS_URL").expect("REDIS_URL is not set, and this test needs a real Redis");
        let documents = SharedDocuments { seen: InProcess::new(16 * 1_000), bytes_max: 3_000, ..documents(&url) };
        let text = "x".repeat(436);
        let registered = async |number: usize, by: &str| {
            let hash = format!("{number:064}");
            documents.put(&hash, &text, Some(by.parse().expect("it is an address"))).await;
            let kept = redis::cmd("EXISTS").arg(documents.key(&hash)).take();
            documents.ask::<bool>(&kept).await.expect("Redis answers")
        };

        // 500 bytes each: two of an address, and six of all.
        for (number, by, is_kept) in [
            (0, "192.0.2.1", true),
            (1, "192.0.2.1", true),
            (2, "192.0.2.1", false),
            (3, "192.0.2.2", true),
            (4, "192.0.2.2", true),
            (5, "2001:db8::1", true),
            (6, "2001:db8:0:1::1", true),
            (7, "192.0.2.4", false),
        ] {
            assert_eq!(registered(number, by).await, is_kept, "document {number} of {by}");
        }
        for number in 0..8 {
            let forgotten = redis::cmd("DEL").arg(documents.key(&format!("{number:064}"))).take();
            documents.ask::<()>(&forgotten).await.expect("Redis answers");
        }
    }
}

//! A node: asked over HTTP, within a time and a size.

use std::time::Duration;

use bytes::Bytes;
use fetch::{FetchError, Fetcher};
use http::{Method, Request, StatusCode, header};
use http_body_util::Full;
use serde::Deserialize;
use serde_json::Value;
use tokio::time::sleep;

use crate::address::Address;

/// A fan does not wait longer. The node is told less, so that it gives up before we do.
const ASKED: Duration = Duration::from_secs(2);
pub(crate) const SEARCHED: &str = "1500ms";
/// What is written in the background.
const WRITTEN: Duration = Duration::from_secs(30);

/// An answer to a fan: ten levels of a hundred hits, and eight facets.
const ASKED_BYTES_MAX: usize = 4 << 20;
/// A page of versions, or the outcome of what was written.
const WRITTEN_BYTES_MAX: usize = 16 << 20;

/// How often what is overloaded is told again, and after which time first. It doubles.
const TRIES: u32 = 5;
const WAIT: Duration = Duration::from_millis(100);

pub(crate) struct Node {
    address: Address,
    asking: Fetcher,
    writing: Fetcher,
}

/// Why there is no answer. The texts are for operators.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Trouble {
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error("responded with {status}: {kind}")]
    Refused { status: StatusCode, kind: String },
    #[error("the answer is not what OpenSearch answers: {0}")]
    Unreadable(#[from] serde_json::Error),
    #[error("the answer lacks {0}")]
    Incomplete(&'static str),
    #[error("the search was not done in time")]
    TimedOut,
    #[error("{failed} of {total} shards did not answer")]
    ShardsFailed { failed: u64, total: u64 },
}

impl Trouble {
    /// Whether the same may be answered in a moment.
    pub(crate) fn is_passing(&self) -> bool {
        let overloaded = [StatusCode::TOO_MANY_REQUESTS, StatusCode::SERVICE_UNAVAILABLE];
        matches!(self, Self::Refused { status, .. } if overloaded.contains(status))
    }
}

/// What is wrong with a request, or with a part of one.
#[derive(Debug, Deserialize)]
pub(crate) struct Wrong {
    #[serde(rename = "type")]
    pub(crate) kind: String,
}

#[derive(Debug, Deserialize)]
struct Refusal {
    error: Wrong,
}

impl Node {
    pub(crate) fn new(address: Address) -> Self {
        Self {
            address,
            asking: Fetcher::new(ASKED, ASKED_BYTES_MAX),
            writing: Fetcher::new(WRITTEN, WRITTEN_BYTES_MAX),
        }
    }

    /// Asks for a fan.
    pub(crate) async fn ask(&self, path: &str, body: String) -> Result<Bytes, Trouble> {
        self.send(&self.asking, Method::POST, path, body).await
    }

    pub(crate) async fn write(&self, path: &str, body: String) -> Result<Bytes, Trouble> {
        self.send(&self.writing, Method::POST, path, body).await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Result<Bytes, Trouble> {
        self.send(&self.writing, Method::PUT, path, body.to_string()).await
    }

    /// Writes again what a node was too busy for, in whole or in part; what it took already it takes again.
    pub(crate) async fn write_patiently(
        &self,
        path: &str,
        body: String,
        outcome: impl Fn(&[u8]) -> Result<(), Trouble> + Send + Sync,
    ) -> Result<(), Trouble> {
        let mut wait = WAIT;
        for _ in 1..TRIES {
            let written = self.write(path, body.clone()).await.and_then(|answer| outcome(&answer));
            match written {
                Err(trouble) if trouble.is_passing() => sleep(wait).await,
                other => return other,
            }
            wait *= 2;
        }
        outcome(&self.write(path, body).await?)
    }

    async fn send(&self, fetcher: &Fetcher, method: Method, path: &str, body: String) -> Result<Bytes, Trouble> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}/{path}", self.address.base))
            .header(header::ACCEPT, "application/json")
            // Of several lines, as searches and changes together are, the type is said to be this one, too.
            .header(header::CONTENT_TYPE, "application/json");
        if let Some(authorization) = &self.address.authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        let request =
            request.body(Full::from(body)).map_err(|_| FetchError::Address(fetch::AddressError::Malformed))?;
        let (status, answer) = fetcher.exchange(request).await?;
        if status.is_success() {
            return Ok(answer);
        }
        let kind = serde_json::from_slice::<Refusal>(&answer).map(|refusal| refusal.error.kind);
        Err(Trouble::Refused { status, kind: kind.unwrap_or_else(|_| "without a reason".to_owned()) })
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;
    use crate::fake::Fake;

    #[tokio::test]
    async fn what_never_answers_is_not_waited_for_and_what_is_too_long_is_not_read() {
        let silent = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
        let address = format!("http://{}", silent.local_addr().expect("it is bound"));
        let node = |address: Address| Node {
            address,
            asking: Fetcher::new(Duration::from_millis(50), 64),
            writing: Fetcher::new(Duration::from_secs(30), 64),
        };

        let late = node(address.parse().expect("an address")).ask("_msearch", String::new()).await;
        assert!(matches!(late, Err(Trouble::Fetch(FetchError::Late(_)))), "{late:?}");

        let long = Fake::answering(&[(200, &"0".repeat(65))]).await;
        let long = node(long.address()).write("_bulk", String::new()).await;
        assert!(matches!(long, Err(Trouble::Fetch(FetchError::Body(64)))), "{long:?}");
    }

    #[test]
    fn a_fan_waits_longer_than_the_node_is_told_to_search() {
        let searched: u64 = SEARCHED.trim_end_matches("ms").parse().expect("milliseconds");
        assert!(Duration::from_millis(searched) < ASKED);
    }
}

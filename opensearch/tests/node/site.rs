//! A site of its own at the node that `SEARCH_URL` names: no other test sees its index.

use std::{
    future::Future,
    time::{Duration, Instant},
};

use bytes::Bytes;
use fetch::Fetcher;
use http::{Method, Request};
use http_body_util::Full;
use opensearch::{Address, OpenSearch};
use search::{
    divided::DividedEngine, document::Change, engine::Engine, page::Page, request::Request as Asked,
    store::ListingStore,
};
use uuid::Uuid;

pub(crate) struct Site {
    url: String,
    prefix: String,
}

impl Site {
    #[expect(clippy::disallowed_methods, reason = "a test is told by its environment where the node is")]
    pub(crate) fn new() -> Self {
        let url = std::env::var("SEARCH_URL").expect(
            "SEARCH_URL names no node; run scripts/services start-opensearch and eval \"$(scripts/services env)\" first",
        );
        Self { url, prefix: format!("test-{}", Uuid::new_v4().simple()) }
    }

    pub(crate) fn store(&self) -> OpenSearch {
        OpenSearch::new(self.url.parse::<Address>().expect("an address"), &self.prefix)
    }

    /// An instance of the program, with what the source has.
    pub(crate) async fn instance(&self, documents: Vec<Change>) -> DividedEngine<OpenSearch> {
        let engine = DividedEngine::new(self.store());
        let mut rebuild = engine.begin_rebuild().await.expect("the node answers");
        rebuild.add(documents).await.expect("the node answers");
        rebuild.finish().await.expect("the node answers");
        engine
    }

    /// From now on what was applied by any instance is found.
    pub(crate) async fn settle(&self) {
        self.store().settle().await.expect("the node answers");
    }

    pub(crate) async fn leave(self) {
        let request =
            Request::builder().method(Method::DELETE).uri(format!("{}/{}-listings-1-1", self.url, self.prefix));
        let request = request.body(Full::<Bytes>::default()).expect("a request");
        let (status, _) =
            Fetcher::new(Duration::from_secs(30), 1 << 20).exchange(request).await.expect("the node answers");
        assert!(status.is_success(), "{status}");
    }
}

pub(crate) async fn search(engine: &impl Engine, request: &Asked) -> Page {
    engine.search(request).await.expect("the node answers")
}

/// Waits until something holds, and how long that took.
pub(crate) async fn until<F: Future<Output = bool>>(most: Duration, holds: impl Fn() -> F) -> Duration {
    let start = Instant::now();
    while !holds().await {
        assert!(start.elapsed() < most, "it does not hold after {most:?}");
        tokio::task::yield_now().await;
    }
    start.elapsed()
}

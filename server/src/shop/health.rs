//! Health of a shop on its own: that it serves, and whether the API answers.
//!
//! While the API is away the shop stays ready, for it says so on a page, in the visitor's language, which no balancer would. Only
//! while it settles after its start it awaits the API too.

use std::sync::atomic::AtomicBool;

use axum::{body::Body, http::Request};
use futures_util::{FutureExt as _, future::BoxFuture};
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;
use transport::relay::Relay;

use crate::{
    health::{PATIENCE, Part, Report, Watched},
    supervise::Supervisor,
    telemetry,
};

/// What is asked about.
pub(super) struct Health {
    relay: Relay,
    supervisor: Supervisor,
    stopping: CancellationToken,
    started: Instant,
    /// All parts were ready once.
    settled: AtomicBool,
}

impl Health {
    pub(super) fn new(relay: Relay, supervisor: Supervisor, stopping: CancellationToken, started: Instant) -> Self {
        Self { relay, supervisor, stopping, started, settled: AtomicBool::new(false) }
    }

    async fn parts(&self) -> Vec<Part> {
        vec![Part::program(&self.stopping), self.api().await, Part::tasks(&self.supervisor)]
    }

    async fn api(&self) -> Part {
        let request = Request::get("/healthz").body(Body::empty()).expect("the path is well formed");
        match timeout(PATIENCE, self.relay.send(request)).await {
            Ok(Ok(answer)) if answer.status().is_success() => Part::awaited("api", true, "answers"),
            Ok(Ok(answer)) => Part::awaited("api", false, format!("responds with {} at /healthz", answer.status())),
            Ok(Err(error)) => Part::awaited("api", false, error.to_string()),
            Err(_) => Part::awaited("api", false, format!("no answer within {} ms", PATIENCE.as_millis())),
        }
    }
}

impl Watched for Health {
    fn report(&self) -> BoxFuture<'_, Report> {
        self.parts().map(|parts| Report::of(parts, &self.settled, self.started)).boxed()
    }

    fn measure(&self) {
        telemetry::measure();
    }

    fn started(&self) -> Instant {
        self.started
    }
}

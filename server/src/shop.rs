//! The shop on its own: a process that serves the fans' pages and asks an API elsewhere, over HTTP.
//!
//! Browsers talk to this process alone: what their script, a bank or an identity provider wants of the API is sent on to it, with
//! the visitor's address. So sessions are cookies of one origin, and the policy of the pages names no other. See ADR 20.
//!
//! Invariant: it keeps nothing but pages that everybody sees alike; what is true, the API says.

use std::{future::Future, net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    BoxError,
    body::Body,
    http::{Request, Response},
};
use futures_util::{FutureExt as _, TryFutureExt as _, future::BoxFuture};
use tokio::{net::TcpListener, time::Instant};
use tokio_util::sync::CancellationToken;
use transport::{
    error_docs::ErrorDocs,
    relay::{Relay, Upstream},
    routes::Routes,
};

use self::{api::ApiElsewhere, health::Health};
use crate::{
    config::Config,
    failure::Failure,
    front::{self, Front},
    pages::{self, Overrides},
    routes,
    supervise::Supervisor,
    telemetry,
};

mod api;
mod health;

/// A visitor's, and the one to the API that answers it.
pub(crate) const FILES_OF_A_CONNECTION: usize = 2;

/// What browsers ask the API for by themselves: the script, links to tickets, the way to the identity provider and back, and
/// the sandbox's bank. Whatever else stands there is not of the shop.
const SENT_ON: [&str; 7] = [
    "/graphql",
    "/graphql/stream",
    "/captcha/challenge",
    "/tickets/{file}",
    "/auth/sign-in",
    "/auth/callback",
    "/sandbox/payment_intents/{id}/confirm",
];

/// How long tasks may take to end; they wait for nothing.
const TASKS_PATIENCE: Duration = Duration::from_secs(1);

/// A running shop.
pub struct Running {
    /// Where it listens; the bound port where port 0 was asked for.
    pub address: SocketAddr,
    /// Where health and metrics are, if not there.
    pub admin: Option<SocketAddr>,
    front: Front,
    supervisor: Supervisor,
}

/// What requests are sent over.
struct Connections(fetch::Client<Body>);

impl Upstream for Connections {
    fn send(&self, request: Request<Body>) -> BoxFuture<'static, Result<Response<Body>, BoxError>> {
        let sent = self.0.request(request);
        sent.map_ok(|response| response.map(Body::new)).map_err(BoxError::from).boxed()
    }
}

/// Starts everything: the pages, and the way to the API, which may come later.
///
/// # Errors
///
/// What kept it from starting.
pub async fn start(config: Config, listener: TcpListener) -> Result<Running, Failure> {
    let overrides = Overrides::read(&config.web)?;
    let metrics = telemetry::metrics()?;
    telemetry::say_build(&config.client_id);
    let admin = front::admin(&config).await?;
    let address = listener.local_addr()?;
    let ending = front::no_ending();
    // Nothing here is vital: a task that ends is started again.
    let supervisor = Supervisor::new(CancellationToken::new(), CancellationToken::new());
    let upkeep = metrics.clone();
    supervisor.keep("metrics", move |stop| telemetry::run_upkeep(upkeep.clone(), stop));

    let edge = config.edge();
    let base = config.web.api_url.as_deref().unwrap_or_default().trim_end_matches('/').to_owned();
    let error_docs = ErrorDocs::at(edge.http.error_docs.as_deref());
    let relay = Relay::new(Connections(fetch::client()), base, ending.begun.clone(), error_docs);
    let api = ApiElsewhere::new(relay.clone(), edge.documents.max_answer_bytes);
    let pages = pages::routes(Box::new(api), overrides, &config)
        .merge(pages::documentation(&config, false))
        .merge(relay.routes(&SENT_ON));
    let health = Arc::new(Health::new(relay, supervisor.clone(), ending.announced.clone(), Instant::now()));
    let routes = Routes::without_edge(pages, &edge);
    let health = routes::health(health, metrics);
    let front = Front::new((listener, admin), routes, health, |routes| routes, edge.connections, ending);

    Ok(Running { address, admin: front.admin_address()?, front, supervisor })
}

impl Running {
    /// Serves until `shutdown`, then ends in order.
    ///
    /// # Errors
    ///
    /// None; as programs of other roles end.
    pub async fn until(self, shutdown: impl Future<Output = ()>) -> Result<(), Failure> {
        let Self { front, supervisor, .. } = self;
        let tasks = async {
            supervisor.finish(TASKS_PATIENCE).await;
        };
        front.until(&CancellationToken::new(), shutdown, tasks).await;
        tracing::info!("stopped");
        Ok(())
    }
}

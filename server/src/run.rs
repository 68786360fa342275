//! The program as it runs: its parts, its tasks and its HTTP server, from a bound listener to an orderly end.
//!
//! The end goes from the outside in: no new connections, then the open ones finish or are cut, then the tasks, then the
//! parts they stand on. Invariant: every task of the program is spawned here, under supervision.

use std::{
    convert::Infallible,
    future::Future,
    net::SocketAddr,
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use axum::Router;
use domain::{
    App, accounts,
    clock::{Clock, SystemClock},
    expiry, mails, payments, tickets,
};
use limits::Limiter;
use metrics_exporter_prometheus::PrometheusHandle;
use subscriptions::hub::Hub;
use tokio::{
    net::TcpListener,
    time::{Instant, sleep},
};
use tokio_util::sync::CancellationToken;
use transport::{Edge, document::Documents, routes::Routes};

use crate::{
    broker::{self, HubFeed},
    captcha,
    config::Config,
    documents::SharedDocuments,
    failure::Failure,
    gateway::Matchday,
    health::Health,
    parts::Parts,
    passes,
    payments::Gateway,
    provider, routes,
    security::Security,
    supervise::Supervisor,
    telemetry,
};

/// How long tasks may take to end; the relay waits for the broker's last answers.
const TASKS_PATIENCE: Duration = Duration::from_secs(10);
/// How long after a broker did not answer the topics are seen to again.
const TOPICS_RETRY: Duration = Duration::from_secs(1);
/// How often old samples of histograms are let go.
const UPKEEP: Duration = Duration::from_secs(5);

/// A running program.
pub struct Running {
    /// Where it listens; the bound port where port 0 was asked for.
    pub address: SocketAddr,
    /// How Kafka is reached, the embedded broker's address included.
    pub exchange: kafka::Config,
    pub app: Arc<App>,
    parts: Parts,
    supervisor: Supervisor,
    listener: TcpListener,
    routes: Routes,
    config: Config,
    intake: CancellationToken,
    fatal: CancellationToken,
}

/// Serves on `listener` until `shutdown`, then ends in order.
///
/// # Errors
///
/// What kept it from starting, or a task that ended and cannot be started again.
pub async fn serve(config: Config, listener: TcpListener, shutdown: impl Future<Output = ()>) -> Result<(), Failure> {
    start(config, listener, Arc::new(SystemClock)).await?.until(shutdown).await
}

/// Starts everything: parts, tasks and the routes, by the time of `clock`.
///
/// # Errors
///
/// What kept it from starting.
pub async fn start(config: Config, listener: TcpListener, clock: Arc<dyn Clock>) -> Result<Running, Failure> {
    let mut edge = config.transport.clone();
    edge.documents.introspection = config.shows_schema();
    // A manifest that can't be used is told before anything starts.
    let mut documents = Documents::new(edge.documents.clone())?;
    let begun = Begun::new(config, listener, clock).await?;
    if let Some(redis) = &begun.parts.redis {
        documents = documents.with_persisted(Arc::new(SharedDocuments::new(redis.clone(), &begun.config)));
    }
    let (parts, supervisor) = (&begun.parts, &begun.supervisor);

    let hub = Hub::new(Arc::clone(&parts.app));
    let bundle = broker::bundled(&begun.config);
    let sweeping = Arc::clone(&hub);
    supervisor.keep("hub", move |stop| {
        let hub = Arc::clone(&sweeping);
        async move { hub.run(stop).await }
    });
    let watched = Arc::clone(&hub.market);
    supervisor.keep("market", move |stop| {
        let market = Arc::clone(&watched);
        async move { market.run(stop).await }
    });
    let feed = Arc::new(HubFeed(Arc::clone(&hub)));
    let (exchange, status) = (parts.exchange.clone(), Arc::clone(&parts.status));
    supervisor.keep("feed", move |stop| kafka::feed::run(exchange.clone(), feed.clone(), Arc::clone(&status), stop));

    keep_accounts(supervisor, &parts.app).await?;
    if parts.app.accounts.provider.is_some() {
        let (app, oidc) = (Arc::clone(&parts.app), begun.config.oidc.clone());
        supervisor.keep("identity-provider", move |stop| provider::run(Arc::clone(&app), oidc.clone(), stop));
    }

    let security = begun.secure().await?;
    let health = begun.health(security.limiter.clone(), true, bundle.clone());
    if !bundle.is_empty() {
        let (app, exchange) = (Arc::clone(&parts.app), parts.exchange.clone());
        let bundle = Arc::new(bundle);
        supervisor.keep("master-list", move |stop| {
            let (app, exchange, bundle) = (Arc::clone(&app), exchange.clone(), Arc::clone(&bundle));
            async move {
                broker::publish_missing(&app, &exchange, &bundle).await?;
                stop.cancelled().await;
                Ok::<(), Failure>(())
            }
        });
    }

    let (rules, captchas) = (Arc::clone(&security.rules), captcha::routes::routes(Arc::clone(&security)));
    let gateway = Arc::new(Matchday::new(Arc::clone(&parts.app), hub, security, &begun.config));
    let edge = Edge::with_documents(gateway, Arc::new(edge), documents, begun.intake.clone());
    let bouncer = edge.bouncer();
    supervisor.keep("expulsion", move |stop| {
        let (rules, bouncer) = (Arc::clone(&rules), bouncer.clone());
        async move { rules.expel(&bouncer, stop).await }
    });
    let routes = edge
        .routes()
        .merge(routes::documents(begun.config.shows_schema()))
        .merge(routes::keys(Arc::clone(&begun.parts.app)))
        .merge(passes::routes(Arc::clone(&begun.parts.app), Arc::clone(&begun.parts.printer)))
        .merge(captchas)
        .merge(payment_routes(&begun));

    begun.running(routes, health)
}

/// Starts what runs without visitors: the exchange with Kafka and the expiry of holds. It answers health only.
///
/// # Errors
///
/// What kept it from starting.
pub async fn start_worker(config: Config, listener: TcpListener, clock: Arc<dyn Clock>) -> Result<Running, Failure> {
    let begun = Begun::new(config, listener, clock).await?;
    let health = begun.health(None, false, Vec::new());

    begun.running(Router::new().into(), health)
}

impl Running {
    /// Serves until `shutdown` or the loss of a vital task, then ends in order.
    ///
    /// # Errors
    ///
    /// A vital task was lost.
    pub async fn until(self, shutdown: impl Future<Output = ()>) -> Result<(), Failure> {
        let Self { parts, supervisor, listener, routes, config, intake, fatal, app, .. } = self;
        drop(app);
        let http = transport::server::serve(listener, routes, &config.transport.connections, intake.clone());
        let stop = async {
            tokio::select! {
                () = shutdown => tracing::info!("stopping: open requests and sockets finish first"),
                () = fatal.cancelled() => {}
            }
            intake.cancel();
        };
        tokio::join!(http, stop);

        if !supervisor.finish(TASKS_PATIENCE).await {
            tracing::warn!("some tasks did not end in time and were left behind");
        }
        parts.close().await;
        tracing::info!("stopped");

        if fatal.is_cancelled() { Err(Failure::TaskLost) } else { Ok(()) }
    }
}

/// What both roles have in common: parts opened, the exchange and the expiry running.
struct Begun {
    address: SocketAddr,
    listener: TcpListener,
    metrics: PrometheusHandle,
    parts: Parts,
    supervisor: Supervisor,
    config: Config,
    intake: CancellationToken,
    fatal: CancellationToken,
}

impl Begun {
    async fn new(config: Config, listener: TcpListener, clock: Arc<dyn Clock>) -> Result<Self, Failure> {
        let metrics = telemetry::metrics()?;
        let (address, fatal) = (listener.local_addr()?, CancellationToken::new());
        let (parts, desk) = Parts::open(&config, clock).await?;
        let stop = CancellationToken::new();
        let supervisor = Supervisor::new(stop.clone(), fatal.clone());
        supervisor.keep_vital("desk", desk.run(stop));

        let upkeep = metrics.clone();
        supervisor.keep("metrics", move |stop| run_upkeep(upkeep.clone(), stop));
        let app = Arc::clone(&parts.app);
        supervisor.keep("expiry", move |stop| {
            let app = Arc::clone(&app);
            async move { expiry::run(&app, stop).await }
        });
        let (app, post) = (Arc::clone(&parts.app), Arc::clone(&parts.post));
        supervisor.keep("mails", move |stop| {
            let (app, post) = (Arc::clone(&app), Arc::clone(&post));
            async move { mails::run(&app, &*post, stop).await }
        });
        let app = Arc::clone(&parts.app);
        supervisor.keep("payments", move |stop| {
            let app = Arc::clone(&app);
            async move { payments::keeper::run(&app, stop).await }
        });
        exchange(&supervisor, &parts);

        Ok(Self { address, listener, metrics, parts, supervisor, config, intake: CancellationToken::new(), fatal })
    }

    fn health(
        &self,
        limiter: Option<Arc<Limiter>>,
        serves: bool,
        bundle: Vec<domain::masterlist::MasterListMatch>,
    ) -> Arc<Health> {
        Arc::new(Health {
            app: Arc::clone(&self.parts.app),
            status: Arc::clone(&self.parts.status),
            redis: self.parts.redis.clone(),
            supervisor: self.supervisor.clone(),
            limiter,
            serves,
            bundle,
            stopping: self.intake.clone(),
            started: Instant::now(),
            settled: AtomicBool::new(false),
        })
    }

    /// Guards what visitors ask: nobody who is blocked is served before the rules are read.
    async fn secure(&self) -> Result<Arc<Security>, Failure> {
        let parts = &self.parts;
        let security = Security::new(Arc::clone(&parts.app), parts.redis.as_ref(), &parts.secret, &self.config)?;
        security.rules.refresh().await?;
        let (rules, news) = (Arc::clone(&security.rules), Arc::clone(&security.rules));
        self.supervisor.keep("address-rules", move |stop| {
            let rules = Arc::clone(&rules);
            async move { rules.run(stop).await }
        });
        self.supervisor.keep("address-rules-news", move |stop| {
            let news = Arc::clone(&news);
            async move { news.listen(stop).await }
        });
        let (events, news, counting) =
            (Arc::clone(&security.events), Arc::clone(&security.events), Arc::clone(&security));
        self.supervisor.keep("security-events", move |stop| {
            let events = Arc::clone(&events);
            async move { events.run(stop).await }
        });
        self.supervisor.keep("security-events-news", move |stop| {
            let news = Arc::clone(&news);
            async move { news.listen(stop).await }
        });
        self.supervisor.keep("sales", move |stop| {
            let counting = Arc::clone(&counting);
            async move { counting.count_sales(stop).await }
        });
        if let Some(limiter) = security.limiter.clone() {
            self.supervisor.keep("limits", move |stop| {
                let limiter = Arc::clone(&limiter);
                async move { limiter.run(stop).await }
            });
        }
        Ok(security)
    }

    fn running(self, routes: Routes, health: Arc<Health>) -> Result<Running, Failure> {
        let Self { address, listener, metrics, parts, supervisor, config, intake, fatal } = self;
        let routes = routes.merge(routes::health(health, metrics));

        Ok(Running {
            address,
            exchange: parts.exchange.clone(),
            app: Arc::clone(&parts.app),
            parts,
            supervisor,
            listener,
            routes,
            config,
            intake,
            fatal,
        })
    }
}

/// The routes of payments; the sandbox's events come by them too.
fn payment_routes(begun: &Begun) -> Router {
    let (app, gateway) = (Arc::clone(&begun.parts.app), &begun.parts.gateway);
    let routes = gateway.routes(&begun.config, &app);
    if let Gateway::Sandbox(sandbox) = gateway {
        let (sandbox, told) = (Arc::clone(sandbox), routes.clone());
        begun.supervisor.keep("sandbox", move |stop| {
            let (sandbox, told, clock) = (Arc::clone(&sandbox), told.clone(), Arc::clone(&app.clock));
            async move { sandbox.deliver(told, move || clock.now(), stop).await }
        });
    }
    routes
}

/// Keeps the exchange with Kafka running: topics, relay, consumer.
fn exchange(supervisor: &Supervisor, parts: &Parts) {
    let (app, config, status) = (Arc::clone(&parts.app), parts.exchange.clone(), Arc::clone(&parts.status));
    supervisor
        .keep("relay", move |stop| kafka::relay::run(Arc::clone(&app), config.clone(), Arc::clone(&status), stop));
    let (app, config, status) = (Arc::clone(&parts.app), parts.exchange.clone(), Arc::clone(&parts.status));
    supervisor.keep("consumer", move |stop| {
        kafka::consumer::run(Arc::clone(&app), config.clone(), Arc::clone(&status), stop)
    });
    if !parts.exchange.embedded {
        let config = parts.exchange.clone();
        supervisor.keep("topics", move |stop| ensure_topics(config.clone(), stop));
    }
}

/// Sees to it that there are keys to sign with, and keeps accounts in order.
async fn keep_accounts(supervisor: &Supervisor, app: &Arc<App>) -> Result<(), Failure> {
    accounts::keys::prepare(app).await?;
    tickets::keys::prepare(app).await?;
    let app = Arc::clone(app);
    supervisor.keep("accounts", move |stop| {
        let app = Arc::clone(&app);
        async move { accounts::upkeep::run(&app, stop).await }
    });
    Ok(())
}

/// Sees to it that our topics exist, as soon as a broker answers.
async fn ensure_topics(config: kafka::Config, stop: CancellationToken) {
    let ensured = async {
        while let Err(error) = kafka::topics::ensure(&config).await {
            tracing::debug!(%error, "the topics could not be seen to yet");
            sleep(TOPICS_RETRY).await;
        }
    };
    stop.run_until_cancelled(ensured).await;
    stop.cancelled().await;
}

async fn run_upkeep(metrics: PrometheusHandle, stop: CancellationToken) {
    let upkeep = async {
        loop {
            sleep(UPKEEP).await;
            metrics.run_upkeep();
        }
    };
    stop.run_until_cancelled::<_>(async {
        let _: Infallible = upkeep.await;
    })
    .await;
}

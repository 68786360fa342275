//! The program as it runs: its resources, its tasks and its HTTP server, from a bound listener to an orderly end.
//!
//! The end goes from the outside in: readiness says so first, then no new connections come in, the open ones finish or
//! are cut, then the tasks end, then the resources they use. Invariant: every task of the program is spawned here, under supervision.

use std::{
    future::Future,
    net::SocketAddr,
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use axum::{Router, response::Response};
use book::clock::{Clock, SystemClock};
use domain::{
    App,
    accounts::{self, keys::AccessTokens, provider_sign_in},
    closing, expiry, keeper, keyring, mails, maintenance,
    tickets::keys::TicketCodes,
};
use limits::Limiter;
use resolvers::models::Models;
use security::{AddressRules, Decisions, Security};
use subscriptions::hub::{Hub, market::Market};
use tokio::{net::TcpListener, time::Instant};
use tokio_util::sync::CancellationToken;
use transport::{Edge, document::Documents, routes::Routes, server::Ending};

use crate::{
    analytics::{models, standing::Standing},
    broker::{self, HubFeed},
    calendar::Bundle,
    config::Config,
    contract,
    documents::SharedDocuments,
    failure::Failure,
    front::{self, Front},
    gateway::Matchday,
    health::Health,
    pages::{self, Overrides},
    passes, provider,
    resources::Resources,
    routes, searching, sign_in,
    supervise::Supervisor,
    telemetry::{self, Metrics, Traces},
};

mod duties;
mod exchange;
mod lake;
mod unreached;

use duties::Duties;

/// How long tasks may take to end; the relay waits for the broker's last answers.
const TASKS_PATIENCE: Duration = Duration::from_secs(10);

/// A running program.
pub struct Running {
    /// Where it listens; the bound port where port 0 was asked for.
    pub address: SocketAddr,
    /// Where health and metrics are, if not there.
    pub admin: Option<SocketAddr>,
    pub app: Arc<App>,
    /// By how many weeks the bundled matches are moved, where they are played.
    moved: Option<u16>,
    resources: Resources,
    supervisor: Supervisor,
    traces: Option<Arc<Traces>>,
    front: Front,
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

/// Starts everything: resources, tasks and the routes, by the time of `clock`.
///
/// # Errors
///
/// What kept it from starting.
pub async fn start(config: Config, listener: TcpListener, clock: Arc<dyn Clock>) -> Result<Running, Failure> {
    let duties = Duties::of(&config)?;
    let edge = config.edge();
    let overrides = config.web.storefront.then(|| Overrides::read(&config.web)).transpose()?;
    // A manifest that can't be used is told before anything starts.
    let contract = contract::contract(config.suggests_names())?;
    let mut documents = Documents::new(edge.documents.clone())?;
    if overrides.is_some() {
        documents = documents.trusting(&storefront::documents());
    }
    documents = documents.with_contract(contract)?;
    let mut begun = Begun::new(config, listener, clock, duties).await?;
    begun.admin = front::admin(&begun.config).await?;
    if let Some(redis) = &begun.resources.redis {
        documents = documents.with_persisted(Arc::new(SharedDocuments::new(redis.clone(), &begun.config)));
    }
    let (resources, supervisor) = (&begun.resources, &begun.supervisor);

    let hub = Hub::new(Arc::clone(&resources.app));
    let bundle = Bundle::of(&begun.config, &resources.data_dir, &resources.app).await?;
    let entered = Arc::new(broker::enter_missing(&resources.app, &resources.exchange, bundle.as_ref()).await?);
    exchange::await_list(supervisor, resources);
    supervisor.keep_on("hub", &hub, Hub::run);
    supervisor.keep_on("market", &hub.market, Market::run);
    let feed = Arc::new(HubFeed { hub: Arc::clone(&hub), clock: Arc::clone(&resources.app.clock) });
    let (exchange, status) = (Arc::clone(&resources.exchange), Arc::clone(&resources.status));
    supervisor.keep("feed", move |stop| {
        let (feed, status) = (Arc::clone(&feed), Arc::clone(&status));
        Arc::clone(&exchange).run(stop, |config, stop| kafka::feed::run(config, feed, status, stop))
    });

    keep_accounts(supervisor, &resources.app).await?;
    supervisor.keep_on("standings", &resources.app, accounts::standing::run);
    if resources.app.accounts.provider.is_some() {
        let (app, oidc) = (Arc::clone(&resources.app), begun.config.oidc.clone());
        supervisor.keep("identity-provider", move |stop| provider::run(Arc::clone(&app), oidc.clone(), stop));
        supervisor.keep_on("provider-sessions", &resources.app, provider_sign_in::run);
    }

    let security = begun.secure().await?;
    let health = begun.health(security.limiter.clone(), true);
    if !entered.is_empty() {
        let (app, exchange) = (Arc::clone(&resources.app), Arc::clone(&resources.exchange));
        supervisor.keep("master-list", move |stop| {
            let (app, exchange, entered) = (Arc::clone(&app), Arc::clone(&exchange), Arc::clone(&entered));
            let publishing = Arc::clone(&exchange);
            exchange.run(stop, |config, stop| async move {
                stop.run_until_cancelled(broker::publish(&app, &publishing, &config, &entered)).await.transpose()?;
                stop.cancelled().await;
                Ok::<(), Failure>(())
            })
        });
    }

    let rules = Arc::clone(&security.rules);
    let beside = routes::documents(begun.config.shows_schema())
        .merge(routes::keys(Arc::clone(&begun.resources.app)))
        .merge(passes::routes(Arc::clone(&resources.app), Arc::clone(&resources.printer), Arc::clone(&security)))
        .merge(security::captcha::routes::routes(Arc::clone(&security)))
        .merge(sign_in_routes(&begun, &security))
        .merge(security::charged(pages::documentation(&begun.config, true), &security, pages::price_of_documentation))
        .merge(security::charged_for_refusals(payment_routes(&begun), &security, is_signed));
    let models = Arc::<Models>::default();
    let (config, used) = (begun.config.clone(), Arc::clone(&models));
    supervisor.keep("models", move |stop| {
        let (config, models) = (config.clone(), Arc::clone(&used));
        async move { models::follow(config, models, stop).await }
    });
    let finder = searching::keep(supervisor, &resources.app, &hub, &begun.config.search);
    let gateway =
        Arc::new(Matchday::new(Arc::clone(&resources.app), hub, models, finder, Arc::clone(&security), &begun.config));
    let edge = Edge::with_documents(gateway, Arc::new(edge), documents, begun.ending.begun.clone());
    let evictor = edge.evictor();
    supervisor.keep("expulsion", move |stop| {
        let (rules, evictor) = (Arc::clone(&rules), evictor.clone());
        async move { rules.evict(&evictor, stop).await }
    });
    let graphql = edge.routes();
    let pages = match overrides {
        Some(overrides) => pages::routes(pages::of_this_process(graphql.clone()), overrides, &begun.config),
        None => routes::to_graphiql(),
    };
    let routes = graphql.merge(security::closed_to_the_blocked(beside.merge(pages), Some(&security)));

    let moved = bundle.map(|bundle| bundle.weeks);
    Ok(Running { moved, ..begun.running(routes, health, Some(&security))? })
}

/// Starts what runs without visitors: the exchange with Kafka, the expiry of holds, payments and mails. It answers health
/// only.
///
/// # Errors
///
/// What kept it from starting.
pub async fn start_worker(config: Config, listener: TcpListener, clock: Arc<dyn Clock>) -> Result<Running, Failure> {
    let begun = Begun::new(config, listener, clock, Duties::All).await?;
    keep_accounts(&begun.supervisor, &begun.resources.app).await?;
    begun.count_holds()?;
    let health = begun.health(None, false);

    begun.running(Router::new().into(), health, None)
}

impl Running {
    /// Serves until `shutdown` or the loss of a vital task, then ends in order.
    ///
    /// # Errors
    ///
    /// A vital task was lost.
    pub async fn until(self, shutdown: impl Future<Output = ()>) -> Result<(), Failure> {
        let Self { resources, supervisor, traces, front, fatal, app, .. } = self;
        drop(app);
        let tasks = async {
            if !supervisor.finish(TASKS_PATIENCE).await {
                tracing::warn!("some tasks did not end in time and were abandoned");
            }
        };
        front.until(&fatal, shutdown, tasks).await;
        if let Some(traces) = traces {
            traces.flush().await;
        }
        resources.close().await;
        tracing::info!("stopped");

        if fatal.is_cancelled() { Err(Failure::TaskLost) } else { Ok(()) }
    }
}

/// What both roles have in common: resources opened, and the tasks of their duties running.
struct Begun {
    address: SocketAddr,
    /// The address of its own for health and metrics, where one is set.
    admin: Option<TcpListener>,
    listener: TcpListener,
    metrics: Metrics,
    resources: Resources,
    supervisor: Supervisor,
    traces: Option<Arc<Traces>>,
    config: Config,
    ending: Ending,
    fatal: CancellationToken,
    duties: Duties,
    /// Where this program writes the lake.
    lake: Option<Arc<Standing>>,
}

impl Begun {
    async fn new(
        config: Config,
        listener: TcpListener,
        clock: Arc<dyn Clock>,
        duties: Duties,
    ) -> Result<Self, Failure> {
        let metrics = telemetry::metrics()?;
        telemetry::say_build(&config.client_id);
        let traces = telemetry::traces(&config);
        let (address, fatal) = (listener.local_addr()?, CancellationToken::new());
        let (resources, desk) = Resources::open(&config, clock).await?;
        let stop = CancellationToken::new();
        let supervisor = Supervisor::new(stop.clone(), fatal.clone());
        supervisor.keep_vital("desk", desk.run(stop.clone()));

        let upkeep = metrics.clone();
        supervisor.keep("metrics", move |stop| telemetry::run_upkeep(upkeep.clone(), stop));
        if let Some(traces) = traces.clone() {
            supervisor.keep("traces", move |stop| Arc::clone(&traces).run(stop));
        }
        match duties {
            Duties::All => keep_work(&supervisor, &resources, &config, stop),
            Duties::None => exchange::leave_to_others(&supervisor, &resources, &config),
        }

        let lake = lake::keep(&supervisor, &resources, &config);
        let ending = front::no_ending();
        Ok(Self {
            address,
            admin: None,
            listener,
            metrics,
            resources,
            supervisor,
            traces,
            config,
            ending,
            fatal,
            duties,
            lake,
        })
    }

    fn health(&self, limiter: Option<Arc<Limiter>>, serves: bool) -> Arc<Health> {
        Arc::new(Health {
            app: Arc::clone(&self.resources.app),
            exchange: Arc::clone(&self.resources.exchange),
            status: Arc::clone(&self.resources.status),
            redis: self.resources.redis.clone(),
            supervisor: self.supervisor.clone(),
            lake: self.lake.clone(),
            limiter,
            serves,
            leaves_work: self.duties == Duties::None,
            stopping: self.ending.announced.clone(),
            started: Instant::now(),
            settled: AtomicBool::new(false),
        })
    }

    fn security(&self) -> Result<Arc<Security>, Failure> {
        let Resources { app, redis, secret, .. } = &self.resources;
        Ok(Security::new(Arc::clone(app), redis.as_ref(), secret, &self.config.security())?)
    }

    /// Counts what becomes of holds whose payments are seen to here, where instances count together.
    fn count_holds(&self) -> Result<(), Failure> {
        if self.resources.redis.is_some() {
            self.keep_counts(&self.security()?);
        }
        Ok(())
    }

    fn keep_counts(&self, security: &Arc<Security>) {
        self.supervisor.keep_on("holds", security, Security::follow_holds);
        if let Some(limiter) = &security.limiter {
            self.supervisor.keep_on("limits", limiter, Limiter::run);
        }
    }

    /// Guards what visitors ask: no blocked address is served before the rules are read.
    async fn secure(&self) -> Result<Arc<Security>, Failure> {
        let security = self.security()?;
        security.rules.refresh().await?;
        self.supervisor.keep_on("address-rules", &security.rules, AddressRules::run);
        self.supervisor.keep_on("address-rules-news", &security.rules, AddressRules::listen);
        self.supervisor.keep_on("security-events", &security.decisions, Decisions::run);
        self.supervisor.keep_on("security-events-news", &security.decisions, Decisions::listen);
        self.keep_counts(&security);
        Ok(security)
    }

    /// `guard` says which addresses are answered, where any are.
    fn running(self, routes: Routes, health: Arc<Health>, guard: Option<&Arc<Security>>) -> Result<Running, Failure> {
        let Self { address, admin, listener, metrics, resources, supervisor, traces, config, ending, fatal, .. } = self;
        let guarded = |routes: Router| security::closed_to_the_blocked(routes, guard);
        let connections = config.transport.connections;
        let front =
            Front::new((listener, admin), routes, routes::health(health, metrics), guarded, connections, ending);

        Ok(Running {
            address,
            admin: front.admin_address()?,
            app: Arc::clone(&resources.app),
            moved: None,
            resources,
            supervisor,
            traces,
            front,
            fatal,
        })
    }
}

/// Whether a response is to a client that the gateway's signature tells of.
fn is_signed(response: &Response) -> bool {
    response.extensions().get::<gateways::Signed>().is_some()
}

/// The routes of payments; the sandbox's events come by them too.
fn payment_routes(begun: &Begun) -> Router {
    let (app, gateway) = (Arc::clone(&begun.resources.app), &begun.resources.gateway);
    let routes = gateway.routes(&app);
    if let Some(sandbox) = gateway.delivers_itself() {
        let (sandbox, told) = (Arc::clone(sandbox), routes.clone());
        begun.supervisor.keep("sandbox", move |stop| {
            let (sandbox, told, clock) = (Arc::clone(&sandbox), told.clone(), Arc::clone(&app.clock));
            async move { sandbox.deliver(told, move || clock.now(), stop).await }
        });
    }
    routes
}

/// The routes by which browsers sign in at the identity provider.
fn sign_in_routes(begun: &Begun, security: &Arc<Security>) -> Router {
    let same_site = begun.config.accounts.cookies_same_site.into();
    sign_in::routes(Arc::clone(&begun.resources.app), Arc::clone(security), same_site)
}

/// Keeps everything running that no visitor waits for.
fn keep_work(supervisor: &Supervisor, resources: &Resources, config: &Config, stop: CancellationToken) {
    supervisor.keep_on("expiry", &resources.app, expiry::run);
    supervisor.keep_on("closing", &resources.app, closing::run);
    let (app, mailer) = (Arc::clone(&resources.app), Arc::clone(&resources.mailer));
    supervisor.keep("mails", move |stop| {
        let (app, mailer) = (Arc::clone(&app), Arc::clone(&mailer));
        async move { mails::run(&app, &*mailer, stop).await }
    });
    supervisor.keep_on("payments", &resources.app, keeper::run);
    exchange::keep(supervisor, resources, config, stop);
}

/// Sees to it that there are keys to sign with, hears of those that other instances make or end, and keeps accounts in
/// order.
async fn keep_accounts(supervisor: &Supervisor, app: &Arc<App>) -> Result<(), Failure> {
    keyring::prepare::<AccessTokens>(app).await?;
    keyring::prepare::<TicketCodes>(app).await?;
    supervisor.keep_on("accounts", app, maintenance::run);
    Ok(())
}

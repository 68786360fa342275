//! The role `analytics`: the lake is written from Kafka, by a program that needs nothing else.
//!
//! It has no database, so what the broker has lost before it was read is reported and left to `matchday lake rebuild`.

use std::{
    future::Future,
    net::SocketAddr,
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use axum::Router;
use futures_util::{FutureExt as _, future::BoxFuture};
use tokio::{net::TcpListener, time::Instant};
use tokio_util::sync::CancellationToken;

use crate::{
    analytics::{lake, standing::Standing},
    broker,
    config::Config,
    failure::Failure,
    front::{self, Front},
    health::{Part, Report, Watched},
    routes,
    supervise::Supervisor,
    telemetry,
};

/// How long tasks may take to end: what was read is written.
const TASKS_PATIENCE: Duration = Duration::from_secs(5);

/// A running writer of the lake.
pub(crate) struct Running {
    /// Where health and metrics are.
    pub(crate) address: SocketAddr,
    front: Front,
    supervisor: Supervisor,
}

struct Health {
    standing: Arc<Standing>,
    supervisor: Supervisor,
    stopping: CancellationToken,
    started: Instant,
    /// All parts were ready once.
    settled: AtomicBool,
}

impl Watched for Health {
    fn report(&self) -> BoxFuture<'_, Report> {
        let parts = vec![Part::program(&self.stopping), Part::lake(&self.standing), Part::tasks(&self.supervisor)];
        std::future::ready(Report::of(parts, &self.settled, self.started)).boxed()
    }

    fn measure(&self) {
        self.standing.measure();
        telemetry::measure();
    }

    fn started(&self) -> Instant {
        self.started
    }
}

/// Starts it; Kafka and the lake may come later.
///
/// # Errors
///
/// What kept it from starting.
pub(crate) async fn start(config: Config, listener: TcpListener) -> Result<Running, Failure> {
    let metrics = telemetry::metrics()?;
    telemetry::say_build(&config.client_id);
    let address = listener.local_addr()?;
    let ending = front::no_ending();
    let supervisor = Supervisor::new(CancellationToken::new(), CancellationToken::new());
    let upkeep = metrics.clone();
    supervisor.keep("metrics", move |stop| telemetry::run_upkeep(upkeep.clone(), stop));
    let exchange = broker::exchange(&config);
    exchange.check()?;
    let standing = Standing::new(&config);
    let (writing, of_task) = (config.clone(), Arc::clone(&standing));
    supervisor.keep("lake", move |stop| lake::run(writing.clone(), exchange.clone(), None, Arc::clone(&of_task), stop));

    let health = Arc::new(Health {
        standing,
        supervisor: supervisor.clone(),
        stopping: ending.announced.clone(),
        started: Instant::now(),
        settled: AtomicBool::new(false),
    });
    let (connections, health) = (config.transport.connections, routes::health(health, metrics));
    let front = Front::new((listener, None), Router::new().into(), health, |routes| routes, connections, ending);

    Ok(Running { address, front, supervisor })
}

impl Running {
    /// Runs until `shutdown`, then ends in order.
    ///
    /// # Errors
    ///
    /// None; as programs of other roles end.
    pub(crate) async fn until(self, shutdown: impl Future<Output = ()>) -> Result<(), Failure> {
        let Self { front, supervisor, .. } = self;
        let tasks = async {
            supervisor.finish(TASKS_PATIENCE).await;
        };
        front.until(&CancellationToken::new(), shutdown, tasks).await;
        tracing::info!("stopped");
        Ok(())
    }
}

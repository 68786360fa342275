//! The front of a program: the addresses that it answers at, from bound listeners to an orderly end.

use std::{future::Future, net::SocketAddr};

use axum::Router;
use tokio::{net::TcpListener, time::sleep};
use tokio_util::sync::CancellationToken;
use transport::{config::Connections, routes::Routes, server::Ending};

use crate::{config::Config, failure::Failure, routes};

/// What a program answers at.
pub(crate) struct Front {
    listener: TcpListener,
    routes: Routes,
    admin: Option<Admin>,
    connections: Connections,
    ending: Ending,
}

/// The operators' address, and what stands there.
struct Admin {
    listener: TcpListener,
    routes: Router,
}

/// An end of which nothing is known yet.
pub(crate) fn no_ending() -> Ending {
    Ending { announced: CancellationToken::new(), begun: CancellationToken::new() }
}

/// Takes the operators' address, where one is set.
pub(crate) async fn admin(config: &Config) -> Result<Option<TcpListener>, Failure> {
    let Some(bind) = &config.admin.bind else { return Ok(None) };
    let failed = |error| Failure::Bind { address: bind.clone(), setting: "MATCHDAY_ADMIN_BIND", error };
    TcpListener::bind(bind).await.map(Some).map_err(failed)
}

impl Front {
    /// `health` stands at the operators' address where there is one; then the public one says alone that the program lives.
    /// `guarded` closes what is public to whom it is closed.
    pub(crate) fn new(
        (listener, admin): (TcpListener, Option<TcpListener>),
        routes: Routes,
        health: Router,
        guarded: impl Fn(Router) -> Router,
        connections: Connections,
        ending: Ending,
    ) -> Self {
        let (routes, admin) = match admin {
            Some(listener) => (routes.merge(guarded(routes::alive())), Some(Admin { listener, routes: health })),
            None => (routes.merge(guarded(health)), None),
        };
        metrics::gauge!("matchday_connections_max").set(u32::try_from(connections.max_connections).unwrap_or(u32::MAX));
        Self { listener, routes, admin, connections, ending }
    }

    /// Where operators are answered, if not where visitors are.
    pub(crate) fn admin_address(&self) -> Result<Option<SocketAddr>, Failure> {
        Ok(self.admin.as_ref().map(|admin| admin.listener.local_addr()).transpose()?)
    }

    /// Serves until `shutdown` or `fatal`; then what is open finishes, then `tasks` do.
    pub(crate) async fn until(
        self,
        fatal: &CancellationToken,
        shutdown: impl Future<Output = ()>,
        tasks: impl Future<Output = ()>,
    ) {
        let Self { listener, routes, admin, connections, ending } = self;
        let http = transport::server::serve(listener, routes, &connections, ending.clone());
        let stop = async {
            if fatal.run_until_cancelled(shutdown).await.is_some() {
                let delay = connections.shutdown_delay();
                tracing::info!(?delay, "shutting down: open requests and sockets finish first");
                ending.announced.cancel();
                fatal.run_until_cancelled(sleep(delay)).await;
            }
            ending.announced.cancel();
            ending.begun.cancel();
        };
        let over = CancellationToken::new();
        let work = async {
            tokio::join!(http, stop);
            tasks.await;
            over.cancel();
        };
        // Operators see it stop to the end.
        let shown = async {
            if let Some(Admin { listener, routes }) = admin {
                let connections = Connections { drain_seconds: 1, ..Connections::default() };
                transport::server::serve(listener, routes, &connections, over.clone()).await;
            }
        };
        tokio::join!(work, shown);
    }
}

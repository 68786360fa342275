//! GraphQL over HTTP, WebSocket, SSE and multipart: protocol only, knows no tickets.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::{
    config::Config,
    document::{Documents, ManifestError},
    gateway::Gateway,
    routes::Routes,
    streaming::Streaming,
};

pub use streaming::doors::Bouncer;

pub mod body;
pub mod config;
pub mod document;
pub mod encode;
pub mod gateway;
mod http;
mod multipart;
mod operation;
mod operations;
pub mod request_id;
pub mod routes;
pub mod server;
mod sse;
mod streaming;
mod websocket;

/// The edge of one program: the gateway behind it, its limits and its known documents.
pub struct Edge {
    pub(crate) gateway: Arc<dyn Gateway>,
    pub(crate) config: Arc<Config>,
    pub(crate) documents: Arc<Documents>,
    pub(crate) streaming: Arc<Streaming>,
    pub(crate) meters: http::meters::Meters,
}

impl Edge {
    /// Make it after the metrics recorder is installed, which its meters are resolved from.
    ///
    /// When `drain` is cancelled, sockets and event streams end; give the same token to [`server::serve`].
    ///
    /// # Errors
    ///
    /// Where a manifest of trusted documents is configured and cannot be used.
    pub fn new(
        gateway: Arc<dyn Gateway>,
        config: Arc<Config>,
        drain: CancellationToken,
    ) -> Result<Self, ManifestError> {
        let documents = Documents::new(config.documents.clone())?;
        Ok(Self::with_documents(gateway, config, documents, drain))
    }

    /// An edge whose registered documents are kept elsewhere: see [`Documents::with_persisted`].
    #[must_use]
    pub fn with_documents(
        gateway: Arc<dyn Gateway>,
        config: Arc<Config>,
        documents: Documents,
        drain: CancellationToken,
    ) -> Self {
        let documents = Arc::new(documents);

        Self {
            streaming: Streaming::new(Arc::clone(&gateway), Arc::clone(&documents), config.sockets.clone(), drain),
            documents,
            gateway,
            config,
            meters: http::meters::Meters::default(),
        }
    }

    /// Who ends the open sockets and streams of an address.
    #[must_use]
    pub fn bouncer(&self) -> Bouncer {
        Bouncer(Arc::clone(&self.streaming.doors))
    }

    /// The routes `/graphql` and `/graphql/stream`, with compression and the configured permissions for other sites.
    #[must_use]
    pub fn routes(self) -> Routes {
        Routes::of(self)
    }
}

//! The edge: what all routes of one program share.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::{
    config::Config,
    document::{Contract, Documents, ManifestError},
    error_docs::ErrorDocs,
    gateway::Gateway,
    http::meters::Meters,
    occupancy::exits::Evictor,
    sse::single::SingleConnections,
    streaming::Streaming,
};

/// The edge of one program: the gateway behind it, its limits and its known documents.
pub struct Edge {
    pub(crate) gateway: Arc<dyn Gateway>,
    pub(crate) config: Arc<Config>,
    pub(crate) documents: Arc<Documents>,
    pub(crate) streaming: Arc<Streaming>,
    pub(crate) event_streams: SingleConnections,
    pub(crate) meters: Meters,
    pub(crate) error_docs: ErrorDocs,
}

impl Edge {
    /// Make it after the metrics recorder is installed, which its meters are resolved from.
    ///
    /// When `drain` is cancelled, sockets and event streams end; give the same token to [`serve`](crate::server::serve).
    ///
    /// # Errors
    ///
    /// Where a manifest of trusted documents is configured and cannot be used.
    pub fn new(
        gateway: Arc<dyn Gateway>,
        config: Arc<Config>,
        contract: Contract,
        drain: CancellationToken,
    ) -> Result<Self, ManifestError> {
        let documents = Documents::new(config.documents.clone())?.with_contract(contract)?;
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
        let error_docs = ErrorDocs::at(config.http.error_docs.as_deref());
        let streaming = Streaming::new(
            Arc::clone(&gateway),
            Arc::clone(&documents),
            config.sockets.clone(),
            drain,
            error_docs.clone(),
        );

        Self {
            event_streams: SingleConnections::new(Arc::clone(&streaming), config.http.max_body_bytes),
            streaming,
            documents,
            gateway,
            config,
            meters: Meters::default(),
            error_docs,
        }
    }

    /// Who ends the open sockets and streams of an address.
    #[must_use]
    pub fn evictor(&self) -> Evictor {
        Evictor(Arc::clone(&self.streaming.exits))
    }
}

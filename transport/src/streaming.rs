//! What all long-lived connections share: the gateway behind them, their limits, their count and their end.
//!
//! One `Streaming` lives as long as the server. Invariant: every connection holds its `Place` from its first byte to
//! its last, so that counts are exact.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use axum::{
    extract::ConnectInfo,
    http::{StatusCode, request::Parts},
};
use tokio_util::sync::CancellationToken;

use crate::{
    config::sockets::Sockets,
    document::Documents,
    gateway::{Caller, Gateway},
    http::failure::Failure,
    sse::streams::Streams,
    streaming::{
        doors::{Door, Doors},
        feed::Held,
        meters::{Meters, Raised, Transport},
        places::{Full, Place, Places},
    },
};

pub(crate) mod doors;
pub(crate) mod feed;
pub(crate) mod meters;
pub(crate) mod places;

/// The shared state of WebSockets, event streams and multipart subscriptions.
pub(crate) struct Streaming {
    pub(crate) gateway: Arc<dyn Gateway>,
    pub(crate) documents: Arc<Documents>,
    pub(crate) limits: Sockets,
    pub(crate) drain: CancellationToken,
    pub(crate) meters: Meters,
    pub(crate) streams: Streams,
    pub(crate) doors: Arc<Doors>,
    connections: Arc<Places>,
    operations: Arc<Places>,
}

/// Where a connection comes from and, once that is known, whose it is: both have limits of their own.
pub(crate) type PlacePair = [Option<Place>; 2];

impl Streaming {
    /// Create it after the metrics recorder is installed: the meters are resolved once, here.
    ///
    /// When `drain` is cancelled, new operations are refused, subscriptions get `complete` and sockets close with 1001.
    pub(crate) fn new(
        gateway: Arc<dyn Gateway>,
        documents: Arc<Documents>,
        limits: Sockets,
        drain: CancellationToken,
    ) -> Arc<Self> {
        Arc::new(Self {
            connections: Places::new(limits.connections_per_user_max, limits.connections_per_address_max),
            operations: Places::new(limits.operations_per_user_max, limits.operations_per_address_max),
            doors: Doors::new(drain.clone()),
            gateway,
            documents,
            limits,
            drain,
            meters: Meters::default(),
            streams: Streams::default(),
        })
    }

    /// The way out of a connection that this request opens.
    pub(crate) fn door(&self, parts: &Parts) -> Arc<Door> {
        self.doors.enter(address(parts))
    }

    pub(crate) fn take_address_place(&self, parts: &Parts) -> Result<Option<Place>, Full> {
        address(parts).map(|address| self.connections.take_address(address)).transpose()
    }

    pub(crate) fn take_user_place(&self, caller: &Caller) -> Result<Option<Place>, Full> {
        caller.user.as_deref().map(|user| self.connections.take_user(user)).transpose()
    }

    /// Takes what a streamed response of one operation occupies, and what the operation does.
    pub(crate) fn hold_one(
        &self,
        parts: &Parts,
        caller: &Caller,
        meters: &Transport,
    ) -> Result<(Held, PlacePair), Failure> {
        let connection =
            self.take_address_place(parts).and_then(|address| Ok([address, self.take_user_place(caller)?]));
        let connection = connection.map_err(|Full| too_many("connections"))?;
        let operation = self.take_operation_places(parts, caller).map_err(|Full| too_many("operations"))?;

        Ok((
            Held { door: self.door(parts), _places: connection, _counted: Raised::new(&meters.connections) },
            operation,
        ))
    }

    /// Takes what an operation occupies for as long as it runs.
    pub(crate) fn take_operation_places(&self, parts: &Parts, caller: &Caller) -> Result<PlacePair, Full> {
        let address = address(parts).map(|address| self.operations.take_address(address)).transpose()?;
        let user = caller.user.as_deref().map(|user| self.operations.take_user(user)).transpose()?;

        Ok([address, user])
    }
}

fn address(parts: &Parts) -> Option<IpAddr> {
    parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|client| client.0.ip())
}

pub(crate) fn too_many(what: &str) -> Failure {
    let message = format!("Too many {what} are open: end one first.");
    Failure::new(StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED", message)
}

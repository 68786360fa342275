//! What all long-lived connections share: the gateway behind them, their limits, their count and their end.
//!
//! One `Streaming` lives as long as the server. Invariant: every connection holds its `Claim` from its first byte to
//! its last, so that counts are exact.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use axum::{
    extract::ConnectInfo,
    http::{HeaderName, HeaderValue, request::Parts},
};
use error_codes::Code;
use tokio_util::sync::CancellationToken;

use crate::{
    config::sockets::Sockets,
    cross_origin::RefusedOrigins,
    document::{Documents, Rejection},
    error_docs::ErrorDocs,
    gateway::{Caller, Gateway},
    occupancy::{
        departures::Departures,
        exits::{AddressExit, Exits},
        quotas::{Claim, ClaimPair, Full, Quota},
    },
    streaming::meters::Meters,
};

pub(crate) mod meters;

/// Of an answer that is a stream: nginx and its kin would otherwise hold its parts back until a buffer is full.
pub(crate) const UNBUFFERED: (HeaderName, HeaderValue) =
    (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));

/// The shared state of WebSockets, event streams and multipart subscriptions.
pub(crate) struct Streaming {
    pub(crate) gateway: Arc<dyn Gateway>,
    pub(crate) documents: Arc<Documents>,
    pub(crate) limits: Sockets,
    pub(crate) drain: CancellationToken,
    pub(crate) meters: Meters,
    pub(crate) error_docs: ErrorDocs,
    pub(crate) exits: Arc<Exits>,
    connections: Arc<Quota>,
    operations: Arc<Quota>,
    bytes: Arc<Quota>,
    /// Origins whose sockets were refused, as far as it was logged.
    pub(crate) refused_origins: RefusedOrigins,
}

/// What a subscription keeps in memory, of the process, of its address and of its user; none where it is not counted.
pub(crate) type Memory = Option<Box<[Option<Claim>; 3]>>;

/// What each subscription may keep uncounted: their number is bounded, and most are small and share what they keep.
const FREE_BYTES: usize = 16 * 1024;

/// Why nothing more is begun on long-lived connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Denied {
    ShuttingDown,
    /// The caller, or their address, has as many of these open as they may.
    TooMany(&'static str),
}

impl Streaming {
    /// Create it after the metrics recorder is installed: the meters are resolved once, here.
    ///
    /// When `drain` is cancelled nothing new begins, queries and mutations finish, and connections end without telling
    /// their subscriptions an end: sockets close with 1001 and streams break off, so that clients come back by
    /// themselves.
    pub(crate) fn new(
        gateway: Arc<dyn Gateway>,
        documents: Arc<Documents>,
        limits: Sockets,
        drain: CancellationToken,
        error_docs: ErrorDocs,
    ) -> Arc<Self> {
        Arc::new(Self {
            connections: Quota::new(limits.connections_per_user_max, limits.connections_per_address_max),
            operations: Quota::new(limits.operations_per_user_max, limits.operations_per_address_max),
            bytes: Quota::with_total(
                limits.subscription_bytes_per_user_max,
                limits.subscription_bytes_per_address_max,
                limits.subscription_bytes_total_max,
            ),
            refused_origins: RefusedOrigins::default(),
            exits: Exits::new(drain.clone(), Departures::new(limits.drain_per_second_max)),
            gateway,
            documents,
            limits,
            drain,
            meters: Meters::default(),
            error_docs,
        })
    }

    /// The way out of a connection that this request opens.
    pub(crate) fn exit(&self, parts: &Parts) -> Arc<AddressExit> {
        self.exits.of(address(parts))
    }

    pub(crate) fn claim_address(&self, parts: &Parts) -> Result<Option<Claim>, Full> {
        address(parts).map(|address| self.connections.claim_address(address)).transpose()
    }

    pub(crate) fn claim_user(&self, caller: &Caller) -> Result<Option<Claim>, Full> {
        caller.user.as_deref().map(|user| self.connections.claim_user(user)).transpose()
    }

    /// What is refused by its status is asked for again elsewhere; an error on a stream would be the last word of it.
    pub(crate) fn refuse_while_draining(&self) -> Result<(), Denied> {
        if self.drain.is_cancelled() { Err(Denied::ShuttingDown) } else { Ok(()) }
    }

    /// Takes what an operation occupies for as long as it runs.
    pub(crate) fn claim_operation(&self, parts: &Parts, caller: &Caller) -> Result<ClaimPair, Full> {
        let address = address(parts).map(|address| self.operations.claim_address(address)).transpose()?;
        let user = caller.user.as_deref().map(|user| self.operations.claim_user(user)).transpose()?;

        Ok([address, user])
    }

    /// Refuses a subscription that would keep too much by itself.
    pub(crate) fn check_subscription_bytes(&self, bytes: usize) -> Result<(), Rejection> {
        if bytes > self.limits.subscription_bytes_max {
            return Err(Rejection::limit("subscription_bytes", bytes, self.limits.subscription_bytes_max));
        }
        Ok(())
    }

    /// Takes what an operation keeps in memory for as long as it runs.
    pub(crate) fn claim_bytes(
        &self,
        address: Option<IpAddr>,
        caller: &Caller,
        bytes: usize,
    ) -> Result<Memory, Rejection> {
        let counted = bytes.saturating_sub(FREE_BYTES);
        if counted == 0 {
            return Ok(None);
        }
        let taken = || {
            let total = self.bytes.claim_total(counted)?;
            let address = address.map(|address| self.bytes.claim_address_amount(address, counted)).transpose()?;
            let user = caller.user.as_deref().map(|user| self.bytes.claim_user_amount(user, counted)).transpose()?;
            Ok(Some(Box::new([Some(total), address, user])))
        };
        taken().map_err(|Full| {
            Rejection::new(Code::RATE_LIMITED, "The running operations use too much memory: end one first.")
        })
    }
}

pub(crate) fn address(parts: &Parts) -> Option<IpAddr> {
    parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|client| client.0.ip())
}

//! Meters of the long-lived connections, resolved once so that a delivery costs no look-up.

use std::sync::Arc;

use bytes::Bytes;
use metrics::{Counter, Gauge, Histogram, counter, gauge, histogram};

use crate::{encode, gateway::Payload};

pub(crate) struct Meters {
    pub(crate) websocket: Transport,
    pub(crate) event_stream: Transport,
    pub(crate) multipart: Transport,
    pub(crate) stalled: Counter,
}

/// Open connections, running operations and results handed over, of one kind of connection.
#[derive(Clone)]
pub(crate) struct Transport {
    pub(crate) connections: Gauge,
    pub(crate) operations: Gauge,
    pub(crate) subscriptions: Arc<Subscriptions>,
    deliveries: Counter,
    event_to_socket: Histogram,
}

/// Subscriptions that began and ended, of one kind of connection.
pub(crate) struct Subscriptions {
    started: Counter,
    /// By the reason, in the order of [`Reason::ALL`].
    ended: [Counter; Reason::ALL.len()],
}

/// Why a subscription ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    /// Its source had no more to tell.
    Completed,
    /// It could not begin, or ended with a result that has errors.
    Error,
    /// Its client ended it, and stays.
    ClientEnded,
    /// Its client closed the connection, or the connection broke.
    ClientDisconnected,
    /// Its client took nothing, or answered no ping.
    Stalled,
    /// The token that it was begun with is over.
    Expired,
    /// Its caller is not what they were any more, or their renewals were refused.
    Revoked,
    /// The address of its client is blocked.
    Evicted,
    /// The server drains; its client is to ask for it again.
    Drained,
    /// Its client broke the protocol or a limit, which ends the whole connection.
    Violation,
}

/// A subscription that runs. It is counted as ended when this is dropped: for the reason that was noted last, or else
/// because its client is gone.
pub(crate) struct Lifetime {
    subscriptions: Arc<Subscriptions>,
    reason: Reason,
}

impl Default for Meters {
    fn default() -> Self {
        Self {
            websocket: Transport::named("websocket"),
            event_stream: Transport::named("sse"),
            multipart: Transport::named("multipart"),
            stalled: counter!("matchday_sockets_stalled_total"),
        }
    }
}

impl Transport {
    fn named(transport: &'static str) -> Self {
        Self {
            connections: gauge!("matchday_sockets", "transport" => transport),
            operations: gauge!("matchday_socket_operations", "transport" => transport),
            subscriptions: Arc::new(Subscriptions::of(transport)),
            deliveries: counter!("matchday_socket_deliveries_total", "transport" => transport),
            event_to_socket: histogram!("matchday_event_to_socket_seconds", "transport" => transport),
        }
    }

    /// Encodes a result that its connection is ready to take, and counts it.
    pub(crate) fn deliver(&self, payload: Payload) -> Bytes {
        self.deliveries.increment(1);
        if let Payload::Broadcast { since: Some(since), origin, .. } = &payload {
            // So that the histogram's exemplar is the trace of this event.
            let _entered = origin.as_deref().map(spans::enter);
            self.event_to_socket.record(since.elapsed());
        }

        encode::payload(payload)
    }
}

impl Subscriptions {
    fn of(transport: &'static str) -> Self {
        let ended = |reason: Reason| counter!("matchday_subscriptions_ended_total", "transport" => transport, "reason" => reason.as_str());
        Self {
            started: counter!("matchday_subscriptions_started_total", "transport" => transport),
            ended: Reason::ALL.map(ended),
        }
    }

    /// Counts a subscription that begins.
    pub(crate) fn begin(self: &Arc<Self>) -> Lifetime {
        self.started.increment(1);
        Lifetime { subscriptions: Arc::clone(self), reason: Reason::ClientDisconnected }
    }
}

impl Lifetime {
    /// Notes why it is about to end.
    pub(crate) fn note(&mut self, reason: Reason) {
        self.reason = reason;
    }
}

impl Drop for Lifetime {
    fn drop(&mut self) {
        self.subscriptions.ended[self.reason as usize].increment(1);
    }
}

impl Reason {
    const ALL: [Self; 10] = [
        Self::Completed,
        Self::Error,
        Self::ClientEnded,
        Self::ClientDisconnected,
        Self::Stalled,
        Self::Expired,
        Self::Revoked,
        Self::Evicted,
        Self::Drained,
        Self::Violation,
    ];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Error => "error",
            Self::ClientEnded => "client_ended",
            Self::ClientDisconnected => "client_disconnected",
            Self::Stalled => "stalled",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::Evicted => "evicted",
            Self::Drained => "drained",
            Self::Violation => "violation",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_is_counted_under_its_own_name() {
        for (index, reason) in Reason::ALL.into_iter().enumerate() {
            assert_eq!(reason as usize, index, "{reason:?}");
        }
    }
}

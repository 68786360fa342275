//! Meters of the long-lived connections, resolved once so that a delivery costs no look-up.

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
    deliveries: Counter,
    event_to_socket: Histogram,
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
            deliveries: counter!("matchday_socket_deliveries_total", "transport" => transport),
            event_to_socket: histogram!("matchday_event_to_socket_seconds", "transport" => transport),
        }
    }

    /// Encodes a result that its connection is ready to take, and counts it.
    pub(crate) fn deliver(&self, payload: Payload) -> Bytes {
        self.deliveries.increment(1);
        if let Payload::Broadcast { since: Some(since), .. } = &payload {
            self.event_to_socket.record(since.elapsed());
        }

        encode::payload(payload)
    }
}

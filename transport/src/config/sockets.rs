//! Limits of the long-lived connections: WebSockets, event streams and multipart subscriptions.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What one client, one address and one user may hold open, and how long silence is borne.
///
/// Every number is a limit; the defaults suit browsers and mobile clients behind ordinary proxies.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sockets {
    /// Origins whose pages may open a socket, as `https://tickets.example`; `*` allows any.
    /// A page of the same host, or of the site's public address, and a client that sends no `Origin` are always allowed.
    pub allowed_origins: Vec<String>,
    /// How long a client may take to send `connection_init` before it is closed with 4408.
    pub init_timeout_ms: u64,
    /// How often the server pings a socket.
    pub ping_interval_ms: u64,
    /// How long a client may stay silent after a ping before the socket is ended.
    pub ping_timeout_ms: u64,
    /// How long a socket may take nothing of what waits for it before it is ended.
    pub write_timeout_ms: u64,
    /// How long the closing handshake may take.
    pub close_timeout_ms: u64,
    /// How long running queries and mutations may take to finish once the server drains.
    pub drain_timeout_ms: u64,
    /// How many connections a second are ended once the server drains: their clients come back at that pace.
    pub drain_per_second_max: u32,
    /// Longest message a client may send; a longer one closes the socket with 1009.
    pub message_bytes_max: usize,
    /// Operations that may run at the same time on one connection.
    pub operations_per_connection_max: usize,
    /// Operations that one user may run at the same time, over all their connections.
    pub operations_per_user_max: usize,
    /// Operations that may run at the same time for one network address, over all connections from it.
    pub operations_per_address_max: usize,
    /// Connections (sockets and event streams) that one user may hold open.
    pub connections_per_user_max: usize,
    /// Connections (sockets and event streams) that one network address may hold open.
    pub connections_per_address_max: usize,
    /// Memory that one subscription may keep, about: its parsed document and its variables.
    pub subscription_bytes_max: usize,
    /// Memory that the operations on sockets and streams of one user may keep together. Of each, 16 kB are free, as in
    /// the next two.
    pub subscription_bytes_per_user_max: usize,
    /// Memory that the operations on sockets and streams of one network address may keep together.
    pub subscription_bytes_per_address_max: usize,
    /// Memory that all operations on sockets and streams may keep together.
    pub subscription_bytes_total_max: usize,
    /// How often an idle event stream carries a comment, so that proxies keep it open.
    pub event_stream_keep_alive_ms: u64,
    /// How often an idle multipart subscription carries an empty part.
    pub multipart_heartbeat_ms: u64,
    /// Event streams that may be reserved and not yet opened, over all clients.
    pub event_stream_reservations_max: usize,
    /// Event streams that one network address may have reserved and not yet opened: beyond them its oldest gives way.
    pub event_stream_reservations_per_address_max: usize,
    /// How long a reserved event stream waits to be opened.
    pub event_stream_reservation_ms: u64,
}

impl Default for Sockets {
    fn default() -> Self {
        Self {
            allowed_origins: Vec::new(),
            init_timeout_ms: 3_000,
            ping_interval_ms: 12_000,
            ping_timeout_ms: 12_000,
            write_timeout_ms: 30_000,
            close_timeout_ms: 2_000,
            drain_timeout_ms: 5_000,
            drain_per_second_max: 2_000,
            message_bytes_max: 64 * 1024,
            operations_per_connection_max: 100,
            operations_per_user_max: 1_000,
            operations_per_address_max: 20_000,
            connections_per_user_max: 100,
            connections_per_address_max: 1_000,
            subscription_bytes_max: 512 * 1024,
            subscription_bytes_per_user_max: 8 * 1024 * 1024,
            subscription_bytes_per_address_max: 64 * 1024 * 1024,
            subscription_bytes_total_max: 512 * 1024 * 1024,
            event_stream_keep_alive_ms: 12_000,
            multipart_heartbeat_ms: 5_000,
            event_stream_reservations_max: 10_000,
            event_stream_reservations_per_address_max: 100,
            event_stream_reservation_ms: 30_000,
        }
    }
}

impl Sockets {
    pub(crate) fn init_timeout(&self) -> Duration {
        Duration::from_millis(self.init_timeout_ms)
    }

    pub(crate) fn ping_interval(&self) -> Duration {
        Duration::from_millis(self.ping_interval_ms)
    }

    pub(crate) fn ping_timeout(&self) -> Duration {
        Duration::from_millis(self.ping_timeout_ms)
    }

    pub(crate) fn write_timeout(&self) -> Duration {
        Duration::from_millis(self.write_timeout_ms)
    }

    pub(crate) fn close_timeout(&self) -> Duration {
        Duration::from_millis(self.close_timeout_ms)
    }

    pub(crate) fn drain_timeout(&self) -> Duration {
        Duration::from_millis(self.drain_timeout_ms)
    }
}

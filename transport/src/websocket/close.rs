//! Reasons a socket ends, with the codes of graphql-transport-ws and RFC 6455.

use std::borrow::Cow;

use axum::http::StatusCode;
use bytes::{BufMut, Bytes, BytesMut};

use crate::{gateway::Refusal, streaming::meters::Reason};

/// Why the server ends a socket, as the client's close event shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Close {
    pub(crate) code: u16,
    pub(crate) reason: Cow<'static, str>,
}

/// A close frame carries at most 125 bytes, two of them the code.
const REASON_BYTES_MAX: usize = 123;

impl Close {
    pub(crate) const NORMAL: Self = Self::new(1000, "Normal Closure");
    pub(crate) const GOING_AWAY: Self = Self::new(1001, "Going away: connect again");
    pub(crate) const PROTOCOL_ERROR: Self = Self::new(1002, "Protocol error");
    pub(crate) const INVALID_DATA: Self = Self::new(1007, "Text must be UTF-8");
    pub(crate) const TOO_LARGE: Self = Self::new(1009, "Message too large");
    pub(crate) const BINARY: Self = Self::new(4400, "Invalid message: expected text");
    pub(crate) const UNAUTHORIZED: Self = Self::new(4401, "Unauthorized");
    // Clients of graphql-ws give up for good at 4401 and come back after 4403, with the token that they have by then.
    pub(crate) const EXPIRED: Self = Self::new(4403, "Forbidden: the token expired, connect again with a fresh one");
    pub(crate) const REVOKED: Self = Self::new(4403, "Forbidden: your session or role has changed, connect again");
    pub(crate) const EVICTED: Self = Self::new(4403, "Forbidden: your address is blocked");
    pub(crate) const NO_SUBPROTOCOL: Self =
        Self::new(4406, "Subprotocol not acceptable: offer graphql-transport-ws or graphql-ws");
    pub(crate) const INIT_TIMEOUT: Self = Self::new(4408, "Connection initialisation timeout");
    pub(crate) const TOO_MANY_INITS: Self = Self::new(4429, "Too many initialisation requests");
    pub(crate) const TOO_MANY_OPERATIONS: Self = Self::new(4429, "Too many operations");
    pub(crate) const TOO_MANY_CONNECTIONS: Self = Self::new(4429, "Too many connections");

    pub(crate) const fn new(code: u16, reason: &'static str) -> Self {
        Self { code, reason: Cow::Borrowed(reason) }
    }

    pub(crate) fn malformed(malformed: crate::websocket::protocol::Malformed) -> Self {
        Self { code: 4400, reason: malformed.to_string().into() }
    }

    pub(crate) fn duplicate(id: &str) -> Self {
        Self { code: 4409, reason: format!("Subscriber for {id} already exists").into() }
    }

    pub(crate) fn refused(refusal: &Refusal) -> Self {
        let code = match refusal.status {
            StatusCode::UNAUTHORIZED => 4401,
            StatusCode::FORBIDDEN => 4403,
            StatusCode::TOO_MANY_REQUESTS => 4429,
            _ => 1013,
        };
        Self { code, reason: refusal.message.clone().into() }
    }

    /// What the close is to the subscriptions that it ends.
    pub(crate) fn ends_subscriptions_because(&self) -> Reason {
        if *self == Self::EXPIRED {
            return Reason::Expired;
        }
        if *self == Self::EVICTED {
            return Reason::Evicted;
        }
        match self.code {
            // A client of the legacy protocol asked for it.
            1000 => Reason::ClientDisconnected,
            1001 => Reason::Drained,
            // Their session or role has changed, or a renewal was refused.
            4401 | 4403 => Reason::Revoked,
            _ => Reason::Violation,
        }
    }

    /// The payload of the close frame that says so.
    pub(crate) fn payload(&self) -> Bytes {
        let reason = &self.reason[..self.reason.floor_char_boundary(REASON_BYTES_MAX)];
        let mut payload = BytesMut::with_capacity(2 + reason.len());
        payload.put_u16(self.code);
        payload.put_slice(reason.as_bytes());
        payload.freeze()
    }
}

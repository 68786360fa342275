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

/// A close that the server sends, for the page that explains them to clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CloseCode {
    pub code: u16,
    /// What the close frame says.
    pub reason: &'static str,
    /// When it is sent.
    pub when: &'static str,
    /// What a client does.
    pub client: &'static str,
}

macro_rules! closes {
    ($($name:ident = $code:literal, $reason:literal, $when:literal, $client:literal;)+) => {
        impl Close {
            $(pub(crate) const $name: Self = Self::new($code, $reason);)+
        }

        /// Closes of one text each.
        const FIXED: &[CloseCode] =
            &[$(CloseCode { code: $code, reason: $reason, when: $when, client: $client }),+];
    };
}

// Clients of graphql-ws give up for good at 4401 and come back after 4403, with the token that they have by then.
closes! {
    NORMAL = 1000, "Normal Closure",
        "A client of the legacy protocol sent `connection_terminate`.",
        "Nothing: it asked for it.";
    GOING_AWAY = 1001, "Going away: connect again",
        "The instance shuts down. Subscriptions are not completed.",
        "Connect and subscribe again.";
    PROTOCOL_ERROR = 1002, "Protocol error",
        "A frame breaks the WebSocket protocol.",
        "Correct the client.";
    INVALID_DATA = 1007, "Text must be UTF-8",
        "A text message is not UTF-8.",
        "Correct the client.";
    TOO_LARGE = 1009, "Message too large",
        "A message is longer than `transport.sockets.message_bytes_max`.",
        "Send shorter messages.";
    BINARY = 4400, "Invalid message: expected text",
        "A binary message.",
        "Correct the client.";
    UNAUTHORIZED = 4401, "Unauthorized",
        "An operation before `connection_ack`.",
        "Wait for the acknowledgement.";
    EXPIRED = 4403, "Forbidden: the token expired, connect again with a fresh one",
        "The access token has expired.",
        "Refresh the session, connect again and subscribe again.";
    REVOKED = 4403, "Forbidden: your session or role has changed, connect again",
        "The session has ended, or the user's role has changed.",
        "Connect again with the present token; if it is refused, have the user sign in.";
    EVICTED = 4403, "Forbidden: your address is blocked",
        "A rule has blocked the client's address.",
        "Stop; the next connection is refused.";
    NO_SUBPROTOCOL = 4406, "Subprotocol not acceptable: offer graphql-transport-ws or graphql-ws",
        "The client offers neither subprotocol.",
        "Offer `graphql-transport-ws`.";
    INIT_TIMEOUT = 4408, "Connection initialisation timeout",
        "No `connection_init` within `transport.sockets.init_timeout_ms`.",
        "Send it as soon as the socket is open.";
    TOO_MANY_INITS = 4429, "Too many initialisation requests",
        "A second `connection_init`. To send a new token, use `ping`.",
        "Correct the client.";
    TOO_MANY_OPERATIONS = 4429, "Too many operations",
        "More operations at a time than one connection, user or address can have.",
        "End operations that are not needed, then connect again.";
    TOO_MANY_CONNECTIONS = 4429, "Too many connections",
        "More sockets and event streams than one user or address can have open.",
        "Close other connections, then connect again.";
}

/// Closes whose text says more of the case.
const SPOKEN: &[CloseCode] = &[
    CloseCode {
        code: 1013,
        reason: "the error's message",
        when: "The caller cannot be identified right now, for example because the database is out of reach.",
        client: "Connect again after a moment.",
    },
    CloseCode {
        code: 4400,
        reason: "Invalid message: …",
        when: "A message is not one of the protocol.",
        client: "Correct the client.",
    },
    CloseCode {
        code: 4401,
        reason: "the error's message",
        when: "The access token in `connection_init`, or three renewals one after another, were refused as invalid.",
        client: "Refresh the session or have the user sign in, then connect again.",
    },
    CloseCode {
        code: 4403,
        reason: "the error's message",
        when: "The account is disabled, the address is blocked, a renewal names another user, or a cookie's token has just expired.",
        client: "Connect again once with the present token or cookies; stop if it is refused again.",
    },
    CloseCode {
        code: 4409,
        reason: "Subscriber for … already exists",
        when: "Two operations have the same id.",
        client: "Correct the client.",
    },
    CloseCode {
        code: 4429,
        reason: "the error's message",
        when: "A rate limit refuses the connection.",
        client: "Connect again after the time that the message names.",
    },
];

/// All closes that the server sends, by their codes.
#[must_use]
pub fn codes() -> Vec<CloseCode> {
    let mut all = [FIXED, SPOKEN].concat();
    all.sort_by_key(|close| close.code);
    all
}

/// Whether npm's graphql-ws connects again after a close with this code, within its `retryAttempts`.
#[must_use]
pub fn is_retried_by_graphql_ws(code: u16) -> bool {
    // After 1000 it has nothing to come back for, unless other subscriptions wait.
    let is_fatal_of_the_protocol = matches!(code, 1000 | 1002..=1004 | 1007..=1011 | 1015..=1999);
    let is_fatal = matches!(code, 4004 | 4005 | 4400 | 4401 | 4406 | 4409 | 4429 | 4500);
    !is_fatal_of_the_protocol && !is_fatal
}

impl Close {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::websocket::protocol::Malformed;

    #[test]
    fn every_close_that_says_more_is_among_those_that_are_explained() {
        let refused = |status| {
            Close::refused(&Refusal {
                status,
                code: error_codes::Code::FORBIDDEN,
                message: String::new(),
                retry_after: None,
            })
        };
        let statuses = [
            StatusCode::UNAUTHORIZED,
            StatusCode::FORBIDDEN,
            StatusCode::TOO_MANY_REQUESTS,
            StatusCode::SERVICE_UNAVAILABLE,
        ];
        let spoken = [Close::malformed(Malformed::Id), Close::duplicate("1")];

        let mut sent: Vec<u16> = statuses.map(refused).iter().chain(&spoken).map(|close| close.code).collect();
        sent.sort_unstable();

        assert_eq!(sent, SPOKEN.iter().map(|close| close.code).collect::<Vec<_>>());
    }

    #[test]
    fn explanations_are_whole_sentences() {
        for close in codes() {
            assert!(close.when.ends_with('.') && close.client.ends_with('.'), "{close:?}");
        }
    }
}

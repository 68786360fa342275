//! The opening handshake of RFC 6455, server's side.

use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use hyper::upgrade::OnUpgrade;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

const VERSION: HeaderValue = HeaderValue::from_static("13");

/// A request to become a socket that can be granted.
pub(super) struct Handshake {
    upgraded: OnUpgrade,
    accept: String,
}

impl Handshake {
    /// Takes the connection out of a request; `Err` is the answer to one that can't become a socket.
    pub(super) fn of(parts: &mut Parts) -> Result<Self, Box<Response>> {
        let refuse = |status: StatusCode, why: &'static str| Err(Box::new((status, why).into_response()));
        if parts.method != Method::GET {
            return refuse(StatusCode::METHOD_NOT_ALLOWED, "A socket is opened by GET.");
        }
        if !names(&parts.headers, header::CONNECTION, "upgrade") {
            return refuse(StatusCode::BAD_REQUEST, "The header `connection: upgrade` is missing.");
        }
        if parts.headers.get(header::SEC_WEBSOCKET_VERSION) != Some(&VERSION) {
            let spoken = [(header::SEC_WEBSOCKET_VERSION, VERSION)];
            let answer = (StatusCode::UPGRADE_REQUIRED, spoken, "Only version 13 is spoken here.").into_response();
            return Err(Box::new(answer));
        }
        let Some(key) = parts.headers.get(header::SEC_WEBSOCKET_KEY) else {
            return refuse(StatusCode::BAD_REQUEST, "The header `sec-websocket-key` is missing.");
        };
        let accept = derive_accept_key(key.as_bytes());
        let Some(upgraded) = parts.extensions.remove::<OnUpgrade>() else {
            return refuse(StatusCode::UPGRADE_REQUIRED, "This connection can't become a socket: use HTTP/1.1.");
        };

        Ok(Self { upgraded, accept })
    }

    /// The answer that makes the connection a socket, and the connection once that was sent.
    pub(super) fn grant(self, subprotocol: Option<&'static str>) -> (Response, OnUpgrade) {
        let headers = [
            (header::CONNECTION, HeaderValue::from_static("upgrade")),
            (header::UPGRADE, HeaderValue::from_static("websocket")),
        ];
        let accept = [(header::SEC_WEBSOCKET_ACCEPT, self.accept)];
        let mut answer = (StatusCode::SWITCHING_PROTOCOLS, headers, accept).into_response();
        if let Some(name) = subprotocol {
            answer.headers_mut().insert(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(name));
        }
        (answer, self.upgraded)
    }
}

fn names(headers: &HeaderMap, header: HeaderName, token: &str) -> bool {
    let values = headers.get_all(header);
    values
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|value| value.trim().eq_ignore_ascii_case(token))
}

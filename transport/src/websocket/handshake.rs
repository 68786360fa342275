//! The opening handshake of RFC 6455, server's side.

use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use hyper::upgrade::{OnUpgrade, Upgraded};
use sha1_smol::Sha1;

use crate::occupancy::tasks::Tasks;

/// What RFC 6455 has servers add to a client's key, so that no other protocol's server gives the right answer.
const GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

const VERSION: HeaderValue = HeaderValue::from_static("13");

/// A request to become a socket that can be granted.
pub(super) struct Handshake {
    upgraded: OnUpgrade,
    tasks: Tasks,
    accept: String,
}

impl Handshake {
    /// Takes the connection out of a request; `Err` is the answer to one that can't become a socket.
    pub(super) fn of(parts: &mut Parts) -> Result<Self, Box<Response>> {
        let refuse = |status: StatusCode, why: &'static str| Err(Box::new((status, why).into_response()));
        if parts.method != Method::GET {
            return refuse(StatusCode::METHOD_NOT_ALLOWED, "A socket is opened with GET.");
        }
        if !names(&parts.headers, header::CONNECTION, "upgrade") {
            return refuse(StatusCode::BAD_REQUEST, "The header `connection: upgrade` is missing.");
        }
        if parts.headers.get(header::SEC_WEBSOCKET_VERSION) != Some(&VERSION) {
            let spoken = [(header::SEC_WEBSOCKET_VERSION, VERSION)];
            let answer =
                (StatusCode::UPGRADE_REQUIRED, spoken, "Only WebSocket version 13 is supported.").into_response();
            return Err(Box::new(answer));
        }
        let Some(key) = parts.headers.get(header::SEC_WEBSOCKET_KEY) else {
            return refuse(StatusCode::BAD_REQUEST, "The header `sec-websocket-key` is missing.");
        };
        let accept = accept_key(key.as_bytes());
        let (Some(upgraded), Some(tasks)) =
            (parts.extensions.remove::<OnUpgrade>(), parts.extensions.remove::<Tasks>())
        else {
            return refuse(StatusCode::UPGRADE_REQUIRED, "This connection can't become a socket: use HTTP/1.1.");
        };

        Ok(Self { upgraded, tasks, accept })
    }

    /// The answer that makes the connection a socket; once it was sent, `serve` has the connection.
    pub(super) fn grant<F>(
        self,
        subprotocol: Option<&'static str>,
        serve: impl FnOnce(Upgraded) -> F + Send + 'static,
    ) -> Response
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let headers = [
            (header::CONNECTION, HeaderValue::from_static("upgrade")),
            (header::UPGRADE, HeaderValue::from_static("websocket")),
        ];
        let accept = [(header::SEC_WEBSOCKET_ACCEPT, self.accept)];
        let mut answer = (StatusCode::SWITCHING_PROTOCOLS, headers, accept).into_response();
        if let Some(name) = subprotocol {
            answer.headers_mut().insert(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(name));
        }
        let upgraded = self.upgraded;
        self.tasks.spawn(async move {
            // It fails where the client left before it was answered.
            if let Ok(connection) = upgraded.await {
                serve(connection).await;
            }
        });
        answer
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

/// Proves to a client that its key was read by a server of this protocol. It is no secret, so SHA-1 does.
fn accept_key(key: &[u8]) -> String {
    let mut digest = Sha1::from(key);
    digest.update(GUID);
    STANDARD.encode(digest.digest().bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_accepted_as_in_the_example_of_the_rfc() {
        assert_eq!(accept_key(b"dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }
}

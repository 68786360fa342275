//! GraphQL over WebSocket: `graphql-transport-ws`, and the legacy `graphql-ws` for clients that know no other.
//!
//! A client keeps its socket beyond the end of its token by renewing it: a `ping` whose payload has `authorization` is
//! answered with a `pong` whose payload says `{"renewed":true}`, or `{"renewed":false,"error":{…}}` where the token is
//! refused or names another user; then the old end stands. (The protocol forbids a second `connection_init`.) A socket
//! whose token ends closes with 4403, as does one whose caller is not what they were any more: clients come back after
//! that by themselves, with the token or the cookies that they have by then. 4401 says that a token is refused.
//!
//! A socket lives from its upgrade to its close frame as one task. Invariant: what waits to be sent to a client is
//! bounded by one result and a few short replies, whatever happens behind it and however slowly the client reads.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    extract::ConnectInfo,
    http::{HeaderValue, Request, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use futures_util::{FutureExt, future::BoxFuture};
use hyper::upgrade::Upgraded;

use crate::{
    occupancy::gauges::GaugeGuard,
    request_id::RequestId,
    streaming::Streaming,
    websocket::{
        close::Close,
        connection::{Connection, close_handshake},
        handshake::Handshake,
        protocol::Dialect,
        socket::Socket,
    },
};

pub mod close;
mod connection;
mod frames;
mod handshake;
mod origin;
mod protocol;
mod socket;
mod timers;

/// Answers the upgrade request and serves the socket until it closes.
///
/// Origins that are not allowed get 403 and a draining server says 503; everything else a client does wrong is said in
/// a close code, because browsers hide the status of a refused handshake from their scripts.
pub(crate) fn upgrade(streaming: &Arc<Streaming>, mut parts: Parts) -> Response {
    let handshake = match Handshake::of(&mut parts) {
        Ok(handshake) => handshake,
        Err(refusal) => return *refusal,
    };
    if streaming.drain.is_cancelled() {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    if !origin::allowed(&parts, &streaming.limits.allowed_origins) {
        if let Some(origin) = parts.headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok()) {
            streaming.refused_origins.refused(origin, "open sockets", "transport.sockets.allowed_origins");
        }
        return (StatusCode::FORBIDDEN, "Pages of this origin may not open sockets here.").into_response();
    }

    let claim = streaming.claim_address(&parts);
    let dialect = Dialect::offered(&parts.headers);
    let parts = kept(&parts);
    let streaming = Arc::clone(streaming);
    // Boxed one by one, so that the task of every socket is as small as the case it is in.
    let serve: Box<dyn FnOnce(Upgraded) -> BoxFuture<'static, ()> + Send> = Box::new(move |connection| {
        let socket = Socket::new(connection, streaming.limits.message_bytes_max);
        match (dialect, claim) {
            (None, _) => refuse(streaming, socket, Close::NO_SUBPROTOCOL).boxed(),
            (_, Err(_full)) => refuse(streaming, socket, Close::TOO_MANY_CONNECTIONS).boxed(),
            (Some(dialect), Ok(claim)) => Connection::new(streaming, dialect, parts, socket, claim).run().boxed(),
        }
    });
    handshake.grant(dialect.map(Dialect::name), serve)
}

async fn refuse(streaming: Arc<Streaming>, socket: Socket, reason: Close) {
    let _gauge = GaugeGuard::new(&streaming.meters.websocket.connections);
    close_handshake::close(socket, &reason, &streaming).await;
}

/// Copies what may tell who is asking: kept for the life of the socket, it must not hold the request's whole buffer.
fn kept(upgrade: &Parts) -> Parts {
    let of_the_handshake = [
        header::CONNECTION,
        header::UPGRADE,
        header::SEC_WEBSOCKET_KEY,
        header::SEC_WEBSOCKET_VERSION,
        header::SEC_WEBSOCKET_EXTENSIONS,
        header::ACCEPT_ENCODING,
        header::CACHE_CONTROL,
        header::PRAGMA,
    ];
    let headers = upgrade.headers.iter().filter(|(name, _)| !of_the_handshake.contains(name));

    let mut copy = Request::new(()).into_parts().0;
    copy.method = upgrade.method.clone();
    copy.uri = upgrade.uri.to_string().parse().unwrap_or_default();
    copy.version = upgrade.version;
    copy.headers = headers
        .filter_map(|(name, value)| Some((name.clone(), HeaderValue::from_bytes(value.as_bytes()).ok()?)))
        .collect();
    if let Some(peer) = upgrade.extensions.get::<ConnectInfo<SocketAddr>>() {
        copy.extensions.insert(*peer);
    }
    if let Some(id) = upgrade.extensions.get::<RequestId>() {
        copy.extensions.insert(id.clone());
    }
    copy
}

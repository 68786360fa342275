//! Bare axum: bytes that are ready are sent, and nothing else is done.

use axum::{
    Router,
    extract::{
        State,
        ws::{Message, Utf8Bytes, WebSocket, WebSocketUpgrade},
    },
    http::{
        HeaderMap, HeaderName, HeaderValue,
        header::{CONTENT_LENGTH, CONTENT_TYPE, DATE},
    },
    response::Response,
    routing::{any, get, post},
};
use bytes::Bytes;
use tokio::sync::broadcast;

use crate::{
    Outcome,
    changes::{message, state},
    peers::Records,
};

/// As tuned as it gets: the default read buffer of 128 KiB is cleared on every read.
const READ_BUFFER: usize = 4_096;

/// Changes that a socket may be behind.
const BEHIND: usize = 16;

/// A socket that is told what comes from Kafka.
pub(super) fn socket(records: Records) -> Router {
    let (sender, _) = broadcast::channel::<Utf8Bytes>(BEHIND);
    let told = sender.clone();
    tokio::spawn(records.follow(move |payload| {
        if let Ok(text) = Utf8Bytes::try_from(payload) {
            // Nobody may be listening yet.
            let _ = told.send(text);
        }
    }));
    Router::new().route("/graphql", any(upgrade)).with_state(sender)
}

async fn upgrade(State(changes): State<broadcast::Sender<Utf8Bytes>>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.protocols(["graphql-transport-ws"]).read_buffer_size(READ_BUFFER).write_buffer_size(0).on_upgrade(
        move |socket| async move {
            // It ends when its client goes away.
            let _ = serve(socket, changes).await;
        },
    )
}

async fn serve(mut socket: WebSocket, changes: broadcast::Sender<Utf8Bytes>) -> Option<()> {
    // `connection_init`, then `subscribe`.
    socket.recv().await?.ok()?;
    socket.send(Message::Text(Utf8Bytes::from_static(r#"{"type":"connection_ack"}"#))).await.ok()?;
    socket.recv().await?.ok()?;
    let mut changes = changes.subscribe();
    let first = Utf8Bytes::try_from(message(&state(1))).ok()?;
    socket.send(Message::Text(first)).await.ok()?;
    loop {
        tokio::select! {
            change = changes.recv() => socket.send(Message::Text(change.ok()?)).await.ok()?,
            message = socket.recv() => { message?.ok()?; }
        }
    }
}

/// A handler that answers everything with the same bytes.
pub(super) fn handler(answer: Bytes) -> Router {
    let answer = move || std::future::ready(([(CONTENT_TYPE, "application/json; charset=utf-8")], answer.clone()));
    Router::new().route("/graphql", post(answer))
}

/// A handler that answers as a whole answer of HTTP does, but for the date and the length, which are hyper's.
pub(super) fn page(answer: &[u8]) -> Outcome<Router> {
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n").ok_or("an answer without a head")?;
    let mut headers = HeaderMap::new();
    for (name, value) in std::str::from_utf8(&answer[..end])?.lines().filter_map(|line| line.split_once(": ")) {
        headers.append(name.parse::<HeaderName>()?, value.parse::<HeaderValue>()?);
    }
    headers.remove(CONTENT_LENGTH);
    headers.remove(DATE);
    let body = Bytes::copy_from_slice(&answer[end + 4..]);
    Ok(Router::new().fallback(get(move || std::future::ready((headers.clone(), body.clone())))))
}

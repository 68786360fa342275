//! GraphQL over server-sent events, by the graphql-sse protocol.
//!
//! In distinct connections mode each operation is answered on `/graphql` with an event stream of its own. In single
//! connection mode a client reserves one stream on `/graphql/stream` and runs all its operations over it.

use std::{sync::Arc, time::Duration};

use axum::{
    body::Body,
    http::{HeaderValue, header, request::Parts},
    response::{IntoResponse, Response},
};
use bytes::Bytes;

use crate::{
    document::{Prepared, Rejection},
    feed::{Feed, FeedClaims, Framing, Shared},
    gateway::Caller,
    http::{accept::Media, failure::Failure},
    operation::Operation,
    streaming::{Streaming, UNBUFFERED},
};

pub(crate) mod single;
mod streams;

/// A comment: it opens the stream at once and keeps an idle one alive.
const COMMENT: Bytes = Bytes::from_static(b":\n\n");

/// Answers one operation with an event stream of its own; a refused document is told on it.
pub(crate) fn distinct(
    streaming: &Arc<Streaming>,
    parts: Parts,
    caller: Caller,
    prepared: Result<Prepared, Rejection>,
) -> Response {
    let meters = streaming.meters.event_stream.clone();
    let (held, claims) = match FeedClaims::of_one(streaming, &parts, &caller, &meters) {
        Ok(held) => held,
        Err(denied) => return Failure::from(denied).answer(Media::Json, &streaming.error_docs),
    };
    let operation = Operation::prepared(streaming, &meters, &parts, &caller, prepared);
    let shared = Shared::with(operation, claims, &meters);

    events(streaming, Distinct, shared, &caller, held)
}

fn events(
    streaming: &Streaming,
    framing: impl Framing,
    shared: Arc<Shared>,
    caller: &Caller,
    held: FeedClaims,
) -> Response {
    let keep_alive = Duration::from_millis(streaming.limits.event_stream_keep_alive_ms);
    let meters = streaming.meters.event_stream.clone();
    let feed = Feed::new(streaming, framing, shared, meters, keep_alive, caller, held);

    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache, no-store")),
        UNBUFFERED,
    ];
    (headers, Body::from_stream(feed)).into_response()
}

/// Each event carries a result; the stream ends with the operation.
struct Distinct;

impl Framing for Distinct {
    fn opening(&self) -> Bytes {
        COMMENT
    }

    fn heartbeat(&self) -> Bytes {
        COMMENT
    }

    fn next(&self, _prefix: &str, payload: &[u8]) -> Bytes {
        event(&[payload])
    }

    fn complete(&self, _id: &str) -> Option<Bytes> {
        // Without a data line, browsers do not dispatch an event.
        Some(Bytes::from_static(b"event: complete\ndata:\n\n"))
    }

    fn closing(&self) -> Option<Bytes> {
        Some(Bytes::new())
    }
}

/// A `next` event whose data is the concatenation of `pieces`.
fn event(pieces: &[&[u8]]) -> Bytes {
    const START: &[u8] = b"event: next\ndata: ";
    const END: &[u8] = b"\n\n";

    let length = START.len() + END.len() + pieces.iter().map(|piece| piece.len()).sum::<usize>();
    let mut event = Vec::with_capacity(length);
    event.extend_from_slice(START);
    for piece in pieces {
        // A line break ends a data line; in JSON it can only be white space between tokens.
        event.extend(piece.iter().map(|&byte| if matches!(byte, b'\n' | b'\r') { b' ' } else { byte }));
    }
    event.extend_from_slice(END);
    event.into()
}

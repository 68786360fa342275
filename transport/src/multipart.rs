//! Multipart subscriptions, as Apollo's clients speak them: `multipart/mixed; subscriptionSpec=1.0`.
//!
//! Clients take a part for whole when they see the boundary after it, so every part is sent with the boundary that
//! follows it.

use std::{sync::Arc, time::Duration};

use axum::{
    body::Body,
    http::{HeaderValue, header, request::Parts},
    response::{IntoResponse, Response},
};
use bytes::Bytes;

use crate::{
    document::Prepared,
    feed::{Feed, FeedClaims, Framing, Shared},
    gateway::Caller,
    http::{accept::Media, failure::Failure},
    operation::Operation,
    streaming::{Streaming, UNBUFFERED},
};

const CONTENT_TYPE: HeaderValue =
    HeaderValue::from_static(r#"multipart/mixed; boundary="graphql"; subscriptionSpec=1.0"#);
const HEAD: &[u8] = b"\r\ncontent-type: application/json; charset=utf-8\r\n\r\n";
const BOUNDARY: &[u8] = b"\r\n--graphql";
const CLOSING: &[u8] = b"--\r\n";

/// Answers one operation with a part for each of its results.
pub(crate) fn subscribe(streaming: &Arc<Streaming>, parts: Parts, caller: Caller, operation: Prepared) -> Response {
    let meters = streaming.meters.multipart.clone();
    let (held, claims) = match FeedClaims::of_one(streaming, &parts, &caller, &meters) {
        Ok(held) => held,
        Err(denied) => return Failure::from(denied).answer(Media::Json, &streaming.error_docs),
    };
    let operation = Operation::prepared(streaming, &meters, &parts, &caller, Ok(operation));
    let shared = Shared::with(operation, claims, &meters);
    let heartbeat = Duration::from_millis(streaming.limits.multipart_heartbeat_ms);
    let feed = Feed::new(streaming, Parted, shared, meters, heartbeat, &caller, held);

    let headers = [
        (header::CONTENT_TYPE, CONTENT_TYPE),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache, no-store")),
        UNBUFFERED,
    ];
    (headers, Body::from_stream(feed)).into_response()
}

struct Parted;

impl Framing for Parted {
    fn opening(&self) -> Bytes {
        Bytes::from_static(BOUNDARY)
    }

    fn heartbeat(&self) -> Bytes {
        [HEAD, b"{}", BOUNDARY].concat().into()
    }

    fn next(&self, _prefix: &str, payload: &[u8]) -> Bytes {
        [HEAD, br#"{"payload":"#, payload, b"}", BOUNDARY].concat().into()
    }

    fn complete(&self, _id: &str) -> Option<Bytes> {
        None
    }

    fn closing(&self) -> Option<Bytes> {
        Some(Bytes::from_static(CLOSING))
    }
}

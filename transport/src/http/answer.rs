//! Answers: execution results as HTTP responses, by the status rules of each media type.

use async_graphql::{Response as GraphqlResponse, Value};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use bytes::{BufMut, Bytes, BytesMut};

use crate::{
    body::Body,
    document::Rejection,
    encode,
    gateway::{Kept, Payload},
    http::accept::Media,
};

/// Seconds after which it makes sense to ask again what could not be answered just now, where no error says it.
const RETRY_AFTER_SECONDS: u64 = 1;

/// Headers that an answer has: so many are no reason to make room again.
const HEADERS: usize = 4;

/// An answer whose body is whole in memory.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    /// Whether everything asked for is in it.
    pub(super) is_complete: bool,
    /// What it was taken from, where others are answered with the same.
    pub(super) kept: Option<Kept>,
}

impl Answer {
    pub(super) fn executed(payload: Payload, media: Media) -> Self {
        let (status, mut headers, is_complete) = match &payload {
            Payload::Kept(_) | Payload::Pushed { .. } => (StatusCode::OK, HeaderMap::with_capacity(HEADERS), true),
            Payload::Response(result) => (status(result, media), headers(result), result.is_ok()),
        };
        describe(&mut headers, media);
        let kept = if let Payload::Kept(kept) = &payload { Some(kept.clone()) } else { None };

        Self { status, headers, body: encode::payload(payload), is_complete, kept }
    }

    pub(super) fn into_response(self) -> Response<Body> {
        let mut response = Response::new(Body::Whole(self.body));
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
    }

    pub(super) fn rejected(rejection: Rejection, media: Media) -> Self {
        Self::executed(Payload::Response(Box::new(GraphqlResponse::from(rejection))), media)
    }

    /// A batch is answered with 200: its results say each for itself what became of them.
    pub(super) fn batch(payloads: Vec<Payload>, media: Media) -> Self {
        let mut headers = HeaderMap::new();
        let mut body = BytesMut::new();
        body.put_u8(b'[');
        for (index, payload) in payloads.into_iter().enumerate() {
            if index > 0 {
                body.put_u8(b',');
            }
            if let Payload::Response(result) = &payload {
                headers.extend(self::headers(result));
            }
            body.put(encode::payload(payload));
        }
        body.put_u8(b']');
        describe(&mut headers, media);

        Self { status: StatusCode::OK, headers, body: body.freeze(), is_complete: false, kept: None }
    }
}

/// The same URL answers differently by these request headers, which caches must know.
fn describe(headers: &mut HeaderMap, media: Media) {
    headers.insert(header::CONTENT_TYPE, media.content_type());
    headers.append(header::VARY, HeaderValue::from_static("accept, authorization"));
}

fn headers(result: &GraphqlResponse) -> HeaderMap {
    let mut headers = result.http_headers.clone();
    if let Some(seconds) = retry_after(result) {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    headers
}

/// The draft asks for 200 where a result has `data`, be it null; it lets proxies and clients be told by 503 all the
/// same that asking again helps.
fn status(result: &GraphqlResponse, media: Media) -> StatusCode {
    match media {
        Media::Json => StatusCode::OK,
        Media::GraphqlResponse if result.data == Value::Null && retry_after(result).is_some() => {
            StatusCode::SERVICE_UNAVAILABLE
        }
        Media::GraphqlResponse if !encode::was_executed(result) => StatusCode::BAD_REQUEST,
        Media::GraphqlResponse => StatusCode::OK,
    }
}

/// When to ask again for what could not be answered now: the latest `retryAfter` of such errors.
fn retry_after(result: &GraphqlResponse) -> Option<u64> {
    let unavailable = Value::from("SERVICE_UNAVAILABLE");
    let known = result.errors.iter().filter_map(|error| error.extensions.as_ref());
    let seconds =
        known.filter(|known| known.get("code") == Some(&unavailable)).map(|known| match known.get("retryAfter") {
            Some(Value::Number(seconds)) => seconds.as_u64().unwrap_or(RETRY_AFTER_SECONDS),
            _ => RETRY_AFTER_SECONDS,
        });
    seconds.max()
}

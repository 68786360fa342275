//! Answers: execution results as HTTP responses, by the status rules of each media type.

use async_graphql::{Response as GraphqlResponse, ServerError, Value};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use bytes::{BufMut, Bytes, BytesMut};
use error_codes::Code;

use crate::{
    body::Body,
    encode,
    error_docs::ErrorDocs,
    gateway::{CachedResult, Payload},
    http::{NO_STORE, accept::Media},
};

/// Seconds after which it makes sense to ask again what could not be answered just now, where no error says it.
const RETRY_AFTER_SECONDS: u64 = 1;

/// Headers that an answer has: so many are no reason to make room again.
const HEADERS: usize = 8;

/// An answer whose body is whole in memory.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// What comes after the body for this client alone.
    pub(crate) notes: Bytes,
    /// Whether everything asked for is in it.
    pub(crate) is_complete: bool,
    /// What it was taken from, where others are answered with the same.
    pub(crate) cached: Option<CachedResult>,
}

impl Answer {
    pub(crate) fn executed(payload: Payload, media: Media) -> Self {
        let (status, mut headers, is_complete) = match &payload {
            Payload::Cached(_) | Payload::Broadcast { .. } => (StatusCode::OK, HeaderMap::with_capacity(HEADERS), true),
            Payload::Annotated(annotated) => (StatusCode::OK, annotated.headers.clone(), true),
            Payload::Response(result) => (status(result, media), headers(result), result.is_ok()),
        };
        describe(&mut headers, media);
        let cached = match &payload {
            Payload::Cached(cached) => Some(cached.clone()),
            Payload::Annotated(annotated) => Some(annotated.cached.clone()),
            Payload::Response(_) | Payload::Broadcast { .. } => None,
        };
        let (body, notes) = match payload {
            // What is kept for everybody is not copied for each.
            Payload::Annotated(annotated) => annotated.pieces(),
            payload => (encode::payload(payload), Bytes::new()),
        };

        Self { status, headers, body, notes, is_complete, cached }
    }

    pub(crate) fn into_response(self) -> Response<Body> {
        let mut response = Response::new(Body::Whole(self.body, self.notes));
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
    }

    /// A batch is answered with 200: its results say each for itself what became of them. Those for which `bytes_max` leave
    /// no room are not sent.
    pub(crate) fn batch(payloads: Vec<Payload>, media: Media, bytes_max: usize, docs: &ErrorDocs) -> Self {
        let mut headers = HeaderMap::new();
        let mut body = BytesMut::new();
        body.put_u8(b'[');
        for (index, payload) in payloads.into_iter().enumerate() {
            if index > 0 {
                body.put_u8(b',');
            }
            match &payload {
                Payload::Response(result) => headers.extend(self::headers(result)),
                Payload::Annotated(annotated) => headers.extend(annotated.headers.clone()),
                Payload::Cached(_) | Payload::Broadcast { .. } => {}
            }
            let result = encode::payload(payload);
            let has_room = body.len() + result.len() <= bytes_max;
            body.put(if has_room {
                result
            } else {
                let mut told = encode::too_long(bytes_max);
                docs.add(&mut told.errors);
                encode::response(&told)
            });
        }
        body.put_u8(b']');
        describe(&mut headers, media);

        let body = body.freeze();

        Self { status: StatusCode::OK, headers, body, notes: Bytes::new(), is_complete: false, cached: None }
    }
}

/// The same URL answers differently by these request headers, which caches must know.
fn describe(headers: &mut HeaderMap, media: Media) {
    headers.insert(header::CONTENT_TYPE, media.content_type());
    headers.append(header::VARY, HeaderValue::from_static("accept, authorization, cookie"));
    headers.insert(header::CACHE_CONTROL, NO_STORE);
}

fn headers(result: &GraphqlResponse) -> HeaderMap {
    let mut headers = result.http_headers.clone();
    if let Some(seconds) =
        [Code::SERVICE_UNAVAILABLE, Code::RATE_LIMITED].into_iter().filter_map(|code| retry_after(result, code)).max()
    {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    headers
}

/// The draft asks for 200 where a result has `data`, be it null; it lets proxies and clients be told by 503 all the
/// same that asking again helps.
fn status(result: &GraphqlResponse, media: Media) -> StatusCode {
    if let Some(status) = turned_away(result) {
        return status;
    }
    match media {
        Media::Json => StatusCode::OK,
        Media::GraphqlResponse
            if result.data == Value::Null && retry_after(result, Code::SERVICE_UNAVAILABLE).is_some() =>
        {
            StatusCode::SERVICE_UNAVAILABLE
        }
        Media::GraphqlResponse if !encode::was_executed(result) => StatusCode::BAD_REQUEST,
        Media::GraphqlResponse => StatusCode::OK,
    }
}

/// Who is turned away has the same status in every media type: proxies and clients must see it without reading why.
fn turned_away(result: &GraphqlResponse) -> Option<StatusCode> {
    let first = code(result.errors.first()?)?;
    if result.data != Value::Null || result.errors.iter().any(|error| code(error) != Some(first)) {
        return None;
    }
    let is = |code: Code| first == code.as_str();
    if is(Code::RATE_LIMITED) {
        return Some(StatusCode::TOO_MANY_REQUESTS);
    }
    (is(Code::BLOCKED) || is(Code::CAPTCHA_REQUIRED)).then_some(StatusCode::FORBIDDEN)
}

/// When to ask again for what was refused with this code: the latest `retryAfter` of such errors.
fn retry_after(result: &GraphqlResponse, refused: Code) -> Option<u64> {
    // What is unavailable may always be asked for again, but some of what is limited is never granted.
    let unsaid = (refused == Code::SERVICE_UNAVAILABLE).then_some(RETRY_AFTER_SECONDS);
    let seconds = |error: &ServerError| match error.extensions.as_ref()?.get("retryAfter") {
        Some(Value::Number(seconds)) => seconds.as_u64(),
        _ => unsaid,
    };
    result.errors.iter().filter(|error| code(error) == Some(refused.as_str())).filter_map(seconds).max()
}

fn code(error: &ServerError) -> Option<&str> {
    match error.extensions.as_ref()?.get("code")? {
        Value::String(code) => Some(code),
        _ => None,
    }
}

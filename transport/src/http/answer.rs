//! Answers: execution results as HTTP responses, by the status rules of each media type.

use async_graphql::{Response as GraphqlResponse, ServerError, Value};
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

// Codes that decide the status of an answer.
const UNAVAILABLE: &str = "SERVICE_UNAVAILABLE";
const RATE_LIMITED: &str = "RATE_LIMITED";
const BLOCKED: &str = "BLOCKED";
const CAPTCHA_REQUIRED: &str = "CAPTCHA_REQUIRED";

/// Headers that an answer has: so many are no reason to make room again.
const HEADERS: usize = 4;

/// An answer whose body is whole in memory.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    /// What comes before the body for this client alone.
    pub(super) notes: Bytes,
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
            Payload::Noted(noted) => (StatusCode::OK, noted.headers.clone(), true),
            Payload::Response(result) => (status(result, media), headers(result), result.is_ok()),
        };
        describe(&mut headers, media);
        let kept = match &payload {
            Payload::Kept(kept) => Some(kept.clone()),
            Payload::Noted(noted) => Some(noted.kept.clone()),
            Payload::Response(_) | Payload::Pushed { .. } => None,
        };
        let (notes, body) = match payload {
            // What is kept for everybody is not copied for each.
            Payload::Noted(noted) => noted.pieces(),
            payload => (Bytes::new(), encode::payload(payload)),
        };

        Self { status, headers, notes, body, is_complete, kept }
    }

    pub(super) fn into_response(self) -> Response<Body> {
        let mut response = Response::new(Body::Whole(self.notes, self.body));
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
            match &payload {
                Payload::Response(result) => headers.extend(self::headers(result)),
                Payload::Noted(noted) => headers.extend(noted.headers.clone()),
                Payload::Kept(_) | Payload::Pushed { .. } => {}
            }
            body.put(encode::payload(payload));
        }
        body.put_u8(b']');
        describe(&mut headers, media);

        let body = body.freeze();

        Self { status: StatusCode::OK, headers, notes: Bytes::new(), body, is_complete: false, kept: None }
    }
}

/// The same URL answers differently by these request headers, which caches must know.
fn describe(headers: &mut HeaderMap, media: Media) {
    headers.insert(header::CONTENT_TYPE, media.content_type());
    headers.append(header::VARY, HeaderValue::from_static("accept, authorization, cookie"));
}

fn headers(result: &GraphqlResponse) -> HeaderMap {
    let mut headers = result.http_headers.clone();
    if let Some(seconds) = [UNAVAILABLE, RATE_LIMITED].into_iter().filter_map(|code| retry_after(result, code)).max() {
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
        Media::GraphqlResponse if result.data == Value::Null && retry_after(result, UNAVAILABLE).is_some() => {
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
    match first {
        RATE_LIMITED => Some(StatusCode::TOO_MANY_REQUESTS),
        BLOCKED | CAPTCHA_REQUIRED => Some(StatusCode::FORBIDDEN),
        _ => None,
    }
}

/// When to ask again for what was refused with this code: the latest `retryAfter` of such errors.
fn retry_after(result: &GraphqlResponse, refused: &str) -> Option<u64> {
    // What is unavailable may always be asked for again, but some of what is limited is never granted.
    let unsaid = (refused == UNAVAILABLE).then_some(RETRY_AFTER_SECONDS);
    let seconds = |error: &ServerError| match error.extensions.as_ref()?.get("retryAfter") {
        Some(Value::Number(seconds)) => seconds.as_u64(),
        _ => unsaid,
    };
    result.errors.iter().filter(|error| code(error) == Some(refused)).filter_map(seconds).max()
}

fn code(error: &ServerError) -> Option<&str> {
    match error.extensions.as_ref()?.get("code")? {
        Value::String(code) => Some(code),
        _ => None,
    }
}

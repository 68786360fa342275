//! Failures: why a request was not even looked into, as a GraphQL result.

use async_graphql::{Response as GraphqlResponse, ServerError};
use axum::{
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use error_codes::Code;

use crate::{
    encode,
    error_docs::ErrorDocs,
    gateway::{Caller, Gateway, Refusal},
    http::{NO_STORE, accept::Media},
    request_id::RequestId,
    streaming::Denied,
};

/// A request refused before its document is looked at; its status is the same in every media type.
#[derive(Debug)]
pub(crate) struct Failure {
    status: StatusCode,
    code: Code,
    message: String,
    header: Option<(HeaderName, HeaderValue)>,
}

impl Failure {
    pub(crate) fn new(status: StatusCode, code: Code, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), header: None }
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, Code::BAD_REQUEST, message)
    }

    pub(crate) fn method_not_allowed(message: &str, allow: &'static str) -> Self {
        let header = Some((header::ALLOW, HeaderValue::from_static(allow)));
        Self { header, ..Self::new(StatusCode::METHOD_NOT_ALLOWED, Code::METHOD_NOT_ALLOWED, message) }
    }

    pub(crate) fn not_acceptable() -> Self {
        let message = "Accept application/graphql-response+json, application/json, text/event-stream or \
                       multipart/mixed;subscriptionSpec=1.0.";
        Self::new(StatusCode::NOT_ACCEPTABLE, Code::NOT_ACCEPTABLE, message)
    }

    pub(crate) fn needs_stream() -> Self {
        let message = "A subscription needs a WebSocket, or Accept: text/event-stream or \
                       multipart/mixed;subscriptionSpec=1.0.";
        Self::new(StatusCode::NOT_ACCEPTABLE, Code::NOT_ACCEPTABLE, message)
    }

    pub(crate) fn unsupported_media_type(message: &str) -> Self {
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, Code::UNSUPPORTED_MEDIA_TYPE, message)
    }

    pub(crate) fn internal(id: &RequestId) -> Self {
        let message = format!("Internal error. Quote the request id {id} when you report it.");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, Code::INTERNAL, message)
    }

    /// The failure, paid for by the caller, who sent so many bytes for it; where they have asked for too much, they are
    /// told that instead.
    pub(crate) async fn charged(self, gateway: &dyn Gateway, caller: &Caller, bytes: usize) -> Self {
        if !self.status.is_client_error() {
            return self;
        }
        gateway.charge_refusal(caller, bytes).await.map_or_else(Self::from, |()| self)
    }

    /// The failure as an answer in the media type that the client accepts.
    pub(crate) fn answer(self, media: Media, docs: &ErrorDocs) -> Response {
        let mut errors = vec![ServerError::new(self.message, None)];
        errors[0].extensions.get_or_insert_default().set("code", self.code.as_str());
        docs.add(&mut errors);
        let body = encode::response(&GraphqlResponse::from_errors(errors));

        let headers = [(header::CONTENT_TYPE, media.content_type()), (header::CACHE_CONTROL, NO_STORE)];
        let mut response = (self.status, headers, body).into_response();
        response.headers_mut().extend(self.header);
        response
    }
}

impl From<Denied> for Failure {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::ShuttingDown => {
                let message = "The server is shutting down: connect again.";
                Self::new(StatusCode::SERVICE_UNAVAILABLE, Code::SERVICE_UNAVAILABLE, message)
            }
            Denied::TooMany(what) => {
                let message = format!("Too many {what} are open: end one first.");
                Self::new(StatusCode::TOO_MANY_REQUESTS, Code::RATE_LIMITED, message)
            }
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let header = refusal.retry_after.map(|seconds| (header::RETRY_AFTER, HeaderValue::from(seconds)));
        Self { header, ..Self::new(refusal.status, refusal.code, refusal.message) }
    }
}

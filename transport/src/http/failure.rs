//! Failures: why a request was not even looked into, as a GraphQL result.

use async_graphql::{Response as GraphqlResponse, ServerError};
use axum::{
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::{encode, gateway::Refusal, http::accept::Media, request_id::RequestId};

/// A request refused before its document is looked at; its status is the same in every media type.
#[derive(Debug)]
pub(crate) struct Failure {
    status: StatusCode,
    code: &'static str,
    message: String,
    header: Option<(HeaderName, HeaderValue)>,
}

impl Failure {
    pub(crate) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), header: None }
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "BAD_REQUEST", message)
    }

    pub(crate) fn method_not_allowed(message: &str, allow: &'static str) -> Self {
        let header = Some((header::ALLOW, HeaderValue::from_static(allow)));
        Self { header, ..Self::new(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", message) }
    }

    pub(crate) fn not_acceptable() -> Self {
        let message = "Accept application/graphql-response+json, application/json, text/event-stream or \
                       multipart/mixed;subscriptionSpec=1.0.";
        Self::new(StatusCode::NOT_ACCEPTABLE, "NOT_ACCEPTABLE", message)
    }

    pub(crate) fn needs_stream() -> Self {
        let message = "A subscription needs a WebSocket, or Accept: text/event-stream or \
                       multipart/mixed;subscriptionSpec=1.0.";
        Self::new(StatusCode::NOT_ACCEPTABLE, "NOT_ACCEPTABLE", message)
    }

    pub(crate) fn unsupported_media_type(message: &str) -> Self {
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE", message)
    }

    pub(crate) fn internal(id: &RequestId) -> Self {
        let message = format!("Internal error. Quote the request id {id} when you report it.");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL", message)
    }

    /// The failure as an answer in the media type that the client accepts.
    pub(crate) fn answer(self, media: Media) -> Response {
        let mut error = ServerError::new(self.message, None);
        error.extensions.get_or_insert_default().set("code", self.code);
        let body = encode::response(&GraphqlResponse::from_errors(vec![error]));

        let mut response = (self.status, [(header::CONTENT_TYPE, media.content_type())], body).into_response();
        response.headers_mut().extend(self.header);
        response
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        self.answer(Media::Json)
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let header = refusal.retry_after.map(|seconds| (header::RETRY_AFTER, HeaderValue::from(seconds)));
        Self { header, ..Self::new(refusal.status, refusal.code, refusal.message) }
    }
}

//! The API elsewhere, as pages ask it.

use axum::{
    body::{Body, to_bytes},
    http::{HeaderMap, HeaderValue, Request, Response, StatusCode, header},
};
use bytes::Bytes;
use error_codes::Code;
use futures_util::{FutureExt as _, future::BoxFuture};
use kit::api::Api;
use serde_json::json;
use transport::relay::{RETRY_SECONDS, Relay};

/// Answers hold notes of their own beside what is bounded.
const NOTES_BYTES: usize = 64 * 1024;

/// An API that is asked over the network.
pub(super) struct ApiElsewhere {
    relay: Relay,
    bytes_max: usize,
}

impl ApiElsewhere {
    /// `answer_bytes` is how large a result may be there.
    pub(super) fn new(relay: Relay, answer_bytes: usize) -> Self {
        Self { relay, bytes_max: answer_bytes.saturating_add(NOTES_BYTES) }
    }

    async fn answer(&self, request: Request<Bytes>) -> Response<Bytes> {
        let Ok(response) = self.relay.send(request.map(Body::from)).await else {
            return refusal(Code::SERVICE_UNAVAILABLE, None);
        };
        let (head, body) = response.into_parts();
        match to_bytes(body, self.bytes_max).await {
            Ok(body) if is_of_graphql(head.status, &head.headers) => Response::from_parts(head, body),
            Ok(_) if head.status == StatusCode::TOO_MANY_REQUESTS => {
                refusal(Code::RATE_LIMITED, head.headers.get(header::RETRY_AFTER))
            }
            Ok(_) => {
                // A proxy on the way, or another program at the address.
                tracing::error!(status = %head.status, "the API's address responds with something else than GraphQL");
                refusal(Code::SERVICE_UNAVAILABLE, head.headers.get(header::RETRY_AFTER))
            }
            Err(error) => {
                tracing::error!(%error, "a response of the API was cut off or is too large");
                refusal(Code::SERVICE_UNAVAILABLE, None)
            }
        }
    }
}

impl Api for ApiElsewhere {
    fn ask(&self, request: Request<Bytes>) -> BoxFuture<'_, Response<Bytes>> {
        self.answer(request).boxed()
    }
}

fn is_of_graphql(status: StatusCode, headers: &HeaderMap) -> bool {
    let media = headers.get(header::CONTENT_TYPE).map_or(&[][..], |media| media.as_bytes());
    let is_json = [&b"application/json"[..], b"application/graphql-response+json"];
    status == StatusCode::NOT_MODIFIED || is_json.iter().any(|json| media.starts_with(json))
}

/// What the API would say, were it there.
fn refusal(code: Code, retry_after: Option<&HeaderValue>) -> Response<Bytes> {
    let status = match code {
        Code::RATE_LIMITED => StatusCode::TOO_MANY_REQUESTS,
        _ => StatusCode::SERVICE_UNAVAILABLE,
    };
    let retry_after = retry_after.cloned().unwrap_or(HeaderValue::from(RETRY_SECONDS));
    let error = json!({ "message": "the API does not answer", "extensions": { "code": code.as_str() } });
    let mut response = Response::new(json!({ "errors": [error] }).to_string().into());
    *response.status_mut() = status;
    response.headers_mut().insert(header::RETRY_AFTER, retry_after);
    response
}

//! The collector: takes spans by OTLP over HTTP, or does not.

use axum::http::{HeaderName, HeaderValue, Method, Request, StatusCode, Uri, header};
use bytes::Bytes;
use fetch::{FetchError, Fetcher};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use prost::Message as _;

use crate::config::otel::Otel;

const PROTOBUF: HeaderValue = HeaderValue::from_static("application/x-protobuf");

/// Bytes of an answer; it says how many spans were rejected, and why.
const ANSWER_BYTES: usize = 64 * 1024;

/// Why a batch was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Untaken {
    /// It never will be.
    Refused,
    /// It may be later.
    Unreached,
}

pub(super) struct Collector {
    fetcher: Fetcher,
    address: Uri,
    /// Without what is secret of it.
    shown: String,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Collector {
    /// `None` where none is named, or not as the settings allow it.
    pub(super) fn new(config: &Otel) -> Option<Self> {
        let collector = config.collector()?;
        Some(Self {
            fetcher: Fetcher::new(config.timeout(), ANSWER_BYTES),
            address: collector.expose().parse().ok()?,
            shown: collector.redacted(),
            headers: config.sent_headers()?,
        })
    }

    /// As logs name it.
    pub(super) fn shown(&self) -> &str {
        &self.shown
    }

    /// Says how many spans of the batch were rejected.
    pub(super) async fn take(&self, batch: Bytes) -> Result<u64, (Untaken, String)> {
        let mut request = Request::new(batch.into());
        *request.method_mut() = Method::POST;
        request.uri_mut().clone_from(&self.address);
        request.headers_mut().extend(self.headers.iter().cloned());
        request.headers_mut().insert(header::CONTENT_TYPE, PROTOBUF);
        let (status, body) = match self.fetcher.exchange(request).await {
            Ok(answer) => answer,
            // The collector may have taken it, but said so in words that are no answer.
            Err(error @ FetchError::Body(_)) => return Err((Untaken::Refused, error.to_string())),
            Err(error) => return Err((Untaken::Unreached, error.to_string())),
        };
        match status {
            status if status.is_success() => Ok(rejected(&body)),
            StatusCode::REQUEST_TIMEOUT
            | StatusCode::TOO_MANY_REQUESTS
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT => Err((Untaken::Unreached, format!("responded with {status}"))),
            status => Err((Untaken::Refused, format!("responded with {status}"))),
        }
    }
}

/// Spans that a collector has not taken of a batch that it has.
fn rejected(answer: &[u8]) -> u64 {
    let answer = ExportTraceServiceResponse::decode(answer).ok();
    let rejected = answer.and_then(|answer| answer.partial_success).map_or(0, |partial| partial.rejected_spans);
    u64::try_from(rejected).unwrap_or(0)
}

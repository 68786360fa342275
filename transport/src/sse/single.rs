//! Single connection mode: PUT reserves a stream, GET opens it, POST runs an operation on it, DELETE ends one.

use std::{sync::Arc, time::Duration};

use axum::{
    body::Body,
    extract::{Query, Request},
    http::{HeaderName, Method, StatusCode, Uri, header, request::Parts},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use error_codes::Code;
use serde::Deserialize;
use serde_json::Value;
use tokio::time::Instant;

use crate::{
    document::RawRequest,
    feed::{FeedClaims, Framing},
    gateway::{Caller, Refusal},
    http::{accept::Media, failure::Failure, input},
    occupancy::{gauges::GaugeGuard, quotas::Full},
    operation::Operation,
    operations::Slot,
    sse::{
        COMMENT, event, events,
        streams::{Open, OpenError, Streams, Token},
    },
    streaming::{Denied, Streaming, address},
};

const TOKEN: HeaderName = HeaderName::from_static("x-graphql-event-stream-token");

/// What it costs to reserve a stream, as an operation would.
const RESERVATION_UNITS: u64 = 1_000;

/// Ids travel back with every result, so a long one would be paid for again and again.
const ID_BYTES_MAX: usize = 128;

/// The `/graphql/stream` endpoint.
pub(crate) struct SingleConnections {
    streaming: Arc<Streaming>,
    streams: Streams,
    body_bytes_max: usize,
}

impl SingleConnections {
    pub(crate) fn new(streaming: Arc<Streaming>, body_bytes_max: usize) -> Self {
        Self { streaming, streams: Streams::default(), body_bytes_max }
    }

    pub(crate) async fn answer(&self, request: Request) -> Response {
        let docs = &self.streaming.error_docs;
        self.respond(request).await.unwrap_or_else(|failure| failure.answer(Media::Json, docs))
    }

    async fn respond(&self, request: Request) -> Result<Response, Failure> {
        let (parts, body) = request.into_parts();
        let gateway = &*self.streaming.gateway;
        let caller = gateway.identify(&parts).await?;
        let mut read = 0;
        match self.act(&parts, &caller, body, &mut read).await {
            Ok(response) => Ok(response),
            Err(failure) => Err(failure.charged(gateway, &caller, read).await),
        }
    }

    /// Does what the request asks for; `read` says how much was read for that.
    async fn act(&self, parts: &Parts, caller: &Caller, body: Body, read: &mut usize) -> Result<Response, Failure> {
        if let Some(refusal) = &caller.over {
            return Err(Refusal::clone(refusal).into());
        }

        match parts.method {
            Method::PUT => {
                self.streaming.gateway.charge(caller, RESERVATION_UNITS).await?;
                self.reserve(parts, caller)
            }
            Method::GET => self.open(parts, caller),
            Method::POST => {
                input::check_content_type(&parts.headers)?;
                // As long as it is not known how much came, it may have been all.
                *read = self.body_bytes_max;
                let body = input::read(body).await?;
                *read = body.len();
                if body.len() > self.streaming.limits.message_bytes_max {
                    let message = format!("The body is larger than {} bytes.", self.streaming.limits.message_bytes_max);
                    return Err(Failure::new(StatusCode::PAYLOAD_TOO_LARGE, Code::PAYLOAD_TOO_LARGE, message));
                }
                let text =
                    std::str::from_utf8(&body).map_err(|_| Failure::bad_request("The body is not valid UTF-8."))?;
                self.run(parts, caller, input::object(text)?, body.len())
            }
            Method::DELETE => self.stop(parts, caller),
            _ => Err(Failure::method_not_allowed("Use PUT, GET, POST or DELETE.", "PUT, GET, POST, DELETE")),
        }
    }

    fn reserve(&self, parts: &Parts, caller: &Caller) -> Result<Response, Failure> {
        let (streaming, now) = (&self.streaming, Instant::now());
        streaming.refuse_while_draining()?;
        self.streams.forget_stale(now);

        let until = now + Duration::from_millis(streaming.limits.event_stream_reservation_ms);
        let token = self.streams.reserve(caller.user.clone(), address(parts), until, &streaming.limits);
        let token = token.ok_or_else(|| {
            let message = "Too many event streams are waiting to be opened: try again later.";
            Failure::new(StatusCode::SERVICE_UNAVAILABLE, Code::SERVICE_UNAVAILABLE, message)
        })?;

        let headers = [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, "no-store")];
        Ok((StatusCode::CREATED, headers, token.to_string()).into_response())
    }

    fn open(&self, parts: &Parts, caller: &Caller) -> Result<Response, Failure> {
        let streaming = &self.streaming;
        streaming.refuse_while_draining()?;
        let (open, shared) = self.streams.open(token(parts)?, caller.user.as_deref())?;
        let address = streaming.claim_address(parts).map_err(|Full| Denied::TooMany("connections"))?;
        let user = streaming.claim_user(caller).map_err(|Full| Denied::TooMany("connections"))?;
        let held = FeedClaims {
            exit: streaming.exit(parts),
            _claims: [address, user],
            _gauge: GaugeGuard::new(&streaming.meters.event_stream.connections),
        };

        Ok(events(streaming, Single { _open: open }, shared, caller, held))
    }

    fn run(&self, parts: &Parts, caller: &Caller, request: RawRequest, bytes: usize) -> Result<Response, Failure> {
        let streaming = &self.streaming;
        streaming.refuse_while_draining()?;
        let shared = self.streams.find(token(parts)?, caller.user.as_deref())?;
        let id = operation_id(&request)?;

        let mut operations = shared.lock();
        if operations.contains(&id) {
            return Err(conflict("An operation with this id is already running on the event stream."));
        }
        if operations.len() >= streaming.limits.operations_per_connection_max || operations.are_behind() {
            return Err(Denied::TooMany("operations").into());
        }
        let claims = streaming.claim_operation(parts, caller).map_err(|Full| Denied::TooMany("operations"))?;
        operations.add(Slot {
            prefix: format!(r#"{{"id":{},"payload":"#, Value::from(&*id)).into(),
            // It may come by another session of the user than the stream.
            watch: streaming.gateway.watch(caller),
            operation: Operation::start(streaming, &streaming.meters.event_stream, parts, caller, request),
            unasked_bytes: bytes,
            _claims: claims,
            _gauge: GaugeGuard::new(&streaming.meters.event_stream.operations),
            id,
        });
        drop(operations);
        shared.wake();

        Ok(StatusCode::ACCEPTED.into_response())
    }

    fn stop(&self, parts: &Parts, caller: &Caller) -> Result<Response, Failure> {
        let shared = self.streams.find(token(parts)?, caller.user.as_deref())?;
        let id = query(&parts.uri)?.operation_id.ok_or_else(missing_id)?;
        shared.lock().remove(&id);

        Ok(StatusCode::OK.into_response())
    }
}

#[derive(Default, Deserialize)]
struct Parameters {
    token: Option<String>,
    #[serde(rename = "operationId")]
    operation_id: Option<String>,
}

fn query(uri: &Uri) -> Result<Parameters, Failure> {
    let parameters = Query::<Parameters>::try_from_uri(uri);
    let Query(parameters) = parameters.map_err(|_| Failure::bad_request("The query string is malformed."))?;
    Ok(parameters)
}

/// The stream's token, from its header or, for the browsers' `EventSource`, from the query string.
fn token(parts: &Parts) -> Result<Token, Failure> {
    let text = match parts.headers.get(TOKEN) {
        Some(header) => header.to_str().ok().map(str::to_owned),
        None => query(&parts.uri)?.token,
    };
    let text =
        text.ok_or_else(|| Failure::bad_request("Send the stream's token in `X-GraphQL-Event-Stream-Token`."))?;

    text.parse().map_err(|_| unknown_stream())
}

fn operation_id(request: &RawRequest) -> Result<Box<str>, Failure> {
    match request.extensions.0.get("operationId") {
        Some(async_graphql::Value::String(id)) if (1..=ID_BYTES_MAX).contains(&id.len()) => Ok(id.as_str().into()),
        _ => Err(missing_id()),
    }
}

fn missing_id() -> Failure {
    Failure::bad_request(format!("An operation needs an `operationId` of 1 to {ID_BYTES_MAX} characters."))
}

fn unknown_stream() -> Failure {
    let message = "There is no such event stream, or it has ended: reserve one with PUT.";
    Failure::new(StatusCode::NOT_FOUND, Code::NOT_FOUND, message)
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Unknown => unknown_stream(),
            OpenError::Elsewhere => {
                let message = "This event stream was reserved at another instance, or before this one restarted. Single connection \
                               mode needs a load balancer that keeps a client on one instance, by a cookie or by its address. \
                               Without one, use a stream for each operation (distinct connections mode, \
                               `singleConnection: false` in graphql-sse), which every instance serves.";
                Self::new(StatusCode::NOT_FOUND, Code::NOT_FOUND, message)
            }
            OpenError::AlreadyOpen => conflict("The event stream is already open."),
        }
    }
}

fn conflict(message: &str) -> Failure {
    Failure::new(StatusCode::CONFLICT, Code::CONFLICT, message)
}

/// Each event names its operation; the stream outlives them.
struct Single {
    _open: Open,
}

impl Framing for Single {
    fn opening(&self) -> Bytes {
        COMMENT
    }

    fn heartbeat(&self) -> Bytes {
        COMMENT
    }

    fn next(&self, prefix: &str, payload: &[u8]) -> Bytes {
        event(&[prefix.as_bytes(), payload, b"}"])
    }

    fn complete(&self, id: &str) -> Option<Bytes> {
        Some(format!("event: complete\ndata: {{\"id\":{}}}\n\n", Value::from(id)).into())
    }

    fn closing(&self) -> Option<Bytes> {
        None
    }
}

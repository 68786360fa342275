//! Single connection mode: PUT reserves a stream, GET opens it, POST runs an operation on it, DELETE ends one.

use std::{sync::Arc, time::Duration};

use axum::{
    extract::{Query, Request, State},
    http::{HeaderName, Method, StatusCode, Uri, header, request::Parts},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::Value;
use tokio::time::Instant;
use uuid::Uuid;

use crate::{
    Edge,
    document::RawRequest,
    gateway::Caller,
    http::{failure::Failure, input},
    operation::Operation,
    operations::Slot,
    sse::{
        COMMENT, event, events,
        streams::{Open, OpenError},
    },
    streaming::{
        feed::{Framing, Held},
        meters::Raised,
        too_many,
    },
};

const TOKEN: HeaderName = HeaderName::from_static("x-graphql-event-stream-token");

/// Ids travel back with every result, so a long one would be paid for again and again.
const ID_BYTES_MAX: usize = 128;

/// The `/graphql/stream` endpoint.
pub(crate) async fn stream(State(edge): State<Arc<Edge>>, request: Request) -> Response {
    answer(&edge, request).await.unwrap_or_else(IntoResponse::into_response)
}

async fn answer(edge: &Arc<Edge>, request: Request) -> Result<Response, Failure> {
    let (parts, body) = request.into_parts();
    let caller = edge.gateway.identify(&parts).await?;

    match parts.method {
        Method::PUT => reserve(edge, &parts, &caller),
        Method::GET => open(edge, &parts, &caller),
        Method::POST => {
            input::check_content_type(&parts.headers)?;
            let body = input::read(body, &edge.config).await?;
            let text = std::str::from_utf8(&body).map_err(|_| Failure::bad_request("The body is not valid UTF-8."))?;
            run(edge, &parts, &caller, input::object(text)?)
        }
        Method::DELETE => stop(edge, &parts, &caller),
        _ => Err(Failure::method_not_allowed("Use PUT, GET, POST or DELETE.", "PUT, GET, POST, DELETE")),
    }
}

fn reserve(edge: &Edge, parts: &Parts, caller: &Caller) -> Result<Response, Failure> {
    let (streaming, now) = (&edge.streaming, Instant::now());
    if streaming.drain.is_cancelled() {
        return Err(unavailable("The server is shutting down: connect again."));
    }
    streaming.streams.forget_stale(now);

    let place = streaming.take_address_place(parts).map_err(|_full| too_many("connections"))?;
    let until = now + Duration::from_millis(streaming.limits.event_stream_reservation_ms);
    let max = streaming.limits.event_stream_reservations_max;
    let token = streaming.streams.reserve(caller.user.clone(), place, until, max);
    let token = token.ok_or_else(|| unavailable("Too many event streams wait to be opened: try again later."))?;

    let headers = [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, "no-store")];
    Ok((StatusCode::CREATED, headers, token.simple().to_string()).into_response())
}

fn open(edge: &Edge, parts: &Parts, caller: &Caller) -> Result<Response, Failure> {
    let streaming = &edge.streaming;
    let (open, shared, address) =
        streaming.streams.open(token(parts)?, caller.user.as_deref()).map_err(|error| match error {
            OpenError::Unknown => unknown_stream(),
            OpenError::AlreadyOpen => conflict("The event stream is already open."),
        })?;
    let user = streaming.take_user_place(caller).map_err(|_full| too_many("connections"))?;
    let held = Held {
        door: streaming.door(parts),
        _places: [address, user],
        _counted: Raised::new(&streaming.meters.event_stream.connections),
    };

    Ok(events(streaming, Single { _open: open }, shared, caller, held))
}

fn run(edge: &Edge, parts: &Parts, caller: &Caller, request: RawRequest) -> Result<Response, Failure> {
    let streaming = &edge.streaming;
    let shared = streaming.streams.find(token(parts)?, caller.user.as_deref()).ok_or_else(unknown_stream)?;
    let id = operation_id(&request)?;

    let mut operations = shared.lock();
    if operations.contains(&id) {
        return Err(conflict("An operation with this id is running on the event stream."));
    }
    if operations.len() >= streaming.limits.operations_per_connection_max {
        return Err(too_many("operations"));
    }
    let places = streaming.take_operation_places(parts, caller).map_err(|_full| too_many("operations"))?;
    operations.add(Slot {
        prefix: format!(r#"{{"id":{},"payload":"#, Value::from(&*id)).into(),
        operation: Operation::start(streaming, caller, request),
        _places: places,
        _counted: Raised::new(&streaming.meters.event_stream.operations),
        id,
    });
    drop(operations);
    shared.wake();

    Ok(StatusCode::ACCEPTED.into_response())
}

fn stop(edge: &Edge, parts: &Parts, caller: &Caller) -> Result<Response, Failure> {
    let shared = edge.streaming.streams.find(token(parts)?, caller.user.as_deref()).ok_or_else(unknown_stream)?;
    let id = query(&parts.uri)?.operation_id.ok_or_else(missing_id)?;
    shared.lock().remove(&id);

    Ok(StatusCode::OK.into_response())
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
fn token(parts: &Parts) -> Result<Uuid, Failure> {
    let text = match parts.headers.get(TOKEN) {
        Some(header) => header.to_str().ok().map(str::to_owned),
        None => query(&parts.uri)?.token,
    };
    let text = text.ok_or_else(|| Failure::bad_request("Send the stream's token in X-GraphQL-Event-Stream-Token."))?;

    text.parse().map_err(|_| unknown_stream())
}

fn operation_id(request: &RawRequest) -> Result<Box<str>, Failure> {
    match request.extensions.0.get("operationId") {
        Some(async_graphql::Value::String(id)) if (1..=ID_BYTES_MAX).contains(&id.len()) => Ok(id.as_str().into()),
        _ => Err(missing_id()),
    }
}

fn missing_id() -> Failure {
    Failure::bad_request(format!("An operation needs an operationId of 1 to {ID_BYTES_MAX} characters."))
}

fn unknown_stream() -> Failure {
    Failure::new(StatusCode::NOT_FOUND, "NOT_FOUND", "There is no such event stream: reserve one with PUT.")
}

fn conflict(message: &str) -> Failure {
    Failure::new(StatusCode::CONFLICT, "CONFLICT", message)
}

fn unavailable(message: &str) -> Failure {
    Failure::new(StatusCode::SERVICE_UNAVAILABLE, "SERVICE_UNAVAILABLE", message)
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

//! GraphQL over HTTP: one request in, one answer out, by the GraphQL-over-HTTP draft.
//!
//! Invariant: every answer, refusals included, is a GraphQL result in the media type that the client accepts, and names
//! the request's id.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Instant};

use async_graphql::{Response as GraphqlResponse, parser::types::OperationType};
use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderName, Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use futures_util::{FutureExt, future::join_all};
use tracing::Instrument;

use crate::{
    Edge,
    document::{Prepared, RawRequest, Rejection},
    gateway::{Caller, Payload},
    http::{
        accept::{Accepted, Media, Stream},
        answer::Answer,
        failure::Failure,
        input::Input,
        meters::Meters,
    },
    multipart,
    request_id::RequestId,
    sse, websocket,
};

pub(crate) mod accept;
mod answer;
mod csrf;
mod etag;
pub(crate) mod failure;
pub(crate) mod input;
pub(crate) mod layers;
pub(crate) mod meters;

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The `/graphql` endpoint: HTTP, and the way to sockets and streams.
pub(crate) async fn graphql(State(edge): State<Arc<Edge>>, request: Request) -> Response {
    let meters = Arc::clone(&edge);
    named(&meters.meters, request, |request| answer(edge, request)).await
}

/// The `/graphql/stream` endpoint: event streams of the single connection mode.
pub(crate) async fn stream(State(edge): State<Arc<Edge>>, request: Request) -> Response {
    let meters = Arc::clone(&edge);
    named(&meters.meters, request, |request| sse::stream(State(edge), request)).await
}

/// Gives a request its id: to its answer, to everything logged meanwhile, and to the program.
async fn named<F: Future<Output = Response>>(
    meters: &Meters,
    mut request: Request,
    answer: impl FnOnce(Request) -> F,
) -> Response {
    let start = Instant::now();
    let id = RequestId::of(request.headers());
    request.extensions_mut().insert(id.clone());

    // As loud as an error, so that no filter lets errors through without it.
    let span = tracing::error_span!("graphql", request_id = %id);
    let answering = AssertUnwindSafe(answer(request)).catch_unwind().instrument(span);
    // What panicked is dropped with its request; only the answer is made from what is left.
    let mut response = answering.await.unwrap_or_else(|_| {
        tracing::error!(request_id = %id, "a request panicked");
        Failure::internal(&id).into_response()
    });
    meters.answered(response.status(), start.elapsed());
    response.headers_mut().insert(X_REQUEST_ID, id.header());
    response
}

async fn answer(edge: Arc<Edge>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    if asks_for_socket(&parts) {
        return websocket::upgrade(&edge.streaming, parts).await;
    }

    let accepted = Accepted::of(&parts.headers);
    let media = accepted.result.unwrap_or(Media::Json);
    match receive(&edge, &parts, body, accepted).await {
        Ok((caller, Input::Single(raw))) => single(&edge, parts, caller, *raw, accepted).await,
        Ok((caller, Input::Batch(batch))) => run_batch(&edge, &caller, batch, media).await,
        Err(failure) => failure.answer(media),
    }
}

fn asks_for_socket(parts: &Parts) -> bool {
    let upgrade = parts.headers.get(header::UPGRADE);
    upgrade.is_some_and(|protocol| protocol.as_bytes().eq_ignore_ascii_case(b"websocket"))
}

/// Checks the request, asks who sent it, and only then reads its body.
async fn receive(edge: &Edge, parts: &Parts, body: Body, accepted: Accepted) -> Result<(Caller, Input), Failure> {
    if !matches!(parts.method, Method::GET | Method::HEAD | Method::POST) {
        return Err(Failure::method_not_allowed("Use GET or POST.", "GET, POST"));
    }
    if accepted.result.is_none() && accepted.stream.is_none() {
        return Err(Failure::not_acceptable());
    }
    if parts.method == Method::POST {
        input::check_content_type(&parts.headers)?;
    }
    csrf::check(parts, edge.config.http.csrf_prevention)?;
    let caller = edge.gateway.identify(parts).await?;

    let input = if parts.method == Method::POST {
        input::parse(&input::read(body, &edge.config).await?, edge.config.http.max_batch)?
    } else {
        input::query_string(parts.uri.query().unwrap_or_default())?
    };
    Ok((caller, input))
}

async fn single(edge: &Edge, parts: Parts, caller: Caller, raw: RawRequest, accepted: Accepted) -> Response {
    let media = accepted.result.unwrap_or(Media::Json);
    let prepared = edge.documents.prepare(raw).await;

    let kind = prepared.as_ref().map(Prepared::kind).ok();
    if kind == Some(OperationType::Mutation) && parts.method != Method::POST {
        return Failure::method_not_allowed("A GET request runs queries only: use POST.", "POST").answer(media);
    }
    let wants_stream = kind == Some(OperationType::Subscription) || accepted.result.is_none();
    match (accepted.stream.filter(|_| wants_stream), prepared) {
        (Some(Stream::Events), prepared) => sse::distinct(&edge.streaming, parts, caller, prepared),
        (Some(Stream::Multipart), Ok(operation)) => multipart::subscribe(&edge.streaming, parts, caller, operation),
        (None, Ok(_)) if wants_stream => Failure::needs_stream().answer(media),
        (None, Ok(operation)) => {
            let answer = Answer::executed(edge.gateway.execute(&caller, operation).await, media);
            let is_public = parts.method != Method::POST && caller.user.is_none();
            if is_public { etag::revalidate(&parts.headers, answer) } else { answer }.into_response()
        }
        (Some(Stream::Multipart) | None, Err(rejection)) => Answer::rejected(rejection, media).into_response(),
    }
}

/// Runs a batch: queries together, mutations one after the other in their order.
async fn run_batch(edge: &Edge, caller: &Caller, batch: Vec<RawRequest>, media: Media) -> Response {
    let prepared = join_all(batch.into_iter().map(|raw| edge.documents.prepare(raw))).await;
    let cost = prepared.iter().flatten().fold(0, |sum: u64, operation| sum.saturating_add(operation.cost()));
    if cost > edge.config.http.max_batch_cost {
        let rejection = Rejection::exceeds("batch_cost", cost, edge.config.http.max_batch_cost);
        rejection.count();
        return Failure::new(StatusCode::BAD_REQUEST, rejection.code, rejection.message).answer(media);
    }
    let in_order = prepared.iter().flatten().any(|operation| operation.kind() == OperationType::Mutation);
    let runs = prepared.into_iter().map(|prepared| run_one(edge, caller, prepared));

    let payloads = if in_order {
        let mut payloads = Vec::with_capacity(runs.len());
        for run in runs {
            payloads.push(run.await);
        }
        payloads
    } else {
        join_all(runs).await
    };
    Answer::batch(payloads, media).into_response()
}

async fn run_one(edge: &Edge, caller: &Caller, prepared: Result<Prepared, Rejection>) -> Payload {
    let refused = |rejection: Rejection| Payload::Response(Box::new(GraphqlResponse::from(rejection)));
    match prepared {
        Ok(operation) if operation.kind() == OperationType::Subscription => {
            refused(Rejection::bad_input("A batch holds queries and mutations only."))
        }
        Ok(operation) => edge.gateway.execute(caller, operation).await,
        Err(rejection) => refused(rejection),
    }
}

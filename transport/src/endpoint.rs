//! The endpoints: each request in a span of its id, then to what answers it, a result, a stream or a socket.
//!
//! Invariant: every answer, refusals included, is a GraphQL result in the media type that the client accepts, and names
//! the request's id.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Instant};

use async_graphql::{Response as GraphqlResponse, parser::types::OperationType};
use axum::{
    BoxError,
    body::{Body as Boxed, HttpBody},
    extract::{Request, State},
    http::{self, HeaderName, Method, Response, StatusCode, header, request::Parts, uri::PathAndQuery},
    response::Response as BoxedResponse,
};
use bytes::Bytes;
use futures_util::{FutureExt, future::join_all};
use tracing::{Instrument, Span};

use crate::{
    body::Body,
    document::{Prepared, RawRequest, Rejection},
    edge::Edge,
    gateway::{self, Caller, Payload, Refusal},
    http::{
        accept::{Accepted, Media, Stream},
        answer::Answer,
        csrf, etag,
        failure::Failure,
        input::{self, Input},
    },
    multipart,
    request_id::RequestId,
    sse, streaming,
    traced::{self, Route},
    websocket,
};

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The `/graphql` endpoint: HTTP, and the way to sockets and streams.
pub(crate) async fn graphql<B>(edge: &Arc<Edge>, request: http::Request<B>) -> Response<Body>
where
    B: HttpBody<Data = Bytes> + Unpin,
    B::Error: Into<BoxError>,
{
    named(edge, Route::Graphql, request, |request, id| answer(edge, request, id)).await
}

/// The same behind what wraps the routes.
pub(crate) async fn routed(State(edge): State<Arc<Edge>>, request: Request) -> BoxedResponse {
    graphql(&edge, request).await.map(Boxed::new)
}

/// The `/graphql/stream` endpoint: event streams of the single connection mode.
pub(crate) async fn stream(State(edge): State<Arc<Edge>>, request: Request) -> BoxedResponse {
    let streamed = named(&edge, Route::Stream, request, |request, id| {
        edge.event_streams.answer(request).map(|response| response.map(Body::from)).instrument(span(&id))
    });
    streamed.await.map(Boxed::new)
}

/// Gives a request its id: to its answer, to everything logged meanwhile, and to the program.
async fn named<B, F: Future<Output = Response<Body>>>(
    edge: &Edge,
    route: Route,
    mut request: http::Request<B>,
    answer: impl FnOnce(http::Request<B>, RequestId) -> F,
) -> Response<Body> {
    let start = Instant::now();
    let id = RequestId::of(request.headers());
    request.extensions_mut().insert(id.clone());

    let traced = traced::request(route, &request, &id);
    let answering = AssertUnwindSafe(answer(request, id.clone())).catch_unwind();
    // What panicked is dropped with its request; only the answer is made from what is left.
    let mut response = spans::within(traced.as_ref(), answering).await.unwrap_or_else(|_| {
        tracing::error!(request_id = %id, "a request panicked");
        Failure::internal(&id).answer(Media::Json, &edge.error_docs).map(Body::from)
    });
    {
        // So that the histogram's exemplar is this trace.
        let _entered = traced.as_ref().map(spans::Span::enter);
        edge.meters.answered(response.status(), start.elapsed());
    }
    if let Some(traced) = &traced {
        traced::answered(traced, response.status());
    }
    response.headers_mut().insert(X_REQUEST_ID, id.header());
    response
}

/// What names the request in everything logged meanwhile. It costs more than an answer that is kept, which logs nothing,
/// so it is made only where there is more to do.
///
/// As loud as an error, so that no filter lets errors through without it.
fn span(id: &RequestId) -> Span {
    tracing::error_span!("graphql", request_id = %id)
}

async fn answer<B>(edge: &Arc<Edge>, request: http::Request<B>, id: RequestId) -> Response<Body>
where
    B: HttpBody<Data = Bytes> + Unpin,
    B::Error: Into<BoxError>,
{
    let (parts, body) = request.into_parts();
    if asks_for_socket(&parts) {
        return span(&id).in_scope(|| websocket::upgrade(&edge.streaming, parts)).map(Body::from);
    }

    let accepted = Accepted::of(&parts.headers);
    let media = accepted.result.unwrap_or(Media::Json);
    match receive(edge, &parts, body, accepted).await {
        Ok((caller, Input::Known(operation))) => single(edge, parts, caller, Ok(operation), accepted).await,
        Ok((caller, Input::Single { raw, sent })) => {
            let answering = async {
                let raw = RawRequest { from: streaming::address(&parts), ..*raw };
                let bytes = raw.bytes();
                let prepared = edge.documents.prepare_sent(raw, &sent).await;
                let prepared = gateway::charged(&*edge.gateway, &caller, prepared, bytes).await;
                single(edge, parts, caller, prepared, accepted).await
            };
            Box::pin(answering.instrument(span(&id))).await
        }
        Ok((caller, Input::Batch(batch))) => {
            let from = streaming::address(&parts);
            let batch = batch.into_iter().map(|raw| RawRequest { from, ..raw }).collect();
            Box::pin(run_batch(edge, &caller, batch, media).instrument(span(&id))).await
        }
        Err(failure) => failure.answer(media, &edge.error_docs).map(Body::from),
    }
}

fn asks_for_socket(parts: &Parts) -> bool {
    let upgrade = parts.headers.get(header::UPGRADE);
    upgrade.is_some_and(|protocol| protocol.as_bytes().eq_ignore_ascii_case(b"websocket"))
}

/// Asks who sent the request, checks it, and only then reads its body. Its caller pays for one that is refused.
async fn receive<B>(edge: &Edge, parts: &Parts, body: B, accepted: Accepted) -> Result<(Caller, Input), Failure>
where
    B: HttpBody<Data = Bytes> + Unpin,
    B::Error: Into<BoxError>,
{
    let caller = edge.gateway.identify(parts).await?;
    let mut read = 0;
    match input(edge, parts, body, accepted, &mut read).await {
        Ok(input) => Ok((caller, input)),
        Err(failure) => Err(failure.charged(&*edge.gateway, &caller, read).await),
    }
}

/// What a request asks for; `read` says how much was read for that.
async fn input<B>(edge: &Edge, parts: &Parts, body: B, accepted: Accepted, read: &mut usize) -> Result<Input, Failure>
where
    B: HttpBody<Data = Bytes> + Unpin,
    B::Error: Into<BoxError>,
{
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
    if parts.method != Method::POST {
        let address = parts.uri.path_and_query().map_or("/", PathAndQuery::as_str);
        *read = parts.uri.query().map_or(0, str::len);
        return match edge.documents.recall_address(address) {
            Some(operation) => Ok(Input::Known(operation)),
            None => input::address(address),
        };
    }
    // As long as it is not known how much came, it may have been all.
    *read = edge.config.http.max_body_bytes;
    let body = input::read(body).await?;
    *read = body.len();
    match edge.documents.recall(&body) {
        Some(operation) => Ok(Input::Known(operation)),
        None => input::parse(body, edge.config.http.max_batch),
    }
}

/// Why a caller whose token is over is not answered: not all that they ask for opens a session.
fn token_is_missed<'a>(
    edge: &Edge,
    caller: &Caller,
    asked: impl IntoIterator<Item = &'a Result<Prepared, Rejection>>,
) -> Option<Failure> {
    let refusal = caller.over.as_ref()?;
    let needs_none = |asked: &Result<Prepared, _>| asked.as_ref().is_ok_and(|asked| edge.gateway.needs_no_token(asked));
    (!asked.into_iter().all(needs_none)).then(|| Refusal::clone(refusal).into())
}

async fn single(
    edge: &Edge,
    parts: Parts,
    caller: Caller,
    prepared: Result<Prepared, Rejection>,
    accepted: Accepted,
) -> Response<Body> {
    let media = accepted.result.unwrap_or(Media::Json);
    let sent = prepared.as_ref().map_or(0, Prepared::sent_bytes);
    if let Some(failure) = token_is_missed(edge, &caller, [&prepared]) {
        return failure.charged(&*edge.gateway, &caller, sent).await.answer(media, &edge.error_docs).map(Body::from);
    }
    let kind = prepared.as_ref().map(Prepared::kind).ok();
    if kind == Some(OperationType::Mutation) && parts.method != Method::POST {
        let failure = Failure::method_not_allowed("A GET request can run only queries: use POST.", "POST");
        return failure.charged(&*edge.gateway, &caller, sent).await.answer(media, &edge.error_docs).map(Body::from);
    }
    let wants_stream = kind == Some(OperationType::Subscription) || accepted.result.is_none();
    match (accepted.stream.filter(|_| wants_stream), prepared) {
        (Some(Stream::Events), prepared) => sse::distinct(&edge.streaming, parts, caller, prepared).map(Body::from),
        (Some(Stream::Multipart), Ok(operation)) => {
            multipart::subscribe(&edge.streaming, parts, caller, operation).map(Body::from)
        }
        (None, Ok(_)) if wants_stream => Failure::needs_stream()
            .charged(&*edge.gateway, &caller, sent)
            .await
            .answer(media, &edge.error_docs)
            .map(Body::from),
        (None, Ok(operation)) => {
            let answer = Answer::executed(execute(edge, &caller, operation).await, media);
            let is_public = parts.method != Method::POST && caller.user.is_none();
            if is_public { etag::revalidate(&parts.headers, answer) } else { answer }.into_response()
        }
        (Some(Stream::Multipart) | None, Err(rejection)) => {
            Answer::executed(rejected(edge, rejection), media).into_response()
        }
    }
}

/// Answers a query or mutation: by what is kept for everybody, or else by executing it.
///
/// Every operation of a request passes here, alone or in a batch, its caller and its cost known and nothing of it done.
async fn execute(edge: &Edge, caller: &Caller, operation: Prepared) -> Payload {
    let traced = traced::operation(&operation);
    let executing = async {
        match edge.gateway.cached(caller, &operation) {
            Some(cached) => cached,
            None => edge.gateway.execute(caller, operation).await,
        }
    };
    edge.error_docs.added(spans::within(traced.as_ref(), executing).await)
}

/// What a document is answered that is not executed.
fn rejected(edge: &Edge, rejection: Rejection) -> Payload {
    edge.error_docs.added(Payload::Response(Box::new(GraphqlResponse::from(rejection))))
}

/// Runs a batch: queries together, mutations one after the other in their order.
async fn run_batch(edge: &Edge, caller: &Caller, batch: Vec<RawRequest>, media: Media) -> Response<Body> {
    let preparing = batch.into_iter().map(async |raw| {
        let bytes = raw.bytes();
        let prepared = edge.documents.prepare(raw).await;
        gateway::charged(&*edge.gateway, caller, prepared, bytes).await
    });
    let prepared = join_all(preparing).await;
    let sent = prepared.iter().flatten().map(Prepared::sent_bytes).sum();
    if let Some(failure) = token_is_missed(edge, caller, &prepared) {
        return failure.charged(&*edge.gateway, caller, sent).await.answer(media, &edge.error_docs).map(Body::from);
    }
    let cost = prepared.iter().flatten().fold(0, |sum: u64, operation| sum.saturating_add(operation.cost()));
    if cost > edge.config.http.max_batch_cost {
        let rejection = Rejection::exceeds("batch_cost", cost, edge.config.http.max_batch_cost);
        rejection.count();
        let failure = Failure::new(StatusCode::BAD_REQUEST, rejection.code, rejection.message);
        return failure.charged(&*edge.gateway, caller, sent).await.answer(media, &edge.error_docs).map(Body::from);
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
    Answer::batch(payloads, media, edge.config.documents.max_answer_bytes, &edge.error_docs).into_response()
}

async fn run_one(edge: &Edge, caller: &Caller, prepared: Result<Prepared, Rejection>) -> Payload {
    match prepared {
        Ok(operation) if operation.kind() == OperationType::Subscription => {
            rejected(edge, Rejection::bad_input("A batch can contain only queries and mutations."))
        }
        Ok(operation) => execute(edge, caller, operation).await,
        Err(rejection) => rejected(edge, rejection),
    }
}

//! Spans of requests and operations, by the names of OpenTelemetry's conventions.
//!
//! Invariant: of what a client sent they tell the name of its operation and nothing else: no query string, no document, no
//! variable, no token.

use async_graphql::parser::types::{DocumentOperations, OperationType};
use axum::http::{Method, Request, StatusCode};
use futures_util::{FutureExt as _, future::BoxFuture};
use spans::{Origin, Span};

use crate::{document::Prepared, gateway::Payload, request_id::RequestId};

/// In a request's extensions: a proxy sent it that says itself which traces are sampled.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TrustedTrace;

/// Where a request was sent.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Route {
    Graphql,
    Stream,
}

impl Route {
    fn path(self) -> &'static str {
        match self {
            Self::Graphql => "/graphql",
            Self::Stream => "/graphql/stream",
        }
    }

    /// The name of a span, which is made before it is known whether there is one.
    fn named(self, method: &Method) -> &'static str {
        match (method.as_str(), self) {
            ("POST", Self::Graphql) => "POST /graphql",
            ("GET", Self::Graphql) => "GET /graphql",
            ("POST", Self::Stream) => "POST /graphql/stream",
            ("GET", Self::Stream) => "GET /graphql/stream",
            ("PUT", Self::Stream) => "PUT /graphql/stream",
            ("DELETE", Self::Stream) => "DELETE /graphql/stream",
            (_, Self::Graphql) => "HTTP /graphql",
            (_, Self::Stream) => "HTTP /graphql/stream",
        }
    }
}

/// The span of a request, until the head of its answer is there.
pub(crate) fn request<B>(route: Route, request: &Request<B>, id: &RequestId) -> Option<Span> {
    if !spans::is_on() {
        return None;
    }
    let traceparent = request.headers().get("traceparent").and_then(|value| value.to_str().ok());
    let is_trusted = request.extensions().get::<TrustedTrace>().is_some();
    let span = spans::server(route.named(request.method()), traceparent, is_trusted)?;
    let is_known = matches!(request.method().as_str(), "GET" | "HEAD" | "POST" | "PUT" | "DELETE" | "OPTIONS");
    let method = if is_known { request.method().as_str() } else { "_OTHER" };
    span.set("http.request.method", method.to_owned());
    span.set("http.route", route.path());
    span.set("url.path", route.path());
    span.set("matchday.request_id", id.to_string());
    Some(span)
}

/// Says what a request is answered.
pub(crate) fn answered(span: &Span, status: StatusCode) {
    span.set("http.response.status_code", i64::from(status.as_u16()));
    if status.is_server_error() {
        span.set("error.type", status.as_str().to_owned());
        span.fail("");
    }
}

/// The span of an operation of the request that is being answered.
pub(crate) fn operation(prepared: &Prepared) -> Option<Span> {
    let span = spans::child(name(prepared.kind()))?;
    describe(&span, prepared.kind(), named(prepared));
    Some(span)
}

/// The beginning of a subscription, which is not traced for as long as it lasts.
pub(crate) fn beginning(prepared: &Prepared, on_socket: bool) -> Option<Span> {
    Beginning::of(prepared, on_socket).and_then(|beginning| beginning.begin())
}

/// Traces a query or a mutation on a connection that outlives it, from when it is first asked for its result.
pub(crate) fn executing(
    prepared: &Prepared,
    on_socket: bool,
) -> impl FnOnce(BoxFuture<'static, Payload>) -> BoxFuture<'static, Payload> + use<> {
    let beginning = Beginning::of(prepared, on_socket);
    move |result| match beginning {
        None => result,
        Some(beginning) => async move {
            let span = beginning.begin();
            spans::within(span.as_ref(), result).await
        }
        .boxed(),
    }
}

/// An operation of a long-lived connection that is to be traced once it begins.
struct Beginning {
    /// The request that it came with; on a socket it is a root.
    request: Option<Origin>,
    kind: OperationType,
    name: Option<String>,
}

impl Beginning {
    fn of(prepared: &Prepared, on_socket: bool) -> Option<Self> {
        if !spans::is_on() {
            return None;
        }
        // What came with a request is sampled as the request is.
        let request = if on_socket { None } else { Some(spans::current()?) };
        Some(Self { request, kind: prepared.kind(), name: named(prepared).map(ToOwned::to_owned) })
    }

    fn begin(&self) -> Option<Span> {
        let name = name(self.kind);
        let span = match &self.request {
            Some(request) => spans::continued(name, request),
            None => spans::server(name, None, false),
        }?;
        describe(&span, self.kind, self.name.as_deref());
        Some(span)
    }
}

fn describe(span: &Span, kind: OperationType, operation_name: Option<&str>) {
    span.set("graphql.operation.type", name(kind));
    if let Some(operation_name) = operation_name {
        span.set("graphql.operation.name", operation_name.to_owned());
    }
}

/// The operation's type alone: there are as many names as clients like.
fn name(kind: OperationType) -> &'static str {
    match kind {
        OperationType::Query => "query",
        OperationType::Mutation => "mutation",
        OperationType::Subscription => "subscription",
    }
}

/// What a client calls its operation.
fn named(prepared: &Prepared) -> Option<&str> {
    prepared.operation_name().or_else(|| match &prepared.parsed().operations {
        DocumentOperations::Multiple(operations) => operations.keys().next().map(|name| name.as_str()),
        DocumentOperations::Single(_) => None,
    })
}

//! An OpenTelemetry collector of the tests' own: it takes spans by OTLP over HTTP, and draws the traces that they make.

use std::{
    collections::BTreeMap,
    fmt::Write,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{HeaderMap, Request, Response, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use opentelemetry_proto::tonic::{
    collector::trace::v1::{ExportTraceServiceRequest, ExportTraceServiceResponse},
    common::v1::{KeyValue, any_value},
    trace::v1::{self as proto, span::SpanKind, status::StatusCode},
};
use prost::Message;
use testkit::wait::{PATIENCE, eventually_some};
use tokio::{net::TcpListener, task::JoinHandle, time::Instant};

use crate::World;

/// Where it takes spans.
const PATH: &str = "/v1/traces";

/// How often it is looked whether spans have come.
const PERIOD: Duration = Duration::from_millis(10);

/// A span as it came in.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    pub trace: String,
    pub id: String,
    /// Empty for a root.
    pub parent: String,
    pub name: String,
    pub kind: SpanKind,
    pub attributes: BTreeMap<String, String>,
    /// Traces and spans.
    pub links: Vec<(String, String)>,
    pub failed: bool,
    /// What the program says of itself.
    pub resource: BTreeMap<String, String>,
}

#[derive(Default)]
struct Taken {
    spans: Vec<Span>,
    /// Of the last request.
    headers: HeaderMap,
}

/// A running collector; dropped, it is gone.
pub struct Collector {
    pub address: SocketAddr,
    taken: Arc<Mutex<Taken>>,
    task: JoinHandle<()>,
}

impl Collector {
    pub async fn start() -> Self {
        Self::start_at("127.0.0.1:0".parse().expect("it is an address")).await
    }

    pub async fn start_at(address: SocketAddr) -> Self {
        let listener = TcpListener::bind(address).await.expect("the port is free");
        let address = listener.local_addr().expect("it is bound");
        let taken = Arc::<Mutex<Taken>>::default();
        let task = tokio::spawn(serve(listener, Arc::clone(&taken)));
        Self { address, taken, task }
    }

    /// Has the program of `world` send its spans here, soon after they end.
    #[must_use]
    pub fn heard_by(&self, world: World) -> World {
        world
            .with("OTEL_EXPORTER_OTLP_ENDPOINT", &format!("http://{}", self.address))
            .with("OTEL_BSP_SCHEDULE_DELAY", "20")
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All that has come in.
    pub fn spans(&self) -> Vec<Span> {
        self.taken().spans.clone()
    }

    /// A header of the last request.
    pub fn header(&self, name: &str) -> String {
        let taken = self.taken();
        taken.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
    }

    /// Waits for a span.
    pub async fn span(&self, what: &str, is_it: impl Fn(&Span) -> bool) -> Span {
        eventually_some(PATIENCE, what, || std::future::ready(self.spans().into_iter().find(|span| is_it(span)))).await
    }

    /// Waits for the span of a request by its id.
    pub async fn request(&self, id: &str) -> Span {
        self.span(&format!("the request {id} is traced"), |span| span.says("matchday.request_id", id)).await
    }

    /// The spans of a trace, once it is as it should be.
    ///
    /// # Panics
    /// When it never is; then it is shown.
    pub async fn trace(&self, id: &str, what: &str, is_whole: impl Fn(&Trace) -> bool) -> Trace {
        let of_trace = || Trace(self.spans().into_iter().filter(|span| span.trace == id).collect());
        let until = Instant::now() + PATIENCE;
        loop {
            let trace = of_trace();
            if is_whole(&trace) {
                return trace;
            }
            assert!(Instant::now() < until, "not in time: {what}, but\n{}", trace.drawn());
            tokio::time::sleep(PERIOD).await;
        }
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Span {
    pub fn says(&self, attribute: &str, text: &str) -> bool {
        self.attributes.get(attribute).is_some_and(|said| said == text)
    }
}

/// The spans of one trace.
pub struct Trace(pub Vec<Span>);

impl Trace {
    pub fn named(&self, name: &str) -> Option<&Span> {
        self.0.iter().find(|span| span.name == name)
    }

    pub fn count(&self, kind: SpanKind) -> usize {
        self.0.iter().filter(|span| span.kind == kind).count()
    }

    /// The tree, a span a line: its kind, its name, and what of the trace it is linked to.
    pub fn drawn(&self) -> String {
        let mut tree = String::new();
        let is_root = |span: &&Span| !self.0.iter().any(|other| other.id == span.parent);
        self.draw(self.0.iter().filter(is_root).collect(), 0, &mut tree);
        tree
    }

    fn draw(&self, mut spans: Vec<&Span>, depth: usize, tree: &mut String) {
        spans.sort_by(|one, other| one.name.cmp(&other.name));
        for span in spans {
            let kind = format!("{:?}", span.kind).to_lowercase();
            write!(tree, "{}{kind}: {}", "  ".repeat(depth), span.name).expect("a String takes all text");
            for (_, linked) in &span.links {
                let linked = self.0.iter().find(|other| other.id == *linked);
                let name = linked.map_or("another trace", |linked| &linked.name);
                write!(tree, " -> {name}").expect("a String takes all text");
            }
            tree.push('\n');
            self.draw(self.0.iter().filter(|other| other.parent == span.id).collect(), depth + 1, tree);
        }
    }
}

async fn serve(listener: TcpListener, taken: Arc<Mutex<Taken>>) {
    while let Ok((stream, _)) = listener.accept().await {
        let taken = Arc::clone(&taken);
        let service = service_fn(move |request| take(request, Arc::clone(&taken)));
        // Who hangs up is not heard any more.
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

async fn take(request: Request<Incoming>, taken: Arc<Mutex<Taken>>) -> Result<Response<Full<Bytes>>, hyper::Error> {
    let (head, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    let batch = ExportTraceServiceRequest::decode(body).ok().filter(|_| head.uri.path() == PATH);
    let Some(batch) = batch else {
        let mut refused = Response::new(Full::default());
        *refused.status_mut() = hyper::StatusCode::BAD_REQUEST;
        return Ok(refused);
    };
    let mut taken = taken.lock().unwrap_or_else(PoisonError::into_inner);
    taken.headers = head.headers;
    for of_resource in batch.resource_spans {
        let resource = texts(&of_resource.resource.unwrap_or_default().attributes);
        let spans = of_resource.scope_spans.into_iter().flat_map(|of_scope| of_scope.spans);
        taken.spans.extend(spans.map(|span| read(span, &resource)));
    }
    Ok(Response::new(Full::from(ExportTraceServiceResponse::default().encode_to_vec())))
}

fn read(span: proto::Span, resource: &BTreeMap<String, String>) -> Span {
    Span {
        trace: hex::encode(&span.trace_id),
        id: hex::encode(&span.span_id),
        parent: hex::encode(&span.parent_span_id),
        kind: span.kind(),
        attributes: texts(&span.attributes),
        links: span.links.iter().map(|link| (hex::encode(&link.trace_id), hex::encode(&link.span_id))).collect(),
        failed: span.status.as_ref().is_some_and(|status| status.code() == StatusCode::Error),
        name: span.name,
        resource: resource.clone(),
    }
}

fn texts(attributes: &[KeyValue]) -> BTreeMap<String, String> {
    let text = |value: &any_value::Value| match value {
        any_value::Value::StringValue(text) => text.clone(),
        any_value::Value::IntValue(number) => number.to_string(),
        any_value::Value::BoolValue(flag) => flag.to_string(),
        other => format!("{other:?}"),
    };
    let pair = |attribute: &KeyValue| {
        let value = attribute.value.as_ref().and_then(|value| value.value.as_ref());
        Some((attribute.key.clone(), text(value?)))
    };
    attributes.iter().filter_map(pair).collect()
}

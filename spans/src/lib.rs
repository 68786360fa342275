//! Spans: what happens, as OpenTelemetry traces tell it.
//!
//! Off, which is the default, every question here costs one relaxed load and nothing is made. On, a root is decided
//! about before anything is known of it, and what is not sampled has no context: its children are not made either.
//!
//! A context is attached to a future only while it is polled, and to other code only while a guard lives. Whatever is
//! handed to another task, a row or a record takes an [`Origin`] along, which is ids and no span.
//!
//! Invariant: a context that is attached belongs to a sampled span, and a [`Span`] ends when it is dropped, however many
//! copies of its context are left.

use std::{
    borrow::Cow,
    sync::{
        OnceLock,
        atomic::{AtomicBool, Ordering},
    },
};

use futures_util::future::Either;
use opentelemetry::{
    Context, KeyValue, Value,
    context::FutureExt as _,
    global::{self, BoxedTracer},
    trace::{Span as _, SpanKind, Status, TraceContextExt as _, Tracer, TracerProvider},
};

pub use opentelemetry::ContextGuard;
pub use origin::Origin;

mod origin;

/// What names this program's instrumentation.
const SCOPE: &str = "matchday";

static ON: AtomicBool = AtomicBool::new(false);
static TRACER: OnceLock<BoxedTracer> = OnceLock::new();

/// Whether anything is traced.
#[inline]
pub fn is_on() -> bool {
    ON.load(Ordering::Relaxed)
}

/// Has spans made by `provider` from now on; of several providers of a process the first counts.
pub fn switch_on<P>(provider: P)
where
    P: TracerProvider<Tracer: Tracer<Span: Send + Sync> + Send + Sync + 'static> + Send + Sync + 'static,
{
    TRACER.get_or_init(|| {
        global::set_tracer_provider(provider);
        global::tracer(SCOPE)
    });
    ON.store(true, Ordering::Relaxed);
}

/// A sampled span. It ends when it is dropped.
#[derive(Debug)]
pub struct Span(Context);

impl Span {
    fn start(name: impl Into<Cow<'static, str>>, kind: SpanKind, parent: &Context) -> Option<Self> {
        Self::linked(name, kind, parent, || None)
    }

    /// A span that has to do with others, which are asked for only if it is sampled.
    fn linked<L>(
        name: impl Into<Cow<'static, str>>,
        kind: SpanKind,
        parent: &Context,
        links: impl FnOnce() -> L,
    ) -> Option<Self>
    where
        L: IntoIterator<Item = Origin>,
    {
        let tracer = TRACER.get().filter(|_| is_on())?;
        let mut span = tracer.span_builder(name).with_kind(kind).start_with_context(tracer, parent);
        if !span.is_recording() {
            return None;
        }
        links().into_iter().for_each(|origin| span.add_link(origin.into_context(), Vec::new()));
        Some(Self(Context::new().with_span(span)))
    }

    /// Says something of it.
    pub fn set(&self, name: &'static str, value: impl Into<Value>) {
        self.0.span().set_attribute(KeyValue::new(name, value));
    }

    /// Says that it failed.
    pub fn fail(&self, why: impl Into<Cow<'static, str>>) {
        self.0.span().set_status(Status::error(why));
    }

    /// What its children have to know of it.
    pub fn origin(&self) -> Origin {
        Origin::of(self.0.span().span_context())
    }

    /// Makes it the current one for as long as the guard lives, which must not wait for anything.
    #[must_use]
    pub fn enter(&self) -> ContextGuard {
        self.0.clone().attach()
    }
}

impl Drop for Span {
    fn drop(&mut self) {
        self.0.span().end();
    }
}

/// The span of a request: of the trace that it names, where its sender `is_trusted` to sample; else of a trace of its
/// own, which links to what was named.
pub fn server(name: &'static str, traceparent: Option<&str>, is_trusted: bool) -> Option<Span> {
    if !is_on() {
        return None;
    }
    if is_trusted && let Some(caller) = traceparent.and_then(Origin::read) {
        return Span::start(name, SpanKind::Server, &caller.as_parent());
    }
    Span::linked(name, SpanKind::Server, &Context::new(), || traceparent.and_then(Origin::read))
}

/// A span of the current one; none where there is no current one.
#[inline]
pub fn child(name: &'static str) -> Option<Span> {
    if is_on() { child_of_current(name) } else { None }
}

fn child_of_current(name: &'static str) -> Option<Span> {
    current()?;
    Span::start(name, SpanKind::Internal, &Context::current())
}

/// A span of what began elsewhere or earlier.
pub fn continued(name: &'static str, origin: &Origin) -> Option<Span> {
    Span::start(name, SpanKind::Internal, &origin.as_parent())
}

/// A span of several that are served together: of the first, and linked to all.
pub fn together<'a>(name: &'static str, origins: impl IntoIterator<Item = &'a Origin>) -> Option<Span> {
    let mut origins = origins.into_iter().peekable();
    let parent = origins.peek()?.as_parent();
    Span::linked(name, SpanKind::Internal, &parent, || origins.cloned())
}

/// The sending of a message, for what happened at `origin`.
pub fn producer(name: String, origin: &Origin) -> Option<Span> {
    Span::start(name, SpanKind::Producer, &origin.as_parent())
}

/// The processing of a message that this program's own kind sent.
pub fn consumer(name: String, origin: &Origin) -> Option<Span> {
    Span::start(name, SpanKind::Consumer, &origin.as_parent())
}

/// The processing of messages of others, who don't decide what is sampled here.
pub fn foreign_consumer(name: String, origins: &[Origin]) -> Option<Span> {
    Span::linked(name, SpanKind::Consumer, &Context::new(), || origins.iter().cloned())
}

/// The current span, where there is one.
pub fn current() -> Option<Origin> {
    Context::map_current(|context| {
        let span = context.span();
        let is_traced = context.has_active_span() && span.span_context().is_sampled();
        is_traced.then(|| Origin::of(span.span_context()))
    })
}

/// The current span, as rows and records name it.
#[inline]
pub fn traceparent() -> Option<String> {
    if is_on() { current().map(|origin| origin.traceparent()) } else { None }
}

/// Makes what began elsewhere the current span for as long as the guard lives, which must not wait for anything.
#[must_use]
pub fn enter(origin: &Origin) -> ContextGuard {
    origin.as_parent().attach()
}

/// Runs a future with `span` as the current one, where there is one.
pub fn within<F: Future>(span: Option<&Span>, future: F) -> impl Future<Output = F::Output> + use<F> {
    match span {
        Some(span) => Either::Left(future.with_context(span.0.clone())),
        None => Either::Right(future),
    }
}

#[cfg(test)]
mod tests;

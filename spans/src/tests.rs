use std::{
    sync::{LazyLock, Mutex, PoisonError},
    time::Duration,
};

use opentelemetry::trace::{SpanContext, SpanId, TraceId, TraceState};
use opentelemetry_sdk::{
    error::OTelSdkResult,
    trace::{Sampler, SdkTracerProvider, SpanData, SpanProcessor},
};
use tokio::task::yield_now;

use super::*;

const SAMPLED: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const UNSAMPLED: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";

static ENDED: Mutex<Vec<SpanData>> = Mutex::new(Vec::new());

/// Spans are made from now on; roots that no caller sampled are left out.
static TRACED: LazyLock<()> = LazyLock::new(|| {
    let sampler = Sampler::ParentBased(Box::new(Sampler::AlwaysOff));
    switch_on(SdkTracerProvider::builder().with_span_processor(Kept).with_sampler(sampler).build());
});

/// Keeps what has ended.
#[derive(Debug)]
struct Kept;

impl SpanProcessor for Kept {
    fn on_start(&self, _: &mut opentelemetry_sdk::trace::Span, _: &Context) {}

    fn on_end(&self, span: SpanData) {
        ENDED.lock().unwrap_or_else(PoisonError::into_inner).push(span);
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }
}

fn sampled() -> Origin {
    LazyLock::force(&TRACED);
    Origin::read(SAMPLED).expect("it is one")
}

fn ended(name: &str) -> Option<SpanData> {
    ENDED.lock().unwrap_or_else(PoisonError::into_inner).iter().find(|span| span.name == name).cloned()
}

#[test]
fn a_traceparent_is_read_as_the_standard_has_it_and_written_alike() {
    for text in [SAMPLED, UNSAMPLED] {
        let origin = Origin::read(text).expect("it is one");
        assert_eq!((origin.traceparent(), origin.is_sampled()), (text.to_owned(), text == SAMPLED));
    }
    let later = SAMPLED.replacen("00", "01", 1) + "-what-comes";
    assert_eq!(Origin::read(&later).expect("a later version begins alike").traceparent(), SAMPLED);
    let random = SAMPLED.replace("-01", "-03");
    assert_eq!(Origin::read(&random).expect("it has a flag that is not ours").traceparent(), SAMPLED);

    let zeros = "0".repeat(32);
    for wrong in [
        "",
        "00",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01",
        "00-+bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0g",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "0-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        &SAMPLED.replace("4bf92f3577b34da6a3ce929d0e0e4736", &zeros),
    ] {
        assert_eq!(Origin::read(wrong), None, "{wrong}");
    }
}

#[test]
fn what_a_trusted_caller_sampled_is_adopted_and_the_public_samples_nothing() {
    LazyLock::force(&TRACED);

    assert!(server("public", Some(SAMPLED), false).is_none());
    assert!(server("unsampled", Some(UNSAMPLED), true).is_none());
    assert!(server("alone", None, true).is_none());
    drop(server("trusted", Some(SAMPLED), true).expect("its caller samples it"));

    let span = ended("trusted").expect("it has ended");
    assert_eq!(span.span_context.trace_id(), sampled().context().trace_id());
    assert_eq!(span.parent_span_id, sampled().context().span_id());
}

#[test]
fn where_nothing_is_current_there_are_no_children() {
    LazyLock::force(&TRACED);

    assert!(child("orphan").is_none() && current().is_none() && traceparent().is_none());
}

#[tokio::test]
async fn a_span_is_current_while_its_future_is_polled_and_at_no_other_time() {
    let span = continued("polled", &sampled()).expect("it is sampled");
    let own = span.origin();

    let (inside, outside) = tokio::join!(
        within(Some(&span), async {
            yield_now().await;
            current()
        }),
        async {
            yield_now().await;
            current()
        }
    );

    assert_eq!((inside, outside), (Some(own), None));
    assert_eq!(within(None, async { current() }).await, None);
}

#[test]
fn a_span_ends_with_its_owner_whoever_has_its_context() {
    let span = continued("owned", &sampled()).expect("it is sampled");
    let entered = span.enter();
    let kept = Context::current();
    drop(entered);
    assert!(ended("owned").is_none());

    drop(span);

    assert!(ended("owned").is_some());
    drop(kept);
}

#[test]
fn what_is_served_together_is_of_the_first_and_linked_to_all() {
    let other = SpanContext::new(
        TraceId::from_bytes([1; 16]),
        SpanId::from_bytes([2; 8]),
        sampled().context().trace_flags(),
        true,
        TraceState::default(),
    );
    let origins = [sampled(), Origin::of(&other)];

    drop(together("batch", &origins).expect("it is sampled"));

    let span = ended("batch").expect("it has ended");
    assert_eq!(span.span_context.trace_id(), sampled().context().trace_id());
    let linked: Vec<_> = span.links.iter().map(|link| Origin::of(&link.span_context)).collect();
    assert_eq!(linked, origins);
    assert!(together("nothing", &[]).is_none());
}

#[test]
fn a_guard_makes_an_origin_current_and_its_children_are_of_it() {
    let entered = enter(&sampled());
    assert_eq!(traceparent().as_deref(), Some(SAMPLED));
    drop(child("entered").expect("there is a current span"));
    drop(entered);

    assert_eq!(current(), None);
    assert_eq!(ended("entered").expect("it has ended").parent_span_id, sampled().context().span_id());
}

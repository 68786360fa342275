//! Spans of records: each sending and each processing, by the names of OpenTelemetry's conventions.

use domain::inbox::Incoming;
use spans::{Origin, Span};

use crate::codec::{Outgoing, TRACEPARENT};

/// The span of a record that is about to be sent, for what happened in the span `traceparent`; the record names it.
pub(crate) fn sending(record: &mut Outgoing, traceparent: Option<&str>) -> Option<Span> {
    if !spans::is_on() {
        return None;
    }
    let origin = traceparent.and_then(Origin::read)?;
    let span = spans::producer(format!("send {}", record.topic), &origin)?;
    describe(&span, "send", "send", &record.topic);
    record.headers.push((TRACEPARENT, span.origin().traceparent()));
    Some(span)
}

/// The processing of a record of this site's own, as a part of what it tells of.
pub(crate) fn processing(topic: &str, partition: i32, offset: i64, origin: &Origin) -> Option<Span> {
    let span = spans::consumer(format!("process {topic}"), origin)?;
    describe(&span, "process", "process", topic);
    span.set("messaging.destination.partition.id", partition.to_string());
    span.set("messaging.kafka.offset", offset);
    Some(span)
}

/// The processing of a batch in which other sites' records are traced: they are linked to.
pub(crate) fn processing_foreign(batch: &[Incoming], origins: &[Origin]) -> Option<Span> {
    let topic = &batch.first().filter(|_| !origins.is_empty())?.at.topic;
    let span = spans::foreign_consumer(format!("process {topic}"), origins)?;
    describe(&span, "process", "process", topic);
    span.set("messaging.batch.message_count", i64::try_from(batch.len()).unwrap_or(i64::MAX));
    Some(span)
}

fn describe(span: &Span, name: &'static str, kind: &'static str, topic: &str) {
    span.set("messaging.system", "kafka");
    span.set("messaging.operation.name", name);
    span.set("messaging.operation.type", kind);
    span.set("messaging.destination.name", topic.to_owned());
}

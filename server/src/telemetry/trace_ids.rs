//! Log lines that name their trace: whatever is logged in a span says `trace_id` and `span_id`, as OpenTelemetry wants
//! it of logs that are not sent with the traces.

use std::fmt;

use spans::Origin;
use tracing::{Event, Subscriber};
use tracing_subscriber::{
    fmt::{FmtContext, FormatEvent, FormatFields, format::Writer},
    registry::LookupSpan,
};

/// How the ids are written.
#[derive(Debug, Clone, Copy)]
pub(super) enum Ids {
    /// As the last fields of an object.
    Json,
    /// At the end of a line.
    Text,
}

/// A format whose lines name their trace.
pub(super) struct WithTraceIds<F> {
    lines: F,
    ids: Ids,
}

impl<F> WithTraceIds<F> {
    pub(super) fn new(lines: F, ids: Ids) -> Self {
        Self { lines, ids }
    }
}

impl<S, N, F> FormatEvent<S, N> for WithTraceIds<F>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let Some(origin) = spans::current() else { return self.lines.format_event(context, writer, event) };
        let mut line = String::new();
        self.lines.format_event(context, Writer::new(&mut line), event)?;
        self.ids.add(&mut line, &origin);
        writer.write_str(&line)
    }
}

impl Ids {
    fn add(self, line: &mut String, origin: &Origin) {
        let (trace, span) = (origin.trace_id(), origin.span_id());
        line.truncate(line.trim_end_matches('\n').len());
        match self {
            Self::Json => {
                line.truncate(line.strip_suffix('}').map_or(line.len(), str::len));
                line.push_str(&format!(r#","trace_id":"{trace}","span_id":"{span}"}}"#));
            }
            Self::Text => line.push_str(&format!(" trace_id={trace} span_id={span}")),
        }
        line.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::{self, Write},
        sync::{Arc, Mutex, PoisonError},
    };

    use serde_json::Value;
    use tracing_subscriber::fmt::MakeWriter;

    use super::*;

    const TRACEPARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, line: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(line);
            Ok(line.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl MakeWriter<'_> for Kept {
        type Writer = Self;

        fn make_writer(&self) -> Self {
            self.clone()
        }
    }

    /// Two lines, the first of them in a span.
    fn logged(subscriber: impl Subscriber + Send + Sync, kept: &Kept) -> Vec<String> {
        tracing::subscriber::with_default(subscriber, || {
            let entered = spans::enter(&Origin::read(TRACEPARENT).expect("it is one"));
            tracing::info!(number = 1, "within {}", "a span");
            drop(entered);
            tracing::info!("beside it");
        });
        let text = kept.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        String::from_utf8(text).expect("it is text").lines().map(str::to_owned).collect()
    }

    #[test]
    fn an_object_names_the_span_that_it_was_logged_in() {
        let kept = Kept::default();
        let lines = tracing_subscriber::fmt().with_writer(kept.clone()).json().flatten_event(true);

        let lines = logged(lines.map_event_format(|lines| WithTraceIds::new(lines, Ids::Json)).finish(), &kept);

        let read: Vec<Value> = lines.iter().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect();
        assert_eq!((&read[0]["message"], &read[0]["number"]), (&"within a span".into(), &1.into()));
        assert_eq!(read[0]["trace_id"], "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_eq!(read[0]["span_id"], "00f067aa0ba902b7");
        assert_eq!((&read[1]["message"], read[1].get("trace_id")), (&"beside it".into(), None));
        assert_eq!(lines.len(), 2);
    }

    #[test]
    fn a_line_for_people_ends_with_the_ids() {
        let kept = Kept::default();
        let lines = tracing_subscriber::fmt().with_writer(kept.clone()).compact().with_ansi(false);

        let lines = logged(lines.map_event_format(|lines| WithTraceIds::new(lines, Ids::Text)).finish(), &kept);

        let ids = " trace_id=4bf92f3577b34da6a3ce929d0e0e4736 span_id=00f067aa0ba902b7";
        assert!(lines[0].contains("within a span") && lines[0].ends_with(ids), "{lines:?}");
        assert!(lines[1].ends_with("beside it") && lines.len() == 2, "{lines:?}");
    }
}

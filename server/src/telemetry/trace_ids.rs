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

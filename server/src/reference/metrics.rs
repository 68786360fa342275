//! Families of metrics.

use super::markdown::{self, code};
use crate::telemetry::families::{FAMILIES, Kind};

pub(super) fn page() -> String {
    let mut text = markdown::opened(
        "Metrics",
        "Every family that Matchday has at `/metrics`, in Prometheus' format: on the address `admin.bind` if it is set, else \
         on the public one, and on `worker.bind` for a worker.",
    );
    let rows: Vec<[String; 5]> = (FAMILIES.iter())
        .map(|(kind, name, labels, help)| {
            let kind = match kind {
                Kind::PlainCounter | Kind::Counter => "counter",
                Kind::Gauge => "gauge",
                Kind::Histogram => "histogram",
            };
            let labels = markdown::listed(labels.iter().map(|label| code(label)));
            [code(name), kind.to_owned(), labels, unit(name).to_owned(), (*help).to_owned()]
        })
        .collect();
    text.push_str("\n## All families\n\n");
    text.push_str(&markdown::table(["Name", "Type", "Labels", "Unit", "What it says"], &rows));
    text.push_str(
        "\nCounters without labels are 0 from the start. A family with labels appears once it has counted something. \
         Histograms have buckets (`_bucket`), a sum (`_sum`) and a count (`_count`).\n\n\
         Next: [Alerts](../run/alerts.md), [Tracing](../run/tracing.md).\n",
    );
    text
}

/// As the name says it.
fn unit(name: &str) -> &'static str {
    let name = name.strip_suffix("_total").unwrap_or(name);
    match name.rsplit('_').next() {
        Some("seconds") => "seconds",
        Some("bytes") => "bytes",
        _ => "count",
    }
}

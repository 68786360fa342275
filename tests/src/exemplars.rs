//! Exemplars: which trace a bucket of a histogram names, as a scraper reads it.

use std::net::SocketAddr;

use crate::raw;

/// What a scraper gets that asks for `OpenMetrics` as the page on tracing does.
pub async fn open_metrics(address: SocketAddr) -> String {
    let script = include_str!("../../docs/snippets/tracing/exemplars.sh");
    let accept =
        script.split("accept: ").nth(1).and_then(|rest| rest.split('\'').next()).expect("it asks for a format");
    raw::send(address, "GET /metrics", &[("accept", accept)]).await.body
}

/// The trace and the span of each exemplar of a series, by when they were noted.
pub fn of(shown: &str, family: &str, labels: &str) -> Vec<(String, String)> {
    let buckets = shown.lines().filter(|line| line.starts_with(&format!("{family}_bucket{{{labels},")));
    let mut noted: Vec<_> = buckets
        .filter_map(|line| line.split_once(" # "))
        .map(|(_, exemplar)| {
            let (ids, rest) = exemplar.split_once("} ").expect("ids stand in braces");
            let [trace, span] = ["trace_id", "span_id"].map(|name| {
                let (_, value) = ids.split_once(&format!("{name}=\"")).expect("it is named");
                value.split('"').next().unwrap_or_default().to_owned()
            });
            let at: f64 = rest.split(' ').nth(1).and_then(|at| at.parse().ok()).expect("it says when");
            (at, (trace, span))
        })
        .collect();
    noted.sort_by(|a, b| a.0.total_cmp(&b.0));
    noted.into_iter().map(|(_, ids)| ids).collect()
}

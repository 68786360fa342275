//! `/metrics` as `OpenMetrics` 1.0 writes it, for scrapers that ask for it: Prometheus's text format has no exemplars.

use std::{fmt::Write as _, time::UNIX_EPOCH};

use axum::http::{HeaderMap, header::ACCEPT};

use super::exemplars::Exemplars;

pub(crate) const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Whether a scraper takes it. One that takes both takes this one: it says more.
pub(crate) fn is_asked_for(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|range| {
        let mut parts = range.split(';').map(str::trim);
        let is_named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("application/openmetrics-text"));
        is_named
            && parts.all(|parameter| match parameter.split_once('=') {
                Some(("version", version)) => version.trim_matches('"') == "1.0.0",
                Some(("q", weight)) => weight.parse().is_ok_and(|weight: f32| weight > 0.0),
                _ => true,
            })
    })
}

/// The metrics that Prometheus's text format tells, in this format and with exemplars.
pub(super) fn of(text: &str, exemplars: &Exemplars) -> String {
    let mut written = String::with_capacity(text.len() + text.len() / 8);
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# ") {
            about(&mut written, rest);
        } else if !line.is_empty() {
            written.push_str(line);
            exemplar(&mut written, line, exemplars);
            written.push('\n');
        }
    }
    written.push_str("# EOF\n");
    written
}

/// `HELP name text` or `TYPE name kind`. A counter's family goes without the ending of its samples, and a help escapes
/// quotation marks.
fn about(written: &mut String, line: &str) {
    let mut words = line.splitn(3, ' ');
    let (Some(what), Some(name), Some(rest)) = (words.next(), words.next(), words.next()) else { return };
    let family = name.strip_suffix("_total").unwrap_or(name);
    written.push_str("# ");
    written.push_str(what);
    written.push(' ');
    written.push_str(family);
    written.push(' ');
    written.push_str(&if what == "HELP" { rest.replace('"', "\\\"") } else { rest.to_owned() });
    written.push('\n');
}

/// Follows the sample of a bucket by the newest traced value that fell into it.
fn exemplar(written: &mut String, line: &str, exemplars: &Exemplars) {
    let Some((family, rest)) = line.split_once("_bucket{") else { return };
    let Some((labels, bound)) = rest.rsplit_once("le=\"") else { return };
    let Some((bound, _)) = bound.split_once('"') else { return };
    let Ok(bound) = bound.replace("+Inf", "inf").parse() else { return };
    let series = format!("{family}{{{}}}", labels.trim_end_matches(','));
    let Some(exemplar) = exemplars.of(&series, bound) else { return };
    let (trace, span, value) = (exemplar.origin.trace_id(), exemplar.origin.span_id(), exemplar.value);
    let at = exemplar.at.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
    // Writing to a string never fails.
    let _ = write!(written, " # {{trace_id=\"{trace}\",span_id=\"{span}\"}} {value} {at:.3}");
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn it_is_for_scrapers_that_take_version_1() {
        for (accept, is_asked) in [
            ("application/openmetrics-text", true),
            (
                "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;q=0.5",
                true,
            ),
            ("text/plain, application/OpenMetrics-Text; version=\"1.0.0\"; q=0.3", true),
            ("application/openmetrics-text;version=0.0.1", false),
            ("application/openmetrics-text;q=0", false),
            ("text/plain;version=0.0.4", false),
            ("*/*", false),
            ("", false),
        ] {
            let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static(accept))]);
            assert_eq!(is_asked_for(&headers), is_asked, "{accept}");
        }
        assert!(!is_asked_for(&HeaderMap::new()));
    }

    #[test]
    fn a_counter_is_named_without_its_ending_and_empty_lines_go() {
        let text = "# HELP matchday_holds_total Requests, by \"outcome\".\n# TYPE matchday_holds_total counter\nmatchday_holds_total{outcome=\"placed\"} 3\n\n# TYPE matchday_ready gauge\nmatchday_ready 1\n\n";

        let written = of(text, &Exemplars::new(&[]));

        assert_eq!(
            written,
            "# HELP matchday_holds Requests, by \\\"outcome\\\".\n# TYPE matchday_holds counter\nmatchday_holds_total{outcome=\"placed\"} 3\n# TYPE matchday_ready gauge\nmatchday_ready 1\n# EOF\n"
        );
    }
}

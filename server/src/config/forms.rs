//! Forms that several settings have, and what a misspelt one may have meant.

use settings::problem::Problem;
use strsim::levenshtein;

pub(super) fn is_host_and_port(text: &str) -> bool {
    text.rsplit_once(':').is_some_and(|(host, port)| {
        let is_bracketed = host.starts_with('[') && host.ends_with(']');
        let is_host = !host.is_empty() && !host.contains(['/', ' ']) && (is_bracketed || !host.contains(':'));
        is_host && port.parse::<u16>().is_ok()
    })
}

pub(super) fn is_name(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
}

/// An address that is listened on.
pub(super) fn bind(setting: &str, bind: &str, found: &mut Vec<Problem>) {
    if !is_host_and_port(bind) {
        let right = "write host:port, such as 127.0.0.1:8000 or [::1]:8000.";
        found.push(Problem::new(setting, format!("{bind:?} is not an address"), right));
    }
}

/// The candidate that the fewest edits lead to.
pub(super) fn nearest<T: AsRef<str>>(name: &str, candidates: impl IntoIterator<Item = T>) -> Option<T> {
    candidates.into_iter().min_by_key(|candidate| levenshtein(name, candidate.as_ref()))
}

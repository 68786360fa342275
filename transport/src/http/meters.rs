//! Meters of the HTTP endpoints, resolved once so that an answer costs two atomic additions.

use std::time::Duration;

use axum::http::StatusCode;
use metrics::{Counter, Histogram, counter, histogram};

pub(crate) struct Meters {
    successes: Counter,
    client_errors: Counter,
    server_errors: Counter,
    /// Until the answer's header is ready: streams go on after it.
    seconds: Histogram,
}

impl Default for Meters {
    fn default() -> Self {
        let answers = |class: &'static str| counter!("matchday_http_answers_total", "status" => class);
        Self {
            successes: answers("success"),
            client_errors: answers("client_error"),
            server_errors: answers("server_error"),
            seconds: histogram!("matchday_http_answer_seconds"),
        }
    }
}

impl Meters {
    pub(super) fn answered(&self, status: StatusCode, took: Duration) {
        self.seconds.record(took);
        match status {
            status if status.is_server_error() => self.server_errors.increment(1),
            status if status.is_client_error() => self.client_errors.increment(1),
            _ => self.successes.increment(1),
        }
    }
}

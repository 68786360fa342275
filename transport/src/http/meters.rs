//! Meters of the HTTP endpoints, resolved once so that an answer costs two atomic additions.

use std::time::Duration;

use axum::http::StatusCode;
use metrics::{Counter, Histogram, counter, histogram};

pub(crate) struct Meters {
    successes: Class,
    client_errors: Class,
    server_errors: Class,
}

/// Answers whose statuses are alike.
struct Class {
    answers: Counter,
    /// Until the answer's header is ready: streams go on after it.
    seconds: Histogram,
}

impl Class {
    fn named(class: &'static str) -> Self {
        Self {
            answers: counter!("matchday_http_answers_total", "status" => class),
            seconds: histogram!("matchday_http_answer_seconds", "status" => class),
        }
    }
}

impl Default for Meters {
    fn default() -> Self {
        Self {
            successes: Class::named("success"),
            client_errors: Class::named("client_error"),
            server_errors: Class::named("server_error"),
        }
    }
}

impl Meters {
    pub(crate) fn answered(&self, status: StatusCode, took: Duration) {
        let class = match status {
            status if status.is_server_error() => &self.server_errors,
            status if status.is_client_error() => &self.client_errors,
            _ => &self.successes,
        };
        class.answers.increment(1);
        class.seconds.record(took);
    }
}

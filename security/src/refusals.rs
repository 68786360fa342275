//! Refusals: what a client is told that is not answered, as an error of an operation, a status of a request, or a page.

use async_graphql::{Response, ServerError, Value};
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::IntoResponse,
};
use chrono::{DateTime, Utc};
use error_codes::Code;
use limits::Refused;
use resolvers::captcha::CaptchaChallenge;
use transport::gateway::Refusal;

use crate::rate_limit_headers::{headers, reset_at, seconds};

/// What an address is told that is blocked.
pub(crate) fn blocked() -> Refusal {
    Refusal {
        status: StatusCode::FORBIDDEN,
        code: Code::BLOCKED,
        message: "Your address is blocked.".to_owned(),
        retry_after: None,
    }
}

/// What a request is told for which a bucket does not hold enough.
pub(crate) fn request_limited(refused: &Refused) -> Refusal {
    let wait = refused.retry_after.map(|wait| u32::try_from(seconds(wait)).unwrap_or(u32::MAX));
    Refusal {
        status: StatusCode::TOO_MANY_REQUESTS,
        code: Code::RATE_LIMITED,
        message: limited(refused),
        retry_after: wait,
    }
}

/// Why something is refused for which a bucket does not hold enough.
fn limited(refused: &Refused) -> String {
    match refused.retry_after {
        Some(wait) => format!("Rate limit exceeded. Retry in {} s.", seconds(wait)),
        None => {
            format!(
                "This costs more than the whole limit of {}, so it is always refused.",
                refused.tightest.policy.capacity()
            )
        }
    }
}

/// What an operation is told for which a bucket does not hold enough.
pub(crate) fn operation_limited(refused: &Refused, requested: u64, now: DateTime<Utc>) -> Response {
    let Refused { tightest, retry_after, .. } = refused;
    let message = limited(refused);
    let mut details = vec![
        ("bucket", tightest.name.into()),
        ("limit", tightest.policy.capacity().into()),
        ("remaining", tightest.remaining.into()),
        ("requested", requested.into()),
        ("resetAt", reset_at(tightest, now).into()),
    ];
    details.extend(retry_after.map(|wait| ("retryAfter", seconds(wait).into())));

    let mut response = Response::from_errors(vec![error(Code::RATE_LIMITED, message, details)]);
    response.http_headers = headers([*tightest].into_iter());
    response
}

/// The error for a client that has to solve a captcha first.
pub(crate) fn captcha_required(challenge: &CaptchaChallenge) -> ServerError {
    let message = "A captcha is required: solve `extensions.captcha`, send the solution to `solveCaptcha`, and retry with \
                   the pass that it returns in the header `captcha-pass`. A pass of a lower level is not enough.";
    let challenge = async_graphql::to_value(challenge).expect("texts and a number are a value");
    error(Code::CAPTCHA_REQUIRED, message.to_owned(), [("captcha", challenge)])
}

/// What a page says for which a bucket does not hold enough.
pub(crate) fn page_limited(refused: &Refused) -> axum::response::Response {
    let wait = refused.retry_after.map_or(1, seconds);
    let text = format!("Rate limit exceeded. Retry in {wait} s.\n");
    let headers = [(header::RETRY_AFTER, HeaderValue::from(wait))];
    (StatusCode::TOO_MANY_REQUESTS, headers, text).into_response()
}

/// The error for a client that no captcha helps.
pub(crate) fn bot_blocked() -> ServerError {
    let message = "Your requests look automated and are refused. Pay for what you hold, or try again later.";
    error(Code::BLOCKED, message.to_owned(), [])
}

/// An error that refuses an operation before it runs: it has no path.
fn error(code: Code, message: String, details: impl IntoIterator<Item = (&'static str, Value)>) -> ServerError {
    let mut error = ServerError::new(message, None);
    let extensions = error.extensions.get_or_insert_default();
    extensions.set("code", code.as_str());
    for (name, value) in details {
        extensions.set(name, value);
    }
    error
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use limits::{Charge, Limiter, Policy, Settings, Taking, take_now};

    use super::*;

    #[test]
    fn a_refusal_says_when_to_come_again_and_for_what_never() {
        let settings = Settings { site: String::new(), timeout: Duration::ZERO, share_percent: 100, buckets_max: 10 };
        let limiter = Limiter::in_process(&settings);
        let policy = Policy::new(100, 100, Duration::from_secs(60)).expect("it is a policy");
        let refused = |cost: u64| {
            let charge = Charge { name: "reserve", key: "reserve".into(), policy, cost, taking: Taking::Once };
            take_now(&limiter, vec![charge]).expect("it is in process")
        };
        refused(100).expect("it is full");

        let soon = operation_limited(&refused(10).expect_err("it is empty"), 1, DateTime::UNIX_EPOCH);
        let never = operation_limited(&refused(101).expect_err("it holds 100"), 1, DateTime::UNIX_EPOCH);

        let retry_after = |refused: &Response| refused.errors[0].extensions.as_ref()?.get("retryAfter").cloned();
        assert_eq!(retry_after(&soon), Some(Value::from(6)));
        assert!(soon.errors[0].message.ends_with("in 6 s."), "{}", soon.errors[0].message);
        assert_eq!(retry_after(&never), None);
    }
}

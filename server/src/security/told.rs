//! What a client is told of its limits: in headers, by the IETF draft "`RateLimit` header fields for HTTP", and in the
//! extensions of a result.

use std::{fmt::Write as _, time::Duration};

use async_graphql::{Response, ServerError};
use axum::{
    body::Bytes,
    http::{HeaderMap, HeaderName, HeaderValue},
};
use chrono::{DateTime, SecondsFormat, Utc};
use limits::{Grant, Refused, Standing};
use resolvers::captcha::CaptchaChallenge;
use serde::Serialize;

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// What is told beside one answer.
pub(crate) struct Told {
    pub(crate) headers: HeaderMap,
    extensions: Extensions,
}

#[derive(Serialize)]
struct Extensions {
    cost: Cost,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Cost {
    requested: u64,
    actual: u64,
    limit: u64,
    remaining: u64,
    reset_at: String,
}

impl Told {
    pub(super) fn new(grant: &Grant, requested: u64, used: u64, now: DateTime<Utc>) -> Self {
        let own = grant.standings().next().expect("a call charges the caller's own bucket first");
        let cost = Cost {
            requested,
            actual: used,
            limit: own.policy.capacity(),
            remaining: own.remaining,
            reset_at: reset_at(&own, now),
        };
        Self { headers: headers(grant.standings()), extensions: Extensions { cost } }
    }

    /// The object `extensions` of an encoded result.
    pub(crate) fn extensions(&self) -> Bytes {
        serde_json::to_vec(&self.extensions).expect("numbers and a text are JSON").into()
    }

    /// Adds it to a result that is still to be encoded.
    pub(crate) fn add_to(self, response: &mut Response) {
        let cost = async_graphql::to_value(self.extensions.cost).expect("numbers and a text are a value");
        response.extensions.insert("cost".to_owned(), cost);
        response.http_headers.extend(self.headers);
    }
}

/// The result of an operation that is refused.
pub(super) fn refusal(refused: &Refused, requested: u64, now: DateTime<Utc>) -> Response {
    let Refused { tightest, retry_after, .. } = refused;
    let message = match retry_after {
        Some(wait) => format!("you have asked for too much at once; ask again in {} s", seconds(*wait)),
        None => format!("this asks for more than {} at once, which is never granted", tightest.policy.capacity()),
    };
    let mut details = vec![
        ("bucket", tightest.name.into()),
        ("limit", tightest.policy.capacity().into()),
        ("remaining", tightest.remaining.into()),
        ("requested", requested.into()),
        ("resetAt", reset_at(tightest, now).into()),
    ];
    details.extend(retry_after.map(|wait| ("retryAfter", seconds(wait).into())));

    let mut response = Response::from_errors(vec![super::error("RATE_LIMITED", message, details)]);
    response.http_headers = headers([*tightest].into_iter());
    response
}

/// The error for somebody who has to show first that they are no bot.
pub(super) fn captcha(challenge: &CaptchaChallenge) -> ServerError {
    let message = "show first that you are no bot: solve `extensions.captcha`, give what you found to solveCaptcha, and ask \
                   again with the pass that it gives, in the header `captcha-pass`";
    let challenge = async_graphql::to_value(challenge).expect("texts and a number are a value");
    super::error("CAPTCHA_REQUIRED", message.to_owned(), [("captcha", challenge)])
}

/// The error for somebody whom no captcha helps.
pub(super) fn turned_away() -> ServerError {
    let message = "this looks like what a bot does, and is not answered; pay what you hold, or come again later";
    super::error(super::BLOCKED, message.to_owned(), [])
}

fn headers(standings: impl Iterator<Item = Standing>) -> HeaderMap {
    let (mut policies, mut stands) = (String::new(), String::new());
    for Standing { name, policy, remaining, reset_after } in standings {
        let part = if policies.is_empty() { "" } else { ", " };
        // The draft knows quotas and windows: all of a full bucket, and the time in which that much comes back.
        let (quota, window) = (policy.capacity(), seconds(policy.fills_in()));
        let written = write!(policies, "{part}\"{name}\";q={quota};w={window}")
            .and_then(|()| write!(stands, "{part}\"{name}\";r={remaining};t={}", seconds(reset_after)));
        written.expect("a String takes all text");
    }
    let value = |text: String| HeaderValue::try_from(text).expect("names of buckets and numbers are visible ASCII");
    HeaderMap::from_iter([(RATE_LIMIT_POLICY, value(policies)), (RATE_LIMIT, value(stands))])
}

fn reset_at(standing: &Standing, now: DateTime<Utc>) -> String {
    (now + standing.reset_after).to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Whole seconds, so that nobody comes too early.
fn seconds(wait: Duration) -> u64 {
    wait.as_millis().div_ceil(1_000).try_into().unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use async_graphql::Value;
    use limits::{Charge, Limiter, Policy, Settings, Taking, take_now};
    use serde_json::json;

    use super::*;

    fn limiter() -> Limiter {
        Limiter::in_process(&Settings {
            site: String::new(),
            timeout: Duration::ZERO,
            share_percent: 100,
            buckets_max: 10,
        })
    }

    fn charge(name: &'static str, cost: u64) -> Charge {
        let policy = Policy::new(100, 100, Duration::from_secs(60)).expect("it is a policy");
        Charge { name, key: name.into(), policy, cost, taking: Taking::Once }
    }

    #[test]
    fn headers_follow_the_draft() {
        let charges = vec![charge("customer", 50), charge("address", 10)];
        let grant = take_now(&limiter(), charges).expect("it is in process").expect("it is full");

        let told = Told::new(&grant, 50, 40, DateTime::UNIX_EPOCH);

        assert_eq!(told.headers[RATE_LIMIT_POLICY], "\"customer\";q=100;w=60, \"address\";q=100;w=60");
        assert_eq!(told.headers[RATE_LIMIT], "\"customer\";r=50;t=30, \"address\";r=90;t=6");
        let extensions: serde_json::Value = serde_json::from_slice(&told.extensions()).expect("it is JSON");
        let cost =
            json!({ "requested": 50, "actual": 40, "limit": 100, "remaining": 50, "resetAt": "1970-01-01T00:00:30Z" });
        assert_eq!(extensions, json!({ "cost": cost }));
    }

    #[test]
    fn a_refusal_says_when_to_come_again_and_for_what_never() {
        let limiter = limiter();
        let refused = |cost: u64| take_now(&limiter, vec![charge("reserve", cost)]).expect("it is in process");
        refused(100).expect("it is full");

        let soon = refusal(&refused(10).expect_err("it is empty"), 1, DateTime::UNIX_EPOCH);
        let never = refusal(&refused(101).expect_err("it holds 100"), 1, DateTime::UNIX_EPOCH);

        let retry_after = |refused: &Response| refused.errors[0].extensions.as_ref()?.get("retryAfter").cloned();
        assert_eq!(retry_after(&soon), Some(Value::from(6)));
        assert!(soon.errors[0].message.ends_with("in 6 s"), "{}", soon.errors[0].message);
        assert_eq!(retry_after(&never), None);
    }
}

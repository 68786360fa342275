//! What a client is told of its limits: in headers, by the IETF draft "`RateLimit` header fields for HTTP", and in the
//! extensions of a result.

use std::{fmt::Write as _, time::Duration};

use async_graphql::Response;
use axum::{
    body::Bytes,
    http::{HeaderMap, HeaderName, HeaderValue},
};
use chrono::{DateTime, SecondsFormat, Utc};
use limits::{Grant, Standing};
use serde::Serialize;

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// What is told beside one answer.
pub struct RateLimitReport {
    pub headers: HeaderMap,
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

impl RateLimitReport {
    pub(crate) fn new(grant: &Grant, requested: u64, used: u64, now: DateTime<Utc>) -> Self {
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
    #[must_use]
    pub fn extensions(&self) -> Bytes {
        serde_json::to_vec(&self.extensions).expect("numbers and a text are JSON").into()
    }

    /// Adds it to a result that is still to be encoded.
    pub fn add_to(self, response: &mut Response) {
        let cost = async_graphql::to_value(self.extensions.cost).expect("numbers and a text are a value");
        response.extensions.insert("cost".to_owned(), cost);
        response.http_headers.extend(self.headers);
    }
}

pub(crate) fn headers(standings: impl Iterator<Item = Standing>) -> HeaderMap {
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

pub(crate) fn reset_at(standing: &Standing, now: DateTime<Utc>) -> String {
    (now + standing.reset_after).to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Whole seconds, rounded up, so that no client retries too early.
pub(crate) fn seconds(wait: Duration) -> u64 {
    wait.as_millis().div_ceil(1_000).try_into().unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
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

        let report = RateLimitReport::new(&grant, 50, 40, DateTime::UNIX_EPOCH);

        assert_eq!(report.headers[RATE_LIMIT_POLICY], "\"customer\";q=100;w=60, \"address\";q=100;w=60");
        assert_eq!(report.headers[RATE_LIMIT], "\"customer\";r=50;t=30, \"address\";r=90;t=6");
        let extensions: serde_json::Value = serde_json::from_slice(&report.extensions()).expect("it is JSON");
        let cost =
            json!({ "requested": 50, "actual": 40, "limit": 100, "remaining": 50, "resetAt": "1970-01-01T00:00:30Z" });
        assert_eq!(extensions, json!({ "cost": cost }));
    }
}

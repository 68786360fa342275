//! Redis, shared by the instances of a site; without a URL there is none.

use serde::{Deserialize, Serialize};
use settings::{
    problem::Problem,
    row::{DAY, Kind, Row},
    secret::SecretUrl,
};

use super::{forms::is_name, site::Env};

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Redis {
    pub url: Option<SecretUrl>,
    pub timeout_milliseconds: u64,
    /// Begins every key of ours, so that sites may share a Redis.
    pub key_prefix: String,
    /// How long a document that a client registered is kept; then it has to be registered again.
    pub document_seconds: u64,
}

impl Default for Redis {
    fn default() -> Self {
        Self { url: None, timeout_milliseconds: 1_000, key_prefix: "matchday".to_owned(), document_seconds: 24 * 3_600 }
    }
}

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    ("redis.url", "REDIS_URL", Kind::Text, "redis://[:password@]host[:port], or rediss:// for TLS; unset: no Redis"),
    ("redis.timeout_milliseconds", "MATCHDAY_REDIS_TIMEOUT_MILLISECONDS", Kind::Number(10, 60_000), "longest wait for an answer from Redis"),
    ("redis.key_prefix", "MATCHDAY_REDIS_KEY_PREFIX", Kind::Text, "prefix of all keys in Redis; sites that share a Redis each have their own"),
    ("redis.document_seconds", "MATCHDAY_REDIS_DOCUMENT_SECONDS", Kind::Number(60, 366 * DAY), "how long a document that a client registered is kept"),
];

impl Redis {
    pub(super) fn problems(&self, env: Env, found: &mut Vec<Problem>) {
        let mut wrong = |setting: &str, wrong: String, right: &str| found.push(Problem::new(setting, wrong, right));

        match &self.url {
            Some(url) if !matches!(url.scheme().as_str(), "redis" | "rediss") => {
                let right = "write redis://host:6379, or rediss:// for TLS.";
                wrong("REDIS_URL", format!("{url:?} is not a Redis address"), right);
            }
            None if env == Env::Prod => {
                let what = "unset, and required with ENV=prod: without it, a document registered at one instance is unknown at the others";
                wrong("REDIS_URL", what.to_owned(), "set a redis:// address.");
            }
            _ => {}
        }
        if !is_name(&self.key_prefix) {
            wrong(
                "MATCHDAY_REDIS_KEY_PREFIX",
                format!("{:?} is not a prefix", self.key_prefix),
                "use 1 to 64 letters, digits, dots, dashes and underscores.",
            );
        }
    }
}

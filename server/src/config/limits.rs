//! Limits: how much anybody may ask for, bucket by bucket.
//!
//! Invariant: whatever the settings leave out has its size from here, so that setting one bucket forgets no other.

use std::{collections::BTreeMap, time::Duration};

use limits::{Policy, PolicyError};
use serde::{Deserialize, Serialize};

/// Buckets by name, and their tokens: all of a full bucket come back in a period.
///
/// The first five are drawn from by an operation's cost: one by the caller's role, each user their own and everybody
/// without an account one an address; and one by all who come from the address, whoever they are. The others count the
/// fields of their name, so that aliases and batches pay for each: by address before anybody is known, then by user.
const BUCKETS: [(&str, u64); 9] = [
    ("anonymous", 4_000_000),
    ("customer", 1_000_000),
    ("steward", 2_000_000),
    ("admin", 2_000_000),
    ("address", 10_000_000),
    ("signIn", 300),
    ("signUp", 300),
    ("reserve", 300),
    ("payReservation", 300),
];

/// Buckets that are drawn from by cost.
pub(super) const BY_COST: [&str; 5] = ["anonymous", "customer", "steward", "admin", "address"];

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    pub enabled: bool,
    /// What an instance grants of each bucket by itself while Redis is away.
    pub fallback_share_percent: u32,
    /// Longest wait for Redis, which is shorter than where a request cannot go on without it.
    pub redis_timeout_milliseconds: u64,
    /// Buckets in this process at most, where it limits by itself.
    pub buckets_max: u32,
    /// In which `refill` comes back.
    pub period_seconds: u64,
    /// Tokens of a full bucket, by its name.
    pub capacity: BTreeMap<String, u64>,
    /// Tokens that come back every period, by the bucket's name.
    pub refill: BTreeMap<String, u64>,
}

impl Default for Limits {
    fn default() -> Self {
        let sizes = || BUCKETS.iter().map(|&(name, tokens)| (name.to_owned(), tokens)).collect();
        Self {
            enabled: true,
            fallback_share_percent: 50,
            redis_timeout_milliseconds: 50,
            buckets_max: 100_000,
            period_seconds: 60,
            capacity: sizes(),
            refill: sizes(),
        }
    }
}

impl Limits {
    /// Gives every bucket its size that has none yet.
    pub(super) fn complete(&mut self) {
        for (name, tokens) in BUCKETS {
            self.capacity.entry(name.to_owned()).or_insert(tokens);
            self.refill.entry(name.to_owned()).or_insert(tokens);
        }
    }

    /// Names of the settings that are no bucket's.
    pub(super) fn unknown(&self) -> impl Iterator<Item = &str> {
        let names = self.capacity.keys().chain(self.refill.keys());
        names.map(String::as_str).filter(|name| BUCKETS.iter().all(|(known, _)| known != name))
    }

    /// The policies by the names of their buckets.
    ///
    /// # Errors
    ///
    /// Numbers that make no policy, with the bucket's name.
    pub(crate) fn policies(&self) -> Result<BTreeMap<&'static str, Policy>, (&'static str, PolicyError)> {
        let period = Duration::from_secs(self.period_seconds);
        let policy = |(name, tokens): (&'static str, u64)| {
            let size = |sizes: &BTreeMap<String, u64>| sizes.get(name).copied().unwrap_or(tokens);
            let policy = Policy::new(size(&self.capacity), size(&self.refill), period);
            policy.map(|policy| (name, policy)).map_err(|error| (name, error))
        };
        BUCKETS.into_iter().map(policy).collect()
    }
}

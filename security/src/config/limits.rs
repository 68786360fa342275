//! Limits: how much a client may ask for, bucket by bucket.
//!
//! Invariant: whatever the settings leave out has its size from here, so that setting one bucket forgets no other.

use std::{collections::BTreeMap, time::Duration};

use limits::{Policy, PolicyError};
use serde::{Deserialize, Serialize};
use settings::{
    problem::Problem,
    row::{DAY, Kind, Row},
};

/// Buckets by name, and their tokens: all of a full bucket come back in a period.
///
/// The first five are drawn from by an operation's cost: one by the caller's role, each user their own and callers
/// without an account one an address; and one by all callers of the address, whatever their role. The others count the
/// fields of their name, so that aliases and batches pay for each: by address before the user is known, then by user.
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
const BY_COST: [&str; 5] = ["anonymous", "customer", "steward", "admin", "address"];

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

#[rustfmt::skip]
pub const ROWS: &[Row] = &[
    ("limits.enabled", "MATCHDAY_LIMITS_ENABLED", Kind::Flag, "enable rate limiting"),
    ("limits.fallback_share_percent", "MATCHDAY_LIMITS_FALLBACK_SHARE_PERCENT", Kind::Number(1, 100), "share of each limit that an instance grants by itself while Redis is away"),
    ("limits.redis_timeout_milliseconds", "MATCHDAY_LIMITS_REDIS_TIMEOUT_MILLISECONDS", Kind::Number(1, 10_000), "longest wait for Redis before an instance limits by itself"),
    ("limits.buckets_max", "MATCHDAY_LIMITS_BUCKETS_MAX", Kind::Number(1_000, 10_000_000), "callers that an instance tracks in memory without Redis"),
    ("limits.period_seconds", "MATCHDAY_LIMITS_PERIOD_SECONDS", Kind::Number(1, DAY), "period in which limits.refill comes back"),
    ("limits.capacity", "MATCHDAY_LIMITS_CAPACITY", Kind::Numbers, "tokens of a full bucket: anonymous, customer, steward, admin and address by cost; signIn, signUp, reserve and payReservation by calls"),
    ("limits.refill", "MATCHDAY_LIMITS_REFILL", Kind::Numbers, "tokens that come back every period, by the same names"),
];

impl Limits {
    /// A bucket must hold what one request may ask for, which costs `largest` at most, or that request is refused forever.
    pub fn problems(&self, largest: u64, found: &mut Vec<Problem>) {
        let mut wrong = |setting: &str, wrong: String, right: &str| found.push(Problem::new(setting, wrong, right));

        for (setting, name) in self.unknown() {
            let right =
                format!("the buckets are {}.", Self::default().capacity.into_keys().collect::<Vec<_>>().join(", "));
            wrong(setting, format!("{name:?} is not a bucket"), &right);
        }
        if let Err((name, error)) = self.policies() {
            wrong("limits.capacity, limits.refill", format!("{name}: {error}"), "give other numbers.");
        }
        for name in BY_COST.iter().filter(|name| self.capacity.get(**name).is_some_and(|size| *size < largest)) {
            let right =
                format!("give {largest} or more: as much as transport.http.max_batch_cost lets one request cost.");
            wrong("limits.capacity", format!("{name} holds less than one request may cost"), &right);
        }
    }

    /// Gives every bucket its size that has none yet.
    pub fn complete(&mut self) {
        for (name, tokens) in BUCKETS {
            self.capacity.entry(name.to_owned()).or_insert(tokens);
            self.refill.entry(name.to_owned()).or_insert(tokens);
        }
    }

    /// Names that are no bucket's, and the settings that they stand in.
    fn unknown(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let settings = [("limits.capacity", &self.capacity), ("limits.refill", &self.refill)];
        let names = settings.into_iter().flat_map(|(setting, sizes)| sizes.keys().map(move |name| (setting, &**name)));
        names.filter(|(_, name)| BUCKETS.iter().all(|(known, _)| known != name))
    }

    /// The policies by the names of their buckets.
    ///
    /// # Errors
    ///
    /// Numbers that make no policy, with the bucket's name.
    pub fn policies(&self) -> Result<BTreeMap<&'static str, Policy>, (&'static str, PolicyError)> {
        let period = Duration::from_secs(self.period_seconds);
        let policy = |(name, tokens): (&'static str, u64)| {
            let size = |sizes: &BTreeMap<String, u64>| sizes.get(name).copied().unwrap_or(tokens);
            let policy = Policy::new(size(&self.capacity), size(&self.refill), period);
            policy.map(|policy| (name, policy)).map_err(|error| (name, error))
        };
        BUCKETS.into_iter().map(policy).collect()
    }
}

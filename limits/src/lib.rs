//! Token buckets: how much a caller may still ask for. Knows keys and numbers, no tickets.
//!
//! A request names the buckets it draws from, and [`take`] charges all of them or none, in one round trip to Redis, by
//! Redis's clock; without Redis by the same arithmetic in this process. It reserves an estimate before the work, and
//! [`settle`] says what was used of it. Invariant: what is granted of a bucket, less what was not used, never exceeds
//! its capacity plus its refill, in any span of time.

use std::time::Duration;

use metrics::counter;
use redis::aio::ConnectionManager;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

pub use crate::{
    charge::{Charge, Count, Decider, Grant, Refused, Standing},
    policy::{Policy, PolicyError},
    taking::Taking,
};
use crate::{local::Local, shared::Shared};

mod charge;
pub mod connection;
mod local;
mod policy;
mod shared;
mod taking;

/// How long what is settled waits for a call of the same caller to take it along.
const FLUSH: Duration = Duration::from_millis(20);

/// Where buckets are kept.
pub struct Limiter {
    shared: Option<Shared>,
    local: Local,
    /// What this instance grants of each policy while Redis is away.
    share_percent: u32,
    begun: Instant,
}

/// How a limiter treats Redis, and what it may keep itself.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Names the site in Redis; instances of a site have the same.
    pub site: String,
    /// Longest wait for Redis.
    pub timeout: Duration,
    /// What an instance grants of each policy while Redis is away, in percent.
    pub share_percent: u32,
    /// Buckets kept in this process at most.
    pub buckets_max: usize,
}

impl Limiter {
    /// A limiter for a program that runs alone.
    #[must_use]
    pub fn in_process(settings: &Settings) -> Self {
        Self { shared: None, local: Local::new(settings.buckets_max), share_percent: 100, begun: Instant::now() }
    }

    /// A limiter that all instances of a site share.
    #[must_use]
    pub fn shared(connection: ConnectionManager, settings: &Settings) -> Self {
        Self {
            shared: Some(Shared::new(connection, &settings.site, settings.timeout)),
            share_percent: settings.share_percent,
            ..Self::in_process(settings)
        }
    }

    /// Whether Redis decides, which has to be waited for.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.shared.is_some()
    }

    /// What this instance grants of each policy while Redis is away, in percent; `None` while it is not.
    #[must_use]
    pub fn falls_back_to(&self) -> Option<u32> {
        self.shared.as_ref().is_some_and(Shared::is_away).then_some(self.share_percent)
    }

    /// Settles what no call took along, and notices when Redis is back, until `stop`.
    pub async fn run(&self, stop: CancellationToken) {
        let Some(shared) = &self.shared else {
            return stop.cancelled().await;
        };
        while stop.run_until_cancelled(sleep(FLUSH)).await.is_some() {
            shared.flush().await;
        }
        shared.flush().await;
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.begun.elapsed().as_millis()).expect("no process runs for half a billion years")
    }
}

/// Takes all `charges` or none. Charges of 0 take nothing and tell how the buckets stand.
///
/// # Errors
///
/// A bucket does not hold what is asked of it.
pub async fn take(limiter: &Limiter, charges: Vec<Charge>) -> Result<Grant, Refused> {
    let taken = match &limiter.shared {
        None => limiter.local.take(limiter.now_ms(), charges),
        Some(shared) => match shared.take(limiter.now_ms(), charges).await {
            Ok(taken) => taken,
            Err((_away, mut charges)) => {
                counter!("matchday_limits_fallbacks_total").increment(1);
                for charge in charges.iter_mut().filter(|charge| charge.taking != Taking::Counted) {
                    charge.policy = charge.policy.share(limiter.share_percent);
                    // An estimate that only the whole policy holds takes all of the share.
                    if charge.taking == Taking::Estimated {
                        charge.cost = charge.cost.min(charge.policy.capacity());
                    }
                }
                limiter.local.take(limiter.now_ms(), charges)
            }
        },
    };
    counted(taken)
}

/// As [`take`], where nothing has to be waited for; else the charges back.
///
/// # Errors
///
/// The charges, where only Redis can decide them.
pub fn take_now(limiter: &Limiter, charges: Vec<Charge>) -> Result<Result<Grant, Refused>, Vec<Charge>> {
    match limiter.shared {
        None => Ok(counted(limiter.local.take(limiter.now_ms(), charges))),
        Some(_) => Err(charges),
    }
}

/// Says how much was needed of each estimate in `grant`, and how much of each count happened, and notes there how the
/// buckets stand then. Call it once, and within 20 seconds: later, all of it counts as used.
pub fn settle(limiter: &Limiter, grant: &mut Grant, used: impl Fn(&Charge) -> u64) {
    match (grant.decider, &limiter.shared) {
        (Decider::Shared, Some(shared)) => shared.settle(limiter.now_ms(), grant, used),
        _ => limiter.local.settle(limiter.now_ms(), grant, used),
    }
}

/// Has the buckets of a grant's estimates owe so much beyond it: more was done than was reserved. It is never refused,
/// and a bucket owes no more than all that it holds.
pub fn overdraw(limiter: &Limiter, grant: &mut Grant, cost: u64) {
    match (grant.decider, &limiter.shared) {
        (Decider::Shared, Some(shared)) => shared.overdraw(grant, cost),
        _ => limiter.local.overdraw(limiter.now_ms(), grant, cost),
    }
}

/// Takes the cost of a charge off what was counted before: it has turned out well. No round trip is made for it alone.
pub fn give_back(limiter: &Limiter, charge: &Charge) {
    match &limiter.shared {
        Some(shared) => shared.give_back(charge),
        None => limiter.local.give_back(limiter.now_ms(), charge),
    }
}

fn counted(taken: Result<Grant, Refused>) -> Result<Grant, Refused> {
    let outcome = if taken.is_ok() { "granted" } else { "refused" };
    counter!("matchday_limits_decisions_total", "outcome" => outcome).increment(1);
    taken
}

#[cfg(test)]
#[expect(
    clippy::disallowed_methods,
    reason = "tests run tasks, read addresses and look at the machine's clock by themselves"
)]
mod equivalence_tests;

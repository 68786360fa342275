//! Charges: what a request asks of buckets, and how the buckets stand after it.

use std::{sync::Arc, time::Duration};

use crate::{
    policy::{LATE_MS, Policy, Settled},
    taking::Taking,
};

/// What a request asks of one bucket.
#[derive(Debug, Clone)]
pub struct Charge {
    /// The kind of bucket, as clients read it: `user`, `address`, `signIn`.
    pub name: &'static str,
    /// Whose bucket of this kind it is. A key is charged once in a call.
    pub key: Arc<str>,
    pub policy: Policy,
    pub cost: u64,
    pub taking: Taking,
}

impl Charge {
    /// What becomes of the reserved cost where `used` was needed.
    pub(crate) fn settled(&self, used: u64) -> Settled {
        let period = self.policy.period_ms();
        Settled { reserved: self.cost * period, used: used.min(self.cost) * period, back: 0 }
    }

    /// What becomes of the bucket where so much more is owed.
    pub(crate) fn overdrawn(&self, cost: u64) -> Settled {
        Settled { used: cost.min(self.policy.capacity()) * self.policy.period_ms(), ..Settled::default() }
    }

    /// What becomes of the bucket where the cost is no longer owed.
    pub(crate) fn given_back(&self) -> Settled {
        Settled { back: self.cost * self.policy.period_ms(), ..Settled::default() }
    }
}

/// How a bucket stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    pub name: &'static str,
    pub policy: Policy,
    pub remaining: u64,
    /// Time until it is full, if no caller takes from it.
    pub reset_after: Duration,
}

/// How far a count stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    pub name: &'static str,
    /// With what this call counts.
    pub total: u64,
    /// Without it.
    pub before: u64,
}

/// Who decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decider {
    /// Redis, for all instances.
    Shared,
    /// This process: alone by configuration, or while Redis is away.
    InProcess,
}

/// What was granted: every charge of the call.
#[derive(Debug)]
pub struct Grant {
    pub decider: Decider,
    pub(crate) charges: Vec<Charge>,
    /// What each bucket lacks after it.
    pub(crate) totals: Vec<u64>,
    /// By this process's steady clock.
    pub(crate) taken_ms: u64,
}

/// What was not granted: none of the charges was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    pub decider: Decider,
    /// The bucket that takes longest to hold what was asked of it.
    pub tightest: Standing,
    /// Time until it does; `None` where it never will, for it holds less when full.
    pub retry_after: Option<Duration>,
}

impl Grant {
    /// The charges that are estimates, with what their buckets lack.
    pub(crate) fn estimates(&mut self) -> impl Iterator<Item = (&Charge, &mut u64)> {
        self.charges.iter().zip(&mut self.totals).filter(|(charge, _)| charge.taking == Taking::Estimated)
    }

    /// Whether its reservations can no longer be told from those that came after them, so that they count as used.
    pub(crate) fn is_late(&self, now_ms: u64) -> bool {
        now_ms.saturating_sub(self.taken_ms) >= LATE_MS
    }

    /// How the buckets stand, in the order they were charged; what is only counted is none of them.
    pub fn standings(&self) -> impl Iterator<Item = Standing> + '_ {
        let limits = self.charges.iter().zip(&self.totals).filter(|(charge, _)| charge.taking != Taking::Counted);
        limits.map(|(charge, &total)| standing(charge, total))
    }

    /// How far the counts stand, in the order they were charged; what time has forgiven is none of them.
    pub fn counts(&self) -> impl Iterator<Item = Count> + '_ {
        let counts = self.charges.iter().zip(&self.totals).filter(|(charge, _)| charge.taking == Taking::Counted);
        counts.map(|(charge, &total)| {
            let period = charge.policy.period_ms();
            let before = total.saturating_sub(charge.cost.saturating_mul(period)).div_ceil(period);
            Count { name: charge.name, total: total.div_ceil(period), before }
        })
    }

    /// The bucket with the smallest part left.
    ///
    /// # Panics
    ///
    /// Where nothing was charged.
    #[must_use]
    pub fn tightest(&self) -> Standing {
        // remaining / capacity compared without division.
        let left = |one: &Standing, other: &Standing| {
            let product = |a: u64, b: u64| u128::from(a) * u128::from(b);
            product(one.remaining, other.policy.capacity()).cmp(&product(other.remaining, one.policy.capacity()))
        };
        self.standings().min_by(left).expect("a call charges at least one bucket")
    }
}

pub(crate) fn standing(charge: &Charge, total: u64) -> Standing {
    Standing {
        name: charge.name,
        policy: charge.policy,
        remaining: charge.policy.remaining(total),
        reset_after: charge.policy.reset_after(total),
    }
}

/// What is told of a refusal, from what each bucket lacked before it.
pub(crate) fn refused(decider: Decider, charges: &[Charge], totals: &[u64]) -> Refused {
    let waits = charges
        .iter()
        .zip(totals)
        .filter(|(charge, _)| charge.taking != Taking::Counted)
        .map(|(charge, &total)| (charge.policy.retry_after(total, charge.cost), charge, total));
    let longest = waits.max_by_key(|(wait, ..)| wait.unwrap_or(Duration::MAX));
    let (retry_after, charge, total) = longest.expect("a call charges at least one bucket");

    Refused { decider, tightest: standing(charge, total), retry_after }
}

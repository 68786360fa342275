//! Policies: how much a bucket holds, and how fast it fills again. All arithmetic of buckets is here, in whole numbers.
//!
//! A bucket is kept as the tokens it lacks, times its period in milliseconds, so that a millisecond's refill is a whole
//! number. Invariant: everything stays below 2^53, so that Lua's numbers are as exact as ours.

use std::time::Duration;

use thiserror::Error;

use crate::taking::Taking;

/// Half of what a double holds exactly, so that sums of two stay exact.
const LARGEST: u64 = 1 << 52;

/// The measure of a bucket: it holds `capacity` tokens, and `refill` come back evenly over every period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    capacity: u64,
    refill: u64,
    period_ms: u64,
}

/// Why numbers make no policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PolicyError {
    #[error("capacity, refill and period must be above 0")]
    Zero,
    #[error("capacity and refill, times the period in milliseconds, must stay below 2^52")]
    TooLarge,
}

/// How long what is reserved is waited for at least. What was not settled then, because its instance died, counts as
/// used; it is at most twice as long out.
pub(crate) const GENERATION_MS: u64 = 60_000;

/// What is settled later than this counts as used: it may be owed already, and taking it off the reservations would
/// take off another's. A third of a generation, for what is settled may wait as long again to be told.
pub(crate) const LATE_MS: u64 = GENERATION_MS / 3;

/// A bucket as of a moment, its amounts in tokens times the period in milliseconds.
///
/// What is reserved is not yet owed and no time lessens it; so settling it late gives nothing back that the refill has
/// given back already. Invariant: all amounts together are no more than the policy's largest debt.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Bucket {
    /// Used, and not refilled yet.
    pub(crate) owed: u64,
    pub(crate) at_ms: u64,
    /// Reserved since `since_ms`, and in the generation before it.
    pub(crate) held: u64,
    pub(crate) held_before: u64,
    pub(crate) since_ms: u64,
}

/// What has become of reservations, in the unit of a bucket's amounts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Settled {
    pub(crate) reserved: u64,
    pub(crate) used: u64,
    /// Of what was owed before, and is owed no more.
    pub(crate) back: u64,
}

impl Bucket {
    pub(crate) fn total(&self) -> u64 {
        self.owed + self.held + self.held_before
    }
}

impl Policy {
    /// # Errors
    ///
    /// A number is 0, or together they are too large to reckon exactly.
    pub fn new(capacity: u64, refill: u64, period: Duration) -> Result<Self, PolicyError> {
        let period_ms = u64::try_from(period.as_millis()).unwrap_or(u64::MAX);
        if capacity == 0 || refill == 0 || period_ms == 0 {
            return Err(PolicyError::Zero);
        }
        let fits = |tokens: u64| tokens.checked_mul(period_ms).is_some_and(|product| product < LARGEST);
        if !fits(capacity) || !fits(refill) {
            return Err(PolicyError::TooLarge);
        }

        Ok(Self { capacity, refill, period_ms })
    }

    /// Tokens of a full bucket.
    #[must_use]
    pub fn capacity(self) -> u64 {
        self.capacity
    }

    /// Tokens that come back every period.
    #[must_use]
    pub fn refill(self) -> u64 {
        self.refill
    }

    #[must_use]
    pub fn period(self) -> Duration {
        Duration::from_millis(self.period_ms)
    }

    /// Time in which an empty bucket becomes full.
    #[must_use]
    pub fn fills_in(self) -> Duration {
        self.reset_after(self.largest_debt())
    }

    /// A part of this policy, at least one token of each.
    #[must_use]
    pub fn share(self, percent: u32) -> Self {
        let part = |tokens: u64| (tokens.saturating_mul(u64::from(percent.min(100))) / 100).max(1);
        Self { capacity: part(self.capacity), refill: part(self.refill), ..self }
    }

    pub(crate) fn period_ms(self) -> u64 {
        self.period_ms
    }

    /// What an empty bucket lacks.
    pub(crate) fn largest_debt(self) -> u64 {
        self.capacity * self.period_ms
    }

    /// A bucket as time has refilled it. A clock that goes back refills nothing.
    pub(crate) fn after(self, mut bucket: Bucket, now_ms: u64) -> Bucket {
        let at_ms = now_ms.max(bucket.at_ms);
        bucket.owed = self.lessened(bucket.owed, at_ms - bucket.at_ms);
        bucket.at_ms = at_ms;
        let generations = at_ms.saturating_sub(bucket.since_ms) / GENERATION_MS;
        if bucket.held + bucket.held_before > 0 && generations > 0 {
            bucket.owed += bucket.held_before;
            bucket.held_before = std::mem::take(&mut bucket.held);
            if generations > 1 {
                bucket.owed += std::mem::take(&mut bucket.held_before);
            }
            bucket.since_ms = at_ms;
        }
        bucket
    }

    /// The bucket once reservations are settled: the newest first, so that those that are never settled stay behind.
    pub(crate) fn settled(self, mut bucket: Bucket, settled: Settled) -> Bucket {
        let of_held = settled.reserved.min(bucket.held);
        bucket.held -= of_held;
        bucket.held_before -= (settled.reserved - of_held).min(bucket.held_before);
        let room = self.largest_debt() - bucket.held - bucket.held_before;
        bucket.owed = (bucket.owed + settled.used).min(room).saturating_sub(settled.back);
        bucket
    }

    /// The bucket with `cost` reserved or used; `None` where it does not hold so much. What is counted always fits, as
    /// far as there is room.
    pub(crate) fn charged(self, mut bucket: Bucket, cost: u64, taking: Taking) -> Option<Bucket> {
        let cost = if taking == Taking::Counted { cost.min(self.remaining(bucket.total())) } else { cost };
        // The first comparison keeps the product exact.
        if cost > self.capacity || bucket.total() + cost * self.period_ms > self.largest_debt() {
            return None;
        }
        if cost > 0 && taking.is_settled() {
            if bucket.held + bucket.held_before == 0 {
                bucket.since_ms = bucket.at_ms;
            }
            bucket.held += cost * self.period_ms;
        } else {
            bucket.owed += cost * self.period_ms;
        }
        Some(bucket)
    }

    pub(crate) fn remaining(self, total: u64) -> u64 {
        self.largest_debt().saturating_sub(total) / self.period_ms
    }

    /// Time until the bucket is full.
    pub(crate) fn reset_after(self, total: u64) -> Duration {
        Duration::from_millis(total.div_ceil(self.refill))
    }

    /// Time until the bucket holds `cost`; `None` where it never will.
    pub(crate) fn retry_after(self, total: u64, cost: u64) -> Option<Duration> {
        if cost > self.capacity {
            return None;
        }
        let wanting = (total + cost * self.period_ms).saturating_sub(self.largest_debt());
        Some(Duration::from_millis(wanting.div_ceil(self.refill)))
    }

    fn lessened(self, owed: u64, elapsed_ms: u64) -> u64 {
        if elapsed_ms >= owed.div_ceil(self.refill) { 0 } else { owed - elapsed_ms * self.refill }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_cannot_be_reckoned_with_exactly_make_no_policy() {
        let minute = Duration::from_secs(60);

        assert!(Policy::new(100, 100, minute).is_ok());
        assert_eq!(Policy::new(0, 1, minute), Err(PolicyError::Zero));
        assert_eq!(Policy::new(1, 1, Duration::ZERO), Err(PolicyError::Zero));
        assert_eq!(Policy::new(1 << 40, 1, minute), Err(PolicyError::TooLarge));
        assert_eq!(Policy::new(1, 1, Duration::MAX), Err(PolicyError::TooLarge));
    }

    #[test]
    fn a_share_of_a_small_policy_is_still_something() {
        let policy = Policy::new(3, 1, Duration::from_secs(1)).expect("it is a policy");

        assert_eq!(policy.share(50).capacity(), 1);
        assert_eq!(policy.share(50).refill(), 1);
        assert_eq!(policy.share(100), policy);
    }
}

//! Buckets in this process: the embedded setting's, and what is left while Redis is away.
//!
//! Invariant: memory is bounded, and what bounds it never grants more. A full bucket is forgotten, for it is as good as
//! a new one; where too many are not full, new callers share spare buckets.

use std::{
    collections::{HashMap, hash_map::DefaultHasher},
    hash::{Hash, Hasher},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::{
    charge::{Charge, Decider, Grant, Refused, refused},
    policy::{Bucket, Policy},
    taking::Taking,
};

/// Spare buckets of each kind, for callers who come when memory is full.
const SPARES: u64 = 1024;

/// How often full buckets are looked for at most: a search goes through all.
const SWEEP_MS: u64 = 1_000;

pub(crate) struct Local {
    kept: Mutex<Kept>,
    buckets_max: usize,
}

#[derive(Default)]
struct Kept {
    buckets: HashMap<Arc<str>, (Policy, Bucket)>,
    swept_ms: Option<u64>,
}

impl Local {
    pub(crate) fn new(buckets_max: usize) -> Self {
        Self { kept: Mutex::default(), buckets_max }
    }

    /// Takes all charges at a moment, or none.
    pub(crate) fn take(&self, now_ms: u64, mut charges: Vec<Charge>) -> Result<Grant, Refused> {
        let mut kept = self.kept();
        self.make_room(&mut kept, now_ms, charges.len());
        for charge in &mut charges {
            if kept.buckets.len() >= self.buckets_max && !kept.buckets.contains_key(&charge.key) {
                match charge.taking {
                    // No caller is counted for what others did.
                    Taking::Counted => charge.cost = 0,
                    Taking::Once | Taking::Estimated => charge.key = spare(charge),
                }
            }
        }

        let before: Vec<Bucket> = charges.iter().map(|charge| kept.bucket(charge, now_ms)).collect();
        let charged = |(charge, bucket): (&Charge, &Bucket)| charge.policy.charged(*bucket, charge.cost, charge.taking);
        // Kept also where they are refused: what counts as used from now on is refilled from now on.
        for (charge, bucket) in charges.iter().zip(&before) {
            kept.put(charge, *bucket);
        }
        let Some(after) = charges.iter().zip(&before).map(charged).collect::<Option<Vec<Bucket>>>() else {
            let totals: Vec<u64> = before.iter().map(Bucket::total).collect();
            return Err(refused(Decider::InProcess, &charges, &totals));
        };
        for (charge, bucket) in charges.iter().zip(&after) {
            kept.put(charge, *bucket);
        }

        let totals = after.iter().map(Bucket::total).collect();
        Ok(Grant { decider: Decider::InProcess, charges, totals, taken_ms: now_ms })
    }

    /// Settles estimates that are not late, and notes how the buckets stand then.
    pub(crate) fn settle(&self, now_ms: u64, grant: &mut Grant, used: impl Fn(&Charge) -> u64) {
        if grant.is_late(now_ms) {
            return;
        }
        let mut kept = self.kept();
        let settled = grant.charges.iter().zip(&mut grant.totals).filter(|(charge, _)| charge.taking.is_settled());
        for (charge, total) in settled {
            let bucket = charge.policy.settled(kept.bucket(charge, now_ms), charge.settled(used(charge)));
            *total = bucket.total();
            kept.put(charge, bucket);
        }
    }

    /// Has the buckets of estimates owe more.
    pub(crate) fn overdraw(&self, now_ms: u64, grant: &mut Grant, cost: u64) {
        let mut kept = self.kept();
        for (charge, total) in grant.estimates() {
            let bucket = charge.policy.settled(kept.bucket(charge, now_ms), charge.overdrawn(cost));
            *total = bucket.total();
            kept.put(charge, bucket);
        }
    }

    /// Takes the cost off what is owed.
    pub(crate) fn give_back(&self, now_ms: u64, charge: &Charge) {
        let mut kept = self.kept();
        let bucket = charge.policy.settled(kept.bucket(charge, now_ms), charge.given_back());
        kept.put(charge, bucket);
    }

    /// Forgets full buckets once memory is full.
    fn make_room(&self, kept: &mut Kept, now_ms: u64, wanted: usize) {
        let is_due = kept.swept_ms.is_none_or(|swept| now_ms.saturating_sub(swept) >= SWEEP_MS);
        if kept.buckets.len() + wanted > self.buckets_max && is_due {
            kept.buckets.retain(|_, (policy, bucket)| {
                *bucket = policy.after(*bucket, now_ms);
                bucket.total() > 0
            });
            kept.swept_ms = Some(now_ms);
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.kept().buckets.len()
    }
}

impl Kept {
    fn bucket(&self, charge: &Charge, now_ms: u64) -> Bucket {
        let known = self.buckets.get(&charge.key).filter(|(policy, _)| *policy == charge.policy);
        let full = Bucket { at_ms: now_ms, ..Bucket::default() };
        known.map_or(full, |(policy, bucket)| policy.after(*bucket, now_ms))
    }

    fn put(&mut self, charge: &Charge, bucket: Bucket) {
        if bucket.total() == 0 {
            self.buckets.remove(&charge.key);
        } else {
            self.buckets.insert(Arc::clone(&charge.key), (charge.policy, bucket));
        }
    }
}

/// The spare bucket that a caller shares with others, the same whenever they come.
fn spare(charge: &Charge) -> Arc<str> {
    let mut hasher = DefaultHasher::new();
    charge.key.hash(&mut hasher);
    format!("spare:{}:{}", charge.name, hasher.finish() % SPARES).into()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::policy::GENERATION_MS;

    fn charge(key: &str, cost: u64) -> Charge {
        let policy = Policy::new(10, 1, Duration::from_secs(1)).expect("it is a policy");
        Charge { name: "user", key: key.into(), policy, cost, taking: Taking::Estimated }
    }

    #[test]
    fn what_was_done_beyond_a_grant_is_owed_and_never_more_than_a_bucket_holds() {
        let local = Local::new(10);
        let mut grant = local.take(0, vec![charge("a", 2)]).expect("it is full");
        local.settle(0, &mut grant, |_| 2);

        local.overdraw(0, &mut grant, 5);
        assert_eq!(grant.standings().map(|standing| standing.remaining).collect::<Vec<_>>(), [3]);
        assert!(local.take(0, vec![charge("a", 4)]).is_err());

        local.overdraw(0, &mut grant, u64::MAX);
        assert!(local.take(0, vec![charge("a", 1)]).is_err());
        assert!(local.take(10_000, vec![charge("a", 10)]).is_ok(), "its time fills it again");
    }

    #[test]
    fn all_buckets_are_charged_or_none_and_the_tightest_is_told() {
        let local = Local::new(100);
        local.take(0, vec![charge("a", 8)]).expect("it is full");

        let refused = local.take(0, vec![charge("b", 1), charge("a", 5)]).expect_err("there are 2 left of a");
        assert_eq!(refused.tightest.remaining, 2);
        assert_eq!(refused.retry_after, Some(Duration::from_secs(3)));

        let grant = local.take(0, vec![charge("b", 10)]).expect("nothing was taken of b");
        assert_eq!(grant.tightest().remaining, 0);
        assert_eq!(grant.tightest().reset_after, Duration::from_secs(10));
    }

    #[test]
    fn what_no_full_bucket_holds_is_refused_without_a_time_to_come_again() {
        let refused = Local::new(100).take(0, vec![charge("a", 11)]).expect_err("the bucket holds 10");

        assert_eq!(refused.retry_after, None);
    }

    #[test]
    fn unused_tokens_come_back_whole_and_what_is_reserved_is_not_refilled() {
        let local = Local::new(100);

        let mut grant = local.take(0, vec![charge("a", 10)]).expect("it is full");
        local.settle(0, &mut grant, |_| 3);
        assert_eq!(grant.tightest().remaining, 7);

        let mut slow = local.take(0, vec![charge("b", 10)]).expect("it is full");
        local.take(10_000, vec![charge("b", 1)]).expect_err("all of it is still reserved");
        local.settle(10_000, &mut slow, |_| 9);
        assert_eq!(slow.tightest().remaining, 1);
    }

    #[test]
    fn what_is_settled_late_gives_nothing_of_a_later_reservation_back() {
        let local = Local::new(100);
        let mut first = local.take(0, vec![charge("a", 10)]).expect("it is full");
        local.take(2 * GENERATION_MS, vec![charge("a", 1)]).expect_err("it counts as used from now on");
        let after = 2 * GENERATION_MS + 10_000;
        local.take(after, vec![charge("a", 10)]).expect("that is over");

        local.settle(after, &mut first, |_| 0);

        local.take(after, vec![charge("a", 1)]).expect_err("the second is out");
    }

    #[test]
    fn what_is_counted_is_never_refused_nor_told_among_the_limits_and_can_be_given_back() {
        let local = Local::new(100);
        let counted = |cost| Charge { name: "holds", taking: Taking::Counted, ..charge("holds", cost) };
        let count = |grant: &Grant| grant.counts().map(|count| (count.name, count.total)).collect::<Vec<_>>();

        let mut grant = local.take(0, vec![charge("a", 1), counted(4)]).expect("it is full");
        assert_eq!((count(&grant), grant.standings().count()), (vec![("holds", 4)], 1));
        local.settle(0, &mut grant, |charge| if charge.name == "holds" { 3 } else { 0 });
        assert_eq!(count(&grant), [("holds", 3)], "one of the four did not happen");
        local.give_back(0, &counted(2));
        let beyond = local.take(0, vec![charge("a", 1), counted(20)]).expect("a count refuses nobody");
        assert_eq!(count(&beyond), [("holds", 10)], "it counts up to its capacity");
        let before = |grant: &Grant| grant.counts().map(|count| count.before).collect::<Vec<_>>();
        let third = local.take(0, vec![charge("a", 1), counted(4)]).expect("a count refuses nobody");
        assert_eq!((count(&third), before(&third)), (vec![("holds", 10)], vec![6]), "its own are not before it");

        let refused = local.take(0, vec![charge("a", 11), counted(1)]).expect_err("the bucket holds 10");
        assert_eq!(refused.tightest.name, "user");
        local.give_back(0, &counted(20));
        local.give_back(0, &counted(20));
        let forgiven = local.take(60_000, vec![counted(0)]).expect("a count refuses nobody");
        assert_eq!(count(&forgiven), [("holds", 9)], "what is still under way is not given back, nor forgiven");
    }

    #[test]
    fn what_nobody_settles_counts_as_used_in_the_end() {
        let local = Local::new(100);
        local.take(0, vec![charge("a", 10)]).expect("it is full");

        let late = 2 * GENERATION_MS;
        local.take(late, vec![charge("a", 1)]).expect_err("it counts as used from now on");
        local.take(late + 1_000, vec![charge("a", 1)]).expect("a second brings one back");
    }

    #[test]
    fn memory_is_bounded_and_callers_beyond_it_share_what_is_spare() {
        let local = Local::new(50);
        let mut granted = 0;
        for caller in 0..20_000 {
            let used = Charge { taking: Taking::Once, ..charge(&format!("caller {caller}"), 10) };
            granted += u64::from(local.take(0, vec![used]).is_ok());
        }

        assert!(local.len() <= 50 + usize::try_from(SPARES).expect("it is small"), "{}", local.len());
        assert!((50..=50 + SPARES).contains(&granted), "{granted}");

        local.take(20_000, vec![charge("later", 10)]).expect("all are full by then, and forgotten");
        assert_eq!(local.len(), 1);
    }
}

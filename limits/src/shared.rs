//! Buckets in Redis, shared by all instances of a site: one atomic call for all charges of a request, by Redis's clock.
//!
//! All keys carry the same hash tag, so that on a cluster they are in one slot and one script may touch any of them.
//! Invariant: no request waits for Redis longer than the time-out, and once it failed, one call a second finds out
//! whether it is back; the others do not wait at all.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use metrics::counter;
use redis::{Script, aio::ConnectionManager};
use tokio::time::{Instant, timeout};

use crate::{
    charge::{Charge, Decider, Grant, Refused, refused},
    policy::{LATE_MS, Policy, Settled},
    taking::Taking,
};

/// The moment by Redis's own clock, in milliseconds. The script is tested with another first line.
const CLOCK: &str = "local time = redis.call('TIME')\nlocal now = time[1] * 1000 + math.floor(time[2] / 1000)\n";
pub(crate) const SCRIPT: &str = include_str!("take.lua");

/// How long Redis is left alone after it failed, until one call tries it.
pub(crate) const REST: Duration = Duration::from_secs(1);

/// Buckets with reservations that wait to be settled, at most; those beyond count as used.
const WAITING_MAX: usize = 10_000;
/// Buckets settled in one call.
const SETTLED_AT_ONCE: usize = 256;

pub(crate) struct Shared {
    connection: ConnectionManager,
    script: Script,
    prefix: String,
    timeout: Duration,
    resting_until: Mutex<Option<Instant>>,
    waiting: Mutex<HashMap<Arc<str>, Waiting>>,
}

/// What waits to be settled of a bucket, since its first part came.
struct Waiting {
    policy: Policy,
    settled: Settled,
    since: Instant,
}

impl Waiting {
    /// What became of it; `None`, and it counts as used, where it has waited too long.
    fn in_time(self) -> Option<(Policy, Settled)> {
        let in_time = self.since.elapsed() < Duration::from_millis(LATE_MS);
        if !in_time {
            counter!("matchday_limits_unsettled_total").increment(1);
        }
        in_time.then_some((self.policy, self.settled))
    }
}

/// Redis did not answer, or is not asked because it just did not.
#[derive(Debug)]
pub(crate) struct Away;

impl Shared {
    pub(crate) fn new(connection: ConnectionManager, site: &str, timeout: Duration) -> Self {
        Self {
            connection,
            script: Script::new(&format!("{CLOCK}{SCRIPT}")),
            prefix: format!("{{{site}}}:limit:"),
            timeout,
            resting_until: Mutex::default(),
            waiting: Mutex::default(),
        }
    }

    /// Takes all charges, or none, and settles on the way what waits for these buckets.
    pub(crate) async fn take(
        &self,
        now_ms: u64,
        charges: Vec<Charge>,
    ) -> Result<Result<Grant, Refused>, (Away, Vec<Charge>)> {
        if !self.may_ask() {
            return Err((Away, charges));
        }
        let settled = self.collect(&charges);
        let buckets = charges.iter().zip(settled);
        let buckets = buckets.map(|(charge, settled)| Asked::of(charge, settled));
        match self.call(buckets).await {
            Ok(Answer { granted: true, totals }) => {
                Ok(Ok(Grant { decider: Decider::Shared, charges, totals, taken_ms: now_ms }))
            }
            Ok(Answer { totals, .. }) => Ok(Err(refused(Decider::Shared, &charges, &totals))),
            Err(away) => Err((away, charges)),
        }
    }

    /// Notes what is to be settled: the next call for the same bucket takes it along, or `flush` does.
    pub(crate) fn settle(&self, now_ms: u64, grant: &mut Grant, used: impl Fn(&Charge) -> u64) {
        if grant.is_late(now_ms) {
            counter!("matchday_limits_unsettled_total").increment(1);
            return;
        }
        let mut waiting = self.waiting();
        let settled = grant.charges.iter().zip(&mut grant.totals).filter(|(charge, _)| charge.taking.is_settled());
        for (charge, total) in settled {
            let settled = charge.settled(used(charge));
            *total = total.saturating_sub(settled.reserved - settled.used);
            wait(&mut waiting, charge, settled);
        }
    }

    /// Notes what is owed beyond a grant; it travels like what is settled.
    pub(crate) fn overdraw(&self, grant: &mut Grant, cost: u64) {
        let mut waiting = self.waiting();
        for (charge, total) in grant.estimates() {
            let overdrawn = charge.overdrawn(cost);
            *total = (*total + overdrawn.used).min(charge.policy.largest_debt());
            wait(&mut waiting, charge, overdrawn);
        }
    }

    /// Notes what is owed no more; it travels like what is settled.
    pub(crate) fn give_back(&self, charge: &Charge) {
        wait(&mut self.waiting(), charge, charge.given_back());
    }

    /// Settles what waits, and finds out whether Redis is back where it was away.
    pub(crate) async fn flush(&self) {
        loop {
            let next: Vec<(Arc<str>, (Policy, Settled))> = {
                let mut waiting = self.waiting();
                let keys: Vec<Arc<str>> = waiting.keys().take(SETTLED_AT_ONCE).cloned().collect();
                keys.into_iter().filter_map(|key| waiting.remove(&key)?.in_time().map(|rest| (key, rest))).collect()
            };
            if (next.is_empty() && !self.is_away()) || !self.may_ask() {
                return;
            }
            // What does not arrive counts as used: it is never granted twice.
            let sent =
                self.call(next.iter().map(|(key, (policy, settled))| Asked::settling(key, *policy, *settled))).await;
            if sent.is_err() || next.is_empty() {
                return;
            }
        }
    }

    /// Whether the last call failed and none has succeeded since.
    pub(crate) fn is_away(&self) -> bool {
        self.resting_until().is_some()
    }

    async fn call<'a>(&self, buckets: impl Iterator<Item = Asked<'a>>) -> Result<Answer, Away> {
        let mut invocation = self.script.prepare_invoke();
        for Asked { key, policy, cost, taking, settled } in buckets {
            // The policy is part of the key: with another one, another bucket begins.
            let (capacity, refill, period) = (policy.capacity(), policy.refill(), policy.period_ms());
            invocation.key(format!("{}{key}:{capacity}:{refill}:{period}", self.prefix));
            let Settled { reserved, used, back } = settled;
            for number in [capacity, refill, period, cost, number_of(taking), reserved, used, back] {
                invocation.arg(number);
            }
        }
        let mut connection = self.connection.clone();
        let failure = match timeout(self.timeout, invocation.invoke_async::<Vec<u64>>(&mut connection)).await {
            Ok(Ok(answer)) => match Answer::read(&answer) {
                Some(answer) => {
                    self.answered();
                    return Ok(answer);
                }
                None => "an answer that the script does not give".to_owned(),
            },
            Ok(Err(error)) => error.to_string(),
            Err(_) => format!("no answer within {} ms", self.timeout.as_millis()),
        };
        self.failed(&failure);
        Err(Away)
    }

    /// Whether to ask Redis now. While it rests, one caller each `REST` may.
    fn may_ask(&self) -> bool {
        let now = Instant::now();
        let mut resting_until = self.resting_until();
        match *resting_until {
            None => true,
            Some(until) if now < until => false,
            Some(_) => {
                *resting_until = Some(now + REST);
                true
            }
        }
    }

    fn answered(&self) {
        if self.resting_until().take().is_some() {
            tracing::info!("Redis answers again: limits are shared by all instances");
        }
    }

    fn failed(&self, error: &str) {
        counter!("matchday_redis_failures_total").increment(1);
        if self.resting_until().replace(Instant::now() + REST).is_none() {
            tracing::warn!(error, "Redis does not answer: this instance applies its share of the limits by itself");
        }
    }

    fn collect(&self, charges: &[Charge]) -> Vec<Settled> {
        let mut waiting = self.waiting();
        let of = |charge: &Charge| {
            let (policy, settled) = waiting.remove(&charge.key)?.in_time()?;
            (policy == charge.policy).then_some(settled)
        };
        charges.iter().map(of).map(Option::unwrap_or_default).collect()
    }

    fn waiting(&self) -> MutexGuard<'_, HashMap<Arc<str>, Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn resting_until(&self) -> MutexGuard<'_, Option<Instant>> {
        self.resting_until.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Adds to what waits to be settled of a bucket.
fn wait(waiting: &mut HashMap<Arc<str>, Waiting>, charge: &Charge, settled: Settled) {
    let has_room = waiting.len() < WAITING_MAX;
    match waiting.get_mut(&charge.key) {
        Some(sum) if sum.policy == charge.policy => {
            sum.settled.reserved += settled.reserved;
            sum.settled.used += settled.used;
            sum.settled.back += settled.back;
        }
        None if has_room => {
            let first = Waiting { policy: charge.policy, settled, since: Instant::now() };
            waiting.insert(Arc::clone(&charge.key), first);
        }
        _ => counter!("matchday_limits_unsettled_total").increment(1),
    }
}

/// As the script knows it.
pub(crate) fn number_of(taking: Taking) -> u64 {
    match taking {
        Taking::Once => 0,
        Taking::Estimated => 1,
        Taking::Counted => 2,
    }
}

/// What is asked of one bucket.
struct Asked<'a> {
    key: &'a str,
    policy: Policy,
    cost: u64,
    taking: Taking,
    settled: Settled,
}

impl<'a> Asked<'a> {
    fn of(charge: &'a Charge, settled: Settled) -> Self {
        let Charge { key, policy, cost, taking, .. } = charge;
        Self { key, policy: *policy, cost: *cost, taking: *taking, settled }
    }

    fn settling(key: &'a str, policy: Policy, settled: Settled) -> Self {
        Self { key, policy, cost: 0, taking: Taking::Once, settled }
    }
}

/// What the script answers.
struct Answer {
    granted: bool,
    totals: Vec<u64>,
}

impl Answer {
    fn read(numbers: &[u64]) -> Option<Self> {
        let (granted, totals) = numbers.split_first()?;
        Some(Self { granted: *granted == 1, totals: totals.to_vec() })
    }
}

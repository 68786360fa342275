//! Decisions: each one worth telling is a line of the log and a metric at once, and is counted for operators,
//! beside the requests.
//!
//! Invariant: what is counted is bounded by the minute, so that no client fills the memory or the database by being refused.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use domain::{
    App,
    security_events::{self, Sighting},
};
pub(crate) use entities::security_event::Kind;
use limits::connection::Redis;
use metrics::counter;
use resolvers::context::Requester;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{address::network_of, config::Config};

/// How often what was counted is written.
const PERIOD: Duration = Duration::from_millis(500);

/// How often what is old is deleted.
const FORGETTING: Duration = Duration::from_secs(600);

/// Subjects that are counted by name in a minute, of each kind; all others are counted together.
const NAMED_A_MINUTE: usize = 25;

/// Names of others.
const OTHERS: &str = "others";

/// Something that was decided about a client.
#[derive(Debug, Clone)]
pub(crate) struct Decision {
    pub(crate) kind: Kind,
    pub(crate) requester: Requester,
    /// Which bucket, which signs, what was wrong: of few different texts.
    pub(crate) detail: String,
}

pub struct Decisions {
    app: Arc<App>,
    redis: Option<Redis>,
    channel: String,
    kept: TimeDelta,
    counted: Mutex<Counted>,
}

#[derive(Default)]
struct Counted {
    minute: DateTime<Utc>,
    /// Subjects counted by name since the minute began.
    named: HashSet<Subject>,
    waiting: HashMap<(Subject, DateTime<Utc>), Tally>,
}

/// Whose events are counted together.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Subject {
    kind: Kind,
    detail: String,
    network: Option<String>,
    user_id: Option<Uuid>,
}

#[derive(Debug, Clone, Copy)]
struct Tally {
    count: i64,
    first_at: DateTime<Utc>,
    last_at: DateTime<Utc>,
}

impl Decisions {
    pub(crate) fn new(app: Arc<App>, redis: Option<&Redis>, config: &Config<'_>) -> Self {
        Self {
            app,
            redis: redis.cloned(),
            channel: config.redis_key("security-events"),
            kept: TimeDelta::days(config.retention.events_days.into()),
            counted: Mutex::default(),
        }
    }

    /// Logs and counts a decision.
    pub(crate) fn record(&self, decision: Decision) {
        let Decision { kind, requester, detail } = decision;
        let network = requester.address.map(network_of);
        let user_id = requester.viewer.map(|viewer| viewer.user_id);
        counter!("matchday_security_decisions_total", "decision" => kind.as_str(), "detail" => detail.clone())
            .increment(1);
        tracing::info!(
            decision = kind.as_str(),
            detail,
            network,
            user = user_id.map(|id| id.to_string()),
            "security decision"
        );
        self.counted().add(Subject { kind, detail, network, user_id }, self.app.clock.now());
    }

    /// Writes what is counted, and lets go of what is old, until `stop`.
    pub async fn run(&self, stop: CancellationToken) {
        let mut forgotten: Option<Instant> = None;
        while stop.run_until_cancelled(sleep(PERIOD)).await.is_some() {
            self.write().await;
            if forgotten.is_none_or(|last| last.elapsed() >= FORGETTING) {
                forgotten = Some(Instant::now());
                if let Err(error) = security_events::forget(&self.app, self.app.clock.now() - self.kept).await {
                    tracing::warn!(%error, "old security events can't be deleted; trying again later");
                }
            }
        }
        self.write().await;
    }

    /// Hears of what other instances count, until `stop`.
    pub async fn listen(&self, stop: CancellationToken) {
        let Some(redis) = &self.redis else {
            return stop.cancelled().await;
        };
        stop.run_until_cancelled(redis.listen(&self.channel, || self.app.wake.security_events_changed())).await;
    }

    async fn write(&self) {
        let sightings = self.counted().take();
        if sightings.is_empty() {
            return;
        }
        if let Err(error) = security_events::record(&self.app, &sightings).await {
            tracing::warn!(%error, "security events can't be written; they stay in memory and are written later");
            self.counted().put_back(sightings);
            return;
        }
        if let Some(redis) = &self.redis {
            redis.publish(&self.channel).await;
        }
    }

    fn counted(&self) -> MutexGuard<'_, Counted> {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counted {
    /// What waits longer than this is of minutes that are counted no more by name.
    const WAITING_MAX: usize = 10_000;

    fn add(&mut self, subject: Subject, now: DateTime<Utc>) {
        let minute = now.duration_trunc(TimeDelta::minutes(1)).unwrap_or(now);
        if minute != self.minute {
            self.named.clear();
            self.minute = minute;
        }
        let subject = self.as_counted(subject);
        self.merge(subject, minute, Tally { count: 1, first_at: now, last_at: now });
    }

    /// By name, or among the others where many were named in this minute.
    fn as_counted(&mut self, subject: Subject) -> Subject {
        if self.named.contains(&subject) {
            return subject;
        }
        let of_kind = self.named.iter().filter(|named| named.kind == subject.kind).count();
        if of_kind >= NAMED_A_MINUTE || self.waiting.len() >= Self::WAITING_MAX {
            return Subject { kind: subject.kind, detail: OTHERS.to_owned(), network: None, user_id: None };
        }
        self.named.insert(subject.clone());
        subject
    }

    fn merge(&mut self, subject: Subject, minute: DateTime<Utc>, tally: Tally) {
        let known = self.waiting.entry((subject, minute)).or_insert(Tally { count: 0, ..tally });
        known.count = known.count.saturating_add(tally.count);
        known.first_at = known.first_at.min(tally.first_at);
        known.last_at = known.last_at.max(tally.last_at);
    }

    fn take(&mut self) -> Vec<Sighting> {
        let sighting = |((subject, minute), tally): ((Subject, DateTime<Utc>), Tally)| {
            let Subject { kind, detail, network, user_id } = subject;
            let Tally { count, first_at, last_at } = tally;
            Sighting { kind, detail, network, user_id, minute, count, first_at, last_at }
        };
        self.waiting.drain().map(sighting).collect()
    }

    /// What could not be written waits for the next time, as far as there is room.
    fn put_back(&mut self, sightings: Vec<Sighting>) {
        for Sighting { kind, detail, network, user_id, minute, count, first_at, last_at } in sightings {
            if self.waiting.len() < Self::WAITING_MAX {
                self.merge(Subject { kind, detail, network, user_id }, minute, Tally { count, first_at, last_at });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(kind: Kind, network: usize) -> Subject {
        Subject { kind, detail: "reserve".to_owned(), network: Some(network.to_string()), user_id: None }
    }

    #[test]
    fn a_flood_of_refusals_makes_a_bounded_number_of_rows_a_minute_and_hides_no_other_kind() {
        let (mut counted, now) = (Counted::default(), DateTime::UNIX_EPOCH + TimeDelta::seconds(61));
        for network in 0..10_000 {
            counted.add(subject(Kind::RateLimited, network), now);
        }
        counted.add(subject(Kind::CaptchaFailed, 1), now);

        let written = counted.take();
        assert_eq!(written.len(), NAMED_A_MINUTE + 2);
        assert_eq!(written.iter().map(|sighting| sighting.count).sum::<i64>(), 10_001);
        let others = written.iter().find(|sighting| sighting.detail == OTHERS).expect("most are counted together");
        assert_eq!((others.count, &others.network), (10_000 - 25, &None));
        assert!(written.iter().all(|sighting| sighting.minute == DateTime::UNIX_EPOCH + TimeDelta::minutes(1)));

        // Written and taken up again, they are still among the others; in the next minute they are named anew.
        counted.add(subject(Kind::RateLimited, 10_001), now);
        counted.add(subject(Kind::RateLimited, 10_001), now + TimeDelta::minutes(1));
        let mut again: Vec<bool> = counted.take().iter().map(|sighting| sighting.network.is_some()).collect();
        again.sort_unstable();
        assert_eq!(again, [false, true]);
    }

    #[test]
    fn what_could_not_be_written_is_written_with_the_next() {
        let (mut counted, now) = (Counted::default(), DateTime::UNIX_EPOCH);
        counted.add(subject(Kind::RateLimited, 1), now);
        let failed = counted.take();
        counted.add(subject(Kind::RateLimited, 1), now + TimeDelta::seconds(5));
        counted.put_back(failed);

        let written = counted.take();
        assert_eq!((written.len(), written[0].count), (1, 2));
        assert_eq!((written[0].first_at, written[0].last_at), (now, now + TimeDelta::seconds(5)));
    }
}

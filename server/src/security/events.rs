//! Events: every decision worth telling is a line of the log and a metric at once, and is counted for those who run the
//! site, beside the requests.
//!
//! Invariant: what is counted is bounded by the minute, so that nobody fills the memory or the database by being refused.

use std::{
    collections::{HashMap, HashSet},
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use domain::{
    App,
    address_rules::network::Network,
    security_events::{self, Sighting},
};
pub(crate) use entities::security_event::Kind;
use metrics::counter;
use resolvers::context::Asking;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{cache::Redis, config::Config};

/// How often what was counted is written.
const PERIOD: Duration = Duration::from_millis(500);

/// How often what is old is deleted.
const FORGETTING: Duration = Duration::from_secs(600);

/// Whoever is seen in a minute by name, of each kind; all others are counted together.
const NAMED_A_MINUTE: usize = 25;

/// Names of others.
const OTHERS: &str = "others";

/// Something that was decided about somebody.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub(crate) kind: Kind,
    pub(crate) asking: Asking,
    /// Which bucket, which signs, what was wrong: of few different texts.
    pub(crate) detail: String,
}

pub(crate) struct Events {
    app: Arc<App>,
    redis: Option<Redis>,
    channel: String,
    kept: TimeDelta,
    counted: Mutex<Counted>,
}

#[derive(Default)]
struct Counted {
    minute: DateTime<Utc>,
    /// Who has been seen by name since the minute began.
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

impl Events {
    pub(crate) fn new(app: Arc<App>, redis: Option<&Redis>, config: &Config) -> Self {
        Self {
            app,
            redis: redis.cloned(),
            channel: format!("{}:{}:security-events", config.redis.key_prefix, config.client_id),
            kept: TimeDelta::days(config.security.events_days.into()),
            counted: Mutex::default(),
        }
    }

    /// Tells of a decision.
    pub(crate) fn tell(&self, event: Event) {
        let Event { kind, asking, detail } = event;
        let network = asking.address.map(network_of);
        let user_id = asking.viewer.map(|viewer| viewer.user_id);
        counter!("matchday_security_decisions_total", "decision" => kind.as_str(), "detail" => detail.clone())
            .increment(1);
        tracing::info!(
            decision = kind.as_str(),
            detail,
            network,
            user = user_id.map(|id| id.to_string()),
            "the security service decided"
        );
        self.counted().add(Subject { kind, detail, network, user_id }, self.app.clock.now());
    }

    /// Writes what is counted, and lets go of what is old, until `stop`.
    pub(crate) async fn run(&self, stop: CancellationToken) {
        let mut forgotten: Option<Instant> = None;
        while stop.run_until_cancelled(sleep(PERIOD)).await.is_some() {
            self.write().await;
            if forgotten.is_none_or(|last| last.elapsed() >= FORGETTING) {
                forgotten = Some(Instant::now());
                if let Err(error) = security_events::forget(&self.app, self.app.clock.now() - self.kept).await {
                    tracing::warn!(%error, "old security events can't be let go of; trying again later");
                }
            }
        }
        self.write().await;
    }

    /// Hears of what other instances count, until `stop`.
    pub(crate) async fn listen(&self, stop: CancellationToken) {
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
            tracing::warn!(%error, "security events can't be written; they are kept and written later");
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

/// Where somebody came from, no closer than those who run the site need it.
fn network_of(address: IpAddr) -> String {
    let bits = if address.to_canonical().is_ipv4() { 24 } else { super::IPV6_BITS };
    Network::of(address, bits).to_string()
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

    #[test]
    fn nobodys_own_address_is_kept() {
        let of = |text: &str| network_of(text.parse().expect("it is an address"));

        assert_eq!(of("203.0.113.77"), "203.0.113.0/24");
        assert_eq!(of("2001:db8:1:2:3::4"), "2001:db8:1:2::/64");
    }
}

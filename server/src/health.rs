//! Health: whether the program lives, and whether it is ready, part by part.
//!
//! A part that requests need (the database, the tasks that decide) makes the whole not ready. A part whose absence is
//! survived (Kafka and its lag, the relay's backlog, Redis) is named but lets requests come: taking every instance out of
//! service because the broker is away would end the sales that the outbox keeps going. Only while the program settles
//! after its start is it awaited too.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use domain::{App, masterlist::MasterListMatch};
use kafka::Status;
use limits::Limiter;
use serde::Serialize;
use tokio::time::{Instant, timeout};

use crate::{cache::Redis, database, supervise::Supervisor};

/// How long after the start parts that are not needed are awaited.
const SETTLING: Duration = Duration::from_secs(30);
/// Longest wait for the database to answer.
const PATIENCE: Duration = Duration::from_secs(3);
/// Records that may wait unread before it is worth naming.
const LAG_MAX: i64 = 1_000;
/// Age of the oldest unpublished event before it is worth naming.
const BACKLOG_SECONDS_MAX: u64 = 30;

/// What is asked about.
pub(crate) struct Health {
    pub(crate) app: Arc<App>,
    pub(crate) status: Arc<Status>,
    pub(crate) redis: Option<Redis>,
    pub(crate) supervisor: Supervisor,
    /// Where visitors are served and limited.
    pub(crate) limiter: Option<Arc<Limiter>>,
    /// Whether visitors are served, who need the view of all matches.
    pub(crate) serves: bool,
    /// Matches that must have come through the embedded broker; empty otherwise.
    pub(crate) bundle: Vec<MasterListMatch>,
    pub(crate) stopping: tokio_util::sync::CancellationToken,
    pub(crate) started: Instant,
    /// All parts were ready once.
    pub(crate) settled: AtomicBool,
}

/// The answer of `/readyz`.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) ready: bool,
    pub(crate) parts: Vec<Part>,
}

/// One part as it stands.
#[derive(Debug, Serialize)]
pub(crate) struct Part {
    pub(crate) name: &'static str,
    pub(crate) ready: bool,
    /// Whether requests cannot be answered without it.
    pub(crate) needed: bool,
    pub(crate) detail: String,
}

impl Part {
    fn needed(name: &'static str, ready: bool, detail: impl Into<String>) -> Self {
        Self { name, ready, needed: true, detail: detail.into() }
    }

    fn awaited(name: &'static str, ready: bool, detail: impl Into<String>) -> Self {
        Self { name, ready, needed: false, detail: detail.into() }
    }
}

impl Health {
    /// Asks every part.
    pub(crate) async fn report(&self) -> Report {
        let mut parts = vec![self.program(), self.database().await];
        parts.extend(self.availability());
        parts.extend(self.exchange());
        if let Some(redis) = &self.redis {
            parts.push(match redis.ping().await {
                Ok(()) => Part::awaited("redis", true, "answers"),
                Err(error) => Part::awaited("redis", false, error),
            });
        }
        parts.extend(self.limits());
        parts.extend(self.provider());
        parts.push(self.tasks());

        let all = parts.iter().all(|part| part.ready);
        if all {
            self.settled.store(true, Ordering::Relaxed);
        }
        let is_settling = !self.settled.load(Ordering::Relaxed) && self.started.elapsed() < SETTLING;
        let ready = all || (!is_settling && parts.iter().all(|part| part.ready || !part.needed));
        for part in &parts {
            metrics::gauge!("matchday_ready", "part" => part.name).set(if part.ready { 1.0 } else { 0.0 });
        }

        Report { ready, parts }
    }

    /// A program that is stopping wants no new requests.
    fn program(&self) -> Part {
        match self.stopping.is_cancelled() {
            false => Part::needed("program", true, "serving"),
            true => Part::needed("program", false, "stopping"),
        }
    }

    async fn database(&self) -> Part {
        match timeout(PATIENCE, database::missing(&self.app.db)).await {
            Ok(Ok(0)) => Part::needed("database", true, "answers, tables up to date"),
            Ok(Ok(missing)) => {
                Part::needed("database", false, format!("{missing} migrations are missing: run `matchday migrate up`"))
            }
            Ok(Err(error)) => Part::needed("database", false, error.to_string()),
            Err(_) => Part::needed("database", false, format!("no answer within {} s", PATIENCE.as_secs())),
        }
    }

    fn availability(&self) -> Option<Part> {
        if !self.serves {
            return None;
        }
        let view = &self.app.view;
        if !view.is_filled() {
            return Some(Part::needed("availability", false, "the matches are not loaded yet"));
        }
        let missing = self.bundle.iter().filter(|given| view.get(given.match_number).is_none()).count();
        Some(match missing {
            0 => Part::awaited("availability", true, "loaded"),
            _ => Part::awaited(
                "availability",
                false,
                format!("{missing} matches of the bundled master list have not come through Kafka yet"),
            ),
        })
    }

    fn exchange(&self) -> [Part; 3] {
        let report = self.status.report();
        let kafka = match (report.connected, &report.last_error) {
            (true, _) => Part::awaited("kafka", true, "connected"),
            (false, Some(error)) => Part::awaited("kafka", false, error.clone()),
            (false, None) => Part::awaited("kafka", false, "not connected yet"),
        };
        let behind: i64 = report.lag.values().sum();
        let lag = report.lag.iter().map(|(topic, lag)| format!("{topic}: {lag} behind")).collect::<Vec<_>>().join(", ");
        let follows = !self.serves || report.following;
        let consumer = match (report.consuming, follows) {
            (false, _) => Part::awaited("consumer", false, "no partitions are assigned yet"),
            (_, false) => Part::awaited("consumer", false, "the availability feed is not followed yet"),
            (true, true) if lag.is_empty() => Part::awaited("consumer", true, "other instances read the partitions"),
            (true, true) => Part::awaited("consumer", behind <= LAG_MAX, lag),
        };
        let (backlog, age) = (report.relay.backlog, report.relay.oldest_seconds);
        let relay = match report.relay.leader {
            true => Part::awaited(
                "relay",
                age <= BACKLOG_SECONDS_MAX,
                format!("{backlog} events wait, the oldest for {age} s"),
            ),
            false => Part::awaited("relay", true, "another instance publishes, or none does yet"),
        };

        [kafka, consumer, relay]
    }

    fn limits(&self) -> Option<Part> {
        let limiter = self.limiter.as_ref()?;
        Some(match limiter.falls_back_to() {
            None => Part::awaited("limits", true, "as configured"),
            Some(percent) => {
                let detail =
                    format!("Redis is away: this instance limits by itself at {percent} % of what is configured");
                Part::awaited("limits", false, detail)
            }
        })
    }

    /// Who has signed in at the identity provider before is known by the keys that are known.
    fn provider(&self) -> Option<Part> {
        let provider = self.app.accounts.provider.as_ref().filter(|_| self.serves)?;
        let known = provider.known_keys();
        Some(match provider.is_answering() {
            true => Part::awaited("identity provider", true, format!("{known} keys are known")),
            false if known == 0 => Part::awaited("identity provider", false, "no keys are known: nobody of it gets in"),
            false => Part::awaited("identity provider", false, format!("does not answer; {known} keys stay in use")),
        })
    }

    fn tasks(&self) -> Part {
        let states = self.supervisor.states();
        let troubled: Vec<String> = states
            .iter()
            .filter_map(|(name, state)| {
                let trouble = state.trouble.as_ref()?;
                Some(format!("{name} (started again {} times): {trouble}", state.restarts))
            })
            .collect();
        match troubled.is_empty() {
            true => Part::awaited("tasks", true, format!("{} running", states.len())),
            false => Part::awaited("tasks", false, troubled.join("; ")),
        }
    }

    /// Refreshes the gauges that are read from elsewhere, just before they are shown.
    pub(crate) fn measure(&self) {
        let report = self.status.report();
        for (topic, lag) in report.lag {
            let lag = u32::try_from(lag).unwrap_or(u32::MAX);
            metrics::gauge!("matchday_kafka_lag", "topic" => topic).set(lag);
        }
        if report.relay.leader {
            let backlog = u32::try_from(report.relay.backlog).unwrap_or(u32::MAX);
            metrics::gauge!("matchday_relay_backlog").set(backlog);
        }
    }
}

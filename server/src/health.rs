//! Health: whether the program lives, and whether it is ready, part by part.
//!
//! A part that requests need (the database, the tasks that decide) makes the whole not ready. A part whose absence is
//! survived (Kafka and its lag, the relay's backlog, Redis) is named but lets requests come: taking every instance out of
//! service because the broker is away would end the sales that the outbox keeps going. Only while the program settles
//! after its start is it awaited too, and the answer says so.
//!
//! Invariant: the answer comes within a second, whatever hangs: probes wait no longer.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use book::store;
use domain::App;
use futures_util::{FutureExt, future::BoxFuture};
use kafka::Status;
use limits::{Limiter, connection::Redis};
use serde::Serialize;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use crate::{
    analytics::standing::Standing, broker::Exchange, database::Steps, failure::Failure, output::counted, saturation,
    supervise::Supervisor, telemetry,
};

/// How long after the start parts that are not needed are awaited.
const SETTLING: Duration = Duration::from_secs(30);
/// Longest wait for a part to answer.
pub(crate) const PATIENCE: Duration = Duration::from_millis(800);
/// A write that was taken so lately shows that writes are taken.
const LATELY: Duration = Duration::from_secs(2);
/// Records that may wait unread before it is worth naming.
const LAG_MAX: i64 = 1_000;
/// Age of the oldest unpublished event before it is worth naming.
const BACKLOG_SECONDS_MAX: u64 = 30;
const NOT_FOLLOWED: &str = "the availability topic is not followed yet";
/// Who publishes and reads for instances that serve visitors alone.
const START_WORKERS: &str = "start a `matchday worker`";

/// What is asked about.
pub(crate) struct Health {
    pub(crate) app: Arc<App>,
    pub(crate) exchange: Arc<Exchange>,
    pub(crate) status: Arc<Status>,
    pub(crate) redis: Option<Redis>,
    pub(crate) supervisor: Supervisor,
    /// Where this program writes the lake.
    pub(crate) lake: Option<Arc<Standing>>,
    /// Where visitors are served and limited.
    pub(crate) limiter: Option<Arc<Limiter>>,
    /// Whether visitors are served, who need the view of all matches.
    pub(crate) serves: bool,
    /// Whether the exchange with Kafka is left to other instances.
    pub(crate) leaves_work: bool,
    pub(crate) stopping: CancellationToken,
    pub(crate) started: Instant,
    /// All parts were ready once.
    pub(crate) settled: AtomicBool,
}

/// The answer of `/readyz`.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) ready: bool,
    /// Whether the program has just started, so that parts which are not needed are awaited as well.
    pub(crate) settling: bool,
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
    /// Other instances see to it, or nothing waits for it: this one is ready without it, also as it starts.
    #[serde(skip)]
    left_to_others: bool,
}

impl Part {
    fn needed(name: &'static str, ready: bool, detail: impl Into<String>) -> Self {
        Self { name, ready, needed: true, detail: detail.into(), left_to_others: false }
    }

    pub(crate) fn awaited(name: &'static str, ready: bool, detail: impl Into<String>) -> Self {
        Self { name, ready, needed: false, detail: detail.into(), left_to_others: false }
    }

    fn of_others(name: &'static str, ready: bool, detail: impl Into<String>) -> Self {
        Self { left_to_others: true, ..Self::awaited(name, ready, detail) }
    }

    /// A program that is stopping wants no new requests.
    pub(crate) fn program(stopping: &CancellationToken) -> Self {
        match stopping.is_cancelled() {
            false => Self::needed("program", true, "serving"),
            true => Self::needed("program", false, "stopping"),
        }
    }

    /// The lake, which nothing waits for, also as the program starts.
    pub(crate) fn lake(standing: &Standing) -> Self {
        let (is_written, detail) = standing.is_written();
        Self::of_others("lake", is_written, detail)
    }

    /// The tasks of a program.
    pub(crate) fn tasks(supervisor: &Supervisor) -> Self {
        let states = supervisor.states();
        let troubled: Vec<String> = states
            .iter()
            .filter_map(|(name, state)| {
                let trouble = state.trouble.as_ref()?;
                Some(format!("{name} (restarted {} times): {trouble}", state.restarts))
            })
            .collect();
        match troubled.is_empty() {
            true => Self::awaited("tasks", true, format!("{} running", states.len())),
            false => Self::awaited("tasks", false, troubled.join("; ")),
        }
    }
}

/// A program that says how it stands.
pub(crate) trait Watched: Send + Sync + 'static {
    /// Asks every part.
    fn report(&self) -> BoxFuture<'_, Report>;

    /// Refreshes the gauges that are read from elsewhere, just before they are shown.
    fn measure(&self);

    fn started(&self) -> Instant;
}

impl Report {
    /// What the parts come to for a program that began then; `settled` remembers that all of them were ready once.
    pub(crate) fn of(parts: Vec<Part>, settled: &AtomicBool, started: Instant) -> Self {
        let all = parts.iter().all(|part| part.ready || part.left_to_others);
        if all {
            settled.store(true, Ordering::Relaxed);
        }
        let settling = !settled.load(Ordering::Relaxed) && started.elapsed() < SETTLING;
        let ready = all || (!settling && parts.iter().all(|part| part.ready || !part.needed));
        for part in &parts {
            metrics::gauge!("matchday_ready", "part" => part.name).set(if part.ready { 1.0 } else { 0.0 });
        }

        Self { ready, settling, parts }
    }
}

impl Watched for Health {
    fn report(&self) -> BoxFuture<'_, Report> {
        self.parts().map(|parts| Report::of(parts, &self.settled, self.started)).boxed()
    }

    fn measure(&self) {
        self.status.measure();
        saturation::measure(&self.app);
        if let Some(limiter) = &self.limiter {
            let is_alone = limiter.falls_back_to().is_some();
            metrics::gauge!("matchday_limits_fallback").set(if is_alone { 1.0 } else { 0.0 });
        }
        if self.serves {
            self.measure_stock();
        }
        if let Some(lake) = &self.lake {
            lake.measure();
        }
        telemetry::measure();
    }

    fn started(&self) -> Instant {
        self.started
    }
}

impl Health {
    async fn parts(&self) -> Vec<Part> {
        let (database, redis) = tokio::join!(self.database(), self.redis());
        let mut parts = vec![Part::program(&self.stopping), database];
        parts.extend(self.availability());
        parts.extend(self.exchange());
        parts.extend(redis);
        parts.extend(self.limits());
        parts.extend(self.provider());
        parts.extend(self.lake.as_ref().map(|lake| Part::lake(lake)));
        parts.push(Part::tasks(&self.supervisor));
        parts
    }

    async fn database(&self) -> Part {
        let writes_lately = || self.app.store.health().trouble().is_none() && self.wrote_lately();
        match timeout(PATIENCE, self.look_at_database()).await {
            Ok(Ok(steps)) if steps.missing.is_empty() && steps.unknown.is_empty() => {
                Part::needed("database", true, "answers, tables up to date")
            }
            Ok(Ok(steps)) if steps.missing.is_empty() => {
                let newer = steps.unknown.len();
                let newer = counted(newer, "migration", "migrations");
                Part::needed("database", true, format!("answers, tables up to date; {newer} of a newer version"))
            }
            Ok(Ok(steps)) => {
                let missing = counted(steps.missing.len(), "migration is", "migrations are");
                Part::needed("database", false, format!("{missing} missing: run `matchday migrate up`"))
            }
            Ok(Err(error)) => Part::needed("database", false, error.to_string()),
            // All connections are at work, and they do work.
            Err(_) if writes_lately() => Part::needed("database", true, "busy, but accepts writes"),
            Err(_) => {
                let late = format!("no answer within {} ms", PATIENCE.as_millis());
                let why = self.app.store.health().trouble().map(|trouble| format!("; the last write: {trouble}"));
                Part::needed("database", false, late + &why.unwrap_or_default())
            }
        }
    }

    /// Tells what is left of all matches together, as visitors are shown it.
    fn measure_stock(&self) {
        let (mut sellable, mut held, mut matches_on_sale) = (0, 0, 0_u32);
        for state in self.app.view.all().iter().filter(|state| !state.closed) {
            matches_on_sale += 1;
            for category in &state.categories {
                sellable += i64::from(category.sellable());
                held += i64::from(category.pending);
            }
        }
        for (of, tickets) in [("sellable", sellable), ("held", held)] {
            #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
            metrics::gauge!("matchday_tickets", "state" => of).set(tickets as f64);
        }
        metrics::gauge!("matchday_matches_on_sale").set(matches_on_sale);
    }

    /// Asks for the tables, and tries to write where nothing has shown lately that writes are taken.
    async fn look_at_database(&self) -> Result<Steps, Failure> {
        let steps = Steps::of(&self.app.db).await?;
        let app = &self.app;
        if steps.missing.is_empty() && (app.store.health().trouble().is_some() || !self.wrote_lately()) {
            store::probe(&app.store).await?;
        }
        Ok(steps)
    }

    fn wrote_lately(&self) -> bool {
        self.app.store.health().written_ago().is_some_and(|ago| ago < LATELY)
    }

    async fn redis(&self) -> Option<Part> {
        let redis = self.redis.as_ref()?;
        Some(match timeout(PATIENCE, redis.ping()).await {
            Ok(Ok(())) => Part::awaited("redis", true, "answers"),
            Ok(Err(error)) => Part::awaited("redis", false, error),
            Err(_) => Part::awaited("redis", false, format!("no answer within {} ms", PATIENCE.as_millis())),
        })
    }

    fn availability(&self) -> Option<Part> {
        if !self.serves {
            return None;
        }
        let view = &self.app.view;
        if !view.was_compared() {
            return Some(Part::needed("availability", false, "the matches are not loaded yet"));
        }
        Some(match (view.awaits_list(), self.exchange.owes_list()) {
            (false, false) => Part::awaited("availability", true, "loaded"),
            (false, true) => {
                Part::awaited("availability", false, "loaded; the bundled master list has not come through Kafka yet")
            }
            (true, _) => Part::awaited("availability", false, "no matches yet: the first master list is still to come"),
        })
    }

    fn exchange(&self) -> [Part; 3] {
        let report = self.status.report();
        let kafka = match (report.connected, &report.last_error) {
            (true, _) => Part::awaited("kafka", true, "connected"),
            (false, Some(error)) => Part::awaited("kafka", false, error.clone()),
            (false, None) => Part::awaited("kafka", false, "not connected yet"),
        };
        if self.leaves_work {
            return [kafka, consumer_elsewhere(&report), relay_elsewhere(&report)];
        }
        let parked = match self.app.parked_sales() {
            0 => String::new(),
            parked => format!("; {parked} sales of other sites wait for matches that are not in the master list"),
        };
        let follows = !self.serves || report.following;
        let (behind, lag) = lag(&report);
        let consumer = match (report.consuming, follows) {
            (false, _) => Part::awaited("consumer", false, "no partitions are assigned yet"),
            (_, false) => Part::awaited("consumer", false, NOT_FOLLOWED),
            (true, true) => match (&report.name_taken, lag.is_empty()) {
                (Some(name), _) => Part::awaited("consumer", false, taken(name)),
                (None, true) => Part::awaited("consumer", true, format!("other instances read the partitions{parked}")),
                (None, false) => Part::awaited("consumer", behind <= LAG_MAX, format!("{lag}{parked}")),
            },
        };
        let (waiting, in_time) = waiting(&report);
        let relay = match (report.relay.leader, in_time) {
            (true, in_time) => Part::awaited("relay", in_time, waiting),
            (false, true) => {
                Part::awaited("relay", true, format!("another instance publishes, or none does yet; {waiting}"))
            }
            (false, false) => Part::awaited("relay", false, format!("no instance publishes: {waiting}")),
        };

        [kafka, consumer, relay]
    }

    fn limits(&self) -> Option<Part> {
        let limiter = self.limiter.as_ref()?;
        Some(match limiter.falls_back_to() {
            None => Part::awaited("limits", true, "as configured"),
            Some(percent) => {
                let detail = format!(
                    "Redis does not answer: this instance applies {percent} % of the configured limits by itself"
                );
                Part::awaited("limits", false, detail)
            }
        })
    }

    /// Users of the identity provider are known by the keys that are known.
    fn provider(&self) -> Option<Part> {
        let provider = self.app.accounts.provider.as_ref().filter(|_| self.serves)?;
        let known = provider.known_keys();
        Some(match provider.is_answering() {
            true => Part::awaited("identity provider", true, format!("{known} keys are known")),
            false if known == 0 => {
                Part::awaited("identity provider", false, "no keys are known: its users can't sign in")
            }
            false => Part::awaited("identity provider", false, format!("does not answer; {known} keys stay in use")),
        })
    }
}

/// The readers of the partitions, as seen by an instance that leaves them to others; what it does itself is to follow the
/// feed.
fn consumer_elsewhere(report: &kafka::status::Report) -> Part {
    let (behind, lag) = lag(report);
    let are_read = report.others.is_none_or(|others| others.read);
    match (report.following, report.consuming) {
        (false, _) => Part::awaited("consumer", false, NOT_FOLLOWED),
        (true, false) => Part::of_others("consumer", false, "the position of the other instances is not known yet"),
        (true, true) if are_read => {
            Part::of_others("consumer", behind <= LAG_MAX, format!("other instances read; {lag}"))
        }
        (true, true) => {
            Part::of_others("consumer", false, format!("no instance reads the partitions ({START_WORKERS}): {lag}"))
        }
    }
}

/// The publisher of the outbox, as seen by an instance that leaves it to others.
fn relay_elsewhere(report: &kafka::status::Report) -> Part {
    let (waiting, in_time) = waiting(report);
    match report.others.is_none_or(|others| others.publish) {
        true => Part::of_others("relay", in_time, format!("another instance publishes; {waiting}")),
        false => Part::of_others("relay", false, format!("no instance publishes ({START_WORKERS}): {waiting}")),
    }
}

/// Records that are not read yet, in all and by topic.
fn lag(report: &kafka::status::Report) -> (i64, String) {
    let topics = report.lag.iter().map(|(topic, lag)| format!("{topic}: {lag} behind"));
    (report.lag.values().sum(), topics.collect::<Vec<_>>().join(", "))
}

/// What waits in the outbox, and whether that is in time.
fn waiting(report: &kafka::status::Report) -> (String, bool) {
    let (backlog, age) = (report.relay.backlog, report.relay.oldest_seconds);
    (format!("{backlog} events wait, the oldest for {age} s"), age <= BACKLOG_SECONDS_MAX)
}

/// What to do about a name that two instances go by.
fn taken(name: &str) -> String {
    format!("another instance has the name {name:?} too; give each its own MATCHDAY_KAFKA_INSTANCE_ID")
}

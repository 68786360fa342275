//! The status of the exchange: what readiness, metrics and operators want to know, in one place.
//!
//! Relay, consumer and feed write it as they go; reading it never asks the broker.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use serde::Serialize;

use crate::{config::Config, error::Error};

#[cfg(test)]
mod tests;

/// How soon it is logged again that the brokers do not answer.
const AWAY_AGAIN: Duration = Duration::from_secs(60);

/// Shared by the tasks of one instance.
#[derive(Debug, Default)]
pub struct Status {
    stopping: AtomicBool,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    connected: bool,
    last_error: Option<String>,
    /// What the clients said last about their connections.
    client_error: Option<String>,
    consuming: bool,
    following: bool,
    relay: RelayReport,
    others: Option<Others>,
    name_taken: Option<String>,
    partitions: BTreeMap<(String, i32), Progress>,
    unassigned_since: Option<Instant>,
    auth_failed: bool,
    /// When it was logged last that the brokers do not answer.
    away_logged: Option<Instant>,
    /// Topics of which this instance has read partitions, now or before.
    topics: BTreeSet<String>,
    /// When the feed brought a record last.
    fed: Option<Instant>,
    /// When a record of the master list was applied last.
    listed: Option<Instant>,
}

/// How far a partition has been read, and how far it reaches.
#[derive(Debug, Default, Clone, Copy)]
struct Progress {
    position: i64,
    end: Option<i64>,
}

/// The exchange at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// A broker answered us last, rather than failed us.
    pub connected: bool,
    /// The newest trouble; kept after it is over.
    pub last_error: Option<String>,
    /// The consumer has its share of the partitions, be it empty, or is being given a new one.
    pub consuming: bool,
    /// The feed of availability is being followed.
    pub following: bool,
    pub relay: RelayReport,
    /// What other instances do, where this one leaves it to them.
    pub others: Option<Others>,
    /// The name in the consumer group that another instance has taken from this one.
    pub name_taken: Option<String>,
    /// Records not read yet, of the partitions that this instance reads, or of all where it leaves them to others.
    pub lag: BTreeMap<String, i64>,
}

/// What other instances do, as far as this one has seen it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Others {
    /// One publishes the outbox.
    pub publish: bool,
    /// What waits in the partitions is being read.
    pub read: bool,
}

impl Default for Others {
    /// Until there was time to see it, they are believed in.
    fn default() -> Self {
        Self { publish: true, read: true }
    }
}

/// The relay at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct RelayReport {
    /// This instance publishes the outbox.
    pub leader: bool,
    /// Events that wait for the broker, as the leader counted them last.
    pub backlog: u64,
    /// The age of the oldest of them.
    pub oldest_seconds: u64,
}

impl Status {
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    pub fn report(&self) -> Report {
        let state = self.lock();
        let mut lag = BTreeMap::<String, i64>::new();
        for ((topic, _), progress) in &state.partitions {
            let behind = progress.end.map_or(0, |end| (end - progress.position).max(0));
            *lag.entry(topic.clone()).or_default() += behind;
        }

        Report {
            connected: state.connected,
            last_error: state.last_error.clone(),
            consuming: state.consuming,
            following: state.following,
            relay: state.relay.clone(),
            others: state.others,
            name_taken: state.name_taken.clone(),
            lag,
        }
    }

    /// Whether a broker answered last.
    pub fn connected(&self) -> bool {
        self.lock().connected
    }

    /// Tells that clients are about to be closed, whose complaints about that are no news.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    pub(crate) fn stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    pub(crate) fn broker_answered(&self) {
        let mut state = self.lock();
        if !state.connected {
            tracing::info!("Kafka answers");
            state.connected = true;
            state.auth_failed = false;
            state.away_logged = None;
        }
        metrics::gauge!("matchday_kafka_connected").set(1.0);
    }

    pub(crate) fn broker_away(&self, reason: &str) {
        let mut state = self.lock();
        if state.connected {
            tracing::warn!(reason, "Kafka does not answer; events wait in the outbox");
            state.away_logged = Some(Instant::now());
        }
        state.connected = false;
        state.last_error = Some(reason.to_owned());
        metrics::gauge!("matchday_kafka_connected").set(0.0);
    }

    /// As `broker_away`, because of who we are; told once, for clients keep knocking.
    pub(crate) fn auth_failed(&self, reason: &str) {
        if !std::mem::replace(&mut self.lock().auth_failed, true) {
            tracing::error!(reason, "Kafka refuses this site's name or password");
        }
        self.client_error(reason);
        self.broker_away(reason);
    }

    /// As `broker_away`, for the reason that was told last.
    pub(crate) fn brokers_down(&self) {
        self.broker_away(self.last_client_error().as_deref().unwrap_or("no broker answers"));
    }

    /// That no broker answers, and why, as far as a client said.
    pub(crate) fn no_answer(&self, config: &Config) -> Error {
        let reason = self.last_client_error().unwrap_or_else(|| "no connection".to_owned());
        Error::NoAnswer { brokers: config.brokers.clone(), reason }
    }

    /// A client had trouble with a broker, which may not matter.
    pub(crate) fn client_error(&self, reason: &str) {
        self.lock().client_error = Some(reason.to_owned());
    }

    pub(crate) fn last_client_error(&self) -> Option<String> {
        self.lock().client_error.clone()
    }

    pub(crate) fn failed(&self, reason: &str) {
        self.lock().last_error = Some(reason.to_owned());
    }

    /// Logs that a task begins anew after an error. While no broker answers, that is one line a minute for all of them.
    pub(crate) fn starts_again(&self, task: &'static str, config: &Config, error: &Error) {
        self.failed(&format!("{task}: {error}"));
        if self.connected() {
            tracing::warn!(task, %error, "a task of the exchange with Kafka failed and starts again");
        } else if self.logs_away(Instant::now()) {
            let brokers = &config.brokers;
            tracing::warn!(%error, "Kafka at {brokers} does not answer; retrying (KAFKA_BROKERS)");
        } else {
            tracing::debug!(task, %error, "Kafka does not answer yet");
        }
    }

    /// Whether it is time to log that the brokers do not answer; from now on it was.
    fn logs_away(&self, now: Instant) -> bool {
        let mut state = self.lock();
        let is_due = state.away_logged.is_none_or(|logged| now.duration_since(logged) >= AWAY_AGAIN);
        if is_due {
            state.away_logged = Some(now);
        }
        is_due
    }

    pub(crate) fn not_consuming(&self) {
        self.lock().consuming = false;
    }

    pub(crate) fn following(&self, following: bool) {
        self.lock().following = following;
        metrics::gauge!("matchday_feed_following").set(if following { 1.0 } else { 0.0 });
    }

    /// The feed has brought a record.
    pub(crate) fn fed(&self) {
        self.lock().fed = Some(Instant::now());
    }

    /// A record of the master list is applied.
    pub(crate) fn listed(&self) {
        self.lock().listed = Some(Instant::now());
    }

    /// Refreshes the gauges of what changes by itself. A topic whose partitions others have taken over is behind by nothing
    /// here.
    pub fn measure(&self) {
        let mut lag = self.report().lag;
        let (topics, fed, listed) = {
            let state = self.lock();
            (state.topics.clone(), state.fed, state.listed)
        };
        for topic in topics {
            lag.entry(topic).or_default();
        }
        for (topic, lag) in lag {
            let lag = u32::try_from(lag).unwrap_or(u32::MAX);
            metrics::gauge!("matchday_kafka_lag", "topic" => topic).set(lag);
        }
        if let Some(fed) = fed {
            metrics::gauge!("matchday_feed_record_age_seconds").set(fed.elapsed().as_secs_f64());
        }
        if let Some(listed) = listed {
            metrics::gauge!("matchday_master_list_age_seconds").set(listed.elapsed().as_secs_f64());
        }
    }

    pub(crate) fn relay(&self, change: impl FnOnce(&mut RelayReport)) {
        let mut state = self.lock();
        change(&mut state.relay);
        metrics::gauge!("matchday_relay_leader").set(if state.relay.leader { 1.0 } else { 0.0 });
    }

    /// Notes what other instances do, as one that leaves it to them.
    pub(crate) fn others(&self, change: impl FnOnce(&mut Others)) {
        change(self.lock().others.get_or_insert_default());
    }

    pub(crate) fn name_taken(&self, name: String) {
        self.lock().name_taken = Some(name);
    }

    /// Whether this instance has applied what its partitions of `topic` held when they were given to it; it has none
    /// where others read them all.
    pub fn has_read(&self, topic: &str) -> bool {
        let state = self.lock();
        let mut ours = state.partitions.iter().filter(|((name, _), _)| name == topic);
        state.consuming
            && state.unassigned_since.is_none()
            && ours.all(|(_, progress)| progress.end.is_some_and(|end| progress.position >= end))
    }

    /// The consumer now reads these partitions and no others, each from its position; they reach to their ends.
    pub(crate) fn reading(&self, places: impl IntoIterator<Item = ((String, i32), i64, i64)>) {
        let fresh = |(key, position, end)| (key, Progress { position, end: Some(end) });
        let mut state = self.lock();
        state.partitions = places.into_iter().map(fresh).collect();
        let topics: BTreeSet<String> = state.partitions.keys().map(|(topic, _)| topic.clone()).collect();
        for topic in &topics {
            // What is lost of it later shows as an increase.
            metrics::counter!("matchday_kafka_lost_records_total", "topic" => topic.clone()).increment(0);
        }
        state.topics.extend(topics);
        state.unassigned_since = None;
        state.consuming = true;
    }

    /// The group has taken the partitions back, and is about to give out new ones; that is no reason to be unready.
    pub(crate) fn unassigned(&self) {
        let mut state = self.lock();
        state.partitions.clear();
        state.unassigned_since = Some(Instant::now());
    }

    pub(crate) fn unassigned_for(&self) -> Option<Duration> {
        self.lock().unassigned_since.map(|since| since.elapsed())
    }

    pub(crate) fn set_position(&self, topic: &str, partition: i32, position: i64) {
        let mut state = self.lock();
        if let Some(progress) = state.partitions.get_mut(&(topic.to_owned(), partition)) {
            progress.position = position;
        }
    }

    pub(crate) fn set_end(&self, topic: &str, partition: i32, end: i64) {
        let mut state = self.lock();
        if let Some(progress) = state.partitions.get_mut(&(topic.to_owned(), partition)) {
            progress.end = Some(end);
        }
    }

    pub(crate) fn partitions(&self) -> Vec<(String, i32)> {
        self.lock().partitions.keys().cloned().collect()
    }

    /// The state is a set of independent facts: a panic elsewhere leaves none half-written.
    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

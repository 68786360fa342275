//! The feed of security events: what is decided from now on, on every instance, and again whenever its count has grown.
//!
//! Invariant: a follower keeps one page of rows at most. A slow one gets an event with the count that it has by then.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use chrono::{DateTime, Utc};
use domain::{App, security_events};
use entities::security_event::{Kind, Model};
use sea_orm::DbErr;
use tokio::{sync::watch, time::timeout};
use uuid::Uuid;

/// How far apart the clocks of instances may be, and how late one may write what it counted.
const LATEST: Duration = Duration::from_secs(30);

/// How often a follower looks where no instance tells of new ones.
const PERIOD: Duration = Duration::from_secs(1);

/// Rows that a follower reads at once.
const READ_AT_ONCE: u64 = 500;

/// An admin who follows security events: each as it stands whenever it has grown.
pub(crate) struct SecurityEventFollower {
    app: Arc<App>,
    kind: Option<Kind>,
    changed: watch::Receiver<()>,
    since: DateTime<Utc>,
    /// Up to when everything was read, but for what was written late.
    read: DateTime<Utc>,
    /// What was returned of events that are read again: when they were written, and their counts.
    returned: HashMap<Uuid, (DateTime<Utc>, i64)>,
    waiting: VecDeque<Model>,
}

impl SecurityEventFollower {
    /// Follows from now on.
    pub(crate) fn new(app: Arc<App>, kind: Option<Kind>) -> Self {
        let (changed, now) = (app.wake.security_events(), app.clock.now());
        Self { app, kind, changed, since: now, read: now, returned: HashMap::new(), waiting: VecDeque::new() }
    }

    /// The next event that has grown.
    pub(crate) async fn next(&mut self) -> Result<Model, DbErr> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return Ok(event);
            }
            // What other instances count may be told, and is looked for in any case.
            let _ = timeout(PERIOD, self.changed.changed()).await;
            self.waiting = self.grown().await?.into();
        }
    }

    /// What has grown since the last call, oldest first.
    async fn grown(&mut self) -> Result<Vec<Model>, DbErr> {
        let (now, again) = (self.app.clock.now(), self.read - LATEST);
        let mut grown = security_events::written(&self.app, self.kind, again, self.since, READ_AT_ONCE).await?;
        grown.retain(|row| self.returned.get(&row.id).is_none_or(|(_, count)| *count < row.count));
        grown.reverse();
        self.returned.retain(|_, (written, _)| *written >= again);
        self.returned.extend(grown.iter().map(|row| (row.id, (row.updated_at, row.count))));
        self.read = now;

        Ok(grown)
    }
}

//! Followers: what each has not seen yet, as marks, and the newest states taken at their own pace.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use domain::matches::MatchState;
use tokio::sync::{Notify, watch};

use super::Hub;

/// The matches that one follower has still to see.
pub(super) struct Marks {
    wanted: Option<BTreeSet<i32>>,
    /// Each with the moment of the newest event, if it is marked for one.
    dirty: Mutex<BTreeMap<i32, Option<Instant>>>,
    woken: Notify,
}

impl Marks {
    pub(super) fn new(wanted: Option<BTreeSet<i32>>) -> Self {
        Self { wanted, dirty: Mutex::default(), woken: Notify::new() }
    }

    pub(super) fn mark(&self, number: i32, since: Option<Instant>) {
        if self.wanted.as_ref().is_none_or(|wanted| wanted.contains(&number)) {
            self.dirty.lock().unwrap_or_else(PoisonError::into_inner).insert(number, since);
            self.woken.notify_one();
        }
    }

    fn take(&self) -> Option<(i32, Option<Instant>)> {
        self.dirty.lock().unwrap_or_else(PoisonError::into_inner).pop_first()
    }
}

/// A state that a follower has not seen.
pub struct News {
    pub state: Arc<MatchState>,
    /// When the process was told of it; `None` where it was so before the follower came.
    pub since: Option<Instant>,
}

/// Somebody who follows matches. Dropped, it leaves the hub.
pub struct Follower {
    hub: Arc<Hub>,
    id: u64,
    marks: Arc<Marks>,
    seen: HashMap<i32, i32>,
}

impl Follower {
    pub(super) fn new(hub: Arc<Hub>, id: u64, marks: Arc<Marks>, seen: HashMap<i32, i32>) -> Self {
        Self { hub, id, marks, seen }
    }

    /// The newest state of a match of which an older one, or none, was returned before.
    pub async fn next(&mut self) -> News {
        loop {
            while let Some((number, since)) = self.marks.take() {
                let Some(state) = self.hub.state(number) else {
                    continue;
                };
                let seen = self.seen.get(&number).copied();
                if seen.is_some_and(|seen| seen >= state.version) {
                    continue;
                }
                self.seen.insert(number, state.version);
                let skipped = seen.map_or(0, |seen| state.version - seen - 1);
                self.hub.conflated.increment(u64::try_from(skipped).unwrap_or(0));
                return News { state, since };
            }
            self.marks.woken.notified().await;
        }
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.hub.leave(self.id);
    }
}

/// Somebody who watches one reservation.
pub struct Watcher {
    versions: watch::Receiver<i32>,
}

impl Watcher {
    pub(super) fn new(versions: watch::Receiver<i32>) -> Self {
        Self { versions }
    }

    /// Resolves once the process has heard of a version newer than `seen`; `false` if it will hear of none.
    pub async fn changed(&mut self, seen: i32) -> bool {
        self.versions.wait_for(|version| *version > seen).await.is_ok()
    }
}

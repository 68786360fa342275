//! The hub: who waits for newer states of matches and reservations, and is told of them.
//!
//! The availability feed tells it of changes, and every second it compares with the database, so that everybody is told
//! within that time whatever was lost on the way. The states themselves are the app's view.
//!
//! Invariant: every follower is told of the newest version of each match. A follower owes one mark per match, never a
//! queue: whoever is slow skips states and ends on the last.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use domain::{App, matches::MatchState, outbox::Touched, reservations};
use metrics::{Counter, Gauge};
use sea_orm::DbErr;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

mod follow;

pub use follow::{Follower, News, Watcher};

/// How often followers and watchers are compared with the database.
const SWEEP: Duration = Duration::from_secs(1);

/// Watched reservations read in one statement.
const PAGE: usize = 1_000;

/// Who follows matches, and who watches reservations.
pub struct Hub {
    app: Arc<App>,
    listeners: Mutex<Listeners>,
    followers: Gauge,
    /// States that followers skipped, for a newer one had come before they asked.
    conflated: Counter,
}

#[derive(Default)]
struct Listeners {
    /// The version of each match that followers were told of.
    told: HashMap<i32, i32>,
    followers: HashMap<u64, Arc<follow::Marks>>,
    watched: HashMap<Uuid, watch::Sender<i32>>,
    next_follower: u64,
}

impl Hub {
    /// Make it after the metrics recorder is installed, which its meters are resolved from.
    pub fn new(app: Arc<App>) -> Arc<Self> {
        Arc::new(Self {
            app,
            listeners: Mutex::default(),
            followers: metrics::gauge!("matchday_availability_followers"),
            conflated: metrics::counter!("matchday_availability_conflated_total"),
        })
    }

    /// Tells of a state, unless a newer one was told of, and of the reservations that changed with it.
    pub fn tell(&self, state: MatchState, touched: &[Touched]) {
        let (number, version) = (state.match_number, state.version);
        self.app.view.show(state);
        let mut listeners = self.lock();
        for touched in touched {
            listeners.touch(touched.id, touched.version);
        }
        listeners.mark(number, version);
    }

    /// Compares with the database, and tells of all that is newer there.
    pub async fn sweep(&self) -> Result<(), DbErr> {
        self.app.view.sweep(&self.app.db).await?;
        let watched: Vec<Uuid> = {
            let mut listeners = self.lock();
            for state in self.app.view.all() {
                listeners.mark(state.match_number, state.version);
            }
            listeners.watched.retain(|_, watched| watched.receiver_count() > 0);
            listeners.watched.keys().copied().collect()
        };
        for ids in watched.chunks(PAGE) {
            for row in reservations::find_many(&self.app.db, ids).await? {
                self.lock().touch(row.id, row.version);
            }
        }

        Ok(())
    }

    /// Sweeps until `shutdown`.
    pub async fn run(&self, shutdown: CancellationToken) {
        while !shutdown.is_cancelled() {
            if let Err(error) = self.sweep().await {
                tracing::warn!(%error, "availability can't be compared with the database; trying again");
            }
            tokio::select! {
                () = tokio::time::sleep(SWEEP) => {}
                () = shutdown.cancelled() => {}
            }
        }
    }

    /// Follows the matches of `numbers`, or all where it is empty, from the versions of `since` on.
    ///
    /// A version newer than the one that shows comes from another life of the database and skips nothing.
    pub fn follow(self: &Arc<Self>, numbers: &[i32], since: &HashMap<i32, i32>) -> Follower {
        let wanted = (!numbers.is_empty()).then(|| numbers.iter().copied().collect::<BTreeSet<i32>>());
        let marks = Arc::new(follow::Marks::new(wanted));
        let mut listeners = self.lock();
        let id = listeners.next_follower;
        listeners.next_follower += 1;
        listeners.followers.insert(id, Arc::clone(&marks));
        drop(listeners);
        self.followers.increment(1);

        let mut seen = HashMap::new();
        for state in self.app.view.all() {
            if since.get(&state.match_number) == Some(&state.version) {
                seen.insert(state.match_number, state.version);
            } else {
                marks.mark(state.match_number, None);
            }
        }
        Follower::new(Arc::clone(self), id, marks, seen)
    }

    /// Watches a reservation for versions that the process hears of.
    pub fn watch(&self, id: Uuid) -> Watcher {
        let mut listeners = self.lock();
        let sender = listeners.watched.entry(id).or_insert_with(|| watch::channel(0).0);
        Watcher::new(sender.subscribe())
    }

    fn state(&self, number: i32) -> Option<Arc<MatchState>> {
        self.app.view.get(number)
    }

    fn leave(&self, follower: u64) {
        self.lock().followers.remove(&follower);
        self.followers.decrement(1);
    }

    fn lock(&self) -> MutexGuard<'_, Listeners> {
        self.listeners.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Listeners {
    fn mark(&mut self, number: i32, version: i32) {
        let told = self.told.entry(number).or_insert(0);
        if *told < version {
            *told = version;
            let now = Some(Instant::now());
            for marks in self.followers.values() {
                marks.mark(number, now);
            }
        }
    }

    fn touch(&mut self, id: Uuid, version: i32) {
        if let Some(watched) = self.watched.get(&id) {
            watched.send_if_modified(|known| {
                let newer = version > *known;
                *known = version.max(*known);
                newer
            });
        }
    }
}

//! The hub: who waits for newer states of matches and reservations, and is told of them.
//!
//! The availability feed tells it of changes, and every second it compares with the database, so that every follower is
//! told within that time whatever was lost on the way. The states themselves are the app's view.
//!
//! Invariant: every follower is told of the newest version of each match. A follower owes one bit per match, never a
//! queue: a slow one skips states and ends on the last.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use book::{match_state::MatchState, outbox::ChangedRow};
use domain::{
    App,
    lookup::{self, TicketsMark},
};
use entities::reservation::{Model as Reservation, Status};
use follow::{Marks, Slot};
use market::Market;
use metrics::{Counter, Gauge};
use sea_orm::DbErr;
use spans::Origin;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

mod follow;
pub mod market;
pub(crate) mod reservations;
pub(crate) mod security_events;

pub use follow::{Follower, Update};
use reservations::{Heard, Watcher};

/// How often followers and watchers are compared with the database.
const SWEEP: Duration = Duration::from_secs(1);

/// Watched reservations read in one statement.
const PAGE: usize = 1_000;

/// Who follows matches, and who watches reservations.
pub struct Hub {
    app: Arc<App>,
    begun: Instant,
    listeners: Mutex<Listeners>,
    followers: Gauge,
    /// States that followers skipped, for a newer one had come before they asked.
    conflated: Counter,
    /// Who watches listings.
    pub market: Arc<Market>,
}

#[derive(Default)]
struct Listeners {
    /// One for each match, in the order in which they were heard of.
    topics: Vec<Topic>,
    by_number: HashMap<i32, usize>,
    /// Who follows all matches: their slots are numbered as the topics are.
    everywhere: BTreeMap<u64, Arc<Marks>>,
    watched: HashMap<Uuid, watch::Sender<Heard>>,
    next_follower: u64,
}

/// A match, and who follows it by its number: the marks of each, and which of their slots is this match's.
struct Topic {
    last_change: Arc<LastChange>,
    version: i32,
    /// Where the newest version that is traced was told of.
    origin: Option<(i32, Origin)>,
    followers: BTreeMap<u64, (Arc<Marks>, usize)>,
}

/// When a match changed last, as far as followers were told.
struct LastChange {
    number: i32,
    /// Nanoseconds since the hub was made; 0 for never.
    at: AtomicU64,
}

impl Hub {
    /// Make it after the metrics recorder is installed, which its meters are resolved from.
    pub fn new(app: Arc<App>) -> Arc<Self> {
        let market = Arc::new(Market::new(Arc::clone(&app)));
        Arc::new(Self {
            market,
            app,
            begun: Instant::now(),
            listeners: Mutex::default(),
            followers: metrics::gauge!("matchday_availability_followers"),
            conflated: metrics::counter!("matchday_availability_conflated_total"),
        })
    }

    /// Tells followers of a state, unless they know of a newer one, and of the reservations that changed with it.
    pub fn publish(&self, state: MatchState, changed: &[ChangedRow]) {
        let (number, version) = (state.match_number, state.version);
        self.app.view.show(state);
        let mut listeners = self.lock();
        for row in changed {
            listeners.touch(row.id, row.version);
        }
        listeners.mark(number, version, self.now());
        if let Some(origin) = spans::current() {
            listeners.trace(number, version, origin);
        }
    }

    /// The span in which this version of a match was told of, where that is traced.
    pub fn origin(&self, number: i32, version: i32) -> Option<Origin> {
        if !spans::is_on() {
            return None;
        }
        let mut listeners = self.lock();
        let index = listeners.topic(number);
        let (known, origin) = listeners.topics[index].origin.as_ref()?;
        (*known == version).then(|| origin.clone())
    }

    /// Compares with the database, and tells of all that is newer there.
    pub async fn sweep(&self) -> Result<(), DbErr> {
        self.app.view.sweep(&self.app.db).await?;
        let watched: Vec<Uuid> = {
            let mut listeners = self.lock();
            for state in self.app.view.all() {
                listeners.mark(state.match_number, state.version, self.now());
            }
            listeners.watched.retain(|_, watched| watched.receiver_count() > 0);
            listeners.watched.keys().copied().collect()
        };
        for ids in watched.chunks(PAGE) {
            let rows = lookup::reservations(&self.app.db, ids).await?;
            // Only what is paid has tickets; most who watch hold or pay.
            let (paid, others): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.status == Status::Reserved);
            let marks = lookup::tickets_marks(&self.app.db, &paid).await?;
            let mut listeners = self.lock();
            for row in others {
                listeners.touch(row.id, row.version);
            }
            for Reservation { id, version, .. } in paid {
                listeners.touch(id, version);
                listeners.touch_tickets(id, marks.get(&id).copied().unwrap_or_default());
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
        let (joined, is_everywhere) = (self.now(), numbers.is_empty());
        let (id, marks, mut slots) = {
            let mut listeners = self.lock();
            if is_everywhere { listeners.enlist_everywhere(&self.app.view.all()) } else { listeners.enlist(numbers) }
        };
        self.followers.increment(1);

        // From here on every change is marked; what is there already is marked now.
        for (slot, of) in slots.iter_mut().enumerate() {
            let Some(state) = self.state(of.last_change.number) else { continue };
            if since.get(&state.match_number) == Some(&state.version) {
                of.seen = Some(state.version);
            } else {
                marks.mark(slot);
            }
        }
        Follower { hub: Arc::clone(self), id, marks, slots, is_everywhere, turn: 0, joined }
    }

    /// Watches a reservation for versions that the process hears of.
    fn watch(&self, id: Uuid) -> Watcher {
        let mut listeners = self.lock();
        let sender = listeners.watched.entry(id).or_insert_with(|| watch::channel(Heard::default()).0);
        Watcher::new(sender.subscribe())
    }

    fn state(&self, number: i32) -> Option<Arc<MatchState>> {
        self.app.view.get(number)
    }

    fn leave(&self, follower: &Follower) {
        let mut listeners = self.lock();
        if follower.is_everywhere {
            listeners.everywhere.remove(&follower.id);
        } else {
            for slot in &follower.slots {
                let index = listeners.topic(slot.last_change.number);
                listeners.topics[index].followers.remove(&follower.id);
            }
        }
        self.followers.decrement(1);
    }

    /// Nanoseconds since the hub was made, from 1 on.
    fn now(&self) -> u64 {
        u64::try_from(self.begun.elapsed().as_nanos()).unwrap_or(u64::MAX).max(1)
    }

    fn lock(&self) -> MutexGuard<'_, Listeners> {
        self.listeners.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Listeners {
    /// The index of a match's topic.
    fn topic(&mut self, number: i32) -> usize {
        *self.by_number.entry(number).or_insert_with(|| {
            let last_change = Arc::new(LastChange { number, at: AtomicU64::new(0) });
            self.topics.push(Topic { last_change, version: 0, origin: None, followers: BTreeMap::new() });
            self.topics.len() - 1
        })
    }

    fn mark(&mut self, number: i32, version: i32, now: u64) {
        let index = self.topic(number);
        let topic = &mut self.topics[index];
        if topic.version >= version {
            return;
        }
        topic.version = version;
        topic.last_change.at.store(now, Ordering::Release);
        for (marks, slot) in topic.followers.values() {
            marks.mark(*slot);
        }
        for marks in self.everywhere.values() {
            marks.mark(index);
        }
    }

    fn trace(&mut self, number: i32, version: i32, origin: Origin) {
        let index = self.topic(number);
        let traced = &mut self.topics[index].origin;
        if traced.as_ref().is_none_or(|(known, _)| *known < version) {
            *traced = Some((version, origin));
        }
    }

    fn enlist(&mut self, numbers: &[i32]) -> (u64, Arc<Marks>, Vec<Slot>) {
        let numbers: BTreeSet<i32> = numbers.iter().copied().collect();
        let (id, marks) = (self.next_id(), Arc::new(Marks::new(numbers.len())));
        let slots = numbers.into_iter().enumerate().map(|(slot, number)| {
            let index = self.topic(number);
            let topic = &mut self.topics[index];
            topic.followers.insert(id, (Arc::clone(&marks), slot));
            Slot { last_change: Arc::clone(&topic.last_change), seen: None }
        });
        let slots = slots.collect();

        (id, marks, slots)
    }

    fn enlist_everywhere(&mut self, states: &[Arc<MatchState>]) -> (u64, Arc<Marks>, Vec<Slot>) {
        for state in states {
            self.topic(state.match_number);
        }
        let (id, marks) = (self.next_id(), Arc::new(Marks::new(self.topics.len())));
        self.everywhere.insert(id, Arc::clone(&marks));
        let slots =
            self.topics.iter().map(|topic| Slot { last_change: Arc::clone(&topic.last_change), seen: None }).collect();

        (id, marks, slots)
    }

    fn next_id(&mut self) -> u64 {
        self.next_follower += 1;
        self.next_follower
    }

    fn touch(&mut self, id: Uuid, version: i32) {
        if let Some(watched) = self.watched.get(&id) {
            watched.send_if_modified(|known| {
                let newer = version > known.version;
                known.version = version.max(known.version);
                newer
            });
        }
    }

    fn touch_tickets(&mut self, id: Uuid, mark: TicketsMark) {
        if let Some(watched) = self.watched.get(&id) {
            watched.send_if_modified(|known| known.tickets.replace(mark) != Some(mark));
        }
    }
}

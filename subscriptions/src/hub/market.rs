//! The market: the newest state of every listing that a subscriber may be watching, and who watches.
//!
//! While a subscriber watches it is compared with the database every second, and what the feed tells of is read at
//! once, a time for all watchers. Each listing stands at the place of its last change, once: a watcher owes one place
//! in this order, never a queue. A slow watcher skips states and ends on the last.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    ops::Bound,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use book::outbox::ChangedRow;
use domain::{
    App,
    resale::market::{self, Listing},
};
use sea_orm::DbErr;
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// How often the market is compared with the database.
const SWEEP: Duration = Duration::from_secs(1);

/// The listings that are watched.
pub struct Market {
    app: Arc<App>,
    board: Mutex<Board>,
    /// The place of the last change.
    last: watch::Sender<u64>,
    stale: Notify,
    /// Held while the database is read, so that many who come at once read it once.
    reading: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Board {
    /// By the watchers' numbers, the place up to which each has seen everything.
    watchers: BTreeMap<u64, Arc<AtomicU64>>,
    next_watcher: u64,
    /// Whether it shows what the database has: only while a subscriber watches.
    is_filled: bool,
    places: BTreeMap<u64, Arc<Listing>>,
    by_id: HashMap<Uuid, u64>,
    last: u64,
    /// Listings of which the feed tells something newer.
    stale: BTreeSet<Uuid>,
}

impl Market {
    pub(super) fn new(app: Arc<App>) -> Self {
        Self {
            app,
            board: Mutex::default(),
            last: watch::Sender::default(),
            stale: Notify::default(),
            reading: tokio::sync::Mutex::default(),
        }
    }

    /// The feed tells of versions of listings.
    pub fn touch(&self, changed: &[ChangedRow]) {
        self.app.market.touch(changed);
        let mut board = self.lock();
        if board.watchers.is_empty() {
            return;
        }
        for ChangedRow { id, version } in changed {
            if board.shown(*id).is_none_or(|row| row.version < *version) {
                board.stale.insert(*id);
            }
        }
        if !board.stale.is_empty() {
            self.stale.notify_one();
        }
    }

    /// Keeps the market true until `shutdown`.
    pub async fn run(&self, shutdown: CancellationToken) {
        while !shutdown.is_cancelled() {
            let is_told = tokio::select! {
                () = self.stale.notified() => true,
                () = tokio::time::sleep(SWEEP) => false,
                () = shutdown.cancelled() => return,
            };
            let read = if is_told { self.read_stale().await } else { self.sweep().await };
            if let Err(error) = read {
                tracing::warn!(%error, "listings can't be read; trying again");
            }
        }
    }

    /// Watches the listings of these matches, or of all where it is empty; skips what is still at its version in `since`.
    pub async fn watch(self: &Arc<Self>, numbers: &[i32], since: HashMap<Uuid, i32>) -> Result<Watcher, DbErr> {
        let (id, seen) = self.lock().enlist();
        let watcher = Watcher {
            market: Arc::clone(self),
            id,
            numbers: numbers.iter().copied().collect(),
            since,
            ended: Vec::new(),
            seen,
            joined: 0,
            changes: self.last.subscribe(),
        };
        watcher.join().await
    }

    /// Compares with the database, and shows all that is newer there. Without a watcher it forgets everything, and compares for
    /// the pages that are kept of the market alone.
    pub async fn sweep(&self) -> Result<(), DbErr> {
        let is_watched = self.lock().tidy();
        if !is_watched {
            return match self.app.market.is_asked_for() {
                true => market::compare(&self.app).await.map(drop),
                false => Ok(()),
            };
        }
        let _reading = self.reading.lock().await;
        self.compare().await
    }

    async fn compare(&self) -> Result<(), DbErr> {
        let live = market::compare(&self.app).await?;
        let newer: Vec<Uuid> = {
            let board = self.lock();
            let shown = board.by_id.keys().filter(|id| board.is_live(**id) && !live.contains_key(id));
            let known = |id: Uuid| board.shown(id).map_or(0, |row| row.version);
            let changed = live.iter().filter(|(id, version)| known(**id) < **version).map(|(id, _)| id);
            shown.chain(changed).copied().collect()
        };
        let rows = market::find_many(&self.app.db, &newer).await?;
        self.show(rows);
        self.lock().is_filled = true;

        Ok(())
    }

    async fn read_stale(&self) -> Result<(), DbErr> {
        let _reading = self.reading.lock().await;
        let stale: Vec<Uuid> = std::mem::take(&mut self.lock().stale).into_iter().collect();
        let rows = market::find_many(&self.app.db, &stale).await?;
        self.show(rows);

        Ok(())
    }

    /// Fills the board, unless it is.
    async fn fill(&self) -> Result<(), DbErr> {
        let _reading = self.reading.lock().await;
        if self.lock().is_filled { Ok(()) } else { self.compare().await }
    }

    fn show(&self, rows: Vec<Listing>) {
        let mut board = self.lock();
        board.show(rows);
        let last = board.last;
        self.last.send_if_modified(|known| std::mem::replace(known, last) != last);
    }

    fn lock(&self) -> MutexGuard<'_, Board> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Board {
    fn enlist(&mut self) -> (u64, Arc<AtomicU64>) {
        let (id, seen) = (self.next_watcher, Arc::<AtomicU64>::default());
        self.next_watcher += 1;
        self.watchers.insert(id, Arc::clone(&seen));
        (id, seen)
    }

    /// Lets go of what no watcher waits for; whether there is any watcher.
    fn tidy(&mut self) -> bool {
        if self.watchers.is_empty() {
            self.clear();
            return false;
        }
        self.prune();
        true
    }

    fn clear(&mut self) {
        *self = Self { last: self.last, next_watcher: self.next_watcher, ..Self::default() };
    }

    /// Forgets what has left the market, once every watcher has seen it go.
    fn prune(&mut self) {
        let seen = self.watchers.values().map(|seen| seen.load(Ordering::Acquire)).min().unwrap_or(0);
        let gone: Vec<(u64, Uuid)> = (self.places.range(..=seen).filter(|(_, row)| !row.state.is_live()))
            .map(|(place, row)| (*place, row.id))
            .collect();
        for (place, id) in gone {
            self.places.remove(&place);
            self.by_id.remove(&id);
        }
    }

    fn shown(&self, id: Uuid) -> Option<&Arc<Listing>> {
        self.places.get(self.by_id.get(&id)?)
    }

    fn is_live(&self, id: Uuid) -> bool {
        self.shown(id).is_some_and(|row| row.state.is_live())
    }

    /// Puts what is newer at the end.
    fn show(&mut self, rows: Vec<Listing>) {
        for row in rows {
            if self.shown(row.id).is_some_and(|shown| shown.version >= row.version) {
                continue;
            }
            self.last += 1;
            if let Some(place) = self.by_id.insert(row.id, self.last) {
                self.places.remove(&place);
            }
            self.places.insert(self.last, Arc::new(row));
        }
    }
}

/// A subscriber who watches listings. Dropped, it leaves the market.
pub struct Watcher {
    market: Arc<Market>,
    id: u64,
    /// Empty for all.
    numbers: BTreeSet<i32>,
    /// What the watcher has, until all is passed that was there when it came.
    since: HashMap<Uuid, i32>,
    /// Of what the watcher has, what has left the market since.
    ended: Vec<Arc<Listing>>,
    /// The place up to which everything was seen.
    seen: Arc<AtomicU64>,
    /// The place of the last change when it came.
    joined: u64,
    changes: watch::Receiver<u64>,
}

impl Watcher {
    async fn join(mut self) -> Result<Self, DbErr> {
        self.market.fill().await?;
        let unknown: Vec<Uuid> = {
            let board = self.market.lock();
            self.joined = board.last;
            self.since.keys().filter(|id| board.shown(**id).is_none()).copied().collect()
        };
        let rows = market::find_many(&self.market.app.db, &unknown).await?;
        let newer =
            rows.into_iter().filter(|row| !row.state.is_live() && self.since.get(&row.id) != Some(&row.version));
        self.ended = newer.map(Arc::new).collect();

        Ok(self)
    }

    /// The newest state of a listing of which an older one, or none, was returned before; none if there will be no more.
    pub async fn next(&mut self) -> Option<Arc<Listing>> {
        loop {
            self.changes.borrow_and_update();
            let found = self.ended.pop().filter(|row| self.wants(row)).or_else(|| self.take());
            if found.is_some() {
                return found;
            }
            if self.ended.is_empty() {
                self.changes.changed().await.ok()?;
            }
        }
    }

    /// Passes to the next place that is news to this watcher.
    fn take(&mut self) -> Option<Arc<Listing>> {
        let market = Arc::clone(&self.market);
        let board = market.lock();
        let later = board.places.range((Bound::Excluded(self.seen.load(Ordering::Acquire)), Bound::Unbounded));
        let found = later.into_iter().find(|(place, row)| self.wants(row) && self.is_news(**place, row));
        let seen = found.map_or(board.last, |(place, _)| *place);
        self.seen.store(seen, Ordering::Release);
        if seen >= self.joined {
            self.since = HashMap::new();
        }
        found.map(|(_, row)| Arc::clone(row))
    }

    fn wants(&self, row: &Listing) -> bool {
        self.numbers.is_empty() || self.numbers.contains(&row.match_number)
    }

    /// Whether a state is none that the watcher has, and none that ended before it came.
    fn is_news(&self, place: u64, row: &Listing) -> bool {
        if place > self.joined {
            return true;
        }
        match self.since.get(&row.id) {
            Some(version) => *version != row.version,
            None => row.state.is_live(),
        }
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        let mut board = self.market.lock();
        board.watchers.remove(&self.id);
        // From now on no watcher hears what changes.
        board.is_filled &= !board.watchers.is_empty();
    }
}

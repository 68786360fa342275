//! Kept pages: what the market shows, in memory for as long as nothing in it changes.
//!
//! A page is read once for all who ask for it. This process's own commits end it at once, and those of other instances as the
//! feed tells of them; while anybody asks, the versions of all that is on the market are compared with the database every second,
//! so that a page is right within that time whatever was lost on the way.
//!
//! Invariant: a page is handed out only while the market was compared with the database at most two seconds ago.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
};

use book::{clock::Clock, outbox::ChangedRow};
use chrono::{DateTime, Duration, Utc};
use entities::listing;
use uuid::Uuid;

use crate::page::Page;

/// Different pages kept at once, each of 100 listings at most: a bound of memory, about 10 MiB.
const PAGES: usize = 64;

/// How long the market is trusted after it was last compared with the database, twice the time between comparisons.
const TRUSTED: Duration = Duration::seconds(2);

/// For how long after a page was asked for the market goes on being compared.
const ASKED: Duration = Duration::seconds(10);

/// A page of the market, and until when it shows the matches that it does: one that begins leaves the market.
#[derive(Clone)]
pub struct MarketPage {
    pub page: Arc<Page<Arc<listing::Model>>>,
    /// The market that it shows.
    pub state: MarketState,
    pub until: Option<DateTime<Utc>>,
}

/// Which state of the market something shows: its listings, and the facts of the matches that they are of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MarketState {
    pub(super) listings: u64,
    pub(super) facts: u64,
}

/// Pages of the market, by the questions that they answer.
pub struct KeptPages<Q> {
    clock: Arc<dyn Clock>,
    /// Grows with every change of a listing that this process has heard of.
    generation: AtomicU64,
    /// Versions of what is on the market, as the database had them last and the feed told since.
    versions: Mutex<HashMap<Uuid, i32>>,
    /// When the last comparison with the database began, and when a page was asked for last, in milliseconds.
    compared: AtomicI64,
    asked: AtomicI64,
    /// Held while the database is read, so that many who come at once compare once.
    pub(super) comparing: tokio::sync::Mutex<()>,
    pages: Mutex<(MarketState, HashMap<Q, MarketPage>)>,
}

impl<Q: Eq + Hash> KeptPages<Q> {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            generation: AtomicU64::default(),
            versions: Mutex::default(),
            compared: AtomicI64::new(i64::MIN),
            asked: AtomicI64::new(i64::MIN),
            comparing: tokio::sync::Mutex::default(),
            pages: Mutex::new((MarketState::default(), HashMap::new())),
        }
    }

    /// Ends what shows older versions of listings than these.
    pub fn touch(&self, changed: &[ChangedRow]) {
        if changed.is_empty() {
            return;
        }
        let mut versions = lock(&self.versions);
        if !self.is_trusted() {
            // Nothing is handed out before the next comparison: what changes until then need not be remembered.
            versions.clear();
            self.generation.fetch_add(1, Ordering::Release);
            return;
        }
        for ChangedRow { id, version } in changed {
            let known = versions.entry(*id).or_insert(0);
            if *known < *version {
                *known = *version;
                self.generation.fetch_add(1, Ordering::Release);
            }
        }
    }

    /// Notes what the database had on the market, read after `begun`.
    pub(super) fn compared(&self, begun: DateTime<Utc>, live: &HashMap<Uuid, i32>) {
        {
            // What was told meanwhile may be newer than what was read: then it differs the next time, too.
            let mut versions = lock(&self.versions);
            if *versions != *live {
                versions.clone_from(live);
                self.generation.fetch_add(1, Ordering::Release);
            }
        }
        self.compared.store(begun.timestamp_millis(), Ordering::Release);
    }

    /// Whether a client has asked for a page lately, so that it is worth comparing.
    pub fn is_asked_for(&self) -> bool {
        self.is_within(&self.asked, ASKED)
    }

    /// Notes that a client is shown a page.
    pub fn note_asked(&self) {
        self.asked.store(self.clock.now().timestamp_millis(), Ordering::Release);
    }

    /// Whether what shows this state, until then, is what would be shown now.
    pub fn holds(&self, shown: MarketState, now: MarketState, until: Option<DateTime<Utc>>) -> bool {
        shown == now && self.is_trusted() && until.is_none_or(|until| self.clock.now() < until)
    }

    pub(super) fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    pub(super) fn find(&self, question: &Q, now: MarketState) -> Option<MarketPage> {
        let pages = lock(&self.pages);
        let found = pages.1.get(question).filter(|found| self.holds(pages.0, now, found.until))?;
        Some(found.clone())
    }

    /// Keeps a page that was read after this state of the market was known.
    pub(super) fn keep(&self, question: Q, state: MarketState, page: &MarketPage) {
        let mut pages = lock(&self.pages);
        if pages.0 != state || pages.1.len() >= PAGES {
            *pages = (state, HashMap::new());
        }
        pages.1.insert(question, page.clone());
    }

    pub(super) fn is_trusted(&self) -> bool {
        self.is_within(&self.compared, TRUSTED)
    }

    /// A clock that was set back tells no age.
    fn is_within(&self, since: &AtomicI64, longest: Duration) -> bool {
        let age = self.clock.now().timestamp_millis().checked_sub(since.load(Ordering::Acquire));
        age.is_some_and(|age| (0..=longest.num_milliseconds()).contains(&age))
    }
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

//! The view: the newest public state of every match that this process has heard of, in memory.
//!
//! It is filled from the database, shows this process's own commits at once and other instances' as the feed brings them,
//! and is compared with the database every second, so that it is right within that time whatever was lost on the way.
//!
//! At the time at which the sale of a match ends it shows the match closed, whoever looks first, a moment before the version
//! that says so is written.
//!
//! Invariant: the version it shows of a match only grows.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Arc, Mutex, PoisonError, RwLock, RwLockReadGuard,
        atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering},
    },
};

use book::{clock::Clock, match_state::MatchState};
use chrono::{DateTime, Duration, Utc};
use sea_orm::{ConnectionTrait, DbErr};
use tokio::sync::watch;

use crate::{matches, settings::SalesClose};

pub mod page;

/// How long the view is trusted after it was last compared with the database, twice the time between comparisons.
const TRUSTED: Duration = Duration::seconds(2);

/// The newest state of every match.
pub struct View {
    clock: Arc<dyn Clock>,
    sales_close: SalesClose,
    /// When the next sale ends, in microseconds; the greatest number where none does.
    next_close: AtomicI64,
    /// When the last comparison with the database began.
    compared: Mutex<Option<DateTime<Utc>>>,
    matches: RwLock<BTreeMap<i32, Arc<MatchState>>>,
    generation: AtomicU64,
    facts: AtomicU64,
    filled: watch::Sender<bool>,
    /// No match is known, and the first master list may be on its way.
    awaits_list: AtomicBool,
}

impl View {
    pub(crate) fn new(clock: Arc<dyn Clock>, sales_close: SalesClose) -> Self {
        Self {
            clock,
            sales_close,
            next_close: AtomicI64::new(i64::MAX),
            compared: Mutex::default(),
            matches: RwLock::default(),
            generation: AtomicU64::default(),
            facts: AtomicU64::default(),
            filled: watch::Sender::default(),
            awaits_list: AtomicBool::default(),
        }
    }

    /// Shows a state; `false` if that version or a newer one is shown already.
    pub fn show(&self, state: MatchState) -> bool {
        let mut matches = self.matches.write().unwrap_or_else(PoisonError::into_inner);
        let shown = matches.get(&state.match_number);
        if shown.is_some_and(|shown| shown.version >= state.version) {
            return false;
        }
        if !shown.is_some_and(|shown| shown.has_facts_of(&state)) {
            self.facts.fetch_add(1, Ordering::Release);
        }
        if let Some(close) = self.close_of(&state) {
            self.next_close.fetch_min(close.timestamp_micros(), Ordering::Release);
        }
        matches.insert(state.match_number, Arc::new(state));
        self.awaits_list.store(false, Ordering::Release);
        self.generation.fetch_add(1, Ordering::Release);

        true
    }

    /// Compares with the database, and returns what was newer there.
    pub async fn sweep(&self, db: &impl ConnectionTrait) -> Result<Vec<Arc<MatchState>>, DbErr> {
        let begun = self.clock.now();
        let known: HashMap<i32, i32> = self.read().iter().map(|(number, state)| (*number, state.version)).collect();
        let newer: Vec<i32> = matches::changed_since(db, &known)
            .await?
            .into_iter()
            .map(|state| {
                let number = state.match_number;
                self.show(state);
                number
            })
            .collect();
        *self.compared.lock().unwrap_or_else(PoisonError::into_inner) = Some(begun);
        self.filled.send_replace(true);

        Ok(newer.into_iter().filter_map(|number| self.get(number)).collect())
    }

    /// Says that a master list is to be heard: until it is, or any match is known, that none is known means nothing.
    pub fn await_list(&self) {
        let none_is_known = self.read().is_empty();
        self.awaits_list.store(none_is_known, Ordering::Release);
    }

    /// Says that the master list was heard to its end, be it empty.
    pub fn list_heard(&self) {
        self.awaits_list.store(false, Ordering::Release);
    }

    /// Whether the first master list is still to come.
    pub fn awaits_list(&self) -> bool {
        self.awaits_list.load(Ordering::Acquire)
    }

    /// Resolves once the view was filled.
    pub async fn filled(&self) {
        // The sender lives as long as `self`, so there is no other end to wait for.
        let _ = self.filled.subscribe().wait_for(|filled| *filled).await;
    }

    /// Whether what it shows is what there is: it was filled, and no first master list is awaited.
    pub fn is_filled(&self) -> bool {
        self.was_compared() && !self.awaits_list()
    }

    /// Whether it was filled, be it with nothing.
    pub fn was_compared(&self) -> bool {
        *self.filled.borrow()
    }

    pub fn get(&self, number: i32) -> Option<Arc<MatchState>> {
        self.turn();
        self.read().get(&number).map(Arc::clone)
    }

    /// A match, while it is known that the database has it so or had it so at most two seconds ago.
    pub fn fresh(&self, number: i32) -> Option<Arc<MatchState>> {
        let compared = (*self.compared.lock().unwrap_or_else(PoisonError::into_inner))?;
        let age = self.clock.now() - compared;
        // A clock that was set back tells no age.
        (Duration::zero() <= age && age <= TRUSTED).then(|| self.get(number)).flatten()
    }

    /// Every match, in the order of numbers.
    pub fn all(&self) -> Vec<Arc<MatchState>> {
        self.turn();
        self.read().values().map(Arc::clone).collect()
    }

    /// Grows whenever anything is shown anew.
    ///
    /// A caller that reads the generation first and the states after has states at least as new as the generation.
    pub fn generation(&self) -> u64 {
        self.turn();
        self.generation.load(Ordering::Acquire)
    }

    /// Grows whenever a match is shown for the first time, or with other facts than its counts.
    pub fn facts(&self) -> u64 {
        self.facts.load(Ordering::Acquire)
    }

    /// A state that was read from the database, as the view would show it now.
    pub(crate) fn as_of_now(&self, state: MatchState) -> MatchState {
        let now = self.clock.now();
        let closed = state.closed || self.sales_close.has_come(state.date_utc, now);
        MatchState { closed, ..state }
    }

    /// Shows those matches closed whose time has come.
    fn turn(&self) {
        let now = self.clock.now();
        if now.timestamp_micros() < self.next_close.load(Ordering::Acquire) {
            return;
        }
        let mut matches = self.matches.write().unwrap_or_else(PoisonError::into_inner);
        let (mut next, mut has_turned) = (i64::MAX, false);
        for state in matches.values_mut() {
            match self.close_of(state) {
                Some(close) if close <= now => {
                    Arc::make_mut(state).closed = true;
                    has_turned = true;
                }
                Some(close) => next = next.min(close.timestamp_micros()),
                None => {}
            }
        }
        self.next_close.store(next, Ordering::Release);
        if has_turned {
            self.generation.fetch_add(1, Ordering::Release);
        }
    }

    /// When the sale of a match ends that is not over.
    fn close_of(&self, state: &MatchState) -> Option<DateTime<Utc>> {
        self.sales_close.of(state.date_utc).filter(|_| !state.closed)
    }

    fn read(&self) -> RwLockReadGuard<'_, BTreeMap<i32, Arc<MatchState>>> {
        self.matches.read().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use book::clock::SystemClock;

    fn view() -> View {
        let view = View::new(Arc::new(SystemClock), SalesClose::Never);
        view.filled.send_replace(true);
        view
    }

    fn state(match_number: i32) -> MatchState {
        MatchState {
            match_number,
            round_number: 1,
            date_utc: DateTime::UNIX_EPOCH,
            location: "X".to_owned(),
            home_team: "A".to_owned(),
            away_team: "B".to_owned(),
            group: None,
            version: 1,
            closed: false,
            categories: Vec::new(),
        }
    }

    #[test]
    fn that_no_match_is_known_means_nothing_until_the_master_list_was_heard() {
        let awaiting = view();
        assert!(awaiting.is_filled(), "nobody has said that a list is to come");
        awaiting.await_list();
        assert!(!awaiting.is_filled() && awaiting.awaits_list());
        awaiting.list_heard();
        assert!(awaiting.is_filled(), "it names none");

        let given = view();
        given.await_list();
        assert!(given.show(state(1)));
        assert!(given.is_filled() && !given.awaits_list());
        given.await_list();
        assert!(given.is_filled(), "what is known stays known");
    }
}

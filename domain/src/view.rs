//! The view: the newest public state of every match that this process has heard of, in memory.
//!
//! It is filled from the database, shows this process's own commits at once and other instances' as the feed brings them,
//! and is compared with the database every second, so that it is right within that time whatever was lost on the way.
//!
//! Invariant: the version it shows of a match only grows.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Arc, Mutex, PoisonError, RwLock, RwLockReadGuard,
        atomic::{AtomicU64, Ordering},
    },
};

use chrono::{DateTime, Duration, Utc};
use sea_orm::{ConnectionTrait, DbErr};
use tokio::sync::watch;

use crate::{
    clock::Clock,
    matches::{self, MatchState},
};

/// How long the view is trusted after it was last compared with the database, twice the time between comparisons.
const TRUSTED: Duration = Duration::seconds(2);

/// The newest state of every match.
pub struct View {
    clock: Arc<dyn Clock>,
    /// When the last comparison with the database began.
    compared: Mutex<Option<DateTime<Utc>>>,
    matches: RwLock<BTreeMap<i32, Arc<MatchState>>>,
    generation: AtomicU64,
    filled: watch::Sender<bool>,
}

impl View {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            compared: Mutex::default(),
            matches: RwLock::default(),
            generation: AtomicU64::default(),
            filled: watch::Sender::default(),
        }
    }

    /// Shows a state; `false` if that version or a newer one is shown already.
    pub fn show(&self, state: MatchState) -> bool {
        let mut matches = self.matches.write().unwrap_or_else(PoisonError::into_inner);
        if matches.get(&state.match_number).is_some_and(|shown| shown.version >= state.version) {
            return false;
        }
        matches.insert(state.match_number, Arc::new(state));
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

    /// Resolves once the view was filled.
    pub async fn filled(&self) {
        // The sender lives as long as `self`, so there is no other end to wait for.
        let _ = self.filled.subscribe().wait_for(|filled| *filled).await;
    }

    pub fn is_filled(&self) -> bool {
        *self.filled.borrow()
    }

    pub fn get(&self, number: i32) -> Option<Arc<MatchState>> {
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
        self.read().values().map(Arc::clone).collect()
    }

    /// Grows whenever anything is shown anew.
    ///
    /// Whoever reads the generation first and the states after has states at least as new as the generation.
    pub fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    fn read(&self) -> RwLockReadGuard<'_, BTreeMap<i32, Arc<MatchState>>> {
        self.matches.read().unwrap_or_else(PoisonError::into_inner)
    }
}

//! The engine: what keeps the index like its source, and searches it.

use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};

use async_trait::async_trait;

use crate::{
    document::Change,
    index::Index,
    page::{Page, SearchError},
    request::Request,
    search,
};

/// Changes that arrive while an index is rebuilt; when there are more, the rebuild is given up.
const JOURNAL_MAX: usize = 1_000_000;

/// Where documents are searched: in this process, or elsewhere.
#[async_trait]
pub trait Engine: Send + Sync {
    /// Applies changes in their order; those older than what is known are left out.
    ///
    /// # Errors
    /// The engine is elsewhere and does not answer.
    async fn apply(&self, changes: Vec<Change>) -> Result<(), SearchError>;

    /// # Errors
    /// The cursor is not one of this search, or the engine is elsewhere and does not answer.
    async fn search(&self, request: &Request) -> Result<Page, SearchError>;

    /// Begins to build the index anew, beside the one that is searched. Begin before the source is read.
    ///
    /// # Errors
    /// The engine is elsewhere and does not answer.
    async fn begin_rebuild(&self) -> Result<Box<dyn Rebuilding + '_>, RebuildError>;
}

/// An index that is built beside the one that is searched. What changes after the source was read is applied to the engine when it is
/// finished.
#[async_trait]
pub trait Rebuilding: Send {
    /// Adds what the source has.
    ///
    /// # Errors
    /// The engine is elsewhere and does not answer.
    async fn add(&mut self, documents: Vec<Change>) -> Result<(), RebuildError>;

    /// Replaces the index that is searched: what the source did not have is gone.
    ///
    /// # Errors
    /// The index can't be replaced, and stays as it is.
    async fn finish(self: Box<Self>) -> Result<(), RebuildError>;
}

/// An index in this process. A change can be found as soon as it is applied.
#[derive(Debug, Default)]
pub struct MemoryEngine {
    index: RwLock<Index>,
    journal: Mutex<Journal>,
}

/// What was applied since the newest rebuild began; nothing is kept while there is none.
#[derive(Debug, Default)]
struct Journal {
    /// The number of the rebuild that it is kept for.
    rebuild: u64,
    changes: Option<Vec<Change>>,
}

/// An index that is built beside the one that is searched.
#[derive(Debug)]
pub struct Rebuild<'e> {
    engine: &'e MemoryEngine,
    number: u64,
    index: Index,
}

/// Why a rebuild does not replace the index.
#[derive(Debug, thiserror::Error)]
pub enum RebuildError {
    #[error("more than {JOURNAL_MAX} changes arrived while the index was rebuilt")]
    TooManyChanges,
    #[error("another rebuild began after this one")]
    Overtaken,
    #[error(transparent)]
    Engine(#[from] SearchError),
}

impl MemoryEngine {
    /// Applies changes in their order; those older than what is known are left out.
    pub fn apply_now(&self, changes: Vec<Change>) {
        let mut journal = self.journal();
        if let Some(kept) = journal.changes.as_mut().filter(|kept| kept.len() <= JOURNAL_MAX) {
            kept.extend(changes.iter().cloned());
        }
        self.index.write().unwrap_or_else(PoisonError::into_inner).apply(changes);
    }

    /// # Errors
    /// The cursor is not one of this search.
    pub fn search_now(&self, request: &Request) -> Result<Page, SearchError> {
        search::search(&self.index.read().unwrap_or_else(PoisonError::into_inner), request)
    }

    /// Begins to build the index anew. From now on changes are kept for it, too: begin before the source is read.
    pub fn rebuild(&self) -> Rebuild<'_> {
        let mut journal = self.journal();
        *journal = Journal { rebuild: journal.rebuild + 1, changes: Some(Vec::new()) };
        Rebuild { engine: self, number: journal.rebuild, index: Index::default() }
    }

    /// How many documents there are.
    pub fn documents(&self) -> usize {
        self.index.read().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// What two instances have in common exactly if they have the same documents and find them by the same words.
    pub fn digest(&self) -> u64 {
        self.index.read().unwrap_or_else(PoisonError::into_inner).digest()
    }

    fn journal(&self) -> MutexGuard<'_, Journal> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Rebuild<'_> {
    /// Adds what the source has.
    pub fn add(&mut self, documents: impl IntoIterator<Item = Change>) {
        self.index.apply(documents);
    }

    /// Adds what arrived meanwhile, and replaces the index that is searched.
    ///
    /// # Errors
    /// Too much arrived, or another rebuild began; the index stays as it is.
    pub fn finish(mut self) -> Result<(), RebuildError> {
        let mut journal = self.engine.journal();
        if journal.rebuild != self.number {
            return Err(RebuildError::Overtaken);
        }
        let arrived = journal.changes.take().unwrap_or_default();
        if arrived.len() > JOURNAL_MAX {
            return Err(RebuildError::TooManyChanges);
        }
        // A state that arrives late must not bring back what the index before knew to be gone.
        let departures = self.engine.index.read().unwrap_or_else(PoisonError::into_inner).departures();
        self.index.apply(departures);
        self.index.apply(arrived);
        // The index before is dropped with `self`, when searches no longer wait.
        let engine = self.engine;
        std::mem::swap(&mut *engine.index.write().unwrap_or_else(PoisonError::into_inner), &mut self.index);
        Ok(())
    }
}

/// A rebuild that is given up keeps no changes.
impl Drop for Rebuild<'_> {
    fn drop(&mut self) {
        let mut journal = self.engine.journal();
        if journal.rebuild == self.number {
            journal.changes = None;
        }
    }
}

#[async_trait]
impl Engine for MemoryEngine {
    async fn apply(&self, changes: Vec<Change>) -> Result<(), SearchError> {
        self.apply_now(changes);
        Ok(())
    }

    async fn search(&self, request: &Request) -> Result<Page, SearchError> {
        self.search_now(request)
    }

    async fn begin_rebuild(&self) -> Result<Box<dyn Rebuilding + '_>, RebuildError> {
        Ok(Box::new(self.rebuild()))
    }
}

#[async_trait]
impl Rebuilding for Rebuild<'_> {
    async fn add(&mut self, documents: Vec<Change>) -> Result<(), RebuildError> {
        self.index.apply(documents);
        Ok(())
    }

    async fn finish(self: Box<Self>) -> Result<(), RebuildError> {
        Self::finish(*self)
    }
}

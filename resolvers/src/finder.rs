//! The finder: where is searched, as this process keeps it.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use search::engine::{Engine, MemoryEngine};

/// Where is searched, and whether everything that can be found was told to it.
pub struct Finder {
    engine: Arc<dyn Engine>,
    filled: AtomicBool,
}

impl Default for Finder {
    /// In this process.
    fn default() -> Self {
        Self::new(Arc::new(MemoryEngine::default()))
    }
}

impl Finder {
    /// One that answers nothing until it is filled.
    pub fn new(engine: Arc<dyn Engine>) -> Self {
        Self { engine, filled: AtomicBool::default() }
    }

    /// Where is searched; none before it is filled.
    pub fn engine(&self) -> Option<&dyn Engine> {
        self.filled.load(Ordering::Acquire).then_some(&*self.engine)
    }

    /// From now on there is everything in it.
    pub fn fill(&self) {
        self.filled.store(true, Ordering::Release);
    }
}

//! What recommendations are ranked by, and the country that a proxy names.

use std::sync::{
    Arc, PoisonError, RwLock,
    atomic::{AtomicU64, Ordering},
};

use analytics::model::Model;

use crate::rankings::Rankings;

/// The model that this process ranks by, exchanged while it runs.
pub struct Models {
    current: RwLock<Arc<Model>>,
    generation: AtomicU64,
    rankings: Rankings,
}

impl Default for Models {
    /// What is known without a sale.
    fn default() -> Self {
        let current = RwLock::new(Arc::new(Model::prior()));
        Self { current, generation: AtomicU64::default(), rankings: Rankings::default() }
    }
}

impl Models {
    pub fn current(&self) -> Arc<Model> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub fn exchange(&self, model: Model) {
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(model);
        self.generation.fetch_add(1, Ordering::Release);
    }

    /// What is kept of what was ranked.
    pub(crate) fn rankings(&self) -> &Rankings {
        &self.rankings
    }

    /// Grows with each exchange. A caller that reads it first and the model after has a model at least as new.
    pub fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }
}

/// The country that a proxy in front names for a client, ISO 3166-1 alpha-2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ClientCountry([u8; 2]);

impl ClientCountry {
    /// A country's code; none of other text, and none for what proxies write where they know no country.
    pub fn of(text: &str) -> Option<Self> {
        let code: [u8; 2] = text.trim().to_ascii_uppercase().into_bytes().try_into().ok()?;
        (code.iter().all(u8::is_ascii_uppercase) && code != *b"XX").then_some(Self(code))
    }

    pub(crate) fn text(self) -> String {
        self.0.iter().copied().map(char::from).collect()
    }
}

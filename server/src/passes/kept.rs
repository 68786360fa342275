//! PDFs that were written, for who asks for the same again: a bounded number of bytes, those asked for least go first.

use axum::body::Bytes;
use domain::tickets::Pass;
use quick_cache::{Weighter, sync::Cache};

/// Bytes of all PDFs together at most, and how many there are of a usual size.
const BYTES: u64 = 32 * 1_024 * 1_024;
const PASSES: usize = 512;

#[derive(Clone)]
struct ByBytes;

impl Weighter<String, Bytes> for ByBytes {
    fn weight(&self, key: &String, pdf: &Bytes) -> u64 {
        u64::try_from(key.len() + pdf.len()).unwrap_or(u64::MAX)
    }
}

pub(super) struct Kept(Cache<String, Bytes, ByBytes>);

impl Kept {
    pub(super) fn new() -> Self {
        Self(Cache::with_weighter(PASSES, BYTES, ByBytes))
    }

    pub(super) fn find(&self, pass: &Pass) -> Option<Bytes> {
        self.0.get(&key(pass))
    }

    pub(super) fn keep(&self, pass: &Pass, pdf: &Bytes) {
        self.0.insert(key(pass), pdf.clone());
    }
}

/// All that a page shows: what changes of a ticket or its match makes it another one.
fn key(pass: &Pass) -> String {
    format!("{pass:?}")
}

//! Deeds: what a request did that is worth counting, noted while it is executed.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use async_graphql::Context;

/// In a request's data: how often it did what.
#[derive(Debug, Default)]
pub struct Deeds([AtomicU64; 3]);

/// Something that is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// A hold was placed.
    Hold,
    /// An account was opened.
    Account,
    /// A password was not even looked at, for too many wrong ones came before.
    Throttled,
}

impl Deeds {
    pub(crate) fn note(ctx: &Context<'_>, deed: Deed) {
        if let Some(deeds) = ctx.data_opt::<Arc<Self>>() {
            deeds.0[deed as usize].fetch_add(1, Ordering::Relaxed);
        }
    }

    pub fn count(&self, deed: Deed) -> u64 {
        self.0[deed as usize].load(Ordering::Relaxed)
    }
}

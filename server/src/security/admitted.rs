//! An operation that may run, until it is settled.

use std::sync::Arc;

use limits::{Grant, Taking};
use resolvers::deeds::{Deed, Deeds};

use super::{Security, bots::Signal, told::Told};

/// Bytes of an answer that cost one unit.
const BYTES_A_UNIT: u64 = 1024;

/// An operation that may run: what it reserved is settled when this is finished, or dropped.
pub(crate) struct Admitted {
    pub(super) security: Arc<Security>,
    pub(super) grant: Option<Grant>,
    pub(super) requested: u64,
    pub(super) roots: u64,
    /// What it does that is counted, noted while it runs.
    pub(crate) deeds: Arc<Deeds>,
}

impl Admitted {
    /// How the buckets stand, for whoever asks by the operation itself; nothing where nothing is limited.
    pub(crate) fn standings(&self) -> Vec<limits::Standing> {
        self.grant.iter().flat_map(Grant::standings).collect()
    }

    /// Settles for an answer of so many bytes, and says what its client is told.
    pub(crate) fn finish(mut self, bytes: usize) -> Option<Told> {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        let used = self.roots.saturating_add(bytes.div_ceil(BYTES_A_UNIT)).min(self.requested);
        let grant = self.settle(used)?;

        Some(Told::new(&grant, self.requested, used, self.security.app.clock.now()))
    }

    fn settle(&mut self, used: u64) -> Option<Grant> {
        let (mut grant, limiter) = (self.grant.take()?, self.security.limiter.as_ref()?);
        limits::settle(limiter, &mut grant, |charge| match charge.taking {
            Taking::Counted if charge.name == Signal::AccountsOfAddress.as_str() => self.deeds.count(Deed::Account),
            Taking::Counted => self.deeds.count(Deed::Hold),
            Taking::Once | Taking::Estimated => used,
        });
        Some(grant)
    }
}

impl Drop for Admitted {
    /// Whoever leaves before the answer pays for all of it; what they did not do is not counted.
    fn drop(&mut self) {
        self.settle(self.requested);
    }
}

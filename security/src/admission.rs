//! An operation that may run, until it is settled.

use std::{net::IpAddr, sync::Arc};

use async_graphql::Value;
use limits::{Grant, Taking};
use resolvers::counted_actions::{Action, CountedActions};

use crate::{Security, charges, rate_limit_headers::RateLimitReport};

/// Bytes of an answer that cost one unit.
const BYTES_A_UNIT: u64 = 1024;

/// What asking the database something costs, as the price of a root field that does so.
const UNITS_A_STATEMENT: u64 = 100;

/// An operation that may run: what it reserved is settled when this is finished, or dropped.
pub struct Admission {
    pub(crate) security: Arc<Security>,
    pub(crate) address: Option<IpAddr>,
    pub(crate) grant: Option<Grant>,
    pub(crate) requested: u64,
    pub(crate) roots: u64,
    /// What it does that is counted, noted while it runs.
    pub actions: Arc<CountedActions>,
}

impl Admission {
    /// How the buckets stand, for an operation that asks for them; nothing where nothing is limited.
    pub fn standings(&self) -> Vec<limits::Standing> {
        self.grant.iter().flat_map(Grant::standings).collect()
    }

    /// Settles for an answer of so many bytes, and says what its client is told.
    pub fn finish(mut self, bytes: usize) -> Option<RateLimitReport> {
        let used = self.used(bytes);
        let grant = self.settle(used)?;

        Some(RateLimitReport::new(&grant, self.requested, used, self.security.app.clock.now()))
    }

    /// Settles for so much, where no operation was asked for.
    pub fn pay(mut self, used: u64) {
        self.settle(used);
    }

    /// Settles for all that was asked for, and says how much that was.
    pub fn pay_all(mut self) -> u64 {
        self.settle(self.requested);
        self.requested
    }

    /// What was done: the root fields, the values below them and the bytes of the answer, as far as that was foreseen; and
    /// what the database was asked, and the bytes, which both may be more than was foreseen.
    fn used(&self, bytes: usize) -> u64 {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX).div_ceil(BYTES_A_UNIT);
        let foreseen = self.roots.saturating_add(self.actions.count(Action::Work)).saturating_add(bytes);
        let unforeseen = price_of_statements(self.actions.count(Action::Statement)).saturating_add(bytes);
        foreseen.min(self.requested).max(unforeseen)
    }

    fn settle(&mut self, used: u64) -> Option<Grant> {
        let (mut grant, limiter) = (self.grant.take()?, self.security.limiter.as_ref()?);
        for taken in self.actions.taken() {
            self.address.inspect(|address| self.security.origins.note(*address, taken));
        }
        limits::settle(limiter, &mut grant, |charge| match charge.taking {
            Taking::Counted => charges::done(&self.actions, charge),
            Taking::Once | Taking::Estimated => used,
        });
        if let Some(beyond) = used.checked_sub(self.requested).filter(|beyond| *beyond > 0) {
            limits::overdraw(limiter, &mut grant, beyond);
        }
        Some(grant)
    }
}

impl Drop for Admission {
    /// A client that leaves before the answer pays for all of it, and for what was read beyond it; what was not done is
    /// not counted.
    fn drop(&mut self) {
        self.settle(self.requested.max(self.used(0)));
    }
}

tokio::task_local! {
    /// What is executed here, while it is.
    static ACTIONS: Arc<CountedActions>;
}

/// Runs something whose statements are noted.
pub async fn noting<T>(actions: Arc<CountedActions>, running: impl Future<Output = T>) -> T {
    ACTIONS.scope(actions, running).await
}

/// The same for what does not wait.
pub fn noting_now<T>(actions: &Arc<CountedActions>, running: impl FnOnce() -> T) -> T {
    ACTIONS.sync_scope(Arc::clone(actions), running)
}

/// What asking the database so often costs.
pub fn price_of_statements(count: u64) -> u64 {
    count.saturating_mul(UNITS_A_STATEMENT)
}

/// Notes a statement, where an operation pays for it.
pub fn note_statement() {
    // What the program does by itself is free.
    let _ = ACTIONS.try_with(|actions| actions.add(Action::Statement, 1));
}

/// How many values an answer has: each was worked out.
pub fn values(value: &Value) -> u64 {
    match value {
        Value::Object(fields) => 1 + fields.values().map(values).sum::<u64>(),
        Value::List(items) => 1 + items.iter().map(values).sum::<u64>(),
        _ => 1,
    }
}

//! Counted actions: what a request did that is worth counting or paying for, noted while it is executed.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use async_graphql::Context;
use chrono::{DateTime, Utc};
use entities::reservation;
use uuid::Uuid;

/// In a request's data: how often it did what.
#[derive(Debug, Default)]
pub struct CountedActions {
    counts: [AtomicU64; 6],
    taken: Mutex<Vec<Taken>>,
}

/// Tickets that were taken by one hold or order.
#[derive(Debug, Clone, Copy)]
pub struct Taken {
    pub reservation_id: Uuid,
    /// None stands for other fans' listings.
    pub match_number: Option<i32>,
    pub tickets: u64,
    /// When they are gone, unless they are paid.
    pub ends_at: DateTime<Utc>,
}

/// Something that is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// A hold or an order was placed.
    Hold,
    /// An account was opened, or refused because there is one with the email.
    Account,
    /// A password was not even looked at, for too many wrong ones came before.
    Throttled,
    /// A card was refused.
    Decline,
    /// The database was asked something.
    Statement,
    /// A value was worked out, in units of the prices.
    Work,
}

impl CountedActions {
    pub(crate) fn note(ctx: &Context<'_>, action: Action) {
        Self::add_to(ctx, action, 1);
    }

    pub(crate) fn add_to(ctx: &Context<'_>, action: Action, times: u64) {
        if let Some(actions) = ctx.data_opt::<Arc<Self>>() {
            actions.add(action, times);
        }
    }

    /// Notes a hold of tickets of a match, or an order of a listing.
    pub(crate) fn note_hold(ctx: &Context<'_>, row: &reservation::Model) {
        if let Some(actions) = ctx.data_opt::<Arc<Self>>() {
            actions.add(Action::Hold, 1);
            actions.taken.lock().unwrap_or_else(PoisonError::into_inner).push(Taken {
                reservation_id: row.id,
                match_number: row.listing_id.is_none().then_some(row.match_number),
                tickets: u64::try_from(row.quantity).unwrap_or_default(),
                ends_at: row.expires_at,
            });
        }
    }

    pub fn add(&self, action: Action, times: u64) {
        self.counts[action as usize].fetch_add(times, Ordering::Relaxed);
    }

    /// How often it was done since this was asked.
    pub fn take(&self, action: Action) -> u64 {
        self.counts[action as usize].swap(0, Ordering::Relaxed)
    }

    pub fn count(&self, action: Action) -> u64 {
        self.counts[action as usize].load(Ordering::Relaxed)
    }

    /// Tickets that were taken of a match, or of listings.
    pub fn taken_of(&self, match_number: Option<i32>) -> u64 {
        let taken = self.taken();
        taken.iter().filter(|one| one.match_number == match_number).map(|one| one.tickets).sum()
    }

    /// All that was taken.
    pub fn taken(&self) -> Vec<Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

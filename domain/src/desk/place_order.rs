//! An order, as the desk decides it: a listing is ordered by one buyer at a time.

use std::time::Duration;

use entities::{
    listing::{self, State},
    reservation::{self, Status},
};
use uuid::Uuid;

use super::{
    decision::Decision,
    error::{HoldError, OrderRefused},
    habits::whole_seconds,
    needs::Needs,
    request::{Answer, Request},
};
use crate::work::Backoff;

/// The longest wait of a buyer who did not pay an order, before they order the same listing again.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 3_600);

/// An order to be placed, its form already checked.
#[derive(Debug, Clone)]
pub(crate) struct PlaceOrder {
    pub(crate) user_id: Uuid,
    pub(crate) listing_id: Uuid,
    /// What the buyer saw.
    pub(crate) version: Option<i32>,
    pub(crate) key: Option<String>,
}

impl Request for PlaceOrder {
    type Refused = OrderRefused;

    const BINDS_CLIENT: bool = true;

    fn needs(&self, needs: &mut Needs) {
        needs.listings.insert(self.listing_id);
        needs.holders.insert(self.user_id);
        needs.buyers.insert(self.user_id);
        needs.placed_by(self.user_id, self.key.as_ref());
    }

    fn decide(&self, decision: &mut Decision<'_>) -> Answer<Self> {
        if decision.habits.is_erased(self.user_id) {
            return Err(HoldError::NoAccount.into());
        }
        if let Some(row) = decision.of_key(self.user_id, self.key.as_ref()) {
            let same = row.listing_id == Some(self.listing_id);
            return if same { Ok(row.clone()) } else { Err(HoldError::KeyReused.into()) };
        }
        let listing = decision.book.listing(self.listing_id).ok_or(OrderRefused::NotFound)?;
        if listing.seller_id == self.user_id {
            return Err(OrderRefused::Own);
        }
        // Before what became of the listing, which leaves the market then.
        if decision.is_closed(listing.match_number) {
            return Err(HoldError::SaleClosed(listing.match_number).into());
        }
        is_free(listing, self.version)?;
        if decision.habits.is_unconfirmed(self.user_id) {
            return Err(HoldError::EmailNotVerified.into());
        }
        self.may_order(decision, listing.match_number)?;
        let row = reservation::Model {
            id: Uuid::now_v7(),
            user_id: self.user_id,
            match_number: listing.match_number,
            category: listing.category,
            quantity: 1,
            unit_price_minor: listing.price_minor,
            status: Status::Pending,
            cancel_reason: None,
            created_at: decision.now,
            expires_at: decision.now + decision.settings.resale.hold,
            version: 1,
            idempotency_key: self.key.clone(),
            listing_id: Some(listing.id),
            returned: 0,
            extensions: 0,
            ended_at: None,
        };
        decision.book.order(row.clone());
        decision.note_key(&row);
        decision.habits.note_order(&row);

        Ok(row)
    }
}

impl PlaceOrder {
    /// Whether the buyer may order a listing of a match, by the orders that they have and had.
    fn may_order(&self, decision: &Decision<'_>, match_number: i32) -> Result<(), OrderRefused> {
        let rules = &decision.settings.resale;
        // What this batch did to an order stands in the book.
        let before = decision.habits.orders(self.user_id);
        let orders: Vec<_> = before.iter().map(|row| decision.book.reservation(row.id).unwrap_or(row)).collect();
        let count = |is_meant: &dyn Fn(&reservation::Model) -> bool| {
            let live = orders.iter().filter(|row| row.status.is_live() && is_meant(row)).count();
            u64::try_from(live).unwrap_or(u64::MAX)
        };
        let (all, of_match) = (count(&|_| true), count(&|row| row.match_number == match_number));
        for (has, cap, of_match) in [(of_match, rules.live_orders_of_match, true), (all, rules.live_orders, false)] {
            if has >= cap {
                return Err(OrderRefused::TooManyOrders { has, cap, of_match });
            }
        }
        let Some(wait) = rules.reorder_wait else { return Ok(()) };
        let unpaid: Vec<_> = orders
            .iter()
            .filter(|row| row.listing_id == Some(self.listing_id) && row.status == Status::Cancelled)
            .filter(|row| row.cancel_reason.is_none_or(|reason| reason.is_unpaid_by_buyer()))
            .collect();
        let Some(last) = unpaid.iter().map(|row| row.expires_at).max() else { return Ok(()) };
        let more = u32::try_from(unpaid.len() - 1).unwrap_or(u32::MAX);
        let again = last + Backoff { first: wait, longest: LONGEST_WAIT }.wait(more);
        match (again - decision.now).to_std() {
            Ok(left) if !left.is_zero() => Err(OrderRefused::OrderedBefore { retry_after: whole_seconds(left) }),
            _ => Ok(()),
        }
    }
}

/// Whether an open listing is still at the version that a client saw, if they say so.
///
/// # Errors
/// `Locked`, `Ended` and `Stale`.
pub(crate) fn is_free(row: &listing::Model, version: Option<i32>) -> Result<(), OrderRefused> {
    match (row.state, row.locked_until) {
        (State::Locked, Some(until)) => Err(OrderRefused::Locked { until }),
        (State::Locked, None) | (State::Sold | State::Withdrawn, _) => Err(OrderRefused::Ended),
        (State::Open, _) => is_at(row, version),
    }
}

/// Whether a listing is still at the version that a client saw, if they say so.
///
/// # Errors
/// `Stale`.
pub(crate) fn is_at(row: &listing::Model, version: Option<i32>) -> Result<(), OrderRefused> {
    match version {
        Some(version) if version != row.version => Err(OrderRefused::Stale { current: row.version }),
        _ => Ok(()),
    }
}

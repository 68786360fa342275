//! More time for a hold or an order, as the desk decides it: so often as the site allows, and not while others are kept
//! waiting for the same.

use book::StockKey;
use chrono::{DateTime, TimeDelta, Utc};
use entities::reservation::{self, CancelReason, Status};
use uuid::Uuid;

use super::{
    decision::Decision,
    error::{HoldError, NoExtension},
    needs::Needs,
    request::{Answer, Request},
};

/// How far a deadline that a client saw may be from the true one: scripts in browsers keep milliseconds of it. An extension
/// is a second or longer.
const SAME: TimeDelta = TimeDelta::milliseconds(500);

/// A hold or an order whose buyer asks for more time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ExtendHold {
    pub(crate) reservation_id: Uuid,
    pub(crate) user_id: Uuid,
    /// The deadline that the buyer saw: asked twice by it, the second is answered as the first.
    pub(crate) seen: Option<DateTime<Utc>>,
}

impl Request for ExtendHold {
    type Refused = HoldError;

    const BINDS_CLIENT: bool = true;

    fn needs(&self, needs: &mut Needs) {
        needs.reservations.insert(self.reservation_id);
        // What pays for it has the same deadline.
        needs.payments.insert(self.reservation_id);
    }

    fn decide(&self, decision: &mut Decision<'_>) -> Answer<Self> {
        let row = decision.reservation(self.reservation_id)?;
        if row.user_id != self.user_id {
            return Err(HoldError::NotFound);
        }
        match row.status {
            Status::Reserved => return Err(HoldError::AlreadyPaid),
            Status::Cancelled => return Err(HoldError::ended(row.cancel_reason)),
            Status::Pending if decision.is_overdue(&row) => {
                decision.end(row.id, CancelReason::Expired)?;
                return Err(HoldError::HoldExpired);
            }
            // Its payment is being ended, or has succeeded.
            Status::AwaitingPayment if row.expires_at <= decision.now => return Err(HoldError::PaymentUnderWay),
            Status::Pending | Status::AwaitingPayment => {}
        }
        if self.seen.is_some_and(|seen| row.expires_at - seen > SAME) {
            return Ok(row);
        }
        may_extend(decision, &row)?;
        let until = row.expires_at + decision.settings.extension(&row);
        decision.book.extend(row.id, until);
        decision.ledger.extend(row.id, until);

        decision.reservation(row.id)
    }
}

fn may_extend(decision: &Decision<'_>, row: &reservation::Model) -> Result<(), NoExtension> {
    if row.extensions >= decision.settings.extensions {
        return Err(NoExtension::Spent);
    }
    if decision.is_closed(row.match_number) {
        return Err(NoExtension::SaleClosed);
    }
    if let Some(listing) = row.listing_id.and_then(|id| decision.book.listing(id)) {
        return if listing.withdrawing { Err(NoExtension::SellerWaits) } else { Ok(()) };
    }
    // Who waits for tickets of which none are free waits for this hold.
    let left = decision.book.remaining(StockKey { match_number: row.match_number, category: row.category });
    if left.sellable == 0 { Err(NoExtension::OthersWait) } else { Ok(()) }
}

//! An expiry, as the desk decides it: a hold ends whose time is over, if it is still so under the lock.

use entities::reservation::{self, CancelReason, Status};
use uuid::Uuid;

use super::{
    decision::Decision,
    error::HoldError,
    needs::Needs,
    request::{Answer, Request},
};

/// A hold that was found overdue.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ExpireHold(pub(crate) Uuid);

impl Request for ExpireHold {
    type Refused = HoldError;

    const BINDS_CLIENT: bool = false;

    fn needs(&self, needs: &mut Needs) {
        needs.reservations.insert(self.0);
    }

    fn decide(&self, decision: &mut Decision<'_>) -> Answer<Self> {
        let row = decision.reservation(self.0)?;
        if decision.is_overdue(&row) || is_forfeited(decision, &row) {
            return decision.end(row.id, CancelReason::Expired);
        }
        Ok(row)
    }
}

/// Whether a hold whose payment can't be ended is given up: the gateway was out of reach for longer than we wait.
fn is_forfeited(decision: &Decision<'_>, row: &reservation::Model) -> bool {
    row.status == Status::AwaitingPayment && row.expires_at + decision.settings.payment_grace <= decision.now
}

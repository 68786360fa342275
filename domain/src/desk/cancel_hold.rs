//! A cancellation, as the desk decides it: the buyer gives a hold up that is not being paid.

use entities::reservation::CancelReason;
use uuid::Uuid;

use super::{
    decision::Decision,
    error::HoldError,
    needs::Needs,
    request::{Answer, Request},
};

/// A hold that its buyer gives up.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CancelHold(pub(crate) Uuid);

impl Request for CancelHold {
    type Refused = HoldError;

    const BINDS_CLIENT: bool = false;

    fn needs(&self, needs: &mut Needs) {
        needs.reservations.insert(self.0);
    }

    fn decide(&self, decision: &mut Decision<'_>) -> Answer<Self> {
        decision.end(self.0, CancelReason::User)
    }
}

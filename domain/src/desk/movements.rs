//! Movements of a payment's money after it was taken, as the desk writes them down.

use book::{ledger::Whose, payment_states::Event};
use entities::{dispute, reservation};
use uuid::Uuid;

use super::{decision::Decision, error::HoldError};
use crate::gateway::{Movements, RefundOutcome};

/// Writes down what has moved of a payment's money at the gateway. Refunds of ours are what the gateway says that they are;
/// what others moved is seen, and gives back, kills or freezes nothing.
pub(super) fn observe(
    decision: &mut Decision<'_>,
    reservation_id: Uuid,
    payment_id: Uuid,
    movements: &Movements,
) -> Result<reservation::Model, HoldError> {
    let (mut elsewhere_minor, now) = (0, decision.now);
    for refund in &movements.refunds {
        let event = match decision.ledger.whose(payment_id, refund.key.as_deref()) {
            Whose::Ours(refund_id) => match &refund.outcome {
                RefundOutcome::Pending => {
                    decision.ledger.take_on(refund_id, &refund.id);
                    None
                }
                RefundOutcome::Done => decision.ledger.repay(refund_id, &refund.id, now),
                RefundOutcome::Failed(code) => decision.ledger.fail(refund_id, code),
            },
            Whose::OursBefore => None,
            Whose::Others => {
                elsewhere_minor +=
                    if matches!(refund.outcome, RefundOutcome::Failed(_)) { 0 } else { refund.amount_minor };
                None
            }
        };
        settle(decision, reservation_id, payment_id, event)?;
    }
    let disputes = movements.disputes.iter().map(|known| dispute::Model {
        id: known.id.clone(),
        payment_id,
        amount_minor: known.amount_minor,
        state: known.state,
        reason: known.reason.chars().take(128).collect(),
        opened_at: known.opened_at,
        changed_at: now,
    });
    decision.ledger.observe(payment_id, elsewhere_minor, disputes.collect());
    decision.reservation(reservation_id)
}

/// Settles what the gateway tells of a refund. What is known already changes nothing.
pub(super) fn settle(
    decision: &mut Decision<'_>,
    reservation_id: Uuid,
    payment_id: Uuid,
    event: Option<Event>,
) -> Result<reservation::Model, HoldError> {
    if event.and_then(|event| decision.ledger.apply(payment_id, event, decision.now)).is_some() {
        decision.note(reservation_id);
    }
    decision.reservation(reservation_id)
}

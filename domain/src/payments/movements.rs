//! Movements: what becomes of a payment's money at the gateway after it was taken, moved by us or by others.
//!
//! Refunds of ours may be on their way for days and come back in the end; others may give money back at the gateway's own
//! pages; a payer's bank may take it back. All of it is written down for the operator, and nothing is
//! given back, ended or frozen for it.

use entities::payment::{self, State};

use super::{PaymentError, own_gateway::gateway_of, settle, unreachable};
use crate::{App, desk::report::PaymentReport};

/// States in which money was taken, so that it can move.
const TAKEN: [State; 3] = [State::Captured, State::Refunding, State::Refunded];

/// Compares what has moved of a payment's money with what is written down of it.
pub(super) async fn compare(app: &App, payment: &payment::Model) -> Result<(), PaymentError> {
    let Some(intent_id) = payment.intent_id.as_ref().filter(|_| TAKEN.contains(&payment.state)) else {
        return Ok(());
    };
    let moved = gateway_of(app, payment)?.movements(intent_id).await.map_err(|error| unreachable(payment, &error))?;

    Ok(settle(app, payment, PaymentReport::Moved(moved)).await?)
}

//! What is told of a payment, on its way to the desk.

use uuid::Uuid;

use super::gateway::Intent;

/// What is told of a payment.
#[derive(Debug, Clone)]
pub(crate) enum News {
    /// What the gateway knows of it.
    Intent(Intent),
    /// The gateway will not begin it.
    Refused(String),
    /// The gateway knows nothing of it.
    Gone,
    /// The hold is over, or given up by its fan.
    Abandoned,
    /// What a refund owed is back; the gateway calls it so.
    Refunded { refund_id: Uuid, gateway_id: String },
    /// The gateway will not do a refund.
    RefundRefused { refund_id: Uuid, code: String },
}

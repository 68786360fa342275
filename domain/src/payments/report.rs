//! What is told of a payment, on its way to the desk.

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
    /// The money is back, by a refund that the gateway calls so.
    Refunded(String),
}

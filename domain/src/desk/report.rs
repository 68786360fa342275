//! What is reported of a payment, on its way to the desk.

use uuid::Uuid;

use crate::gateway::{Intent, Movements};

/// What the gateway, or this site, reports of a payment.
#[derive(Debug, Clone)]
pub(crate) enum PaymentReport {
    /// What the gateway knows of it.
    Intent(Intent),
    /// The gateway will not begin it.
    Refused(String),
    /// The gateway knows nothing of it.
    Gone,
    /// The hold is over, or given up by its fan.
    Abandoned,
    /// The gateway has taken a refund on, and calls it so; its money is on its way.
    RefundTaken { refund_id: Uuid, gateway_id: String },
    /// What a refund owed is back; the gateway calls it so.
    Refunded { refund_id: Uuid, gateway_id: String },
    /// The gateway will not do a refund.
    RefundRefused { refund_id: Uuid, code: String },
    /// What has moved of its money at the gateway, moved by us or by others.
    Moved(Movements),
}

impl PaymentReport {
    /// Whether it tells of refunds, which have to be read with the payment then.
    pub(crate) fn is_of_refunds(&self) -> bool {
        matches!(self, Self::RefundTaken { .. } | Self::Refunded { .. } | Self::RefundRefused { .. } | Self::Moved(_))
    }
}

//! What Stripe keeps: payments, refunds and disputes.

use std::collections::BTreeMap;

use uuid::Uuid;

/// What the program has Stripe keep with a payment: its own name for it.
const PAYMENT: &str = "matchday_payment";

/// How far a payment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    RequiresPaymentMethod,
    RequiresAction,
    RequiresCapture,
    Succeeded,
    Canceled,
}

impl Status {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::RequiresPaymentMethod => "requires_payment_method",
            Self::RequiresAction => "requires_action",
            Self::RequiresCapture => "requires_capture",
            Self::Succeeded => "succeeded",
            Self::Canceled => "canceled",
        }
    }
}

/// A payment.
#[derive(Debug, Clone)]
pub(super) struct Intent {
    pub(super) id: String,
    pub(super) client_secret: String,
    pub(super) amount: i64,
    pub(super) currency: String,
    pub(super) metadata: BTreeMap<String, String>,
    pub(super) status: Status,
    pub(super) card: Option<String>,
    /// Why the last card was refused: a code, and the issuer's reason.
    pub(super) refused: Option<(String, Option<String>)>,
    pub(super) captured: i64,
    pub(super) refunded: i64,
    pub(super) created: i64,
}

impl Intent {
    pub(super) fn payment_id(&self) -> Option<Uuid> {
        self.metadata.get(PAYMENT)?.parse().ok()
    }

    /// What is reserved on the card and not taken.
    pub(super) fn capturable(&self) -> i64 {
        if self.status == Status::RequiresCapture { self.amount } else { 0 }
    }

    pub(super) fn was_charged(&self) -> bool {
        self.refused.is_some() || matches!(self.status, Status::RequiresCapture | Status::Succeeded)
    }
}

/// How far a refund is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RefundStatus {
    Pending,
    #[default]
    Succeeded,
    Failed,
}

impl RefundStatus {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
        }
    }
}

/// How far a dispute is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DisputeStatus {
    WarningNeedsResponse,
    NeedsResponse,
    Won,
    Lost,
}

impl DisputeStatus {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::WarningNeedsResponse => "warning_needs_response",
            Self::NeedsResponse => "needs_response",
            Self::Won => "won",
            Self::Lost => "lost",
        }
    }
}

/// Money that was given back.
#[derive(Debug, Clone)]
pub(super) struct Refund {
    pub(super) id: String,
    pub(super) intent_id: String,
    pub(super) amount: i64,
    pub(super) metadata: BTreeMap<String, String>,
    pub(super) status: RefundStatus,
    pub(super) created: i64,
}

/// A payer who had their bank ask for the money back.
#[derive(Debug, Clone)]
pub(super) struct Dispute {
    pub(super) id: String,
    pub(super) intent_id: String,
    pub(super) amount: i64,
    pub(super) status: DisputeStatus,
    pub(super) created: i64,
}

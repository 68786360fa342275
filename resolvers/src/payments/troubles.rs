//! What somebody has to look at of payments: for the site's staff.

use async_graphql::{Context, Enum, Object, SimpleObject};
use domain::payments::reconciliation::{self, Trouble};
use entities::dispute;

use super::{Payment, Refund};
use crate::{context::InContext, error::ApiError, money::Money, reservations::Reservation, time::DateTime};

/// What is wrong with a payment.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "reconciliation::Kind")]
pub enum PaymentTroubleKind {
    /// The payment takes too long: the payment provider is out of reach, or reports an impossible state.
    Stuck,
    /// Another payment paid the same reservation.
    Overpaid,
    /// The payment is complete, but its reservation is not sold.
    Unfulfilled,
    /// The payment provider reports a payment that Matchday does not have.
    Orphaned,
    /// The payment provider refused a refund: `refundReservation` tries it once more.
    RefundRefused,
    /// The amount was refunded outside Matchday, for example on the payment provider's own pages: `amounts` says how
    /// much. The tickets stay as they are.
    RefundedElsewhere,
    /// The payment provider charged another amount than requested: `amounts` has both.
    AmountMismatch,
    /// The payer disputes the payment with their bank: `dispute` says where that stands. The tickets stay valid at the
    /// gate unless `freezeTickets` freezes them.
    Disputed,
}

/// Where a dispute stands.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "dispute::State")]
pub enum DisputeStatus {
    /// The payer's bank asks for an explanation and has taken nothing yet.
    Inquiry,
    /// The payer's bank has taken the money back until the dispute is decided.
    Open,
    /// The site keeps the money.
    Won,
    /// The payer keeps the money.
    Lost,
    /// The dispute ended and no money moved.
    Closed,
}

/// A payer who asks their bank for the money of a payment back.
pub(super) struct Dispute(dispute::Model);

/// A payer's dispute: their bank asks for the money of a payment, or has taken it back.
#[Object]
impl Dispute {
    /// The payment provider's id of the dispute.
    async fn gateway_id(&self) -> &str {
        &self.0.id
    }

    /// Where the dispute stands.
    async fn status(&self) -> DisputeStatus {
        self.0.state.into()
    }

    /// The disputed amount.
    async fn amount(&self) -> Money {
        Money::from_minor(self.0.amount_minor)
    }

    /// The reason as the payment provider reports it, such as `fraudulent`.
    async fn reason(&self) -> &str {
        &self.0.reason
    }

    /// When the dispute was opened.
    async fn opened_at(&self) -> DateTime {
        self.0.opened_at.into()
    }
}

/// The amounts that Matchday and the payment provider have for the same money.
#[derive(SimpleObject)]
pub(super) struct TroubleAmounts {
    /// The amount in Matchday's books.
    booked: Money,
    /// The amount that the payment provider reports.
    at_gateway: Money,
}

/// A payment that somebody has to look at.
pub(super) struct PaymentTrouble(Trouble);

/// A payment that needs the staff's attention.
#[Object]
impl PaymentTrouble {
    /// What is wrong.
    async fn kind(&self) -> PaymentTroubleKind {
        self.0.kind.into()
    }

    /// The payment; null if the kind is `ORPHANED`.
    async fn payment(&self) -> Option<Payment> {
        self.0.payment.clone().map(Payment::from)
    }

    /// The payment's reservation; null if the kind is `ORPHANED`.
    async fn reservation(&self) -> Option<Reservation> {
        self.0.reservation.clone().map(Reservation::from)
    }

    /// The refund that is not complete; set if the kind is `REFUND_REFUSED`, or if a refund is `STUCK`.
    async fn refund(&self) -> Option<Refund> {
        self.0.refund.clone().map(Refund)
    }

    /// The dispute; set if the kind is `DISPUTED`.
    async fn dispute(&self) -> Option<Dispute> {
        self.0.dispute.clone().map(Dispute)
    }

    /// Both amounts: refunded amounts if the kind is `REFUNDED_ELSEWHERE`, charged amounts if it is `AMOUNT_MISMATCH`;
    /// otherwise null.
    async fn amounts(&self) -> Option<TroubleAmounts> {
        let amounts = self.0.amounts?;
        let (booked, at_gateway) = (Money::from_minor(amounts.ours), Money::from_minor(amounts.gateways));
        Some(TroubleAmounts { booked, at_gateway })
    }

    /// The payment provider's id of the event; set if the kind is `ORPHANED`.
    async fn event_id(&self) -> Option<&str> {
        self.0.event_id.as_deref()
    }

    /// Since when the payment needs attention.
    async fn since(&self) -> DateTime {
        self.0.since.into()
    }
}

#[derive(Default)]
pub struct PaymentQuery;

#[Object]
impl PaymentQuery {
    /// Payments that need the staff's attention. For admins. At most 100 of each kind: open ones first, then the
    /// newest; the metric `matchday_payment_troubles` counts all. Lost disputes, refunds made elsewhere and mismatched
    /// amounts stay listed.
    async fn reconciliation(&self, ctx: &Context<'_>) -> Result<Vec<PaymentTrouble>, ApiError> {
        ctx.admin()?;
        Ok(reconciliation::troubles(ctx.app()?).await?.into_iter().map(PaymentTrouble).collect())
    }
}

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
    /// It has been on its way for too long: the gateway is out of reach, or tells what can't be.
    Stuck,
    /// Its reservation is paid by another payment as well.
    Overpaid,
    /// It is paid, and its reservation is not sold.
    Unfulfilled,
    /// The gateway tells of a payment that is not known here.
    Orphaned,
    /// The gateway will not give back what is owed of it: refundReservation asks it once more.
    RefundRefused,
    /// Money of it went back that was not given back here, as at the gateway's own pages: `amounts` says how much. Its
    /// tickets stay as they are.
    RefundedElsewhere,
    /// The gateway took another amount than it was asked for: `amounts` says which.
    AmountMismatch,
    /// Its payer has their bank ask for the money back, or got it that way: `dispute` says how far that is. Its tickets
    /// open the gate unless freezeTickets keeps them out.
    Disputed,
}

/// How far a dispute is.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "dispute::State")]
pub enum DisputeStatus {
    /// The payer's bank asks, and takes nothing yet.
    Inquiry,
    /// The payer's bank has taken the money back, until it is decided whose it is.
    Open,
    /// The money is the site's again.
    Won,
    /// The money is the payer's.
    Lost,
    /// It ended without the money moving.
    Closed,
}

/// A payer who asks their bank for the money of a payment back.
pub(super) struct Dispute(dispute::Model);

#[Object]
impl Dispute {
    /// The gateway's name for it, by which its own pages find it.
    async fn gateway_id(&self) -> &str {
        &self.0.id
    }

    async fn status(&self) -> DisputeStatus {
        self.0.state.into()
    }

    async fn amount(&self) -> Money {
        Money::from_minor(self.0.amount_minor)
    }

    /// Why, in the gateway's words, such as `fraudulent`.
    async fn reason(&self) -> &str {
        &self.0.reason
    }

    async fn opened_at(&self) -> DateTime {
        self.0.opened_at.into()
    }
}

/// What this site and the gateway say of the same money.
#[derive(SimpleObject)]
pub(super) struct TroubleAmounts {
    /// By this site's books.
    booked: Money,
    /// By the gateway's.
    at_gateway: Money,
}

/// A payment that somebody has to look at.
pub(super) struct PaymentTrouble(Trouble);

#[Object]
impl PaymentTrouble {
    async fn kind(&self) -> PaymentTroubleKind {
        self.0.kind.into()
    }

    /// Null where the kind is ORPHANED.
    async fn payment(&self) -> Option<Payment> {
        self.0.payment.clone().map(Payment::from)
    }

    /// Null where the kind is ORPHANED.
    async fn reservation(&self) -> Option<Reservation> {
        self.0.reservation.clone().map(Reservation::from)
    }

    /// What is not given back; set where the kind is `REFUND_REFUSED`, or where a refund is STUCK.
    async fn refund(&self) -> Option<Refund> {
        self.0.refund.clone().map(Refund)
    }

    /// Set where the kind is DISPUTED.
    async fn dispute(&self) -> Option<Dispute> {
        self.0.dispute.clone().map(Dispute)
    }

    /// What was given back, where the kind is `REFUNDED_ELSEWHERE`; what was taken, where it is `AMOUNT_MISMATCH`.
    async fn amounts(&self) -> Option<TroubleAmounts> {
        let amounts = self.0.amounts?;
        let (booked, at_gateway) = (Money::from_minor(amounts.ours), Money::from_minor(amounts.gateways));
        Some(TroubleAmounts { booked, at_gateway })
    }

    /// The gateway's name for the event; set where the kind is ORPHANED.
    async fn event_id(&self) -> Option<&str> {
        self.0.event_id.as_deref()
    }

    async fn since(&self) -> DateTime {
        self.0.since.into()
    }
}

#[derive(Default)]
pub struct PaymentQuery;

#[Object]
impl PaymentQuery {
    /// Payments that somebody has to look at, for admins. At most 100 of a kind: what is still open first, then the newest
    /// first; the metric `matchday_payment_troubles` counts all. Lost disputes, money that went back elsewhere and other
    /// amounts stay listed.
    async fn reconciliation(&self, ctx: &Context<'_>) -> Result<Vec<PaymentTrouble>, ApiError> {
        ctx.admin()?;
        Ok(reconciliation::troubles(ctx.app()?).await?.into_iter().map(PaymentTrouble).collect())
    }
}

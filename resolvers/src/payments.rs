//! Payments.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use domain::payments::{
    self, Paid,
    reconciliation::{self, Trouble},
    refunds::{self, Wish},
};
use entities::{payment, refund};

use crate::{context::InContext, error::ApiError, ids, money::Money, reservations::Reservation, time::DateTime};

/// Where a payment stands.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "payment::State")]
pub enum PaymentStatus {
    /// It is begun; the gateway has not answered yet.
    #[graphql(name = "PROCESSING")]
    Created,
    /// The gateway waits for you: `clientSecret` leads on.
    #[graphql(name = "REQUIRES_ACTION")]
    Open,
    /// The money is reserved and the tickets are yours; the money is about to be taken.
    #[graphql(name = "AUTHORISED")]
    Confirmed,
    /// Paid.
    Captured,
    /// It is not wanted any more, and about to be cancelled. Nothing is taken.
    #[graphql(name = "CANCELLING")]
    Voiding,
    /// Over; nothing was taken.
    #[graphql(name = "CANCELLED")]
    Voided,
    /// Refused; nothing was taken, and another payment may follow.
    Declined,
    /// There are no tickets for it any more: all of the money is on its way back.
    Refunding,
    /// All of the money is back.
    Refunded,
}

/// Where a refund stands.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "refund::State")]
pub enum RefundStatus {
    /// The money is on its way back.
    #[graphql(name = "PROCESSING")]
    Due,
    /// The gateway has given the money back; the card shows it by its bank's pace.
    Done,
    /// The gateway would not give the money back; the site's staff sees to it.
    Refused,
}

/// Money that goes back for tickets that were given back, or could not be had.
#[derive(Clone)]
pub struct Refund(refund::Model);

#[Object]
impl Refund {
    async fn status(&self) -> RefundStatus {
        self.0.state.into()
    }

    async fn amount(&self) -> Money {
        Money::from_minor(self.0.amount_minor)
    }

    /// Why, in the words of whoever gave the tickets back.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }

    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// When the gateway had given the money back; set exactly when the status is DONE.
    async fn done_at(&self) -> Option<DateTime> {
        self.0.done_at.map(Into::into)
    }
}

/// One attempt to pay for a reservation.
pub struct Payment {
    row: payment::Model,
    /// None before somebody asks for them.
    refunds: Option<Vec<refund::Model>>,
}

impl From<payment::Model> for Payment {
    fn from(row: payment::Model) -> Self {
        Self { row, refunds: None }
    }
}

impl Payment {
    /// A payment whose refunds were looked up together with others'.
    pub(crate) fn with_refunds(row: payment::Model, refunds: Option<Vec<refund::Model>>) -> Self {
        Self { row, refunds }
    }

    async fn find_refunds(&self, ctx: &Context<'_>) -> Result<Vec<refund::Model>, ApiError> {
        if let Some(found) = &self.refunds {
            return Ok(found.clone());
        }
        let mut found = refunds::of_payments(&ctx.app()?.db, &[self.row.id]).await?;
        Ok(found.remove(&self.row.id).unwrap_or_default())
    }
}

#[Object]
impl Payment {
    async fn status(&self) -> PaymentStatus {
        self.row.state.into()
    }

    async fn amount(&self) -> Money {
        Money::from_minor(self.row.amount_minor)
    }

    /// What goes back of it, oldest first.
    async fn refunds(&self, ctx: &Context<'_>) -> Result<Vec<Refund>, ApiError> {
        Ok(self.find_refunds(ctx).await?.into_iter().map(Refund).collect())
    }

    /// What of the amount is back or on its way back.
    async fn refunded_amount(&self, ctx: &Context<'_>) -> Result<Money, ApiError> {
        let refunds = self.find_refunds(ctx).await?;
        let going = refunds.iter().filter(|refund| refund.state != refund::State::Refused);
        Ok(Money::from_minor(going.map(|refund| refund.amount_minor).sum()))
    }

    /// Why the last card was refused, in the gateway's words, such as `insufficient_funds`.
    async fn decline_code(&self) -> Option<&str> {
        self.row.decline_code.as_deref()
    }

    async fn created_at(&self) -> DateTime {
        self.row.created_at.into()
    }

    /// When something happened to it last.
    async fn updated_at(&self) -> DateTime {
        self.row.updated_at.into()
    }
}

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
}

/// A payment that somebody has to look at.
pub struct PaymentTrouble(Trouble);

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
    /// Payments that somebody has to look at, for admins: empty while all is well. At most 100 of a kind, oldest first.
    async fn reconciliation(&self, ctx: &Context<'_>) -> Result<Vec<PaymentTrouble>, ApiError> {
        ctx.admin()?;
        Ok(reconciliation::troubles(ctx.app()?).await?.into_iter().map(PaymentTrouble).collect())
    }
}

#[derive(InputObject)]
pub struct PayReservationInput {
    reservation_id: ID,
    /// Your card by the gateway's name, such as `pm_card_visa` in Stripe's test mode; never a card number.
    payment_method: String,
    /// Your own name for this attempt, 1 to 128 visible ASCII characters: sent again with the same input, it is
    /// answered with the same payment and takes nothing twice. After a refusal, a new key tries again.
    idempotency_key: Option<String>,
}

#[derive(InputObject)]
pub struct CreatePaymentIntentInput {
    reservation_id: ID,
}

#[derive(InputObject)]
pub struct RefundReservationInput {
    reservation_id: ID,
    /// Tickets of the reservation that are VALID; left out, all that are not refunded yet.
    ticket_ids: Option<Vec<ID>>,
    /// Why, at most 200 characters; shown with the refund.
    reason: Option<String>,
}

#[derive(SimpleObject)]
pub struct RefundReservationPayload {
    reservation: Reservation,
}

#[derive(SimpleObject)]
pub struct PayReservationPayload {
    reservation: Reservation,
    /// Where your bank has to consent: what Stripe's script in your browser goes on with.
    client_secret: Option<String>,
}

#[derive(SimpleObject)]
pub struct CreatePaymentIntentPayload {
    reservation: Reservation,
    /// What Stripe's script in your browser takes the card with; null once the payment does not wait for one.
    client_secret: Option<String>,
}

#[derive(Default)]
pub struct PaymentMutation;

#[Object]
impl PaymentMutation {
    /// Pay for tickets that you hold. The money is reserved first, then the tickets are yours, then it is taken.
    async fn pay_reservation(
        &self,
        ctx: &Context<'_>,
        input: PayReservationInput,
    ) -> Result<PayReservationPayload, ApiError> {
        let PayReservationInput { reservation_id, payment_method, idempotency_key } = input;
        let id = ids::reservation(&reservation_id)?;
        let paid = payments::pay(ctx.app()?, ctx.viewer()?, id, payment_method, idempotency_key).await?;
        let Paid { reservation, client_secret, .. } = paid;
        Ok(PayReservationPayload { reservation: reservation.into(), client_secret })
    }

    /// Begin a payment whose card you give to the gateway alone, by Stripe's own elements. Asked again, the same payment
    /// is answered. Follow `reservation` to see it through.
    async fn create_payment_intent(
        &self,
        ctx: &Context<'_>,
        input: CreatePaymentIntentInput,
    ) -> Result<CreatePaymentIntentPayload, ApiError> {
        let id = ids::reservation(&input.reservation_id)?;
        let Paid { reservation, client_secret, .. } = payments::create_intent(ctx.app()?, ctx.viewer()?, id).await?;
        Ok(CreatePaymentIntentPayload { reservation: reservation.into(), client_secret })
    }

    /// Give tickets back: they open no gate any more, their seats are on sale again, and their price goes back to the
    /// card. Owners may where and while the site lets them, admins always; nobody can once a ticket was used. What is
    /// refunded already stays as it is, so the same request is answered the same. Follow `reservation` to see the money
    /// back.
    async fn refund_reservation(
        &self,
        ctx: &Context<'_>,
        input: RefundReservationInput,
    ) -> Result<RefundReservationPayload, ApiError> {
        let RefundReservationInput { reservation_id, ticket_ids, reason } = input;
        let reservation_id = ids::reservation(&reservation_id)?;
        let tickets = ticket_ids.map(|named| named.iter().map(ids::ticket).collect()).transpose()?;
        let wish = Wish { reservation_id, tickets, reason };
        let reservation = refunds::refund(ctx.app()?, ctx.viewer()?, wish).await?;
        Ok(RefundReservationPayload { reservation: reservation.into() })
    }
}

//! Payments.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use domain::{
    desk::error::HoldError,
    lookup,
    payments::{
        self, Paid, PaymentError,
        refunds::{self, RefundRequest},
    },
    tickets::freezing,
};
use entities::{payment, refund};
use uuid::Uuid;

use crate::{
    context::InContext,
    counted_actions::{Action, CountedActions},
    error::ApiError,
    ids,
    loaders::Loaders,
    money::Money,
    reservations::Reservation,
    time::DateTime,
};

mod troubles;

pub use troubles::PaymentQuery;

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
    /// The money is on its way back; with some cards and banks that takes days.
    #[graphql(name = "PROCESSING")]
    Due,
    /// The gateway has given the money back; the card shows it by its bank's pace.
    Done,
    /// The gateway would not give the money back, or could not in the end: also after it was DONE. The site's staff sees
    /// to it.
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
pub struct Payment(payment::Model);

impl From<payment::Model> for Payment {
    fn from(row: payment::Model) -> Self {
        Self(row)
    }
}

#[Object]
impl Payment {
    async fn status(&self) -> PaymentStatus {
        self.0.state.into()
    }

    async fn amount(&self) -> Money {
        Money::from_minor(self.0.amount_minor)
    }

    /// What goes back of it, oldest first.
    async fn refunds(&self, ctx: &Context<'_>) -> Result<Vec<Refund>, ApiError> {
        Ok(Loaders::refunds(ctx, self.0.id).await?.into_iter().map(Refund).collect())
    }

    /// What of the amount is back or on its way back.
    async fn refunded_amount(&self, ctx: &Context<'_>) -> Result<Money, ApiError> {
        let refunds = Loaders::refunds(ctx, self.0.id).await?;
        let going = refunds.iter().filter(|refund| refund.state != refund::State::Refused);
        Ok(Money::from_minor(going.map(|refund| refund.amount_minor).sum()))
    }

    /// Why the last card was refused, in the gateway's words, such as `insufficient_funds`.
    async fn decline_code(&self) -> Option<&str> {
        self.0.decline_code.as_deref()
    }

    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// When something happened to it last.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
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

#[derive(InputObject)]
pub struct FreezeTicketsInput {
    reservation_id: ID,
}

#[derive(SimpleObject)]
pub struct FreezeTicketsPayload {
    reservation: Reservation,
}

#[derive(InputObject)]
pub struct UnfreezeTicketsInput {
    reservation_id: ID,
}

#[derive(SimpleObject)]
pub struct UnfreezeTicketsPayload {
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
        let id = ids::reservation("reservationId", &reservation_id)?;
        let paid = payments::pay(ctx.app()?, ctx.viewer()?, id, payment_method, idempotency_key).await;
        if let Err(PaymentError::Declined { .. }) = &paid {
            CountedActions::note(ctx, Action::Decline);
        }
        let Paid { reservation, client_secret, .. } = paid?;
        Ok(PayReservationPayload { reservation: reservation.into(), client_secret })
    }

    /// Begin a payment whose card you give to the gateway alone, by Stripe's own elements. While a payment waits for you at the
    /// gateway, however it was begun, that one is answered. Follow `reservation` to see it through.
    async fn create_payment_intent(
        &self,
        ctx: &Context<'_>,
        input: CreatePaymentIntentInput,
    ) -> Result<CreatePaymentIntentPayload, ApiError> {
        let id = ids::reservation("reservationId", &input.reservation_id)?;
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
        let reservation_id = ids::reservation("reservationId", &reservation_id)?;
        let tickets = ticket_ids.map(|named| ids::tickets("ticketIds", &named)).transpose()?;
        let request = RefundRequest { reservation_id, tickets, reason };
        let reservation = refunds::refund(ctx.app()?, ctx.viewer()?, request).await?;
        Ok(RefundReservationPayload { reservation: reservation.into() })
    }
    /// Keep a paid reservation's tickets out of the gate, as while its payment is disputed. For admins. They show no code,
    /// the codes that there are open nothing, and they are neither refunded nor offered for resale; one that is offered
    /// already can still be sold until its listing is withdrawn. Tickets that were used, sold on or refunded stay as they
    /// are, and so does what is frozen already.
    async fn freeze_tickets(
        &self,
        ctx: &Context<'_>,
        input: FreezeTicketsInput,
    ) -> Result<FreezeTicketsPayload, ApiError> {
        let (staff, id) = (ctx.admin()?, ids::reservation("reservationId", &input.reservation_id)?);
        let reservation = staffs(ctx, id).await?;
        freezing::freeze(ctx.app()?, staff, id).await?;
        Ok(FreezeTicketsPayload { reservation })
    }

    /// Let the frozen tickets of a reservation into the gate again, by new codes. For admins.
    async fn unfreeze_tickets(
        &self,
        ctx: &Context<'_>,
        input: UnfreezeTicketsInput,
    ) -> Result<UnfreezeTicketsPayload, ApiError> {
        let (staff, id) = (ctx.admin()?, ids::reservation("reservationId", &input.reservation_id)?);
        let reservation = staffs(ctx, id).await?;
        freezing::unfreeze(ctx.app()?, staff, id).await?;
        Ok(UnfreezeTicketsPayload { reservation })
    }
}

/// A reservation that the site's staff does something to.
async fn staffs(ctx: &Context<'_>, id: Uuid) -> Result<Reservation, ApiError> {
    let found = lookup::reservation(ctx.app()?, ctx.admin()?, id).await?;
    Ok(found.ok_or(HoldError::NotFound)?.into())
}

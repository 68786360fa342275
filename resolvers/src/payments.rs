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
    /// The payment has begun; the payment provider has not answered yet.
    #[graphql(name = "PROCESSING")]
    Created,
    /// The payment provider waits for the payer: continue with `clientSecret`.
    #[graphql(name = "REQUIRES_ACTION")]
    Open,
    /// The amount is authorised and the tickets are sold; the amount is about to be captured.
    #[graphql(name = "AUTHORISED")]
    Confirmed,
    /// The payment is complete.
    Captured,
    /// The payment is not needed any more and is being cancelled. Nothing is charged.
    #[graphql(name = "CANCELLING")]
    Voiding,
    /// The payment was cancelled; nothing was charged.
    #[graphql(name = "CANCELLED")]
    Voided,
    /// The card was declined; nothing was charged, and another payment may follow.
    Declined,
    /// The tickets are not available any more: the whole amount is being refunded.
    Refunding,
    /// The whole amount was refunded.
    Refunded,
}

/// Where a refund stands.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "refund::State")]
pub enum RefundStatus {
    /// The money is on its way back; some cards and banks take days.
    #[graphql(name = "PROCESSING")]
    Due,
    /// The payment provider has made the refund; when the card shows it depends on the bank.
    Done,
    /// The payment provider refused the refund, or it failed, possibly after it was `DONE`. The site's staff handles
    /// it.
    Refused,
}

/// Money that goes back for tickets that were given back, or could not be had.
#[derive(Clone)]
pub struct Refund(refund::Model);

/// Money of a payment that goes back to the card.
#[Object]
impl Refund {
    /// Where the refund stands.
    async fn status(&self) -> RefundStatus {
        self.0.state.into()
    }

    /// The refunded amount.
    async fn amount(&self) -> Money {
        Money::from_minor(self.0.amount_minor)
    }

    /// The reason that the refund was requested with; null if none was given.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }

    /// When the refund was requested.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// When the payment provider had made the refund; set exactly if the status is `DONE`.
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

/// One attempt to pay a reservation.
#[Object]
impl Payment {
    /// Where the payment stands.
    async fn status(&self) -> PaymentStatus {
        self.0.state.into()
    }

    /// The amount of the payment.
    async fn amount(&self) -> Money {
        Money::from_minor(self.0.amount_minor)
    }

    /// The refunds of this payment, oldest first.
    async fn refunds(&self, ctx: &Context<'_>) -> Result<Vec<Refund>, ApiError> {
        Ok(Loaders::refunds(ctx, self.0.id).await?.into_iter().map(Refund).collect())
    }

    /// The part of the amount that was refunded or is being refunded.
    async fn refunded_amount(&self, ctx: &Context<'_>) -> Result<Money, ApiError> {
        let refunds = Loaders::refunds(ctx, self.0.id).await?;
        let going = refunds.iter().filter(|refund| refund.state != refund::State::Refused);
        Ok(Money::from_minor(going.map(|refund| refund.amount_minor).sum()))
    }

    /// Why the last card was declined, as the payment provider reports it, such as `insufficient_funds`; null if none
    /// was.
    async fn decline_code(&self) -> Option<&str> {
        self.0.decline_code.as_deref()
    }

    /// When the payment began.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// When the payment changed last.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }
}

/// The reservation to pay, and how.
#[derive(InputObject)]
pub struct PayReservationInput {
    /// The id of a hold or an order of yours.
    reservation_id: ID,
    /// The payment provider's id of your card, such as `pm_card_visa` in Stripe's test mode; never a card number.
    payment_method: String,
    /// Your own name for this attempt, 1 to 128 visible ASCII characters. A repeated request with the same key and
    /// input returns the same payment and charges nothing twice. After a refusal, use a new key to try again.
    idempotency_key: Option<String>,
}

/// The reservation to pay.
#[derive(InputObject)]
pub struct CreatePaymentIntentInput {
    /// The id of a hold or an order of yours.
    reservation_id: ID,
}

/// The reservation, and which of its tickets to refund.
#[derive(InputObject)]
pub struct RefundReservationInput {
    /// The reservation's id.
    reservation_id: ID,
    /// The ids of `VALID` tickets of the reservation; if left out, all tickets that are not refunded yet.
    ticket_ids: Option<Vec<ID>>,
    /// The reason, at most 200 characters; it is shown with the refund.
    reason: Option<String>,
}

/// The result of `refundReservation`.
#[derive(SimpleObject)]
pub struct RefundReservationPayload {
    /// The reservation with its refunds.
    reservation: Reservation,
}

/// The reservation whose tickets are to be frozen.
#[derive(InputObject)]
pub struct FreezeTicketsInput {
    /// The id of a paid reservation.
    reservation_id: ID,
}

/// The result of `freezeTickets`.
#[derive(SimpleObject)]
pub struct FreezeTicketsPayload {
    /// The reservation of the frozen tickets.
    reservation: Reservation,
}

/// The reservation whose tickets are to be unfrozen.
#[derive(InputObject)]
pub struct UnfreezeTicketsInput {
    /// The reservation's id.
    reservation_id: ID,
}

/// The result of `unfreezeTickets`.
#[derive(SimpleObject)]
pub struct UnfreezeTicketsPayload {
    /// The reservation of the tickets.
    reservation: Reservation,
}

/// The result of `payReservation`.
#[derive(SimpleObject)]
pub struct PayReservationPayload {
    /// The reservation that is being paid.
    reservation: Reservation,
    /// The secret that Stripe's script in the browser continues with if the payer's bank asks for consent; otherwise
    /// null.
    client_secret: Option<String>,
}

/// The result of `createPaymentIntent`.
#[derive(SimpleObject)]
pub struct CreatePaymentIntentPayload {
    /// The reservation that is being paid.
    reservation: Reservation,
    /// The secret that Stripe's script in the browser takes the card with; null if the payment does not wait for a
    /// card.
    client_secret: Option<String>,
}

#[derive(Default)]
pub struct PaymentMutation;

#[Object]
impl PaymentMutation {
    /// Pay for tickets that you hold. The amount is authorised first, then the tickets are sold to you, then the
    /// amount is captured.
    async fn pay_reservation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The reservation and how to pay it.")] input: PayReservationInput,
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

    /// Begin a payment whose card Stripe's own form takes in the browser, so that the card never reaches Matchday. If
    /// a payment of the reservation already waits for you, that payment is returned. Follow the subscription
    /// `reservation` for the result.
    async fn create_payment_intent(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The reservation to pay.")] input: CreatePaymentIntentInput,
    ) -> Result<CreatePaymentIntentPayload, ApiError> {
        let id = ids::reservation("reservationId", &input.reservation_id)?;
        let Paid { reservation, client_secret, .. } = payments::create_intent(ctx.app()?, ctx.viewer()?, id).await?;
        Ok(CreatePaymentIntentPayload { reservation: reservation.into(), client_secret })
    }

    /// Refund tickets: they are not valid at the gate any more, they go back on sale, and their price goes back to the
    /// card. Owners can do this if and while the site allows it, admins always; a used ticket cannot be refunded. A
    /// repeated request refunds nothing twice. Follow the subscription `reservation` for the result.
    async fn refund_reservation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The reservation, and which of its tickets to refund.")] input: RefundReservationInput,
    ) -> Result<RefundReservationPayload, ApiError> {
        let RefundReservationInput { reservation_id, ticket_ids, reason } = input;
        let reservation_id = ids::reservation("reservationId", &reservation_id)?;
        let tickets = ticket_ids.map(|named| ids::tickets("ticketIds", &named)).transpose()?;
        let request = RefundRequest { reservation_id, tickets, reason };
        let reservation = refunds::refund(ctx.app()?, ctx.viewer()?, request).await?;
        Ok(RefundReservationPayload { reservation: reservation.into() })
    }
    /// Freeze the tickets of a paid reservation, for example while its payment is disputed. For admins. Frozen tickets
    /// show no code, existing codes are not valid at the gate, and the tickets can be neither refunded nor offered for
    /// resale. A ticket that is already offered can still be sold until its listing is withdrawn. Tickets that were
    /// used, sold, refunded or already frozen stay as they are.
    async fn freeze_tickets(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The reservation whose tickets are to be frozen.")] input: FreezeTicketsInput,
    ) -> Result<FreezeTicketsPayload, ApiError> {
        let (staff, id) = (ctx.admin()?, ids::reservation("reservationId", &input.reservation_id)?);
        let reservation = staffs(ctx, id).await?;
        freezing::freeze(ctx.app()?, staff, id).await?;
        Ok(FreezeTicketsPayload { reservation })
    }

    /// Make the frozen tickets of a reservation valid at the gate again, with new codes. For admins.
    async fn unfreeze_tickets(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The reservation whose tickets are to be unfrozen.")] input: UnfreezeTicketsInput,
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

//! Reservations.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use domain::{
    history::{self, Step, StepKind},
    lookup,
    reservations::{self, HoldRequest, Of},
};
use entities::reservation;

use crate::{
    connections::connection,
    context::{InContext, Refused},
    counted_actions::CountedActions,
    error::ApiError,
    ids::{self, NodeId},
    listings::Listing,
    loaders::Loaders,
    matches::Match,
    money::Money,
    outcomes,
    pagination::{self, IdCursor},
    payments::Payment,
    tickets::Ticket,
    time::DateTime,
};

/// Where a reservation stands.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "reservation::Status")]
pub enum ReservationStatus {
    /// Held until `expiresAt`.
    Pending,
    /// Its payment is under way.
    AwaitingPayment,
    /// Paid: the tickets belong to the buyer.
    Reserved,
    /// Ended; `cancelReason` says why.
    Cancelled,
}

/// Why a reservation ended.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "reservation::CancelReason")]
pub enum CancelReason {
    /// Its owner cancelled it.
    User,
    /// It was not paid in time.
    Expired,
    /// The tickets were sold to an authorised payment whose amount could not be captured.
    PaymentFailed,
    /// Another site sold the tickets; the newest unpaid holds ended.
    Oversold,
    /// All of its tickets were refunded.
    Refunded,
    /// The seller withdrew the listing before its payment began.
    Withdrawn,
}

/// What happened to a reservation.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "StepKind")]
pub enum ReservationStepKind {
    /// The tickets were held, or the listing was locked.
    Held,
    /// A payment began.
    PaymentBegun,
    /// A card was declined; nothing was charged.
    PaymentDeclined,
    /// The amount was authorised, and the tickets were sold.
    PaymentAuthorised,
    /// The amount was captured.
    PaymentCaptured,
    /// The tickets were issued.
    TicketsIssued,
    /// The payment was cancelled; nothing was charged.
    PaymentCancelled,
    /// A refund began, because tickets were refunded or were not available any more.
    RefundBegun,
    /// The payment provider made the refund.
    RefundDone,
    /// The hold ended unpaid; `cancelReason` says why.
    Ended,
}

/// One event in the life of a reservation.
#[derive(SimpleObject)]
pub struct ReservationStep {
    /// What happened.
    kind: ReservationStepKind,
    /// When it happened.
    at: DateTime,
    /// The amount of a payment or refund; null for other events.
    amount: Option<Money>,
}

impl From<Step> for ReservationStep {
    fn from(Step { kind, at, amount_minor }: Step) -> Self {
        Self { kind: kind.into(), at: at.into(), amount: amount_minor.map(Money::from_minor) }
    }
}

/// A fan's claim on tickets of one category.
pub struct Reservation(reservation::Model);

impl From<reservation::Model> for Reservation {
    fn from(row: reservation::Model) -> Self {
        Self(row)
    }
}

/// A fan's hold or purchase: of the site's own tickets of one category, or of a listing.
#[Object]
impl Reservation {
    /// The reservation's global id.
    pub(crate) async fn id(&self) -> ID {
        NodeId::Reservation(self.0.id).into()
    }

    /// A short name for receipts and mails to the site's staff, such as "7K3QM-X0D4V". It gives no access.
    async fn reference(&self) -> String {
        reservations::reference(self.0.id)
    }

    /// Where the reservation stands.
    async fn status(&self) -> ReservationStatus {
        self.0.status.into()
    }

    /// Why the reservation ended; set exactly if the status is `CANCELLED`.
    async fn cancel_reason(&self) -> Option<CancelReason> {
        self.0.cancel_reason.map(Into::into)
    }

    /// The match that the tickets are for.
    #[graphql(name = "match")]
    async fn match_(&self, ctx: &Context<'_>) -> Result<Match, ApiError> {
        Match::of(ctx, self.0.match_number).await
    }

    /// The price category: 1, 2 or 3.
    async fn category(&self) -> i32 {
        self.0.category.number()
    }

    /// The number of tickets, 1 or 2.
    async fn quantity(&self) -> i32 {
        self.0.quantity
    }

    /// How many of its tickets are still held or owned: fewer after refunds, none once it has ended.
    async fn quantity_left(&self) -> i32 {
        reservations::tickets_left(&self.0)
    }

    /// The price of one ticket when the hold was placed.
    async fn unit_price(&self) -> Money {
        Money::from_minor(self.0.unit_price_minor)
    }

    /// The price of all tickets when the hold was placed.
    async fn total_price(&self) -> Money {
        Money::from_minor(self.0.unit_price_minor * i64::from(self.0.quantity))
    }

    /// When the reservation was made.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// When the hold expires if it is not paid; null once it is paid or has ended.
    async fn expires_at(&self) -> Option<DateTime> {
        self.0.status.is_live().then_some(self.0.expires_at.into())
    }

    /// How often `extendReservation` can still give it more time; 0 once it is paid or has ended. An extension is
    /// refused while no other tickets of its category are left.
    async fn extensions_left(&self, ctx: &Context<'_>) -> Result<i32, ApiError> {
        Ok(reservations::extensions_left(&ctx.app()?.settings, &self.0))
    }

    /// When the hold ended, by being sold or given back. A later refund does not change it. Null while it is held, and
    /// for old reservations without a record of it.
    async fn ended_at(&self) -> Option<DateTime> {
        self.0.ended_at.map(Into::into)
    }

    /// What happened to the reservation, oldest first.
    async fn history(&self, ctx: &Context<'_>) -> Result<Vec<ReservationStep>, ApiError> {
        let steps = history::whole(&self.0, Loaders::history(ctx, self.0.id).await?);
        Ok(steps.into_iter().map(ReservationStep::from).collect())
    }

    /// The newest payment of the reservation; null if none has begun.
    async fn payment(&self, ctx: &Context<'_>) -> Result<Option<Payment>, ApiError> {
        Ok(Loaders::payment(ctx, self.0.id).await?.map(Payment::from))
    }

    /// Its tickets in the order of their seats, one for each seat once it is paid; empty before.
    async fn tickets(&self, ctx: &Context<'_>) -> Result<Vec<Ticket>, ApiError> {
        Ok(Loaders::tickets(ctx, self.0.id).await?.into_iter().map(Ticket::from).collect())
    }

    /// The ordered listing; null if the tickets come from the site's own stock.
    async fn listing(&self, ctx: &Context<'_>) -> Result<Option<Listing>, ApiError> {
        let Some(id) = self.0.listing_id else { return Ok(None) };
        Ok(Loaders::listing(ctx, id).await?.map(Listing::from))
    }

    /// The version of the reservation, which grows with every change of its state or of its payment's.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

/// A page of what the viewer has reserved of this.
pub(crate) async fn page(
    ctx: &Context<'_>,
    of: Of,
    status: Option<ReservationStatus>,
    first: Option<i32>,
    after: Option<String>,
) -> Result<ReservationConnection, ApiError> {
    let viewer = ctx.viewer()?;
    let after = pagination::cursor::<IdCursor>("after", after.as_deref())?.map(|cursor| cursor.0);
    let limit = pagination::size("first", first)?;
    let page = reservations::of_fan(ctx.app()?, viewer, of, status.map(Into::into), after, limit).await?;

    let items = page.items.into_iter().map(|row| (IdCursor(row.id), row.into()));
    Ok(ReservationConnection::new(after.is_some(), page.more, items))
}

/// Which tickets to hold.
#[derive(InputObject)]
pub struct ReserveInput {
    /// The number of the match.
    match_number: i32,
    /// The price category: 1, 2 or 3.
    category: i32,
    /// 1 or 2 tickets.
    quantity: i32,
    /// Your own name for this attempt, 1 to 128 visible ASCII characters. A repeated request with the same key and
    /// input returns the same reservation and holds nothing twice.
    idempotency_key: Option<String>,
}

/// The reservation to cancel.
#[derive(InputObject)]
pub struct CancelReservationInput {
    /// The reservation's id.
    reservation_id: ID,
}

/// The reservation to give more time.
#[derive(InputObject)]
pub struct ExtendReservationInput {
    /// The id of a hold or an order of yours.
    reservation_id: ID,
    /// The end that you saw. If the reservation already ends later, it is returned as it is and not extended again.
    /// Send it to make a repeated request safe.
    expires_at: Option<DateTime>,
}

/// The result of `extendReservation`.
#[derive(SimpleObject)]
pub struct ExtendReservationPayload {
    /// The reservation with its new `expiresAt`.
    reservation: Reservation,
}

/// The result of `reserve`.
#[derive(SimpleObject)]
pub struct ReservePayload {
    /// The new hold.
    reservation: Reservation,
}

/// The result of `cancelReservation`.
#[derive(SimpleObject)]
pub struct CancelReservationPayload {
    /// The reservation, with the status `CANCELLED`.
    reservation: Reservation,
}

connection!(ReservationConnection, ReservationEdge, Reservation, "reservation", "reservations");

#[derive(Default)]
pub struct ReservationQuery;

#[Object]
impl ReservationQuery {
    /// Your reservations, newest first, at most 100 a page.
    async fn my_reservations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only reservations of this status.")] status: Option<ReservationStatus>,
        #[graphql(desc = "How many to return, 0 to 100; 100 by default.")] first: Option<i32>,
        #[graphql(desc = "The cursor after which the page begins.")] after: Option<String>,
    ) -> Result<ReservationConnection, ApiError> {
        page(ctx, Of::Stock, status, first, after).await
    }

    /// A reservation of yours; null if it does not exist. Admins see all reservations.
    async fn reservation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The reservation's id.")] id: ID,
    ) -> Result<Option<Reservation>, ApiError> {
        let found = lookup::reservation(ctx.app()?, ctx.viewer()?, ids::reservation("id", &id)?).await?;
        Ok(found.map(Reservation::from))
    }
}

#[derive(Default)]
pub struct ReservationMutation;

#[Object]
impl ReservationMutation {
    /// Hold tickets until `expiresAt`, the time by which they must be paid.
    async fn reserve(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which tickets to hold.")] input: ReserveInput,
    ) -> Result<ReservePayload, ApiError> {
        let ReserveInput { match_number, category, quantity, idempotency_key } = input;
        let request = HoldRequest { match_number, category, quantity, idempotency_key };
        let (app, viewer) = (ctx.app()?, ctx.viewer()?);
        let begun = app.clock.now();
        match reservations::hold(app, viewer, request.clone()).await {
            Ok(row) => {
                // An attempt that was made before is answered again, and holds nothing more.
                let is_new = row.created_at >= begun;
                if is_new {
                    CountedActions::note_hold(ctx, &row);
                }
                outcomes::holds(if is_new { outcomes::PLACED } else { outcomes::REPEATED }).increment(1);
                Ok(ReservePayload { reservation: row.into() })
            }
            Err(refused) => {
                let edition = reservations::refused_alike(app, &request, &refused);
                let error = ApiError::from(refused);
                outcomes::holds(error.code().as_str()).increment(1);
                if let Some(edition) = edition {
                    Refused::note(ctx, match_number, edition, error.code());
                }
                Err(error)
            }
        }
    }

    /// Get more time to pay a hold or an order, as often as the site allows (`extensionsLeft`), also while its payment
    /// is under way. Fails with `EXTENSION_REFUSED` if no other tickets of its category are left, because other buyers
    /// may be waiting.
    async fn extend_reservation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The reservation to give more time.")] input: ExtendReservationInput,
    ) -> Result<ExtendReservationPayload, ApiError> {
        let id = ids::reservation("reservationId", &input.reservation_id)?;
        let saw = input.expires_at.map(|at| at.0);
        let reservation = reservations::extend(ctx.app()?, ctx.viewer()?, id, saw).await?;
        Ok(ExtendReservationPayload { reservation: reservation.into() })
    }

    /// Cancel a hold or an order that you no longer want. Its tickets go back on sale at once, and a payment that
    /// waits for you ends.
    async fn cancel_reservation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The reservation to cancel.")] input: CancelReservationInput,
    ) -> Result<CancelReservationPayload, ApiError> {
        let id = ids::reservation("reservationId", &input.reservation_id)?;
        let reservation = reservations::cancel(ctx.app()?, ctx.viewer()?, id).await?;
        Ok(CancelReservationPayload { reservation: reservation.into() })
    }
}

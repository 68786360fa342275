//! Reservations.

use async_graphql::{
    Context, Enum, ID, InputObject, Object, SimpleObject,
    connection::{Connection, Edge},
};
use domain::{
    history::{self, Step, StepKind},
    lookup,
    reservations::{self, HoldRequest, Of},
};
use entities::reservation;

use crate::{
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
    /// Paid.
    Reserved,
    /// Over; `cancelReason` says why.
    Cancelled,
}

/// Why a reservation is over.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "reservation::CancelReason")]
pub enum CancelReason {
    /// Its owner cancelled it.
    User,
    /// It was not paid in time.
    Expired,
    PaymentFailed,
    /// Another site sold the tickets; the newest unpaid holds gave way.
    Oversold,
    Refunded,
    /// The seller took back the listing before its payment had begun.
    Withdrawn,
}

/// What happened to a reservation.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "StepKind")]
pub enum ReservationStepKind {
    /// Its tickets were held, or its listing was locked.
    Held,
    PaymentBegun,
    /// A card was refused; nothing was taken.
    PaymentDeclined,
    /// The money was reserved, and the tickets were sold to it.
    PaymentAuthorised,
    /// The money was taken.
    PaymentCaptured,
    TicketsIssued,
    /// Nothing was taken.
    PaymentCancelled,
    /// Tickets were given back, or could not be had: money was to go back.
    RefundBegun,
    /// The gateway had given the money back.
    RefundDone,
    /// The hold ended unpaid; `cancelReason` says why.
    Ended,
}

/// A step of a reservation's life.
#[derive(SimpleObject)]
pub struct ReservationStep {
    kind: ReservationStepKind,
    at: DateTime,
    /// Of payments and refunds; null of other steps.
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

#[Object]
impl Reservation {
    pub(crate) async fn id(&self) -> ID {
        NodeId::Reservation(self.0.id).into()
    }

    /// What people call it by, such as "7K3QM-X0D4V": on a receipt, in a mail to the site's staff. It opens nothing.
    async fn reference(&self) -> String {
        reservations::reference(self.0.id)
    }

    async fn status(&self) -> ReservationStatus {
        self.0.status.into()
    }

    /// Set exactly when the status is CANCELLED.
    async fn cancel_reason(&self) -> Option<CancelReason> {
        self.0.cancel_reason.map(Into::into)
    }

    #[graphql(name = "match")]
    async fn match_(&self, ctx: &Context<'_>) -> Result<Match, ApiError> {
        Match::of(ctx, self.0.match_number).await
    }

    async fn category(&self) -> i32 {
        self.0.category.number()
    }

    /// Tickets, 1 or 2.
    async fn quantity(&self) -> i32 {
        self.0.quantity
    }

    /// Of its tickets, those that are still held or owned: fewer once some were refunded, none once it is over.
    async fn quantity_left(&self) -> i32 {
        reservations::tickets_left(&self.0)
    }

    /// Price of one ticket when the hold was placed.
    async fn unit_price(&self) -> Money {
        Money::from_minor(self.0.unit_price_minor)
    }

    async fn total_price(&self) -> Money {
        Money::from_minor(self.0.unit_price_minor * i64::from(self.0.quantity))
    }

    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// When the hold ends by itself; null once it is paid or over.
    async fn expires_at(&self) -> Option<DateTime> {
        self.0.status.is_live().then_some(self.0.expires_at.into())
    }

    /// How often `extendReservation` may still give it more time; 0 once it is paid or over. It is refused all the same while
    /// nothing else is left of its category.
    async fn extensions_left(&self, ctx: &Context<'_>) -> Result<i32, ApiError> {
        Ok(reservations::extensions_left(&ctx.app()?.settings, &self.0))
    }

    /// When the hold ended: when it was sold, or given back unsold. A refund of what was sold does not change it. Null while
    /// it is held, and where it was not written down yet.
    async fn ended_at(&self) -> Option<DateTime> {
        self.0.ended_at.map(Into::into)
    }

    /// What became of it, step by step, oldest first.
    async fn history(&self, ctx: &Context<'_>) -> Result<Vec<ReservationStep>, ApiError> {
        let steps = history::whole(&self.0, Loaders::history(ctx, self.0.id).await?);
        Ok(steps.into_iter().map(ReservationStep::from).collect())
    }

    /// The newest payment for it; null while nobody has begun one.
    async fn payment(&self, ctx: &Context<'_>) -> Result<Option<Payment>, ApiError> {
        Ok(Loaders::payment(ctx, self.0.id).await?.map(Payment::from))
    }

    /// Its tickets, in the order of their seats: one a seat once it is paid, none before.
    async fn tickets(&self, ctx: &Context<'_>) -> Result<Vec<Ticket>, ApiError> {
        Ok(Loaders::tickets(ctx, self.0.id).await?.into_iter().map(Ticket::from).collect())
    }

    /// What it is an order of; null where it is of the site's own stock.
    async fn listing(&self, ctx: &Context<'_>) -> Result<Option<Listing>, ApiError> {
        let Some(id) = self.0.listing_id else { return Ok(None) };
        Ok(Loaders::listing(ctx, id).await?.map(Listing::from))
    }

    /// Grows with every change of state, its payment's included.
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

    let mut connection = Connection::new(after.is_some(), page.more);
    connection.edges.extend(page.items.into_iter().map(|row| Edge::new(IdCursor(row.id), row.into())));

    Ok(connection)
}

#[derive(InputObject)]
pub struct ReserveInput {
    match_number: i32,
    /// 1, 2 or 3.
    category: i32,
    /// 1 or 2 tickets.
    quantity: i32,
    /// Your own name for this attempt, 1 to 128 visible ASCII characters: sent again with the same input, it is
    /// answered with the same reservation and holds nothing twice.
    idempotency_key: Option<String>,
}

#[derive(InputObject)]
pub struct CancelReservationInput {
    reservation_id: ID,
}

#[derive(InputObject)]
pub struct ExtendReservationInput {
    reservation_id: ID,
    /// The end that you saw. If the reservation has got more time since, it is answered as it is and given no more: send it,
    /// and a request that is sent twice is done once.
    expires_at: Option<DateTime>,
}

#[derive(SimpleObject)]
pub struct ExtendReservationPayload {
    reservation: Reservation,
}

#[derive(SimpleObject)]
pub struct ReservePayload {
    reservation: Reservation,
}

#[derive(SimpleObject)]
pub struct CancelReservationPayload {
    reservation: Reservation,
}

pub(crate) type ReservationConnection = Connection<IdCursor, Reservation>;

#[derive(Default)]
pub struct ReservationQuery;

#[Object]
impl ReservationQuery {
    /// Your reservations, newest first, at most 100 a page.
    async fn my_reservations(
        &self,
        ctx: &Context<'_>,
        status: Option<ReservationStatus>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<ReservationConnection, ApiError> {
        page(ctx, Of::Stock, status, first, after).await
    }

    /// A reservation of yours; null if there is none of that id. Admins see everybody's.
    async fn reservation(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Reservation>, ApiError> {
        let found = lookup::reservation(ctx.app()?, ctx.viewer()?, ids::reservation("id", &id)?).await?;
        Ok(found.map(Reservation::from))
    }
}

#[derive(Default)]
pub struct ReservationMutation;

#[Object]
impl ReservationMutation {
    /// Hold tickets until `expiresAt`, to pay them meanwhile.
    async fn reserve(&self, ctx: &Context<'_>, input: ReserveInput) -> Result<ReservePayload, ApiError> {
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

    /// Have more time to pay a hold or an order, as often as the site allows (`extensionsLeft`), also while its payment is
    /// under way. `EXTENSION_REFUSED` while nothing else is left of its category, for others may be waiting.
    async fn extend_reservation(
        &self,
        ctx: &Context<'_>,
        input: ExtendReservationInput,
    ) -> Result<ExtendReservationPayload, ApiError> {
        let id = ids::reservation("reservationId", &input.reservation_id)?;
        let saw = input.expires_at.map(|at| at.0);
        let reservation = reservations::extend(ctx.app()?, ctx.viewer()?, id, saw).await?;
        Ok(ExtendReservationPayload { reservation: reservation.into() })
    }

    /// Cancel a hold or an order you no longer want. Its tickets go back on sale at once; a payment that waits for you is ended.
    async fn cancel_reservation(
        &self,
        ctx: &Context<'_>,
        input: CancelReservationInput,
    ) -> Result<CancelReservationPayload, ApiError> {
        let id = ids::reservation("reservationId", &input.reservation_id)?;
        let reservation = reservations::cancel(ctx.app()?, ctx.viewer()?, id).await?;
        Ok(CancelReservationPayload { reservation: reservation.into() })
    }
}

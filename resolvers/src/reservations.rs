//! Reservations.

use async_graphql::{
    Context, Enum, ID, InputObject, Object, SimpleObject,
    connection::{Connection, Edge},
};
use domain::{
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
        let begun = ctx.app()?.clock.now();
        let held = reservations::hold(ctx.app()?, ctx.viewer()?, request.clone()).await;
        // An attempt that was made before is answered again, and holds nothing more.
        if let Ok(row) = held.as_ref()
            && row.created_at >= begun
        {
            CountedActions::note_hold(ctx, row);
        }
        if let Err(refused) = &held
            && let Some(version) = reservations::refused_alike(ctx.app()?, &request, refused)
        {
            Refused::note(ctx, match_number, version);
        }
        Ok(ReservePayload { reservation: held?.into() })
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

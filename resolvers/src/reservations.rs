//! Reservations.

use std::collections::HashMap;

use async_graphql::{
    Context, Enum, ID, InputObject, Object, SimpleObject,
    connection::{Connection, Edge},
};
use domain::{
    matches,
    payments::{self, refunds},
    resale::market,
    reservations::{self, Of, Wish},
    tickets,
};
use entities::{listing, payment, refund, reservation, ticket};
use uuid::Uuid;

use crate::{
    context::{InContext, Refused},
    deeds::{Deed, Deeds},
    error::ApiError,
    ids::{self, NodeId},
    listings::Listing,
    matches::Match,
    money::Money,
    pages::{self, IdCursor},
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
}

/// A fan's claim on tickets of one category.
pub struct Reservation {
    row: reservation::Model,
    payment: Found,
    /// What was found of its tickets before somebody asks for them.
    tickets: Option<Vec<ticket::Model>>,
    /// What it is an order of, where it was read before somebody asks for it.
    listing: Option<Box<listing::Model>>,
}

/// What was found out of a reservation's payment before somebody asks for it.
enum Found {
    NotAsked,
    Asked(Option<Box<payment::Model>>, Option<Vec<refund::Model>>),
}

impl From<reservation::Model> for Reservation {
    fn from(row: reservation::Model) -> Self {
        Self { row, payment: Found::NotAsked, tickets: None, listing: None }
    }
}

#[Object]
impl Reservation {
    pub(crate) async fn id(&self) -> ID {
        NodeId::Reservation(self.row.id).into()
    }

    async fn status(&self) -> ReservationStatus {
        self.row.status.into()
    }

    /// Set exactly when the status is CANCELLED.
    async fn cancel_reason(&self) -> Option<CancelReason> {
        self.row.cancel_reason.map(Into::into)
    }

    #[graphql(name = "match")]
    async fn match_(&self, ctx: &Context<'_>) -> Result<Match, ApiError> {
        let state = matches::find(ctx.app()?, self.row.match_number).await?;
        let missing = || ApiError::internal(&std::io::Error::other("a reservation without a match"));
        Ok(Match(state.ok_or_else(missing)?))
    }

    async fn category(&self) -> i32 {
        self.row.category.number()
    }

    /// Tickets, 1 or 2.
    async fn quantity(&self) -> i32 {
        self.row.quantity
    }

    /// Of its tickets, those that are still held or owned: fewer once some were refunded, none once it is over.
    async fn quantity_left(&self) -> i32 {
        if self.row.status == reservation::Status::Cancelled { 0 } else { self.row.quantity - self.row.returned }
    }

    /// Price of one ticket when the hold was placed.
    async fn unit_price(&self) -> Money {
        Money::from_minor(self.row.unit_price_minor)
    }

    async fn total_price(&self) -> Money {
        Money::from_minor(self.row.unit_price_minor * i64::from(self.row.quantity))
    }

    async fn created_at(&self) -> DateTime {
        self.row.created_at.into()
    }

    /// When the hold ends by itself; null once it is paid or over.
    async fn expires_at(&self) -> Option<DateTime> {
        self.row.status.is_live().then_some(self.row.expires_at.into())
    }

    /// The newest payment for it; null while nobody has begun one.
    async fn payment(&self, ctx: &Context<'_>) -> Result<Option<Payment>, ApiError> {
        Ok(match &self.payment {
            Found::Asked(payment, refunds) => {
                payment.as_deref().map(|payment| Payment::with_refunds(payment.clone(), refunds.clone()))
            }
            Found::NotAsked => payments::latest(&ctx.app()?.db, self.row.id).await?.map(Payment::from),
        })
    }

    /// Its tickets, in the order of their seats: one a seat once it is paid, none before.
    async fn tickets(&self, ctx: &Context<'_>) -> Result<Vec<Ticket>, ApiError> {
        let found = match &self.tickets {
            Some(found) => found.clone(),
            None => tickets::of_reservations(&ctx.app()?.db, &[self.row.id]).await?,
        };
        Ok(found.into_iter().map(Ticket::from).collect())
    }

    /// What it is an order of; null where it is of the site's own stock.
    async fn listing(&self, ctx: &Context<'_>) -> Result<Option<Listing>, ApiError> {
        if let Some(row) = &self.listing {
            return Ok(Some((**row).clone().into()));
        }
        let Some(id) = self.row.listing_id else { return Ok(None) };
        Ok(market::find(ctx.app()?, id).await?.map(Listing::from))
    }

    /// Grows with every change of state, its payment's included.
    async fn version(&self) -> i32 {
        self.row.version
    }
}

/// A page of what the viewer has reserved of this. What its rows are asked for is read for all of them at once.
pub(crate) async fn page(
    ctx: &Context<'_>,
    of: Of,
    status: Option<ReservationStatus>,
    first: Option<i32>,
    after: Option<String>,
) -> Result<ReservationConnection, ApiError> {
    let viewer = ctx.viewer()?;
    let after = pages::cursor::<IdCursor>("after", after.as_deref())?.map(|cursor| cursor.0);
    let limit = pages::size("first", first)?;
    let page = reservations::of_fan(ctx.app()?, viewer, of, status.map(Into::into), after, limit).await?;
    let shown = ctx.look_ahead();
    let nodes = [shown.field("nodes"), shown.field("edges").field("node")];
    let is_asked = |field: &str| nodes.iter().any(|node| node.field(field).exists());
    let is_asked_back = |field: &str| nodes.iter().any(|node| node.field("payment").field(field).exists());
    let ids: Vec<Uuid> = page.items.iter().map(|row| row.id).collect();
    let (mut of_page, mut tickets_of_page) = (HashMap::new(), HashMap::<Uuid, Vec<ticket::Model>>::new());
    let mut back = None;
    if is_asked("payment") {
        // Oldest first: the newest of a reservation stays.
        let found = payments::of_reservations(&ctx.app()?.db, &ids).await?;
        of_page.extend(found.into_iter().map(|payment| (payment.reservation_id, payment)));
    }
    if is_asked_back("refunds") || is_asked_back("refundedAmount") {
        let ids: Vec<Uuid> = of_page.values().map(|payment| payment.id).collect();
        back = Some(refunds::of_payments(&ctx.app()?.db, &ids).await?);
    }
    if is_asked("tickets") {
        for ticket in tickets::of_reservations(&ctx.app()?.db, &ids).await? {
            tickets_of_page.entry(ticket.reservation_id).or_default().push(ticket);
        }
    }
    let mut listings = HashMap::new();
    if is_asked("listing") {
        listings = market::of_orders(&ctx.app()?.db, &page.items).await?;
    }

    let mut connection = Connection::new(after.is_some(), page.more);
    connection.edges.extend(page.items.into_iter().map(|row| {
        let payment = of_page.remove(&row.id).map(Box::new);
        let refunds = payment.as_ref().and_then(|payment| Some(back.as_mut()?.remove(&payment.id).unwrap_or_default()));
        let payment = if is_asked("payment") { Found::Asked(payment, refunds) } else { Found::NotAsked };
        let tickets = is_asked("tickets").then(|| tickets_of_page.remove(&row.id).unwrap_or_default());
        let listing = row.listing_id.and_then(|id| listings.get(&id)).cloned().map(Box::new);
        Edge::new(IdCursor(row.id), Reservation { row, payment, tickets, listing })
    }));

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
        let found = reservations::find(ctx.app()?, ctx.viewer()?, ids::reservation(&id)?).await?;
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
        let wish = Wish { match_number, category, quantity, idempotency_key };
        let begun = ctx.app()?.clock.now();
        let held = reservations::hold(ctx.app()?, ctx.viewer()?, wish.clone()).await;
        // An attempt that was made before is answered again, and holds nothing more.
        if held.as_ref().is_ok_and(|row| row.created_at >= begun) {
            Deeds::note(ctx, Deed::Hold);
        }
        if let Err(refused) = &held
            && let Some(version) = reservations::refused_alike(ctx.app()?, &wish, refused)
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
        let id = ids::reservation(&input.reservation_id)?;
        let reservation = reservations::cancel(ctx.app()?, ctx.viewer()?, id).await?;
        Ok(CancelReservationPayload { reservation: reservation.into() })
    }
}

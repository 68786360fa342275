//! Orders: reservations of listings.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use domain::{
    resale::{self, OrderRequest},
    reservations::Of,
};

use crate::{
    context::InContext,
    counted_actions::CountedActions,
    error::ApiError,
    ids, outcomes,
    reservations::{self, Reservation, ReservationConnection, ReservationStatus},
};

#[derive(InputObject)]
pub struct OrderListingInput {
    listing_id: ID,
    /// The version that you saw: at any other one nothing is ordered, so you never pay a price that you have not seen.
    version: Option<i32>,
    /// Your own name for this attempt, 1 to 128 visible ASCII characters: sent again with the same input, it is
    /// answered with the same order and locks nothing twice.
    idempotency_key: Option<String>,
}

#[derive(SimpleObject)]
pub struct OrderListingPayload {
    order: Reservation,
}

#[derive(Default)]
pub struct OrderQuery;

#[Object]
impl OrderQuery {
    /// What you have ordered of other fans, newest first, at most 100 a page. An order is a reservation of a listing.
    async fn my_orders(
        &self,
        ctx: &Context<'_>,
        status: Option<ReservationStatus>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<ReservationConnection, ApiError> {
        reservations::page(ctx, Of::Listings, status, first, after).await
    }
}

#[derive(Default)]
pub struct OrderMutation;

#[Object]
impl OrderMutation {
    /// Order what another fan offers. It is locked for you until `expiresAt`, to be paid meanwhile by `payReservation`;
    /// `cancelReservation` lets it go.
    async fn order_listing(
        &self,
        ctx: &Context<'_>,
        input: OrderListingInput,
    ) -> Result<OrderListingPayload, ApiError> {
        let OrderListingInput { listing_id, version, idempotency_key } = input;
        let request = OrderRequest { listing_id: ids::listing("listingId", &listing_id)?, version, idempotency_key };
        let begun = ctx.app()?.clock.now();
        let ordered = resale::order(ctx.app()?, ctx.viewer()?, request).await.map_err(ApiError::from);
        let order = ordered.inspect_err(|error| outcomes::orders(error.code().as_str()).increment(1))?;
        // It keeps others from a ticket as a hold does; one that was placed before keeps them from nothing more.
        let is_new = order.created_at >= begun;
        if is_new {
            CountedActions::note_hold(ctx, &order);
        }
        outcomes::orders(if is_new { outcomes::PLACED } else { outcomes::REPEATED }).increment(1);
        Ok(OrderListingPayload { order: order.into() })
    }
}

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

/// The listing to order.
#[derive(InputObject)]
pub struct OrderListingInput {
    /// The listing's id.
    listing_id: ID,
    /// The version that you saw. At any other version nothing is ordered, so you never pay a price that you have not
    /// seen.
    version: Option<i32>,
    /// Your own name for this attempt, 1 to 128 visible ASCII characters. A repeated request with the same key and
    /// input returns the same order and locks nothing twice.
    idempotency_key: Option<String>,
}

/// The result of `orderListing`.
#[derive(SimpleObject)]
pub struct OrderListingPayload {
    /// The order, which is a reservation of the listing.
    order: Reservation,
}

#[derive(Default)]
pub struct OrderQuery;

#[Object]
impl OrderQuery {
    /// Your orders of listings, newest first, at most 100 a page. An order is a reservation of a listing.
    async fn my_orders(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only orders of this status.")] status: Option<ReservationStatus>,
        #[graphql(desc = "How many to return, 0 to 100; 100 by default.")] first: Option<i32>,
        #[graphql(desc = "The cursor after which the page begins.")] after: Option<String>,
    ) -> Result<ReservationConnection, ApiError> {
        reservations::page(ctx, Of::Listings, status, first, after).await
    }
}

#[derive(Default)]
pub struct OrderMutation;

#[Object]
impl OrderMutation {
    /// Order a ticket that another fan offers. The listing is locked for you until `expiresAt`; pay with
    /// `payReservation`, or let it go with `cancelReservation`.
    async fn order_listing(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The listing to order.")] input: OrderListingInput,
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

//! Payouts.

use async_graphql::{Context, Enum, Object};
use domain::resale::payouts;
use entities::payout;

use crate::{
    connections::connection,
    context::InContext,
    error::ApiError,
    listings::Listing,
    loaders::Loaders,
    money::Money,
    pagination::{self, IdCursor},
    time::DateTime,
};

/// Where a payout stands.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "payout::State")]
pub enum PayoutStatus {
    /// It is not paid yet; if an attempt failed, `problem` says why, and Matchday tries again.
    Due,
    /// The payment provider has paid it out.
    Paid,
}

/// What a seller gets for a sold listing: its price less the site's fee.
pub struct Payout(payout::Model);

/// What a seller gets for a sold listing: its price less the site's fee.
#[Object]
impl Payout {
    /// The sold listing.
    async fn listing(&self, ctx: &Context<'_>) -> Result<Listing, ApiError> {
        let found = Loaders::listing(ctx, self.0.listing_id).await?;
        let missing = || ApiError::internal(&std::io::Error::other("a payout without a listing"));
        Ok(found.ok_or_else(missing)?.into())
    }

    /// The amount that the seller gets.
    async fn amount(&self) -> Money {
        Money::from_minor(self.0.amount_minor)
    }

    /// Where the payout stands.
    async fn status(&self) -> PayoutStatus {
        self.0.state.into()
    }

    /// Why the last attempt failed, as the payment provider reports it; null if none failed.
    async fn problem(&self) -> Option<&str> {
        self.0.problem.as_deref()
    }

    /// When the payout became due.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// When the payout was made; set exactly if the status is `PAID`.
    async fn paid_at(&self) -> Option<DateTime> {
        self.0.paid_at.map(Into::into)
    }
}

connection!(PayoutConnection, PayoutEdge, Payout, "payout", "payouts");

#[derive(Default)]
pub struct PayoutQuery;

#[Object]
impl PayoutQuery {
    /// Your payouts for sold listings, newest first, at most 100 a page. Admins see all payouts.
    async fn payouts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only payouts of this status.")] status: Option<PayoutStatus>,
        #[graphql(desc = "How many to return, 0 to 100; 100 by default.")] first: Option<i32>,
        #[graphql(desc = "The cursor after which the page begins.")] after: Option<String>,
    ) -> Result<PayoutConnection, ApiError> {
        let viewer = ctx.viewer()?;
        let after = pagination::cursor::<IdCursor>("after", after.as_deref())?.map(|cursor| cursor.0);
        let limit = pagination::size("first", first)?;
        let page = payouts::page(ctx.app()?, viewer, status.map(Into::into), after, limit).await?;

        let items = page.items.into_iter().map(|row| (IdCursor(row.id), Payout(row)));
        Ok(PayoutConnection::new(after.is_some(), page.more, items))
    }
}

//! Payouts.

use async_graphql::{
    Context, Enum, Object,
    connection::{Connection, Edge},
};
use domain::resale::payouts;
use entities::payout;

use crate::{
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
    /// It is on its way, or tried again: `problem` says why.
    Due,
    Paid,
}

/// What a seller gets for a sold listing: its price less the site's fee.
pub struct Payout(payout::Model);

#[Object]
impl Payout {
    async fn listing(&self, ctx: &Context<'_>) -> Result<Listing, ApiError> {
        let found = Loaders::listing(ctx, self.0.listing_id).await?;
        let missing = || ApiError::internal(&std::io::Error::other("a payout without a listing"));
        Ok(found.ok_or_else(missing)?.into())
    }

    async fn amount(&self) -> Money {
        Money::from_minor(self.0.amount_minor)
    }

    async fn status(&self) -> PayoutStatus {
        self.0.state.into()
    }

    /// Why the last try failed, in the gateway's words.
    async fn problem(&self) -> Option<&str> {
        self.0.problem.as_deref()
    }

    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// Set exactly when the status is PAID.
    async fn paid_at(&self) -> Option<DateTime> {
        self.0.paid_at.map(Into::into)
    }
}

type PayoutConnection = Connection<IdCursor, Payout>;

#[derive(Default)]
pub struct PayoutQuery;

#[Object]
impl PayoutQuery {
    /// What you get for what you have sold, newest first, at most 100 a page. Admins see everybody's.
    async fn payouts(
        &self,
        ctx: &Context<'_>,
        status: Option<PayoutStatus>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<PayoutConnection, ApiError> {
        let viewer = ctx.viewer()?;
        let after = pagination::cursor::<IdCursor>("after", after.as_deref())?.map(|cursor| cursor.0);
        let limit = pagination::size("first", first)?;
        let page = payouts::page(ctx.app()?, viewer, status.map(Into::into), after, limit).await?;

        let mut connection = Connection::new(after.is_some(), page.more);
        connection.edges.extend(page.items.into_iter().map(|row| Edge::new(IdCursor(row.id), Payout(row))));
        Ok(connection)
    }
}

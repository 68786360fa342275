//! Payouts.

use std::collections::HashMap;

use async_graphql::{
    Context, Enum, Object,
    connection::{Connection, Edge},
};
use domain::resale::{market, payouts};
use entities::{listing, payout};
use uuid::Uuid;

use crate::{
    context::InContext,
    error::ApiError,
    listings::Listing,
    money::Money,
    pages::{self, IdCursor},
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
pub struct Payout {
    row: payout::Model,
    listing: listing::Model,
}

#[Object]
impl Payout {
    async fn listing(&self) -> Listing {
        self.listing.clone().into()
    }

    async fn amount(&self) -> Money {
        Money::from_minor(self.row.amount_minor)
    }

    async fn status(&self) -> PayoutStatus {
        self.row.state.into()
    }

    /// Why the last try failed, in the gateway's words.
    async fn problem(&self) -> Option<&str> {
        self.row.problem.as_deref()
    }

    async fn created_at(&self) -> DateTime {
        self.row.created_at.into()
    }

    /// Set exactly when the status is PAID.
    async fn paid_at(&self) -> Option<DateTime> {
        self.row.paid_at.map(Into::into)
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
        let after = pages::cursor::<IdCursor>("after", after.as_deref())?.map(|cursor| cursor.0);
        let limit = pages::size("first", first)?;
        let page = payouts::page(ctx.app()?, viewer, status.map(Into::into), after, limit).await?;
        let ids: Vec<Uuid> = page.items.iter().map(|row| row.listing_id).collect();
        let listings = market::find_many(&ctx.app()?.db, &ids).await?.into_iter();
        let mut listings: HashMap<Uuid, listing::Model> = listings.map(|row| (row.id, row)).collect();

        let mut connection = Connection::new(after.is_some(), page.more);
        // A listing is never deleted, and has one payout.
        connection.edges.extend(page.items.into_iter().filter_map(|row| {
            let listing = listings.remove(&row.listing_id)?;
            Some(Edge::new(IdCursor(row.id), Payout { row, listing }))
        }));
        Ok(connection)
    }
}

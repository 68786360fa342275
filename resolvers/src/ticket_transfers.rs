//! Transfers: tickets that their holders give to others.

use async_graphql::{Context, Enum, Object};
use domain::tickets::transfers::{self, Transfer};
use entities::ticket_transfer::State;

use crate::{context::InContext, error::ApiError, matches::Match, time::DateTime};

/// Where the transfer of a ticket stands.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "State")]
pub enum TicketTransferState {
    /// It can be accepted, until `until`; meanwhile the ticket is its holder's.
    Pending,
    /// The ticket is the other's.
    Accepted,
    /// Taken back.
    Cancelled,
    /// Its time was over, or the ticket was used, offered for resale, given back or frozen first.
    Lapsed,
}

/// A ticket that its holder gives to the reader of an email, for nothing.
pub struct TicketTransfer(Transfer);

impl From<Transfer> for TicketTransfer {
    fn from(transfer: Transfer) -> Self {
        Self(transfer)
    }
}

#[Object]
impl TicketTransfer {
    async fn state(&self, ctx: &Context<'_>) -> Result<TicketTransferState, ApiError> {
        Ok(self.0.state(ctx.app()?.clock.now()).into())
    }

    /// Whom it was offered to, as its giver knows them again: `a•••@example.com`.
    async fn to(&self) -> String {
        transfers::masked(&self.0.row.recipient)
    }

    /// When it lapses unless it is accepted.
    async fn until(&self) -> DateTime {
        self.0.row.expires_at.into()
    }

    async fn created_at(&self) -> DateTime {
        self.0.row.created_at.into()
    }

    #[graphql(name = "match")]
    async fn match_(&self, ctx: &Context<'_>) -> Result<Match, ApiError> {
        Match::of(ctx, self.0.ticket.match_number).await
    }

    async fn category(&self) -> i32 {
        self.0.ticket.category.number()
    }
}

#[derive(Default)]
pub struct TicketTransferQuery;

#[Object]
impl TicketTransferQuery {
    /// What a mailed code is of, before it is accepted by `acceptTicketTransfer`; null where it is of nothing. It needs no
    /// session.
    async fn ticket_transfer(&self, ctx: &Context<'_>, code: String) -> Result<Option<TicketTransfer>, ApiError> {
        Ok(transfers::of_code(ctx.app()?, &code).await?.map(TicketTransfer))
    }
}

//! Transfers: tickets that their holders give to others.

use async_graphql::{Context, Enum, Object};
use domain::tickets::transfers::{self, Transfer};
use entities::ticket_transfer::State;

use crate::{context::InContext, error::ApiError, matches::Match, time::DateTime};

/// Where the transfer of a ticket stands.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "State")]
pub enum TicketTransferState {
    /// It can be accepted until `until`; the ticket still belongs to its holder.
    Pending,
    /// The ticket belongs to the recipient.
    Accepted,
    /// It was cancelled.
    Cancelled,
    /// It was not accepted in time, or the ticket was used, offered for resale, refunded or frozen first.
    Lapsed,
}

/// A ticket that its holder gives to the reader of an email, for nothing.
pub struct TicketTransfer(Transfer);

impl From<Transfer> for TicketTransfer {
    fn from(transfer: Transfer) -> Self {
        Self(transfer)
    }
}

/// The transfer of a ticket to the reader of an email, for free.
#[Object]
impl TicketTransfer {
    /// Where the transfer stands.
    async fn state(&self, ctx: &Context<'_>) -> Result<TicketTransferState, ApiError> {
        Ok(self.0.state(ctx.app()?.clock.now()).into())
    }

    /// The recipient's email, shortened: `a•••@example.com`.
    async fn to(&self) -> String {
        transfers::masked(&self.0.row.recipient)
    }

    /// When the transfer lapses unless it is accepted.
    async fn until(&self) -> DateTime {
        self.0.row.expires_at.into()
    }

    /// When the transfer began.
    async fn created_at(&self) -> DateTime {
        self.0.row.created_at.into()
    }

    /// The match that the ticket is for.
    #[graphql(name = "match")]
    async fn match_(&self, ctx: &Context<'_>) -> Result<Match, ApiError> {
        Match::of(ctx, self.0.ticket.match_number).await
    }

    /// The price category: 1, 2 or 3.
    async fn category(&self) -> i32 {
        self.0.ticket.category.number()
    }
}

#[derive(Default)]
pub struct TicketTransferQuery;

#[Object]
impl TicketTransferQuery {
    /// The transfer that a mailed code belongs to, before `acceptTicketTransfer`; null if the code is unknown. It
    /// needs no session.
    async fn ticket_transfer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The code from the mail.")] code: String,
    ) -> Result<Option<TicketTransfer>, ApiError> {
        Ok(transfers::of_code(ctx.app()?, &code).await?.map(TicketTransfer))
    }
}

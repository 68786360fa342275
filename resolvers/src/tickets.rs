//! Tickets.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use domain::tickets::{
    self, Filter,
    links::{self, Link},
    transfers::{self, Transfer},
};
use entities::ticket;
use qrcode::{EcLevel, QrCode, render::svg};

use crate::{
    connections::connection,
    context::InContext,
    counted_actions::{Action, CountedActions},
    error::ApiError,
    ids::{self, NodeId},
    loaders::Loaders,
    matches::Match,
    money::Money,
    pagination::{self, IdCursor},
    reservations::Reservation,
    ticket_transfers::TicketTransfer,
    time::DateTime,
};

/// The side of a QR code's picture at least, in pixels.
const QR_SIDE: u32 = 240;

/// What drawing a QR code and signing cost, in units of the prices.
const PICTURE_UNITS: u64 = 50;
const SIGNATURE_UNITS: u64 = 5;

/// What SVG files begin with, and pages that show one do not want.
const XML: &str = r#"<?xml version="1.0" standalone="yes"?>"#;

/// Where a ticket stands.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "ticket::Status")]
pub enum TicketStatus {
    /// It is valid at the gate, once, unless `frozenAt` is set.
    Valid,
    /// It is offered for resale and not valid at the gate. Withdrawing the listing gives it a new code.
    Listed,
    /// It was sold or given to another fan, who has a code of their own.
    Transferred,
    /// It was used at the gate.
    Used,
    /// It was refunded, or its refund is under way.
    Refunded,
}

/// A ticket: one seat at a match, paid.
pub struct Ticket(ticket::Model);

impl From<ticket::Model> for Ticket {
    fn from(row: ticket::Model) -> Self {
        Self(row)
    }
}

/// A paid ticket for one seat at a match.
#[Object]
impl Ticket {
    /// The ticket's global id.
    pub(crate) async fn id(&self) -> ID {
        NodeId::Ticket(self.0.id).into()
    }

    /// Where the ticket stands for you. A ticket that you gave to another fan is `TRANSFERRED`, whatever they do with
    /// it, and `REFUNDED` once its price went back to you.
    async fn status(&self, ctx: &Context<'_>) -> TicketStatus {
        match self.0.status {
            ticket::Status::Refunded => TicketStatus::Refunded,
            _ if !self.is_shown(ctx) => TicketStatus::Transferred,
            status => status.into(),
        }
    }

    /// The code that the gate scans and can verify offline; null unless the ticket is `VALID`, yours and not frozen.
    /// Only the newest code of a ticket is valid.
    async fn code(&self, ctx: &Context<'_>) -> Result<Option<String>, ApiError> {
        self.shown_code(ctx).await
    }

    /// The code as a QR code, an SVG element; null if `code` is.
    async fn qr(&self, ctx: &Context<'_>) -> Result<Option<String>, ApiError> {
        let code = self.shown_code(ctx).await?;
        CountedActions::add_to(ctx, Action::Work, PICTURE_UNITS);
        code.map(|code| picture(&code)).transpose()
    }

    /// A link to the ticket as a PDF, valid for one hour for anyone who has it; null if `code` is. It begins with the
    /// path if the site has no public address.
    async fn pass_url(&self, ctx: &Context<'_>) -> Result<Option<String>, ApiError> {
        if !self.is_viewers(ctx) {
            return Ok(None);
        }
        let app = ctx.app()?;
        let site = app.settings.public_url.as_deref().unwrap_or_default();
        let shown = |Link { ticket_id, version, until, signature }| {
            format!("{site}/tickets/{ticket_id}.pdf?version={version}&until={until}&signature={signature}")
        };
        Ok(links::make(app, &self.0).map(shown))
    }

    /// The holder's name when the ticket became theirs; null if they had none, or if you gave the ticket to them.
    async fn holder_name(&self, ctx: &Context<'_>) -> Option<&str> {
        self.0.holder_name.as_deref().filter(|_| self.is_shown(ctx))
    }

    /// The match that the ticket is for.
    #[graphql(name = "match")]
    async fn match_(&self, ctx: &Context<'_>) -> Result<Match, ApiError> {
        Match::of(ctx, self.0.match_number).await
    }

    /// The price category: 1, 2 or 3.
    async fn category(&self) -> i32 {
        self.0.category.number()
    }

    /// The number of the ticket within its reservation, from 1.
    async fn seat(&self) -> i32 {
        self.0.seat
    }

    /// What was paid for the ticket.
    async fn price(&self) -> Money {
        Money::from_minor(self.0.price_minor)
    }

    /// When the ticket was issued.
    async fn issued_at(&self) -> DateTime {
        self.0.issued_at.into()
    }

    /// When the ticket was used; set exactly if the status is `USED`.
    async fn used_at(&self, ctx: &Context<'_>) -> Option<DateTime> {
        self.0.used_at.filter(|_| self.is_shown(ctx)).map(Into::into)
    }

    /// Since when the site's staff has frozen the ticket, for example because its payment is disputed; null if it is
    /// not frozen.
    async fn frozen_at(&self, ctx: &Context<'_>) -> Option<DateTime> {
        self.0.frozen_at.filter(|_| self.is_shown(ctx)).map(Into::into)
    }

    /// The reservation that paid for the ticket; null if another fan gave you the ticket, because the reservation is
    /// theirs.
    async fn reservation(&self, ctx: &Context<'_>) -> Result<Option<Reservation>, ApiError> {
        let found = Loaders::reservation(ctx, self.0.reservation_id).await?;
        let viewer = ctx.viewer_if_any();
        let is_seen = |payer| viewer.is_some_and(|viewer| viewer.user_id == payer || viewer.is_admin());
        Ok(found.filter(|row| is_seen(row.user_id)).map(Reservation::from))
    }

    /// Your newest transfer of the ticket, also after it was accepted; null if you never gave the ticket to another
    /// person.
    async fn transfer(&self, ctx: &Context<'_>) -> Result<Option<TicketTransfer>, ApiError> {
        let Some(viewer) = ctx.viewer_if_any() else { return Ok(None) };
        let giver = (!viewer.is_admin()).then_some(viewer.user_id);
        let found = Loaders::transfer(ctx, self.0.id, giver).await?;
        Ok(found.map(|row| Transfer { row, ticket: self.0.clone() }.into()))
    }
}

impl Ticket {
    /// The code, for its holder alone: whoever has it gets in.
    async fn shown_code(&self, ctx: &Context<'_>) -> Result<Option<String>, ApiError> {
        if !self.is_viewers(ctx) {
            return Ok(None);
        }
        CountedActions::add_to(ctx, Action::Work, SIGNATURE_UNITS);
        Ok(tickets::code(ctx.app()?, &self.0).await?)
    }

    /// Whether the viewer is shown how it stands: its holder and the site's staff, and no fan who gave it to them.
    fn is_shown(&self, ctx: &Context<'_>) -> bool {
        self.is_viewers(ctx) || ctx.viewer_if_any().is_some_and(|viewer| viewer.is_admin())
    }

    fn is_viewers(&self, ctx: &Context<'_>) -> bool {
        ctx.viewer_if_any().is_some_and(|viewer| viewer.user_id == self.0.user_id)
    }
}

fn picture(code: &str) -> Result<String, ApiError> {
    let drawn = QrCode::with_error_correction_level(code, EcLevel::M).map_err(|error| ApiError::internal(&error))?;
    let svg = drawn.render::<svg::Color<'_>>().min_dimensions(QR_SIDE, QR_SIDE).build();
    Ok(svg.strip_prefix(XML).map_or_else(|| svg.clone(), str::to_owned))
}

connection!(TicketConnection, TicketEdge, Ticket, "ticket", "tickets");

#[derive(Default)]
pub struct TicketQuery;

#[Object]
impl TicketQuery {
    /// Your tickets, newest first, at most 100 a page, without those that you gave to another fan.
    async fn my_tickets(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only tickets of this status.")] status: Option<TicketStatus>,
        #[graphql(desc = "True: only tickets that another fan gave you. False: only the others.")] received: Option<
            bool,
        >,
        #[graphql(desc = "How many to return, 0 to 100; 100 by default.")] first: Option<i32>,
        #[graphql(desc = "The cursor after which the page begins.")] after: Option<String>,
    ) -> Result<TicketConnection, ApiError> {
        let (app, viewer) = (ctx.app()?, ctx.viewer()?);
        let after = pagination::cursor::<IdCursor>("after", after.as_deref())?.map(|cursor| cursor.0);
        let limit = pagination::size("first", first)?;
        let filter = Filter { status: status.map(Into::into), received };
        let page = tickets::of_fan(app, viewer, filter, after, limit).await?;

        let items = page.items.into_iter().map(|row| (IdCursor(row.id), row.into()));
        Ok(TicketConnection::new(after.is_some(), page.more, items))
    }
}

/// The ticket and its recipient.
#[derive(InputObject)]
pub struct TransferTicketInput {
    /// The id of a valid ticket of yours.
    ticket_id: ID,
    /// The recipient's email. Matchday mails them a code; they need no account before.
    email: String,
}

/// The ticket whose transfer is to end.
#[derive(InputObject)]
pub struct CancelTicketTransferInput {
    /// The ticket's id.
    ticket_id: ID,
}

/// The code of a ticket that another fan gives you.
#[derive(InputObject)]
pub struct AcceptTicketTransferInput {
    /// The code from the mail.
    code: String,
}

/// The result of `transferTicket`.
#[derive(SimpleObject)]
pub struct TransferTicketPayload {
    /// The ticket with its transfer.
    ticket: Ticket,
}

/// The result of `cancelTicketTransfer`.
#[derive(SimpleObject)]
pub struct CancelTicketTransferPayload {
    /// The ticket, which stays with its holder.
    ticket: Ticket,
}

/// The result of `acceptTicketTransfer`.
#[derive(SimpleObject)]
pub struct AcceptTicketTransferPayload {
    /// The ticket, which is yours now.
    ticket: Ticket,
}

#[derive(Default)]
pub struct TicketMutation;

#[Object]
impl TicketMutation {
    /// Give a ticket to another person for free. Matchday mails them a code. Until they accept, the ticket is yours
    /// and its code is valid at the gate; using it, offering it for resale or refunding it ends the transfer. A
    /// repeated request for the same email sends no further mail.
    async fn transfer_ticket(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The ticket and its recipient.")] input: TransferTicketInput,
    ) -> Result<TransferTicketPayload, ApiError> {
        let id = ids::ticket("ticketId", &input.ticket_id)?;
        let ticket = transfers::offer(ctx.app()?, ctx.viewer()?, id, &input.email).await?;
        Ok(TransferTicketPayload { ticket: ticket.into() })
    }

    /// Cancel the transfer of a ticket before it is accepted. Admins can cancel any transfer.
    async fn cancel_ticket_transfer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The ticket whose transfer is to end.")] input: CancelTicketTransferInput,
    ) -> Result<CancelTicketTransferPayload, ApiError> {
        let id = ids::ticket("ticketId", &input.ticket_id)?;
        let ticket = transfers::cancel(ctx.app()?, ctx.viewer()?, id).await?;
        Ok(CancelTicketTransferPayload { ticket: ticket.into() })
    }

    /// Accept a ticket that another fan gives you, with the code from the mail. Any account that has the code can
    /// accept, whatever its email. The ticket is yours from then on, with a new code; the giver's code is not valid
    /// any more.
    async fn accept_ticket_transfer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The code from the mail.")] input: AcceptTicketTransferInput,
    ) -> Result<AcceptTicketTransferPayload, ApiError> {
        let ticket = transfers::accept(ctx.app()?, ctx.viewer()?, &input.code).await?;
        Ok(AcceptTicketTransferPayload { ticket: ticket.into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_of_usual_length_is_drawn_small_as_an_element_of_a_page() {
        let svg = picture(&"A2".repeat(73)).expect("it can be drawn");

        assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>"), "{svg}");
        // 41 modules of version 6 and a quiet zone of 4 on each side, 5 pixels each.
        assert!(svg.contains(r#"width="245""#), "{svg}");
    }
}

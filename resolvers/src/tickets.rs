//! Tickets.

use async_graphql::{
    Context, Enum, ID, InputObject, Object, SimpleObject,
    connection::{Connection, Edge},
};
use domain::tickets::{
    self, Filter,
    links::{self, Link},
    transfers::{self, Transfer},
};
use entities::ticket;
use qrcode::{EcLevel, QrCode, render::svg};

use crate::{
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
    /// It opens the gate, once, unless `frozenAt` is set.
    Valid,
    /// Offered for resale; it opens nothing until that is withdrawn, which gives it another code.
    Listed,
    /// Sold or given to another fan, who has a code of their own.
    Transferred,
    /// Somebody came in by it.
    Used,
    /// Its price went back, or is about to.
    Refunded,
}

/// A ticket: one seat at a match, paid.
pub struct Ticket(ticket::Model);

impl From<ticket::Model> for Ticket {
    fn from(row: ticket::Model) -> Self {
        Self(row)
    }
}

#[Object]
impl Ticket {
    pub(crate) async fn id(&self) -> ID {
        NodeId::Ticket(self.0.id).into()
    }

    /// As it is to you: what you gave to another fan is TRANSFERRED, whatever they do with it, and REFUNDED once its price went
    /// back to you.
    async fn status(&self, ctx: &Context<'_>) -> TicketStatus {
        match self.0.status {
            ticket::Status::Refunded => TicketStatus::Refunded,
            _ if !self.is_shown(ctx) => TicketStatus::Transferred,
            status => status.into(),
        }
    }

    /// What the gate scans, and verifies without asking anybody; null unless the ticket is VALID, yours and not frozen. A
    /// ticket's newest code is the one that counts.
    async fn code(&self, ctx: &Context<'_>) -> Result<Option<String>, ApiError> {
        self.shown_code(ctx).await
    }

    /// The code as a QR code, an SVG element; null where `code` is.
    async fn qr(&self, ctx: &Context<'_>) -> Result<Option<String>, ApiError> {
        let code = self.shown_code(ctx).await?;
        CountedActions::add_to(ctx, Action::Work, PICTURE_UNITS);
        code.map(|code| picture(&code)).transpose()
    }

    /// Downloads the ticket as a PDF to print, for an hour from now, by whoever has the link; null where `code` is. It
    /// begins with the path where the site has not been told its public address.
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

    /// As its holder was called when it became theirs; null where you gave it to them.
    async fn holder_name(&self, ctx: &Context<'_>) -> Option<&str> {
        self.0.holder_name.as_deref().filter(|_| self.is_shown(ctx))
    }

    #[graphql(name = "match")]
    async fn match_(&self, ctx: &Context<'_>) -> Result<Match, ApiError> {
        Match::of(ctx, self.0.match_number).await
    }

    async fn category(&self) -> i32 {
        self.0.category.number()
    }

    /// Which of its reservation's tickets it is, from 1.
    async fn seat(&self) -> i32 {
        self.0.seat
    }

    /// What was paid for it.
    async fn price(&self) -> Money {
        Money::from_minor(self.0.price_minor)
    }

    async fn issued_at(&self) -> DateTime {
        self.0.issued_at.into()
    }

    /// When somebody came in by it; set exactly when the status is USED.
    async fn used_at(&self, ctx: &Context<'_>) -> Option<DateTime> {
        self.0.used_at.filter(|_| self.is_shown(ctx)).map(Into::into)
    }

    /// Since when the site's staff keeps it out of the gate, as while its payment is disputed; null while they do not.
    async fn frozen_at(&self, ctx: &Context<'_>) -> Option<DateTime> {
        self.0.frozen_at.filter(|_| self.is_shown(ctx)).map(Into::into)
    }

    /// What paid for it; null where another fan gave you the ticket, for it is theirs.
    async fn reservation(&self, ctx: &Context<'_>) -> Result<Option<Reservation>, ApiError> {
        let found = Loaders::reservation(ctx, self.0.reservation_id).await?;
        let viewer = ctx.viewer_if_any();
        let is_seen = |payer| viewer.is_some_and(|viewer| viewer.user_id == payer || viewer.is_admin());
        Ok(found.filter(|row| is_seen(row.user_id)).map(Reservation::from))
    }

    /// The newest transfer of it that you have begun: also after it was accepted, where the ticket is the other's; null where you
    /// never gave it to anybody.
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

type TicketConnection = Connection<IdCursor, Ticket>;

#[derive(Default)]
pub struct TicketQuery;

#[Object]
impl TicketQuery {
    /// Your tickets, newest first, at most 100 a page; what you gave to another fan is theirs.
    async fn my_tickets(
        &self,
        ctx: &Context<'_>,
        status: Option<TicketStatus>,
        #[graphql(desc = "True: those alone that another fan gave you. False: all others.")] received: Option<bool>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<TicketConnection, ApiError> {
        let (app, viewer) = (ctx.app()?, ctx.viewer()?);
        let after = pagination::cursor::<IdCursor>("after", after.as_deref())?.map(|cursor| cursor.0);
        let limit = pagination::size("first", first)?;
        let filter = Filter { status: status.map(Into::into), received };
        let page = tickets::of_fan(app, viewer, filter, after, limit).await?;

        let mut connection = Connection::new(after.is_some(), page.more);
        connection.edges.extend(page.items.into_iter().map(|row| Edge::new(IdCursor(row.id), row.into())));

        Ok(connection)
    }
}

#[derive(InputObject)]
pub struct TransferTicketInput {
    /// A valid ticket of yours.
    ticket_id: ID,
    /// Of the person who is to have it. They are mailed a code, and need no account before.
    email: String,
}

#[derive(InputObject)]
pub struct CancelTicketTransferInput {
    ticket_id: ID,
}

#[derive(InputObject)]
pub struct AcceptTicketTransferInput {
    /// From the mail.
    code: String,
}

#[derive(SimpleObject)]
pub struct TransferTicketPayload {
    ticket: Ticket,
}

#[derive(SimpleObject)]
pub struct CancelTicketTransferPayload {
    ticket: Ticket,
}

#[derive(SimpleObject)]
pub struct AcceptTicketTransferPayload {
    ticket: Ticket,
}

#[derive(Default)]
pub struct TicketMutation;

#[Object]
impl TicketMutation {
    /// Give a ticket to another person, for nothing: the reader of an email, who is mailed a code. Until they accept it, it is
    /// yours and its code opens the gate; using it, offering it for resale or giving it back ends the transfer. Sent again for
    /// the same email, it mails nothing more.
    async fn transfer_ticket(
        &self,
        ctx: &Context<'_>,
        input: TransferTicketInput,
    ) -> Result<TransferTicketPayload, ApiError> {
        let id = ids::ticket("ticketId", &input.ticket_id)?;
        let ticket = transfers::offer(ctx.app()?, ctx.viewer()?, id, &input.email).await?;
        Ok(TransferTicketPayload { ticket: ticket.into() })
    }

    /// Take back a ticket that you offered, before it is accepted; admins may take back anybody's.
    async fn cancel_ticket_transfer(
        &self,
        ctx: &Context<'_>,
        input: CancelTicketTransferInput,
    ) -> Result<CancelTicketTransferPayload, ApiError> {
        let id = ids::ticket("ticketId", &input.ticket_id)?;
        let ticket = transfers::cancel(ctx.app()?, ctx.viewer()?, id).await?;
        Ok(CancelTicketTransferPayload { ticket: ticket.into() })
    }

    /// Accept a ticket that another fan gives you, by the code of the mail: whichever account has the code, whatever its email.
    /// The ticket is yours from then on, with a code of its own, and the giver's opens nothing.
    async fn accept_ticket_transfer(
        &self,
        ctx: &Context<'_>,
        input: AcceptTicketTransferInput,
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

//! Tickets.

use async_graphql::{
    Context, Enum, ID, Object,
    connection::{Connection, Edge},
};
use domain::tickets::{
    self,
    links::{self, Link},
};
use entities::ticket;
use qrcode::{EcLevel, QrCode, render::svg};

use crate::{
    context::InContext,
    counted_actions::{Action, CountedActions},
    error::ApiError,
    ids::NodeId,
    loaders::Loaders,
    matches::Match,
    money::Money,
    pagination::{self, IdCursor},
    reservations::Reservation,
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
    /// Sold to another fan, who has a ticket of their own for it.
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

    async fn status(&self) -> TicketStatus {
        self.0.status.into()
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

    /// As its holder was called when it was issued.
    async fn holder_name(&self) -> Option<&str> {
        self.0.holder_name.as_deref()
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

    /// What its holder paid for it.
    async fn price(&self) -> Money {
        Money::from_minor(self.0.price_minor)
    }

    async fn issued_at(&self) -> DateTime {
        self.0.issued_at.into()
    }

    /// When somebody came in by it; set exactly when the status is USED.
    async fn used_at(&self) -> Option<DateTime> {
        self.0.used_at.map(Into::into)
    }

    /// Since when the site's staff keeps it out of the gate, as while its payment is disputed; null while they do not.
    async fn frozen_at(&self) -> Option<DateTime> {
        self.0.frozen_at.map(Into::into)
    }

    /// What paid for it.
    async fn reservation(&self, ctx: &Context<'_>) -> Result<Reservation, ApiError> {
        let found = Loaders::reservation(ctx, self.0.reservation_id).await?;
        let missing = || ApiError::internal(&std::io::Error::other("a ticket without a reservation"));
        Ok(found.ok_or_else(missing)?.into())
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
    /// Your tickets, newest first, at most 100 a page.
    async fn my_tickets(
        &self,
        ctx: &Context<'_>,
        status: Option<TicketStatus>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<TicketConnection, ApiError> {
        let (app, viewer) = (ctx.app()?, ctx.viewer()?);
        let after = pagination::cursor::<IdCursor>("after", after.as_deref())?.map(|cursor| cursor.0);
        let limit = pagination::size("first", first)?;
        let page = tickets::of_fan(app, viewer, status.map(Into::into), after, limit).await?;

        let mut connection = Connection::new(after.is_some(), page.more);
        connection.edges.extend(page.items.into_iter().map(|row| Edge::new(IdCursor(row.id), row.into())));

        Ok(connection)
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

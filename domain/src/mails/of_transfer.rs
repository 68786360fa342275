//! Mails about the transfer of a ticket: to the reader of an email whom it is offered to, and to its giver once it is accepted.

use std::sync::Arc;

use entities::{
    mail, matches,
    ticket_transfer::{self, State},
    user,
};
use sea_orm::{DbErr, EntityTrait};

use super::{Content, OutgoingMail};
use crate::{
    App,
    tickets::transfers::{self, Transfer},
};

/// What a mail about a transfer is written from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferFacts {
    pub transfer: ticket_transfer::Model,
    pub category: i32,
    pub match_facts: matches::Model,
    /// The IANA name of the venue's.
    pub time_zone: Arc<str>,
}

/// The mail that offers a ticket, to its email whether that has an account or not; none once there is nothing to accept.
pub(super) async fn offer(app: &App, row: &mail::Model) -> Result<Option<OutgoingMail>, DbErr> {
    let Some((facts, State::Pending)) = facts(app, row).await? else { return Ok(None) };
    let giver = user::Entity::find_by_id(facts.transfer.giver_id).one(&app.db).await?;
    // Whom it goes to may be a stranger to the site: it is in the giver's language.
    let locale = giver.as_ref().and_then(|giver| giver.locale.clone());
    let giver = giver.filter(|giver| giver.verified_at.is_some() && !giver.email.is_empty());
    let to = facts.transfer.recipient.clone();
    let (code, giver_email) = (transfers::code_of(app, facts.transfer.id), giver.map(|giver| giver.email));
    let content = Content::TicketOffered { facts, code, giver_email };

    Ok(Some(OutgoingMail { to, name: None, locale, content }))
}

/// What tells the giver of a ticket that it has another holder.
pub(super) async fn acceptance(app: &App, row: &mail::Model) -> Result<Option<Content>, DbErr> {
    let found = facts(app, row).await?.filter(|(_, state)| *state == State::Accepted);
    Ok(found.map(|(facts, _)| Content::TicketAccepted(facts)))
}

/// What is known of a transfer now, and how it stands.
async fn facts(app: &App, row: &mail::Model) -> Result<Option<(TransferFacts, State)>, DbErr> {
    let Some(id) = row.transfer_id else { return Ok(None) };
    let Some(found) = transfers::find(&app.db, id).await? else { return Ok(None) };
    let state = found.state(app.clock.now());
    let Transfer { row: transfer, ticket } = found;
    let match_facts = matches::Entity::find_by_id(ticket.match_number).one(&app.db).await?;
    let category = ticket.category.number();

    Ok(match_facts.map(|match_facts| {
        let time_zone = app.settings.time_zones.of(&match_facts.location);
        (TransferFacts { transfer, category, match_facts, time_zone }, state)
    }))
}

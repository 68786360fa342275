//! Ticket-sales records: what a site tells the others about tickets it holds, sells or gives back.

use book::outbox::TicketAction;
use domain::{foreign::Sale, inbox::Message};
use entities::category::Category;

use super::{
    CLIENT_ID, EVENT_ID, RESERVATION_ID, Record,
    field::Field,
    numbers::{MAX_MATCH_NUMBER, MAX_PRICE},
};

/// Tickets in one message, as the sites have agreed.
const MAX_QUANTITY: i32 = 2;

pub(super) const PENDING: &str = "TICKET_PENDING";
pub(super) const RESERVED: &str = "TICKET_RESERVED";
pub(super) const CANCELLED: &str = "TICKET_CANCELLED";

const ACTIONS: [(&str, TicketAction); 3] =
    [(PENDING, TicketAction::Pending), (RESERVED, TicketAction::Reserved), (CANCELLED, TicketAction::Cancelled)];

/// As records spell it.
pub fn action_name(action: TicketAction) -> &'static str {
    match action {
        TicketAction::Pending => PENDING,
        TicketAction::Reserved => RESERVED,
        TicketAction::Cancelled => CANCELLED,
    }
}

/// What a record tells `site`; its own records tell it nothing.
pub(super) fn read(site: &str, record: &Record<'_>) -> Result<Message, String> {
    let header = record.header(CLIENT_ID)?;
    // Decided before anything is read: our own records have had their effect already.
    if header.as_deref() == Some(site) {
        return Ok(Message::Own);
    }
    let document = super::document(record)?;
    let root = Field::root(&document);
    let (meta, body) = (root.get("meta")?, root.get("body")?);
    let sender = match header {
        Some(sender) => Some(sender),
        None => first([meta.get(CLIENT_ID)?, body.get(CLIENT_ID)?, body.get("id")?])?,
    };
    if sender.as_deref() == Some(site) {
        return Ok(Message::Own);
    }
    let action = meta.get("action")?.choice(&ACTIONS)?;
    let match_number = body.get("matchNumber")?.whole(1, MAX_MATCH_NUMBER)?;
    let tickets = body.get("tickets")?;
    let category = tickets.get("category")?;
    let category = Category::from_number(category.whole(1, 3)?).ok_or_else(|| category.expected("1, 2 or 3"))?;
    let quantity = tickets.get("quantity")?.whole(1, MAX_QUANTITY)?;
    // Part of the agreed form, and nothing that we would trust: prices come from the master list.
    tickets.get("price")?.whole(0, MAX_PRICE)?;
    let reference = record.header(RESERVATION_ID)?;
    let event_id = record.header(EVENT_ID)?;

    Ok(Message::Sale(Sale { action, match_number, category, quantity, sender, reference, event_id }))
}

fn first<const N: usize>(fields: [Field<'_>; N]) -> Result<Option<String>, String> {
    for field in fields {
        if let Some(name) = field.optional_name()? {
            return Ok(Some(name));
        }
    }
    Ok(None)
}

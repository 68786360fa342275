//! Outgoing records: the outbox's events in the words of the topics.

use book::{
    listing_state::{ListingAction, ListingState, OrderAction, OrderState},
    match_state::MatchState,
    outbox::{ChangedRow, Event, TicketAction},
};
use entities::category::Category;
use serde::{Deserialize, Serialize};

use super::{
    CLIENT_ID, EVENT_ID, MAX_DEAD_KEY, MAX_DEAD_PAYLOAD, RESERVATION_ID, cut, numbers::whole_price, ticket_sales,
};
use crate::topics::Topics;

const MAX_REASON: usize = 1_000;

/// A record that is ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    pub topic: String,
    pub key: Option<Vec<u8>>,
    pub payload: Vec<u8>,
    pub headers: Vec<(&'static str, String)>,
}

/// The record that tells of `event`, sent by the site named `site`.
pub fn write(topics: &Topics, site: &str, event: &Event) -> Result<Outgoing, serde_json::Error> {
    let sender = (CLIENT_ID, site.to_owned());
    Ok(match event {
        Event::Ticket { action, event_id, reservation_id, match_number, category, quantity, price_minor } => Outgoing {
            topic: topics.ticket_sales.clone(),
            key: Some(format!("{match_number}-{}", category.number()).into_bytes()),
            payload: ticket_sale(*action, *match_number, *category, *quantity, *price_minor)?,
            headers: vec![sender, (RESERVATION_ID, reservation_id.to_string()), (EVENT_ID, event_id.to_string())],
        },
        Event::Availability { state, reservations, listings } => Outgoing {
            topic: topics.availability.clone(),
            key: Some(state.match_number.to_string().into_bytes()),
            payload: availability(state, reservations, listings)?,
            headers: vec![sender],
        },
        Event::Listing { action, event_id, listing } => Outgoing {
            topic: topics.resale.clone(),
            key: Some(listing.id.to_string().into_bytes()),
            payload: serde_json::to_vec(&ListingRecord { event: listing_event(*action), listing })?,
            headers: vec![sender, (EVENT_ID, event_id.to_string())],
        },
        Event::Order { action, event_id, order } => Outgoing {
            topic: topics.resale.clone(),
            key: Some(order.listing_id.to_string().into_bytes()),
            payload: serde_json::to_vec(&OrderRecord { event: order_event(*action), order })?,
            headers: vec![sender, (EVENT_ID, event_id.to_string())],
        },
        Event::DeadLetter { topic, partition, offset, key, payload, reason } => Outgoing {
            topic: topics.dead_letters.clone(),
            key: key.as_deref().map(|key| cut(key, MAX_DEAD_KEY)),
            payload: cut(payload, MAX_DEAD_PAYLOAD),
            headers: vec![
                sender,
                ("reason", reason.chars().filter(|shown| !shown.is_control()).take(MAX_REASON).collect()),
                ("originTopic", topic.clone()),
                ("originPartition", partition.to_string()),
                ("originOffset", offset.to_string()),
            ],
        },
    })
}

/// The keys that the sites have agreed on, and no others: a message with one more is dropped by those who check.
#[derive(Serialize)]
struct TicketSale {
    meta: Meta,
    body: Body,
}

#[derive(Serialize)]
struct Meta {
    action: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    match_number: i32,
    tickets: Tickets,
}

#[derive(Serialize)]
struct Tickets {
    category: i32,
    quantity: i32,
    price: i64,
}

/// The value of a ticket-sales record.
fn ticket_sale(
    action: TicketAction,
    match_number: i32,
    category: Category,
    quantity: i32,
    price_minor: i64,
) -> Result<Vec<u8>, serde_json::Error> {
    let action = ticket_sales::action_name(action);
    let tickets = Tickets { category: category.number(), quantity, price: whole_price(price_minor) };

    serde_json::to_vec(&TicketSale { meta: Meta { action }, body: Body { match_number, tickets } })
}

/// The value of a record about a listing: what happened, and the whole state after it.
#[derive(Serialize)]
struct ListingRecord<'a> {
    event: &'static str,
    listing: &'a ListingState,
}

/// The value of a record about an order.
#[derive(Serialize)]
struct OrderRecord<'a> {
    event: &'static str,
    order: &'a OrderState,
}

fn listing_event(action: ListingAction) -> &'static str {
    match action {
        ListingAction::Created => "listing:created",
        ListingAction::Updated => "listing:updated",
        ListingAction::Locked => "listing:locked",
        ListingAction::Unlocked => "listing:unlocked",
        ListingAction::Sold => "listing:sold",
        ListingAction::Withdrawn => "listing:withdrawn",
    }
}

fn order_event(action: OrderAction) -> &'static str {
    match action {
        OrderAction::Created => "order:created",
        OrderAction::Cancelled => "order:cancelled",
        OrderAction::Expired => "order:expired",
        OrderAction::Completed => "order:completed",
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Written<'a> {
    #[serde(flatten)]
    state: &'a MatchState,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    reservations: &'a [ChangedRow],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    listings: &'a [ChangedRow],
}

/// What an availability record says.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct AvailabilityRecord {
    #[serde(flatten)]
    pub state: MatchState,
    #[serde(default)]
    pub reservations: Vec<ChangedRow>,
    #[serde(default)]
    pub listings: Vec<ChangedRow>,
}

/// The value of an availability record: the whole state of a match, and the reservations and listings that changed with
/// it.
pub fn availability(
    state: &MatchState,
    reservations: &[ChangedRow],
    listings: &[ChangedRow],
) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec(&Written { state, reservations, listings })
}

/// The inverse of `availability`; keys that an older program does not know are left alone.
pub fn read_availability(payload: &[u8]) -> Result<AvailabilityRecord, serde_json::Error> {
    serde_json::from_slice(payload)
}

//! Examples of every record, written by the codec itself: for the page that explains them, and for the contract of a release.

use book::{
    booking_state::{BookingState, Channel},
    listing_state::{ListingAction, ListingState, OrderAction, OrderState},
    master_list::{MasterListCategory, MasterListMatch},
    match_state::{CategoryState, MatchState},
    outbox::{
        ChangedRow, Event, TicketAction,
        bookings::{BookingEvent, KnownFan},
    },
};
use chrono::{DateTime, TimeDelta, Utc};
use entities::category::Category;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{Outgoing, booking as booking_record, master_list_record, write};
use crate::topics::Topics;

/// The site that the examples are of.
const SITE: &str = "matchday";

/// A record and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    pub title: &'static str,
    pub record: Outgoing,
}

impl Example {
    /// As the contract of a release keeps it.
    pub fn kept(&self) -> Value {
        let Outgoing { topic, key, payload, headers } = &self.record;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let headers: Map<String, Value> =
            headers.iter().map(|(name, value)| ((*name).to_owned(), value.as_str().into())).collect();
        json!({
            "title": self.title, "topic": topic, "key": key.as_deref().map(text), "headers": headers,
            "value": serde_json::from_slice(payload).unwrap_or_else(|_| Value::from(text(payload))),
        })
    }
}

/// Examples of all records, by their topics in the order of [`Topics::all`].
///
/// # Errors
///
/// None: events of numbers and texts can be written.
pub fn examples(topics: &Topics) -> Result<Vec<Example>, serde_json::Error> {
    let (key, value) = master_list_record(&master_list())?;
    let mut examples = vec![Example {
        title: "A match and its tickets",
        record: Outgoing {
            topic: topics.master_list.clone(),
            key: Some(key.into_bytes()),
            payload: value.into_bytes(),
            headers: vec![],
        },
    }];
    for (title, event) in events(topics) {
        examples.push(Example { title, record: write(topics, SITE, &event)? });
    }
    let fan = KnownFan { subject: Uuid::from_u128(6), country: Some("PE".to_owned()) };
    for (title, event, fan) in [
        ("A booking after a change", BookingEvent::Booking(booking()), Some(&fan)),
        ("A booking of a fan who objects", BookingEvent::Booking(booking()), None),
        ("A pseudonym that is erased", BookingEvent::Erasure(fan.subject), None),
    ] {
        examples.push(Example { title, record: booking_record(topics, SITE, &event, fan)? });
    }
    Ok(examples)
}

fn kick_off() -> DateTime<Utc> {
    DateTime::from_timestamp(1_668_960_000, 0).expect("it is a time")
}

fn master_list() -> MasterListMatch {
    let category = |category, price_minor| MasterListCategory { category, available: 20, pending: 0, price_minor };
    MasterListMatch {
        match_number: 1,
        round_number: 1,
        date_utc: kick_off(),
        location: "Al Bayt Stadium".to_owned(),
        home_team: "Qatar".to_owned(),
        away_team: "Ecuador".to_owned(),
        group: Some("A".to_owned()),
        categories: vec![
            category(Category::One, 7_500),
            category(Category::Two, 12_500),
            category(Category::Three, 19_500),
        ],
    }
}

fn events(topics: &Topics) -> Vec<(&'static str, Event)> {
    let ticket = |action| Event::Ticket {
        action,
        event_id: Uuid::from_u128(9),
        reservation_id: Uuid::from_u128(4),
        match_number: 1,
        category: Category::One,
        quantity: 2,
        price_minor: 7_500,
    };
    let state = |closed| MatchState {
        match_number: 1,
        round_number: 1,
        date_utc: kick_off(),
        location: "Al Bayt Stadium".to_owned(),
        home_team: "Qatar".to_owned(),
        away_team: "Ecuador".to_owned(),
        group: Some("A".to_owned()),
        version: 4,
        closed,
        categories: vec![CategoryState { category: Category::One, price_minor: 7_500, available: 20, pending: 2 }],
    };
    let changed = |id| vec![ChangedRow { id: Uuid::from_u128(id), version: 2 }];
    let letter = Event::DeadLetter {
        topic: topics.ticket_sales.clone(),
        partition: 3,
        offset: 17,
        key: Some(b"1-1".to_vec()),
        payload: b"{not json".to_vec(),
        reason: "not JSON: key must be a string at line 1 column 2".to_owned(),
    };
    vec![
        ("Tickets are held", ticket(TicketAction::Pending)),
        ("Held tickets are sold", ticket(TicketAction::Reserved)),
        ("Held or sold tickets are back", ticket(TicketAction::Cancelled)),
        (
            "The state of a match after a change",
            Event::Availability { state: state(false), reservations: changed(4), listings: changed(1) },
        ),
        (
            "The state of a match whose sale has ended",
            Event::Availability { state: state(true), reservations: vec![], listings: vec![] },
        ),
        ("A record that could not be applied", letter),
        (
            "A listing after a change",
            Event::Listing { action: ListingAction::Locked, event_id: Uuid::from_u128(9), listing: listing() },
        ),
        (
            "An order after a change",
            Event::Order { action: OrderAction::Created, event_id: Uuid::from_u128(9), order: order() },
        ),
    ]
}

fn listing() -> ListingState {
    let created_at = kick_off() - TimeDelta::days(30);
    ListingState {
        id: Uuid::from_u128(1),
        version: 2,
        state: "LOCKED".to_owned(),
        seller_id: Uuid::from_u128(2),
        ticket_id: Some(Uuid::from_u128(3)),
        match_number: 1,
        category: Category::Two,
        title: "Behind the goal".to_owned(),
        description: Some("Row 12".to_owned()),
        price_minor: 8_000,
        currency: "USD".to_owned(),
        locked_until: Some(created_at + TimeDelta::minutes(15)),
        created_at,
    }
}

fn order() -> OrderState {
    let created_at = kick_off() - TimeDelta::days(30);
    OrderState {
        id: Uuid::from_u128(4),
        version: 1,
        status: "PENDING".to_owned(),
        cancel_reason: None,
        listing_id: Uuid::from_u128(1),
        buyer_id: Uuid::from_u128(5),
        match_number: 1,
        category: Category::Two,
        price_minor: 8_000,
        currency: "USD".to_owned(),
        created_at,
        expires_at: created_at + TimeDelta::minutes(15),
    }
}

/// A hold at its first version.
fn booking() -> BookingState {
    let placed_at = kick_off() - TimeDelta::days(30);
    BookingState {
        reservation_id: Uuid::from_u128(4),
        version: 1,
        at: placed_at,
        placed_at,
        match_number: 1,
        category: Category::One,
        quantity: 2,
        returned: 0,
        status: "PENDING".to_owned(),
        cancel_reason: None,
        unit_price_minor: 7_500,
        channel: Channel::Stock,
    }
}

//! Records of ours, to the byte.

use book::{
    booking_state::{BookingState, Channel},
    listing_state::{ListingAction, ListingState, OrderAction, OrderState},
    match_state::{CategoryState, MatchState},
    outbox::{
        ChangedRow, Event, TicketAction,
        bookings::{BookingEvent, KnownFan},
    },
};
use chrono::DateTime;
use entities::category::Category;
use insta::assert_snapshot;
use uuid::Uuid;

use super::*;

fn state() -> MatchState {
    MatchState {
        match_number: 1,
        round_number: 1,
        date_utc: DateTime::parse_from_rfc3339("2022-11-20T16:00:00Z").expect("it is RFC 3339").to_utc(),
        location: "Al Bayt Stadium".to_owned(),
        home_team: "Qatar".to_owned(),
        away_team: "Ecuador".to_owned(),
        group: None,
        version: 4,
        closed: false,
        categories: vec![CategoryState { category: Category::One, price_minor: 7_500, available: 20, pending: 2 }],
    }
}

fn written(event: &Event) -> String {
    text(write(&topics(), SITE, event).expect("events can be written"))
}

fn text(Outgoing { topic, key, payload, headers }: Outgoing) -> String {
    let key = key.map(|key| String::from_utf8(key).expect("the key is text"));
    format!("{topic} {key:?} {headers:?}\n{}", String::from_utf8_lossy(&payload))
}

#[test]
fn a_sale_of_ours_has_nothing_but_the_agreed_keys() {
    let event = |action| Event::Ticket {
        action,
        event_id: Uuid::from_u128(1),
        reservation_id: Uuid::from_u128(2),
        match_number: 64,
        category: Category::Three,
        quantity: 2,
        price_minor: 19_500,
    };

    assert_snapshot!(written(&event(TicketAction::Pending)), @r#"
    fifa-world-cup-2022-ticket-sales-dev Some("64-3") [("clientId", "matchday"), ("reservationId", "00000000-0000-0000-0000-000000000002"), ("eventId", "00000000-0000-0000-0000-000000000001")]
    {"meta":{"action":"TICKET_PENDING"},"body":{"matchNumber":64,"tickets":{"category":3,"quantity":2,"price":195}}}
    "#);
    assert!(written(&event(TicketAction::Reserved)).contains(r#"{"meta":{"action":"TICKET_RESERVED"},"#));
    assert!(written(&event(TicketAction::Cancelled)).contains(r#"{"meta":{"action":"TICKET_CANCELLED"},"#));
}

#[test]
fn an_availability_record_is_the_whole_state_of_a_match() {
    let plain = Event::Availability { state: state(), reservations: vec![], listings: vec![] };
    let changed = vec![ChangedRow { id: Uuid::from_u128(3), version: 2 }];
    let with_reservations = Event::Availability { state: state(), reservations: changed, listings: vec![] };

    assert_snapshot!(written(&plain), @r#"
    matchday-availability-dev Some("1") [("clientId", "matchday")]
    {"matchNumber":1,"roundNumber":1,"dateUtc":"2022-11-20T16:00:00Z","location":"Al Bayt Stadium","homeTeam":"Qatar","awayTeam":"Ecuador","group":null,"version":4,"categories":[{"category":1,"priceMinor":7500,"available":20,"pending":2}]}
    "#);
    assert_snapshot!(written(&with_reservations).lines().last().expect("it has lines"), @r#"{"matchNumber":1,"roundNumber":1,"dateUtc":"2022-11-20T16:00:00Z","location":"Al Bayt Stadium","homeTeam":"Qatar","awayTeam":"Ecuador","group":null,"version":4,"categories":[{"category":1,"priceMinor":7500,"available":20,"pending":2}],"reservations":[{"id":"00000000-0000-0000-0000-000000000003","version":2}]}"#);
}

#[test]
fn an_availability_record_says_that_the_sale_is_over_and_nothing_of_it_before() {
    let of = |closed| Event::Availability {
        state: MatchState { closed, ..state() },
        reservations: vec![],
        listings: vec![],
    };

    assert!(!written(&of(false)).contains("closed"));
    assert!(written(&of(true)).contains(r#""version":4,"closed":true,"categories":"#));
}

#[test]
fn an_availability_record_reads_back_as_it_was_written() {
    let changed = vec![ChangedRow { id: Uuid::from_u128(3), version: 2 }];
    for (reservations, listings) in [(vec![], vec![]), (changed.clone(), vec![]), (vec![], changed)] {
        for closed in [false, true] {
            let state = MatchState { closed, ..state() };
            let payload = availability(&state, &reservations, &listings).expect("states can be written");

            let read = read_availability(&payload).expect("it was just written");

            let (reservations, listings) = (reservations.clone(), listings.clone());
            assert_eq!(read, AvailabilityRecord { state, reservations, listings });
        }
    }
}

#[test]
fn what_happens_to_a_listing_is_told_with_its_whole_state() {
    let created_at = DateTime::from_timestamp(1_668_950_000, 0).expect("it is a date");
    let listing = ListingState {
        id: Uuid::from_u128(1),
        version: 2,
        state: "LOCKED".to_owned(),
        seller_id: Uuid::from_u128(2),
        ticket_id: Some(Uuid::from_u128(3)),
        match_number: 1,
        category: Category::Two,
        title: "Behind the goal".to_owned(),
        description: None,
        price_minor: 8_000,
        currency: "USD".to_owned(),
        locked_until: Some(created_at + chrono::Duration::minutes(15)),
        created_at,
    };
    let event = |action| Event::Listing { action, event_id: Uuid::from_u128(9), listing: listing.clone() };

    assert_snapshot!(written(&event(ListingAction::Locked)), @r#"
    matchday-resale-dev Some("00000000-0000-0000-0000-000000000001") [("clientId", "matchday"), ("eventId", "00000000-0000-0000-0000-000000000009")]
    {"event":"listing:locked","listing":{"id":"00000000-0000-0000-0000-000000000001","version":2,"state":"LOCKED","sellerId":"00000000-0000-0000-0000-000000000002","ticketId":"00000000-0000-0000-0000-000000000003","matchNumber":1,"category":2,"title":"Behind the goal","description":null,"priceMinor":8000,"currency":"USD","lockedUntil":"2022-11-20T13:28:20Z","createdAt":"2022-11-20T13:13:20Z"}}
    "#);
    for (action, name) in [
        (ListingAction::Created, "created"),
        (ListingAction::Updated, "updated"),
        (ListingAction::Unlocked, "unlocked"),
        (ListingAction::Sold, "sold"),
        (ListingAction::Withdrawn, "withdrawn"),
    ] {
        assert!(
            written(&event(action)).contains(&format!(r#"{{"event":"listing:{name}","listing":{{"id":"#)),
            "{name}"
        );
    }
}

#[test]
fn what_happens_to_an_order_is_told_with_its_whole_state_and_by_the_key_of_its_listing() {
    let created_at = DateTime::from_timestamp(1_668_950_000, 0).expect("it is a date");
    let order = OrderState {
        id: Uuid::from_u128(4),
        version: 3,
        status: "CANCELLED".to_owned(),
        cancel_reason: Some("EXPIRED".to_owned()),
        listing_id: Uuid::from_u128(1),
        buyer_id: Uuid::from_u128(5),
        match_number: 1,
        category: Category::Two,
        price_minor: 8_000,
        currency: "USD".to_owned(),
        created_at,
        expires_at: created_at + chrono::Duration::minutes(15),
    };
    let event = |action| Event::Order { action, event_id: Uuid::from_u128(9), order: order.clone() };

    assert_snapshot!(written(&event(OrderAction::Expired)), @r#"
    matchday-resale-dev Some("00000000-0000-0000-0000-000000000001") [("clientId", "matchday"), ("eventId", "00000000-0000-0000-0000-000000000009")]
    {"event":"order:expired","order":{"id":"00000000-0000-0000-0000-000000000004","version":3,"status":"CANCELLED","cancelReason":"EXPIRED","listingId":"00000000-0000-0000-0000-000000000001","buyerId":"00000000-0000-0000-0000-000000000005","matchNumber":1,"category":2,"priceMinor":8000,"currency":"USD","createdAt":"2022-11-20T13:13:20Z","expiresAt":"2022-11-20T13:28:20Z"}}
    "#);
    for (action, name) in [
        (OrderAction::Created, "created"),
        (OrderAction::Cancelled, "cancelled"),
        (OrderAction::Completed, "completed"),
    ] {
        assert!(written(&event(action)).contains(&format!(r#"{{"event":"order:{name}","order":{{"id":"#)), "{name}");
    }
}

#[test]
fn a_booking_is_told_as_its_whole_state_under_a_pseudonym_or_under_none() {
    let placed_at = DateTime::from_timestamp(1_668_950_000, 0).expect("it is a date");
    let held = BookingState {
        reservation_id: Uuid::from_u128(4),
        version: 1,
        at: placed_at,
        placed_at,
        match_number: 64,
        category: Category::Three,
        quantity: 2,
        returned: 0,
        status: "PENDING".to_owned(),
        cancel_reason: None,
        unit_price_minor: 19_500,
        channel: Channel::Stock,
    };
    let paid = BookingState {
        version: 3,
        at: placed_at + chrono::Duration::milliseconds(90_250),
        returned: 1,
        status: "RESERVED".to_owned(),
        ..held.clone()
    };
    let expired = BookingState {
        version: 2,
        at: placed_at + chrono::Duration::minutes(15),
        status: "CANCELLED".to_owned(),
        cancel_reason: Some("EXPIRED".to_owned()),
        channel: Channel::Resale,
        ..held.clone()
    };
    let from = |country: Option<&str>| KnownFan { subject: Uuid::from_u128(6), country: country.map(str::to_owned) };
    let told = |state: BookingState, fan: Option<KnownFan>| {
        let record = booking(&topics(), SITE, &BookingEvent::Booking(state), fan.as_ref());
        text(record.expect("bookings can be written"))
    };

    assert_snapshot!(told(held, Some(from(Some("PE")))), @r#"
    matchday-bookings-dev Some("00000000-0000-0000-0000-000000000004") [("clientId", "matchday"), ("eventId", "00000000-0000-0000-0000-000000000004-1")]
    {"reservationId":"00000000-0000-0000-0000-000000000004","version":1,"at":"2022-11-20T13:13:20Z","placedAt":"2022-11-20T13:13:20Z","matchNumber":64,"category":3,"quantity":2,"returned":0,"status":"PENDING","cancelReason":null,"unitPriceMinor":19500,"channel":"STOCK","subject":"00000000-0000-0000-0000-000000000006","country":"PE"}
    "#);
    assert_snapshot!(told(paid, Some(from(None))), @r#"
    matchday-bookings-dev Some("00000000-0000-0000-0000-000000000004") [("clientId", "matchday"), ("eventId", "00000000-0000-0000-0000-000000000004-3")]
    {"reservationId":"00000000-0000-0000-0000-000000000004","version":3,"at":"2022-11-20T13:14:50.250Z","placedAt":"2022-11-20T13:13:20Z","matchNumber":64,"category":3,"quantity":2,"returned":1,"status":"RESERVED","cancelReason":null,"unitPriceMinor":19500,"channel":"STOCK","subject":"00000000-0000-0000-0000-000000000006","country":null}
    "#);
    assert_snapshot!(told(expired, None), @r#"
    matchday-bookings-dev Some("00000000-0000-0000-0000-000000000004") [("clientId", "matchday"), ("eventId", "00000000-0000-0000-0000-000000000004-2")]
    {"reservationId":"00000000-0000-0000-0000-000000000004","version":2,"at":"2022-11-20T13:28:20Z","placedAt":"2022-11-20T13:13:20Z","matchNumber":64,"category":3,"quantity":2,"returned":0,"status":"CANCELLED","cancelReason":"EXPIRED","unitPriceMinor":19500,"channel":"RESALE","subject":null,"country":null}
    "#);
}

#[test]
fn a_pseudonym_that_is_erased_is_told_alone() {
    let record = booking(&topics(), SITE, &BookingEvent::Erasure(Uuid::from_u128(6)), None);

    assert_snapshot!(text(record.expect("erasures can be written")), @r#"
    matchday-bookings-dev Some("00000000-0000-0000-0000-000000000006") [("clientId", "matchday"), ("eventId", "00000000-0000-0000-0000-000000000006")]
    {"erased":"00000000-0000-0000-0000-000000000006"}
    "#);
}

#[test]
fn a_dead_letter_keeps_the_bytes_the_reason_and_the_place() {
    let letter = Event::DeadLetter {
        topic: topics().ticket_sales,
        partition: 3,
        offset: 17,
        key: Some(b"1-1".to_vec()),
        payload: b"{not json".to_vec(),
        reason: "not JSON:\nkey must be a string".to_owned(),
    };

    assert_snapshot!(written(&letter), @r#"
    matchday-dead-letters-dev Some("1-1") [("clientId", "matchday"), ("reason", "not JSON:key must be a string"), ("originTopic", "fifa-world-cup-2022-ticket-sales-dev"), ("originPartition", "3"), ("originOffset", "17")]
    {not json
    "#);
}

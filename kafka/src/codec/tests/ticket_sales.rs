//! Ticket-sales records of other sites, our own, and what is neither.

use book::outbox::TicketAction;
use domain::foreign::Sale;
use entities::category::Category;
use insta::assert_snapshot;
use serde_json::json;
use uuid::Uuid;

use super::*;

fn read_sale(headers: &[(&str, &str)], document: &Value) -> Result<Sale, String> {
    match read_from(&topics().ticket_sales, headers, document.to_string().as_bytes()) {
        Message::Sale(sale) => Ok(sale),
        Message::Unreadable { reason, .. } => Err(reason),
        other => panic!("{other:?}"),
    }
}

pub(super) fn sale() -> Value {
    json!({
        "meta": {"action": "TICKET_PENDING"},
        "body": {"matchNumber": 1, "tickets": {"category": 1, "quantity": 2, "price": 75}},
    })
}

#[test]
fn a_sale_of_another_site_is_read_whole() {
    let reservation = Uuid::from_u128(7).to_string();

    let read = read_sale(&[(CLIENT_ID, "viagogo"), (RESERVATION_ID, &reservation), (EVENT_ID, "1")], &sale());

    assert_eq!(
        read,
        Ok(Sale {
            action: TicketAction::Pending,
            match_number: 1,
            category: Category::One,
            quantity: 2,
            sender: Some("viagogo".to_owned()),
            reference: Some(reservation),
            event_id: Some("1".to_owned()),
        })
    );
}

#[test]
fn a_record_may_begin_with_a_byte_order_mark_as_a_file_may() {
    let marked = |document: &Value| format!("\u{feff}{document}").into_bytes();

    let sold = read_from(&topics().ticket_sales, &[], &marked(&sale()));
    let listed = read_from(&topics().master_list, &[], &marked(&super::master_list::opening_match()));
    let wide: Vec<u8> = sale().to_string().encode_utf16().flat_map(u16::to_le_bytes).collect();

    assert!(matches!(sold, Message::Sale(_)), "{sold:?}");
    assert!(matches!(listed, Message::MasterList(_)), "{listed:?}");
    for broken in [&b"\xef\xbb\xbf"[..], b"\xef\xbb{}", &wide] {
        assert!(matches!(read_from(&topics().ticket_sales, &[], broken), Message::Unreadable { .. }), "{broken:?}");
    }
}

#[test]
fn the_sender_is_found_wherever_a_site_writes_it() {
    let sender = |headers: &[(&str, &str)], document: Value| read_sale(headers, &document).expect("it is valid").sender;
    let in_body = with(sale(), "/body/id", Some(json!("from body.id")));
    let in_body_too = with(in_body.clone(), "/body/clientId", Some(json!("from body.clientId")));
    let in_meta_too = with(in_body_too.clone(), "/meta/clientId", Some(json!("from meta.clientId")));

    assert_eq!(sender(&[], sale()), None);
    assert_eq!(sender(&[], with(sale(), "/body/id", Some(json!("")))), None);
    assert_eq!(sender(&[], with(sale(), "/body/id", Some(json!(42)))).as_deref(), Some("42"));
    assert_eq!(sender(&[], in_body).as_deref(), Some("from body.id"));
    assert_eq!(sender(&[], in_body_too).as_deref(), Some("from body.clientId"));
    assert_eq!(sender(&[], in_meta_too.clone()).as_deref(), Some("from meta.clientId"));
    assert_eq!(sender(&[(CLIENT_ID, "from the header")], in_meta_too).as_deref(), Some("from the header"));
}

#[test]
fn our_own_sales_are_known_wherever_our_name_stands() {
    let own = |headers: &[(&str, &str)], document: Value| {
        read_from(&topics().ticket_sales, headers, document.to_string().as_bytes()) == Message::Own
    };

    assert!(own(&[(CLIENT_ID, SITE)], sale()));
    assert!(own(&[(CLIENT_ID, SITE)], json!("whatever it says")));
    assert!(own(&[], with(sale(), "/meta/clientId", Some(json!(SITE)))));
    assert!(own(&[], with(sale(), "/body/clientId", Some(json!(SITE)))));
    assert!(own(&[], with(sale(), "/body/id", Some(json!(SITE)))));
    assert!(!own(&[(CLIENT_ID, "another")], with(sale(), "/meta/clientId", Some(json!(SITE)))));
}

#[test]
fn a_wrong_sale_is_refused_with_what_would_be_right() {
    let wrong = [
        ("/meta", None),
        ("/meta/action", Some(json!("TICKET_SOLD"))),
        ("/body", Some(json!([]))),
        ("/body/matchNumber", Some(json!(-1))),
        ("/body/tickets", None),
        ("/body/tickets/category", Some(json!(4))),
        ("/body/tickets/quantity", Some(json!(3))),
        ("/body/tickets/quantity", Some(json!(0))),
        ("/body/tickets/price", Some(json!("75"))),
        ("/body/id", Some(json!({"name": "site"}))),
        ("/meta/clientId", Some(json!("a\u{0}b"))),
    ];
    let refused =
        wrong.map(|(pointer, value)| read_sale(&[], &with(sale(), pointer, value)).expect_err("it is refused"));

    assert_snapshot!(refused.join("\n"), @r#"
    meta: expected an object, found nothing
    meta.action: expected TICKET_PENDING or TICKET_RESERVED or TICKET_CANCELLED, found "TICKET_SOLD"
    body: expected an object, found an array of 0
    body.matchNumber: expected a whole number from 1 to 100000, found -1
    body.tickets: expected an object, found nothing
    body.tickets.category: expected a whole number from 1 to 3, found 4
    body.tickets.quantity: expected a whole number from 1 to 2, found 3
    body.tickets.quantity: expected a whole number from 1 to 2, found 0
    body.tickets.price: expected a whole number from 0 to 1000000, found "75"
    body.id: expected text, found an object
    meta.clientId: expected at most 128 characters without control characters
    "#);
    assert_snapshot!(
        read_sale(&[(RESERVATION_ID, &"r".repeat(129))], &sale()).expect_err("it is refused"),
        @"header reservationId: expected at most 128 characters without control characters"
    );
}

#[test]
fn bytes_that_are_no_message_are_kept_with_a_reason() {
    let unreadable = |payload: Option<&[u8]>, headers: &[(String, Vec<u8>)]| {
        let topic = topics().ticket_sales;
        match read(&topics(), SITE, &Record { topic: &topic, key: Some(b"1-1"), payload, headers }) {
            Message::Unreadable { key, payload, reason } => (key, payload, reason),
            other => panic!("{other:?}"),
        }
    };

    let (key, payload, reason) = unreadable(Some(b"{\"meta\":\xff}"), &[]);
    assert_eq!((key.as_deref(), payload.as_slice()), (Some(&b"1-1"[..]), &b"{\"meta\":\xff}"[..]));
    assert_snapshot!(reason, @"not JSON: expected value at line 1 column 9");
    assert_snapshot!(unreadable(None, &[]).2, @"the record has no value");
    assert_snapshot!(unreadable(Some(b"{}"), &[(CLIENT_ID.to_owned(), vec![0xff])]).2, @"header clientId: expected UTF-8 text");
    let (_, kept, reason) = unreadable(Some(&vec![b'['; 1_000_000]), &[]);
    assert_eq!(kept.len(), 65_536);
    assert_snapshot!(reason, @"not JSON: recursion limit exceeded at line 1 column 128 (of the value's 1000000 bytes the first 65536 are kept)");
}

//! What is read, what is refused with which words, and what is written to the byte.

use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::Config;

mod contract;
mod master_list;
mod outgoing;
mod ticket_sales;

const SITE: &str = "matchday";

fn topics() -> Topics {
    Config::default().topics()
}

fn read_from(topic: &str, headers: &[(&str, &str)], payload: &[u8]) -> Message {
    let headers: Vec<_> = headers.iter().map(|(key, value)| ((*key).to_owned(), value.as_bytes().to_vec())).collect();
    read(&topics(), SITE, &Record { topic, key: Some(b"key"), payload: Some(payload), headers: &headers })
}

/// `document` with the value at `pointer` replaced, or taken away.
fn with(mut document: Value, pointer: &str, value: Option<Value>) -> Value {
    let (parent, key) = pointer.rsplit_once('/').expect("a pointer has a slash");
    let fields = document.pointer_mut(parent).and_then(Value::as_object_mut).expect("the parent is an object");
    match value {
        Some(value) => fields.insert(key.to_owned(), value),
        None => fields.remove(key),
    };
    document
}

/// Any JSON, small enough to be drawn often.
fn anything() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,200}".prop_map(Value::from),
    ];
    scalar.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map("[a-z]{1,8}", inner, 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

fn storable(text: &str) -> bool {
    (1..=255).contains(&text.chars().count()) && !text.chars().any(char::is_control)
}

proptest! {
    #[test]
    fn any_bytes_are_a_message_or_a_reason(payload: Vec<u8>, header: Vec<u8>) {
        for topic in topics().all() {
            let headers = [(CLIENT_ID.to_owned(), header.clone()), (RESERVATION_ID.to_owned(), header.clone())];
            read(&topics(), SITE, &Record { topic, key: None, payload: Some(&payload), headers: &headers });
        }
    }

    #[test]
    fn whatever_stands_in_a_field_what_is_let_through_can_be_stored(
        at in 0_usize..16,
        value in anything(),
    ) {
        let pointers = [
            "/meta", "/meta/action", "/meta/clientId", "/body/id", "/body/matchNumber", "/body/tickets",
            "/body/tickets/category", "/body/tickets/quantity", "/matchNumber", "/roundNumber", "/dateUtc",
            "/location", "/homeTeam", "/group", "/availability/category1", "/availability/category2/available",
        ];
        let (topic, document) = if at < 8 {
            (topics().ticket_sales, ticket_sales::sale())
        } else {
            (topics().master_list, master_list::opening_match())
        };
        let document = with(document, pointers[at], Some(value));

        match read_from(&topic, &[], document.to_string().as_bytes()) {
            Message::Sale(sale) => {
                prop_assert!((1..=100_000).contains(&sale.match_number) && (1..=2).contains(&sale.quantity));
                prop_assert!(sale.sender.as_deref().is_none_or(storable), "{:?}", sale.sender);
            }
            Message::MasterList(matches) => {
                for given in matches {
                    prop_assert!((1..=100_000).contains(&given.match_number));
                    for text in [Some(&given.location), Some(&given.home_team), given.group.as_ref()].into_iter().flatten() {
                        prop_assert!(storable(text), "{text:?}");
                    }
                    prop_assert!(given.categories.iter().all(|given| (0..=1_000_000).contains(&given.available)));
                }
            }
            Message::Unreadable { reason, .. } => prop_assert!(!reason.is_empty()),
            Message::Own => {}
        }
    }
}

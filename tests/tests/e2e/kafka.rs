//! Kafka: what other sites say is applied, and what we say is what they accept. On the real broker.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde_json::{Value, json};
use testkit::wait::{PATIENCE, eventually, eventually_some};
use tests::{
    Site, World,
    broker::{Record, master_list, sale},
};
use uuid::Uuid;

async fn services() -> (World, Site) {
    let world = World::services().await;
    let site = world.start().await;
    (world, site)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_sites_life_shows_in_our_counts() {
    let (_world, site) = services().await;
    site.on_sale(1, 20).await;
    let other = site.broker();

    other.say("there", "PENDING", 1, 1, 2).await;
    site.shows(1, 1, (20, 2)).await;
    other.say("there", "RESERVED", 1, 1, 2).await;
    site.shows(1, 1, (18, 0)).await;
    other.say("there", "PENDING", 1, 1, 1).await;
    site.shows(1, 1, (18, 1)).await;
    other.say("there", "CANCELLED", 1, 1, 1).await;
    site.shows(1, 1, (18, 0)).await;
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sender_is_known_by_any_of_the_places_where_sites_put_their_name() {
    let (_world, site) = services().await;
    site.on_sale(1, 20).await;
    let other = site.broker();
    let topic = other.topics.ticket_sales.clone();
    let with = |action: &str, place: &str| {
        let mut value = sale(action, 1, 1, 2);
        if let Some((part, name)) = place.split_once('.') {
            value[part][name] = json!("there");
        }
        value
    };

    for place in ["meta.clientId", "body.clientId", "body.id"] {
        other.write(&topic, "1-1", &with("PENDING", place), &[]).await;
    }
    site.shows(1, 1, (20, 6)).await;
    other.write(&topic, "1-1", &with("CANCELLED", ""), &[]).await;
    other.write(&topic, "1-1", &with("CANCELLED", "meta.clientId"), &[("clientId", "elsewhere")]).await;
    other.write(&topic, "1-1", &with("RESERVED", "body.id"), &[("clientId", "there")]).await;

    site.shows(1, 1, (18, 4)).await;
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_we_say_passes_the_strictest_of_the_other_sites() {
    let (world, site) = services().await;
    site.on_sale(1, 20).await;
    let ana = site.fan("ana").await;
    let paid = ana.holds(1, 1, 2).await;
    let cancelled = ana.holds(1, 2, 1).await;
    ana.holds(1, 3, 1).await;
    ana.cancel(&cancelled).await.data();
    ana.pay(&paid, "pm_card_visa", "a").await.data();
    site.published().await;

    let broker = site.broker();
    let records = broker.read(&broker.topics.ticket_sales).await;

    let mut said = HashMap::<Uuid, Vec<(String, i64, i64, i64)>>::new();
    let mut events = HashSet::new();
    for record in &records {
        let (action, category, quantity, price) = strictly(record);
        assert_eq!(record.key.as_deref(), Some(format!("1-{category}").as_str()));
        assert_eq!(record.header("clientId"), Some(world.name()));
        let event = record.header("eventId").and_then(|id| id.parse::<Uuid>().ok());
        assert!(events.insert(event.expect("an event has an id")), "an event came twice: {record:?}");
        let reservation = record.header("reservationId").and_then(|id| id.parse().ok());
        let reservation = reservation.expect("a sale is about a reservation");
        said.entry(reservation).or_default().push((action, category, quantity, price));
    }
    let mut lives: Vec<_> = said.into_values().collect();
    lives.sort();
    let step = |action: &str, category, quantity, price| (format!("TICKET_{action}"), category, quantity, price);
    assert_eq!(
        lives,
        [
            vec![step("PENDING", 1, 2, 75), step("RESERVED", 1, 2, 75)],
            vec![step("PENDING", 2, 1, 125), step("CANCELLED", 2, 1, 125)],
            vec![step("PENDING", 3, 1, 195)],
        ]
    );
    site.finish().await;
}

/// The validation of deployed consumers: nothing but the named keys, each of its kind.
fn strictly(record: &Record) -> (String, i64, i64, i64) {
    let value = record.json();
    let keys = |value: &Value| -> BTreeSet<String> { value.as_object().expect("an object").keys().cloned().collect() };
    let of = |names: &[&str]| names.iter().map(ToString::to_string).collect::<BTreeSet<_>>();
    assert_eq!(keys(&value), of(&["meta", "body"]));
    assert_eq!(keys(&value["meta"]), of(&["action"]));
    assert_eq!(keys(&value["body"]), of(&["matchNumber", "tickets"]));
    let tickets = &value["body"]["tickets"];
    assert_eq!(keys(tickets), of(&["category", "quantity", "price"]));
    assert_eq!(value["body"]["matchNumber"], 1);
    let whole = |name: &str| tickets[name].as_i64().expect("a whole number");
    let action = value["meta"]["action"].as_str().expect("an action is text");
    assert!((1..=3).contains(&whole("category")) && (1..=2).contains(&whole("quantity")), "{value}");

    (action.to_owned(), whole("category"), whole("quantity"), whole("price"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_state_of_a_match_is_on_our_topic_under_its_number() {
    let (_world, site) = services().await;
    site.on_sale(1, 20).await;
    site.on_sale(2, 20).await;
    let ana = site.fan("ana").await;
    for _ in 0..3 {
        ana.holds(2, 1, 1).await;
    }
    site.published().await;

    let broker = site.broker();
    let records = broker.read_own(&broker.topics.availability).await;

    let versions = |number: &str| -> Vec<i64> {
        let of_match = records.iter().filter(|record| record.key.as_deref() == Some(number));
        of_match.map(|record| record.json()["version"].as_i64().expect("a version")).collect()
    };
    assert_eq!((versions("1"), versions("2")), (vec![1], vec![1, 2, 3, 4]));
    let last = records.iter().rfind(|record| record.key.as_deref() == Some("2")).expect("there is one");
    assert_eq!(last.json()["categories"][0]["pending"], 3);
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn too_early_twice_unreadable_and_alike_records_end_on_the_same_counts() {
    let (_world, site) = services().await;
    let other = site.broker();
    let (sales, lists) = (other.topics.ticket_sales.clone(), other.topics.master_list.clone());

    // One key, so one partition and one order.
    other.say("there", "PENDING", 1, 1, 2).await;
    other.say("there", "PENDING", 1, 1, 2).await;
    other.say("there", "RESERVED", 1, 1, 1).await;
    other.write_bytes(&sales, "1-1", b"{ this is no JSON", &[]).await;
    for broken in [
        sale("SOLD", 1, 1, 1),
        sale("PENDING", 1, 4, 1),
        sale("PENDING", 1, 1, 3),
        sale("PENDING", 1, 1, 0),
        json!({ "meta": {}, "body": {} }),
        json!(null),
    ] {
        other.write(&sales, "1-1", &broken, &[("clientId", "there")]).await;
    }
    other.write(&lists, "1", &json!({ "matchNumber": 1 }), &[]).await;
    site.on_sale(1, 20).await;
    other.say("there", "CANCELLED", 1, 1, 1).await;

    site.shows(1, 1, (19, 2)).await;
    // The list again, in each of its accepted forms, changes nothing.
    other.write(&lists, "1", &json!([master_list(1, 99)]), &[]).await;
    other.write(&lists, "1", &json!({ "body": master_list(1, 99) }), &[]).await;
    other.write(&lists, "2", &json!([master_list(2, 5), master_list(3, 5)]), &[]).await;
    eventually(PATIENCE, "the array is read", || async { site.app.view.get(3).is_some() }).await;
    assert_eq!(site.counts(1, 1), (19, 2));

    let letters = eventually_some(PATIENCE, "every dead letter is published", || async {
        site.published().await;
        let letters = other.read_own(&other.topics.dead_letters).await;
        (letters.len() >= 8).then_some(letters)
    })
    .await;
    assert_eq!(letters.len(), 8, "{letters:#?}");
    for letter in &letters {
        assert!(letter.header("reason").is_some_and(|reason| !reason.is_empty()), "{letter:?}");
        assert!(letter.header("originOffset").is_some() && letter.header("originPartition").is_some());
    }
    assert!(letters.iter().any(|letter| letter.payload == b"{ this is no JSON"));
    let origins: HashSet<_> = letters.iter().filter_map(|letter| letter.header("originTopic")).collect();
    assert_eq!(origins, HashSet::from([sales.as_str(), lists.as_str()]));
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replay_from_offset_zero_changes_nothing() {
    let (world, site) = services().await;
    site.on_sale(1, 20).await;
    for _ in 0..3 {
        site.broker().say("there", "PENDING", 1, 1, 2).await;
    }
    site.fan("ana").await.holds(1, 1, 1).await;
    site.shows(1, 1, (20, 7)).await;
    site.published().await;
    let before = site.app.view.get(1).expect("the match is on sale");
    site.finish().await;

    // What Kafka has noted for the group is gone; what the database has noted is what counts.
    let again = world.start().await;
    again.broker().say("there", "CANCELLED", 1, 1, 2).await;

    again.shows(1, 1, (20, 5)).await;
    let state = again.app.view.get(1).expect("the match is on sale");
    assert_eq!(state.version, before.version + 1);
    again.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_embedded_broker_serves_other_sites_too() {
    let (_world, site) = Site::embedded().await;
    site.on_sale(1, 20).await;
    site.broker().say("there", "PENDING", 1, 1, 2).await;
    site.shows(1, 1, (20, 2)).await;
    site.fan("ana").await.holds(1, 1, 1).await;
    site.published().await;

    let broker = site.broker();
    let records = broker.read(&broker.topics.ticket_sales).await;

    assert_eq!(records.len(), 2);
    strictly(&records[1]);
    site.finish().await;
}

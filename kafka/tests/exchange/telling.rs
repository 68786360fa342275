//! What the site tells: its sales to the other sites, every change to its own instances.

use std::collections::BTreeMap;

use entities::category::Category;
use kafka::codec;

use crate::{
    broker::Broker,
    site::{Site, eventually},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fans_hold_and_its_end_are_told_in_their_order() {
    let broker = Broker::start();
    let site = Site::selling(&broker, 1).await;
    let fan = site.fan().await;

    let hold = site.hold(fan, 1, Category::Two, 2).await;
    site.cancel(fan, hold).await;

    let told = broker.read(&site.topics.ticket_sales, 2).await;
    let said: Vec<_> = told.iter().map(|record| String::from_utf8_lossy(&record.payload).into_owned()).collect();
    assert_eq!(
        said,
        [
            r#"{"meta":{"action":"TICKET_PENDING"},"body":{"matchNumber":1,"tickets":{"category":2,"quantity":2,"price":125}}}"#,
            r#"{"meta":{"action":"TICKET_CANCELLED"},"body":{"matchNumber":1,"tickets":{"category":2,"quantity":2,"price":125}}}"#,
        ]
    );
    for record in &told {
        assert_eq!(record.key.as_deref(), Some(&b"1-2"[..]));
        assert_eq!(record.headers["clientId"], site.config.site);
        assert_eq!(record.headers["reservationId"], hold.to_string());
        assert!(record.timestamp > 1_600_000_000_000, "the event's own time, not the broker's");
    }
    assert_ne!(told[0].headers["eventId"], told[1].headers["eventId"]);
    eventually("the outbox is empty", async || site.backlog().await == 0).await;
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_instance_hears_of_every_change_after_its_snapshot() {
    let broker = Broker::start();
    let site = Site::selling(&broker, 2).await;
    let (first, second) = (site.follow(), site.follow());
    for follower in [&first, &second] {
        eventually("the feed is followed", async || follower.snapshots() == 1).await;
    }
    let fan = site.fan().await;

    let hold = site.hold(fan, 2, Category::One, 1).await;
    for follower in [&first, &second] {
        eventually("the hold is heard of", async || follower.pending(2) == Some(1)).await;
    }
    site.cancel(fan, hold).await;

    for follower in [&first, &second] {
        eventually("its end is heard of", async || follower.pending(2) == Some(0)).await;
        assert!(follower.touched(hold), "the reservation is named");
        assert_eq!(follower.losses(), 0);
    }
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_availability_record_that_cant_be_read_sends_followers_to_the_database() {
    let broker = Broker::start();
    let site = Site::selling(&broker, 1).await;
    let follower = site.follow();
    eventually("the feed is followed", async || follower.snapshots() == 1).await;

    broker.send(&site.topics.availability, "1", &[], "nonsense").await;

    eventually("the follower is told", async || follower.losses() == 1).await;
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_relays_one_publishes_and_the_other_takes_over() {
    let broker = Broker::start();
    let site = Site::open_as_service(&broker, 1).await;
    let (first, second) = (site.relay(), site.relay());
    eventually("one leads", async || first.leads() || second.leads()).await;
    let fan = site.fan().await;
    let hold = site.hold(fan, 1, Category::One, 1).await;
    broker.read(&site.topics.ticket_sales, 1).await;

    let (leader, follower) = if first.leads() { (first, second) } else { (second, first) };
    assert!(!follower.leads());
    leader.stop().await;
    site.cancel(fan, hold).await;

    eventually("the other leads", async || follower.leads()).await;
    let told = broker.read(&site.topics.ticket_sales, 2).await;
    let events: BTreeMap<_, _> = told.iter().map(|record| (record.headers["eventId"].clone(), ())).collect();
    assert_eq!((told.len(), events.len()), (2, 2), "each event once");
    follower.stop().await;
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_events_of_a_category_are_told_in_order_under_load() {
    let broker = Broker::start();
    let site = Site::selling(&broker, 4).await;
    let fan = site.fan().await;

    let mut expected = BTreeMap::<String, Vec<String>>::new();
    for round in 0..25 {
        let number = round % 4 + 1;
        let hold = site.hold(fan, number, Category::One, 1).await;
        site.cancel(fan, hold).await;
        let lane = expected.entry(format!("{number}-1")).or_default();
        lane.extend([format!("PENDING {hold}"), format!("CANCELLED {hold}")]);
    }

    let mut told = BTreeMap::<String, Vec<String>>::new();
    for record in broker.read(&site.topics.ticket_sales, 50).await {
        let key = String::from_utf8(record.key.expect("sales have keys")).expect("keys are text");
        let said = String::from_utf8_lossy(&record.payload).into_owned();
        let action = if said.contains("TICKET_PENDING") { "PENDING" } else { "CANCELLED" };
        told.entry(key).or_default().push(format!("{action} {}", record.headers[codec::RESERVATION_ID]));
    }
    assert_eq!(told, expected);
    site.stop().await;
}

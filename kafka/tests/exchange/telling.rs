//! What the site tells: its sales to the other sites, every change to its own instances.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use chrono::Utc;
use entities::category::Category;
use kafka::codec;
use testkit::wait::{eventually, until};

use crate::{
    broker::{Broker, PATIENCE, Record},
    site::Site,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fans_hold_and_its_end_are_told_in_their_order() {
    let broker = Broker::start();
    let site = Site::open(&broker).await;
    site.stock(1).await;
    let fan = site.fan().await;

    let hold = site.hold(fan, 1, Category::Two, 2).await;
    site.cancel(fan, hold).await;
    let happened = site.sales_happened_at().await;
    // So that the moment of publishing is another.
    until("time passes", || Utc::now().timestamp_millis() > happened[1] + 10).await;
    site.run();

    let told = broker.read(&site.topics.ticket_sales, 2).await;
    let said: Vec<_> = told.iter().map(|record| String::from_utf8_lossy(&record.payload).into_owned()).collect();
    assert_eq!(
        said,
        [
            r#"{"meta":{"action":"TICKET_PENDING"},"body":{"matchNumber":1,"tickets":{"category":2,"quantity":2,"price":125}}}"#,
            r#"{"meta":{"action":"TICKET_CANCELLED"},"body":{"matchNumber":1,"tickets":{"category":2,"quantity":2,"price":125}}}"#,
        ]
    );
    let dated: Vec<i64> = told.iter().map(|record| record.timestamp).collect();
    assert_eq!(dated, happened, "the time is the event's own, not that of its publishing");
    for record in &told {
        assert_eq!(record.key.as_deref(), Some(&b"1-2"[..]));
        assert_eq!(record.headers["clientId"], site.config.site);
        assert_eq!(record.headers["reservationId"], hold.to_string());
    }
    assert_ne!(told[0].headers["eventId"], told[1].headers["eventId"]);
    eventually(PATIENCE, "the outbox is empty", async || site.backlog().await == 0).await;
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_instance_hears_of_every_change_after_its_snapshot() {
    let broker = Broker::start();
    let site = Site::selling(&broker, 2).await;
    let (first, second) = (site.follow(), site.follow());
    for follower in [&first, &second] {
        eventually(PATIENCE, "the feed is followed", async || follower.snapshots() == 1).await;
    }
    let fan = site.fan().await;

    let hold = site.hold(fan, 2, Category::One, 1).await;
    for follower in [&first, &second] {
        eventually(PATIENCE, "the hold is heard of", async || follower.pending(2) == Some(1)).await;
    }
    site.cancel(fan, hold).await;

    for follower in [&first, &second] {
        eventually(PATIENCE, "its end is heard of", async || follower.pending(2) == Some(0)).await;
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
    eventually(PATIENCE, "the feed is followed", async || follower.snapshots() == 1).await;

    broker.send(&site.topics.availability, "1", &[("clientId", &site.config.site)], "nonsense").await;

    eventually(PATIENCE, "the follower is told", async || follower.losses() == 1).await;
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_another_site_or_nobody_says_of_a_match_on_the_same_topic_is_passed_over() {
    let broker = Broker::start();
    let site = Site::selling(&broker, 1).await;
    let follower = site.follow();
    eventually(PATIENCE, "the feed is followed", async || follower.snapshots() == 1).await;
    let mut theirs = site.matches().await.remove(0);
    theirs.version = 1_000_000;
    theirs.categories[0].pending = 20;
    let theirs =
        String::from_utf8(codec::availability(&theirs, &[], &[]).expect("a state is JSON")).expect("JSON is text");

    for sender in [&[("clientId", "another")][..], &[("clientId", &site.config.site), ("clientId", "another")], &[]] {
        broker.send(&site.topics.availability, "1", sender, &theirs).await;
        broker.send(&site.topics.availability, "1", sender, "nonsense").await;
    }
    // Of the same key, so it comes after them.
    let fan = site.fan().await;
    site.hold(fan, 1, Category::One, 1).await;

    eventually(PATIENCE, "our own change is heard of", async || follower.pending(1) == Some(1)).await;
    assert!(follower.newest() < 1_000_000, "what others say was handed on");
    assert_eq!(follower.losses(), 0, "what others write is not ours to read");
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_relays_one_publishes_and_the_other_takes_over() {
    let broker = Broker::start();
    let site = Site::open_as_service(&broker, 1).await;
    let (first, second) = (site.relay(), site.relay());
    eventually(PATIENCE, "one leads", async || first.leads() || second.leads()).await;
    let fan = site.fan().await;
    let hold = site.hold(fan, 1, Category::One, 1).await;
    broker.read(&site.topics.ticket_sales, 1).await;

    let (leader, follower) = if first.leads() { (first, second) } else { (second, first) };
    assert!(!follower.leads());
    leader.stop().await;
    site.cancel(fan, hold).await;

    eventually(PATIENCE, "the other leads", async || follower.leads()).await;
    eventually(PATIENCE, "the outbox is empty", async || site.backlog().await == 0).await;
    follower.stop().await;
    let told = broker.read_all(&site.topics.ticket_sales).await;
    let events: BTreeSet<_> = told.iter().map(|record| &record.headers["eventId"]).collect();
    assert_eq!((told.len(), events.len()), (2, 2), "each event once");
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_broker_does_not_answer_in_time_is_told_again_in_its_order() {
    let broker = Broker::slow();
    let site = Site::open(&broker).await;
    site.stock(1).await;
    let relay = site.relay();
    let fan = site.fan().await;
    site.hold(fan, 1, Category::One, 1).await;
    eventually(PATIENCE, "the relay publishes", async || site.backlog().await == 0).await;

    // What is sent now arrives, and nobody hears of that in time.
    broker.answers_after(Duration::from_secs(30));
    let hold = site.hold(fan, 1, Category::One, 1).await;
    site.cancel(fan, hold).await;
    eventually(PATIENCE, "a round has failed", async || relay.has_failed()).await;
    broker.answers_after(Duration::ZERO);
    let last = site.hold(fan, 1, Category::One, 1).await.to_string();
    eventually(PATIENCE, "everything is published", async || site.backlog().await == 0).await;

    let is_last = move |record: &Record| record.headers[codec::RESERVATION_ID] == last;
    let told = broker.read_until(&site.topics.ticket_sales, move |records| records.iter().any(&is_last)).await;
    let of_hold = told.iter().filter(|record| record.headers[codec::RESERVATION_ID] == hold.to_string());
    let said: Vec<bool> =
        of_hold.map(|record| String::from_utf8_lossy(&record.payload).contains("TICKET_PENDING")).collect();
    assert_eq!((said.first(), said.last()), (Some(&true), Some(&false)), "held, then given back: {told:?}");
    assert!(said.len() > 2, "nothing had to be told again, or this shows nothing: {told:?}");
    relay.stop().await;
    site.stop().await;
}

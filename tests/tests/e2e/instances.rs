//! Instances: several of one site on one Postgres and one Kafka are one site.

use std::collections::HashSet;

use entities::{kafka_offset, stock};
use futures_util::future::join_all;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, EntityTrait, Statement, TransactionTrait};
use testkit::wait::{PATIENCE, eventually};
use tests::{Site, World};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_happens_at_one_instance_shows_at_the_other() {
    let world = World::services().await;
    let (first, second) = tokio::join!(world.start(), world.start());
    first.on_sale(1, 20).await;
    eventually(PATIENCE, "the other knows the match", || async { second.app.view.get(1).is_some() }).await;
    let ana = first.fan("ana").await;
    let there = ana.at(second.address);
    let mut socket = second.visitor().socket().await;
    socket.availability(&[1], &[]).await;
    let state = socket.data().await["availability"].clone();
    assert_eq!(state["categories"][0]["sellable"], 20);

    let id = ana.holds(1, 1, 2).await;
    let state = socket.data().await["availability"].clone();
    assert_eq!(state["categories"][0]["sellable"], 18);
    let mut watched = ana.socket().await;
    watched.reservation(&id).await;
    assert_eq!(watched.data().await["reservation"]["status"], "PENDING");

    there.cancel(&id).await.data();
    assert_eq!(watched.data().await["reservation"]["status"], "CANCELLED");
    first.shows(1, 1, (20, 0)).await;
    second.broker().say("there", "PENDING", 1, 2, 2).await;
    first.shows(1, 2, (20, 2)).await;
    second.shows(1, 2, (20, 2)).await;
    first.finish().await;
    second.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crowd_at_both_doors_gets_every_ticket_and_each_event_is_told_once() {
    let world = World::services().await.with("MATCHDAY_HOLDS_PURCHASE_CAP", "1000");
    let (first, second) = tokio::join!(world.start(), world.start());
    first.on_sale(1, 20).await;
    eventually(PATIENCE, "the other knows the match", || async { second.app.view.get(1).is_some() }).await;
    let ana = first.fan("ana").await;
    let doors = [ana.clone(), ana.at(second.address)];

    let asking = (0..100).map(|number| {
        let door = &doors[number % 2];
        async move { door.reserve(1, 1, 1).await }
    });
    let answers = join_all(asking).await;

    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 20);
    for site in [&first, &second] {
        site.shows(1, 1, (20, 20)).await;
    }
    first.published().await;
    let broker = first.broker();
    let records = broker.read(&broker.topics.ticket_sales).await;
    let events: HashSet<_> = records.iter().filter_map(|record| record.header("eventId")).collect();
    assert_eq!((records.len(), events.len()), (20, 20));
    first.finish().await;
    second.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_the_leader_stops_the_other_publishes() {
    let world = World::services().await;
    let (first, second) = tokio::join!(world.start(), world.start());
    first.on_sale(1, 20).await;
    eventually(PATIENCE, "the other knows the match", || async { second.app.view.get(1).is_some() }).await;
    let ana = first.fan("ana").await.at(second.address);
    first.finish().await;

    ana.holds(1, 1, 1).await;
    second.published().await;
    second.broker().say("there", "PENDING", 1, 1, 1).await;
    second.shows(1, 1, (20, 2)).await;
    second.published().await;

    let broker = second.broker();
    let last = broker.read_own(&broker.topics.availability).await.pop().expect("there are states");
    assert_eq!(last.json()["categories"][0]["pending"], 2);
    second.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_site_on_the_same_topics_sees_what_we_hold_and_sell() {
    let here = World::services().await;
    let there = World::services().await.on_the_topics_of(&here);
    let (here, there) = tokio::join!(here.start(), there.start());
    here.on_sale(1, 20).await;
    eventually(PATIENCE, "the other knows the match", || async { there.app.view.get(1).is_some() }).await;
    let (ana, ben) = (here.fan("ana").await, there.fan("ben").await);

    let id = ana.holds(1, 1, 2).await;
    ben.holds(1, 1, 1).await;
    for site in [&here, &there] {
        site.shows(1, 1, (20, 3)).await;
    }
    ana.cancel(&id).await.data();
    for site in [&here, &there] {
        site.shows(1, 1, (20, 1)).await;
    }
    here.finish().await;
    there.finish().await;
}

/// Records of another site without names, which nothing but their places tells apart.
const RECORDS: i32 = 600;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_read_ahead_when_another_instance_takes_partitions_is_applied_once() {
    let world = World::services().await;
    let first = world.start().await;
    let said = say_while_the_database_waits(&world, &first).await;

    // It takes its share of the partitions while the first still applies records of them.
    let second = world.start().await;
    said.release().await;

    everything_is_applied_once(&first).await;
    first.finish().await;
    second.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_read_ahead_when_an_instance_stops_is_applied_by_the_next() {
    let world = World::services().await;
    let first = world.start().await;
    let said = say_while_the_database_waits(&world, &first).await;

    // Its connection is free only when the lock is, so it stops while that is given up.
    tokio::join!(first.stop(), said.release());

    let second = world.start().await;
    everything_is_applied_once(&second).await;
    second.finish().await;
}

/// A lock that keeps records from being applied.
struct Waiting(DatabaseTransaction);

impl Waiting {
    async fn release(self) {
        self.0.rollback().await.expect("a transaction can be rolled back");
    }
}

/// Another site says much; the first batch of it hangs in the database, and more is there to be read.
async fn say_while_the_database_waits(world: &World, site: &Site) -> Waiting {
    for number in 1..=4 {
        site.on_sale(number, 1_000).await;
    }
    let db = world.connect().await;
    let lock = db.begin().await.expect("a transaction can be begun");
    lock.execute_unprepared("SELECT * FROM matches FOR UPDATE").await.expect("matches can be locked");
    let broker = site.broker();
    let say = |number: i32| {
        let broker = &broker;
        async move { broker.say("there", "PENDING", 1 + number % 4, 1 + number % 3, 1).await }
    };
    say(0).await;
    eventually(PATIENCE, "a batch waits for the lock", || async {
        let waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        let waiting = db.query_one_raw(Statement::from_string(DbBackend::Postgres, waiting)).await;
        waiting.is_ok_and(|row| row.is_some())
    })
    .await;
    join_all((1..RECORDS).map(say)).await;

    Waiting(lock)
}

async fn everything_is_applied_once(site: &Site) {
    let sales = site.exchange.topics().ticket_sales;
    eventually(PATIENCE, "every record is applied", || async {
        let rows = kafka_offset::Entity::find().all(&site.app.db).await.expect("offsets can be read");
        rows.iter().filter(|row| row.topic == sales).map(|row| row.next_offset).sum::<i64>() == i64::from(RECORDS)
    })
    .await;
    let stock = stock::Entity::find().all(&site.app.db).await.expect("the stock can be read");
    assert_eq!(stock.iter().map(|row| row.foreign_pending).sum::<i32>(), RECORDS);
}

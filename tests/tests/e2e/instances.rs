//! Instances: several of one site on one Postgres and one Kafka are one site.

use std::collections::HashSet;

use futures_util::future::join_all;
use tests::{
    World,
    wait::{PATIENCE, eventually},
};

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
    let last = broker.read(&broker.topics.availability).await.pop().expect("there are states");
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

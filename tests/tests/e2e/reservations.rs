//! Reservations from the outside: what a buyer is answered, and what they see of their own.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::{Value, json};
use testkit::wait::{PATIENCE, eventually};
use tests::{Site, World, socket::Said};

const MINE: &str = "query ($status: ReservationStatus, $first: Int, $after: String) {
    myReservations(status: $status, first: $first, after: $after) {
        pageInfo { hasNextPage endCursor }
        nodes { id status cancelReason quantity category unitPrice { amount } totalPrice { amount currency }
            createdAt expiresAt version match { matchNumber homeTeam } } } }";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hold_is_placed_seen_and_cancelled() {
    let (_world, site) = Site::embedded().await;
    site.on_sale(1, 20).await;
    let ana = site.fan("ana").await;

    let held = ana.reserve(1, 2, 2).await.data()["reserve"]["reservation"].clone();
    assert_eq!((held["status"].as_str(), held["version"].as_i64()), (Some("PENDING"), Some(1)));
    assert_eq!(site.counts(1, 2), (20, 2), "a fan sees their own hold at once");
    let mine = ana.ask(MINE, json!({ "first": 10 })).await.data()["myReservations"]["nodes"][0].clone();
    assert_eq!(mine["totalPrice"], json!({ "amount": "250.00", "currency": "USD" }));
    assert_eq!((&mine["id"], &mine["unitPrice"]["amount"]), (&held["id"], &json!("125.00")));
    assert_eq!(mine["match"], json!({ "matchNumber": 1, "homeTeam": "Qatar" }));

    let id = held["id"].as_str().expect("an id is text");
    let cancelled = ana.cancel(id).await.data()["cancelReservation"]["reservation"].clone();
    let expected = json!({ "id": id, "status": "CANCELLED", "cancelReason": "USER", "version": 2 });
    assert_eq!(cancelled, expected);
    assert_eq!(site.counts(1, 2), (20, 0));
    assert_eq!(ana.cancel(id).await.data()["cancelReservation"]["reservation"], expected);
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_refusal_has_its_code() {
    let (_world, site) = Site::embedded().await;
    site.on_sale(1, 7).await;
    site.on_sale(2, 1).await;
    let (ana, ben) = (site.fan("ana").await, site.fan("ben").await);
    site.broker().say("there", "RESERVED", 2, 2, 1).await;
    site.shows(2, 2, (0, 0)).await;
    ana.reserve_once("a", 1, 1, 2).await.expect("the site answers").data();
    let id = ana.holds(1, 1, 2).await;
    ana.holds(1, 1, 2).await;
    ana.holds(2, 1, 1).await;

    for (code, answer) in [
        ("PURCHASE_LIMIT", ana.reserve(1, 2, 1).await),
        ("TEMPORARILY_UNAVAILABLE", ben.reserve(2, 1, 1).await),
        ("TEMPORARILY_UNAVAILABLE", ben.reserve(1, 1, 2).await),
        ("SOLD_OUT", ben.reserve(2, 2, 1).await),
        ("NOT_FOUND", ben.reserve(3, 1, 1).await),
        ("BAD_USER_INPUT", ben.reserve(1, 4, 1).await),
        ("BAD_USER_INPUT", ben.reserve(1, 1, 3).await),
        ("BAD_USER_INPUT", ben.reserve(1, 1, 0).await),
        ("BAD_USER_INPUT", ben.reserve_once("", 1, 1, 1).await.expect("the site answers")),
        ("IDEMPOTENCY_KEY_REUSED", ana.reserve_once("a", 1, 1, 1).await.expect("the site answers")),
        ("NOT_FOUND", ben.cancel(&id).await),
        ("BAD_USER_INPUT", ben.cancel("nonsense").await),
        ("UNAUTHENTICATED", site.visitor().reserve(1, 1, 1).await),
        ("UNAUTHENTICATED", site.visitor().cancel(&id).await),
    ] {
        assert_eq!(answer.code(), code, "{answer:?}");
    }
    // Not so near to the quarter of an hour that a slow test passes it: tokens end then as well as holds.
    site.move_clock(Duration::from_secs(840));
    assert!(ben.reserve(1, 1, 1).await.is_ok(), "the last single ticket");
    let ana = ana.sign_up("ana").await;
    let hers = ana.holds(1, 2, 1).await;
    assert!(ana.cancel(&hers).await.is_ok());
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_done_after_a_mutation_that_failed() {
    const BAD: &str = "cancelReservation(input: { reservationId: \"nonsense\" }) { reservation { id } }";
    let (_world, site) = Site::embedded().await;
    site.on_sale(1, 20).await;
    let reserve = |key: &str, category: i32| {
        format!("{key}: reserve(input: {{ matchNumber: 1, category: {category}, quantity: 2 }}) {{ __typename }}")
    };
    let (one, two) = (reserve("one", 1), reserve("two", 2));
    let spread = "fragment first on Mutation { ...bad } fragment bad on Mutation";

    for (number, (text, holds, is_answered)) in [
        (format!("mutation {{ {BAD} {one} }}"), 0, false),
        (format!("mutation {{ {one} {BAD} }}"), 1, false),
        (format!("mutation {{ {one} {BAD} {two} again: {BAD} }}"), 1, false),
        (format!("mutation {{ ...first {two} }} {spread} {{ {BAD} }}"), 0, false),
        (format!("mutation {{ {one} __typename {two} }}"), 2, true),
    ]
    .into_iter()
    .enumerate()
    {
        let (ana, ben) = (site.fan(&format!("ana{number}")).await, site.fan(&format!("ben{number}")).await);
        let answer = ana.ask(&text, json!({})).await.0;
        let mut socket = ben.socket().await;
        socket.subscribe(&text, json!({})).await;
        let said = socket.said().await;

        if is_answered {
            assert_eq!((&answer["errors"], said), (&Value::Null, Said::Next(answer["data"].clone())), "{text}");
        } else {
            let errors = answer["errors"].as_array().map_or(0, Vec::len);
            assert_eq!((errors, said), (1, Said::Error("BAD_USER_INPUT".to_owned())), "{text}: {answer}");
        }
        for fan in [ana, ben] {
            let mine = fan.ask(MINE, json!({ "first": 10 })).await.data();
            assert_eq!(mine["myReservations"]["nodes"].as_array().map(Vec::len), Some(holds), "{text}");
        }
    }
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repeated_request_is_answered_with_the_same_reservation() {
    let (_world, site) = Site::embedded().await;
    site.on_sale(1, 20).await;
    let ana = site.fan("ana").await;

    let answers = join_all((0..8).map(|_| ana.reserve_once("a", 1, 1, 2))).await;

    for answer in &answers {
        let answer = answer.as_ref().expect("the site answers").data();
        assert_eq!(Some(answer), answers[0].as_ref().map(tests::client::Answer::data));
    }
    assert_eq!(site.counts(1, 1), (20, 2));
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hold_ends_by_itself_within_a_second_of_its_deadline() {
    let world = World::embedded().with("MATCHDAY_HOLD_SECONDS", "1");
    let site = world.start().await;
    site.on_sale(1, 20).await;
    let ana = site.fan("ana").await;

    // One of a few is enough: the machine may be slow at any moment, the site must not be slow at each.
    let (mut id, mut shortest) = (String::new(), PATIENCE);
    for _ in 0..5 {
        id = ana.holds(1, 1, 2).await;
        let held = Instant::now();
        eventually(PATIENCE, "the hold has ended", || async { site.counts(1, 1) == (20, 0) }).await;
        shortest = shortest.min(held.elapsed());
        if shortest < Duration::from_secs(2) {
            break;
        }
    }

    assert!(shortest < Duration::from_secs(2), "{shortest:?}");
    let ended = ana.ask(MINE, json!({})).await.data()["myReservations"]["nodes"][0].clone();
    assert_eq!((ended["status"].as_str(), ended["cancelReason"].as_str()), (Some("CANCELLED"), Some("EXPIRED")));
    assert_eq!(ended["expiresAt"], Value::Null);
    assert_eq!(ana.cancel(&id).await.code(), "HOLD_EXPIRED");
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fan_sees_their_own_reservations_and_no_others() {
    let (_world, site) = Site::embedded().await;
    site.on_sale(1, 20).await;
    let (ana, ben) = (site.fan("ana").await, site.fan("ben").await);
    let mut ids = Vec::new();
    for category in [1, 2, 3, 1, 2] {
        ids.push(ana.holds(1, category, 1).await);
    }
    ben.holds(1, 1, 1).await;
    ana.cancel(&ids[4]).await.data();
    ids.reverse();

    let (mut listed, mut after) = (Vec::new(), Value::Null);
    loop {
        let page = ana.ask(MINE, json!({ "first": 2, "after": after })).await.data()["myReservations"].clone();
        let nodes = page["nodes"].as_array().expect("a connection has nodes").clone();
        listed.extend(nodes.iter().map(|node| node["id"].as_str().unwrap_or_default().to_owned()));
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    assert_eq!(listed, ids);
    let live = ana.ask(MINE, json!({ "status": "PENDING", "first": 10 })).await.data();
    assert_eq!(live["myReservations"]["nodes"].as_array().map(Vec::len), Some(4));

    for query in
        ["query ($id: ID!) { found: reservation(id: $id) { id } }", "query ($id: ID!) { found: node(id: $id) { id } }"]
    {
        let hers = ana.ask(query, json!({ "id": ids[0] })).await.data();
        assert_eq!(hers["found"]["id"], ids[0].as_str());
        assert_eq!(ben.ask(query, json!({ "id": ids[0] })).await.data()["found"], Value::Null);
    }
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crowd_at_the_door_gets_every_ticket_and_no_more() {
    let world = World::services().await;
    let site = world.start().await;
    site.on_sale(1, 20).await;
    let fans = join_all((0..8).map(|number| site.fan(["a", "b"][number % 2]))).await;

    let asking = (0..120).map(|number| {
        let fan = &fans[number % fans.len()];
        async move { fan.reserve(1, 1, 1).await }
    });
    let answers = join_all(asking).await;

    let held = answers.iter().filter(|answer| answer.is_ok()).count();
    assert_eq!(held, 20);
    for refused in answers.iter().filter(|answer| !answer.is_ok()) {
        assert!(["TEMPORARILY_UNAVAILABLE", "PURCHASE_LIMIT"].contains(&refused.code()), "{refused:?}");
    }
    site.shows(1, 1, (20, 20)).await;
    site.finish().await;
}

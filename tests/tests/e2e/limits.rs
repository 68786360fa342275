//! Limits: what a client is told of them, what it pays for, and that instances together grant no more than one.

use std::time::Duration;

use serde_json::{Value, json};
use tests::{
    Site, World,
    client::Client,
    raw::{post, send},
    socket::Said,
};

mod lengths;
mod load;
mod pushes;
mod refusals;

const SIGN_OUT: &str = "signOut { success }";

fn query(text: &str) -> Value {
    json!({ "query": text })
}

/// A site of which everybody without an account may ask for this much, and hardly more within a test.
fn strict(world: World, tokens: u64) -> World {
    strict_to("anonymous", world, tokens)
}

/// The same of everybody of a role.
fn strict_to(role: &str, world: World, tokens: u64) -> World {
    world
        .with("MATCHDAY_LIMITS_CAPACITY", &format!("{role}={tokens}"))
        .with("MATCHDAY_LIMITS_REFILL", &format!("{role}=1"))
        .with("MATCHDAY_LIMITS_PERIOD_SECONDS", "3600")
}

/// A site of which everybody may ask for so many reservations, and for no more within a test.
fn reserving(world: World, requests: u64) -> World {
    world
        .with("MATCHDAY_LIMITS_CAPACITY", &format!("reserve={requests}"))
        .with("MATCHDAY_LIMITS_REFILL", "reserve=1")
        .with("MATCHDAY_LIMITS_PERIOD_SECONDS", "3600")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_says_what_it_cost_and_what_is_left() {
    let site = strict(World::embedded(), 50_000).start().await;

    let executed = post(site.address, &[], &query("{ rateLimit { limit remaining buckets { name } } }")).await;
    let kept = post(site.address, &[], &query("{ matches { totalCount } }")).await;

    assert_eq!(executed.json()["data"]["rateLimit"]["limit"], 50_000);
    assert_eq!(
        executed.json()["data"]["rateLimit"]["buckets"],
        json!([{ "name": "anonymous" }, { "name": "address" }])
    );
    let cost = kept.json()["extensions"]["cost"].clone();
    assert_eq!((&cost["requested"], &cost["actual"], &cost["limit"]), (&json!(101), &json!(2), &json!(50_000)));
    let remaining = cost["remaining"].as_u64().expect("it is a number");
    assert!((49_990..50_000).contains(&remaining), "{cost}");
    assert!(cost["resetAt"].as_str().is_some_and(|at| at.ends_with('Z')), "{cost}");
    let limit = kept.header("ratelimit");
    assert!(
        limit.starts_with(&format!("\"anonymous\";r={remaining};t=")) && limit.contains("\"address\";r="),
        "{limit}"
    );
    assert!(
        kept.header("ratelimit-policy").starts_with("\"anonymous\";q=50000;w="),
        "{}",
        kept.header("ratelimit-policy")
    );
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_asked_for_too_much_is_told_when_to_come_again_on_every_protocol() {
    let site = strict(World::embedded(), 40_000).start().await;
    let drain = format!("mutation {{ {} }}", (0..10).map(|n| format!("a{n}: {SIGN_OUT} ")).collect::<String>());
    for _ in 0..4 {
        post(site.address, &[], &query(&drain)).await;
    }

    let (graphql, json) = ("application/graphql-response+json", "application/json");
    for media in [graphql, json] {
        let refused = post(site.address, &[("accept", media)], &query(&drain)).await;
        assert_eq!((refused.status, &refused.json()["errors"][0]["extensions"]["code"]), (429, &json!("RATE_LIMITED")));
        assert!(refused.json().get("data").is_none(), "{}", refused.body);
        assert!(refused.header("retry-after").parse::<u64>().is_ok_and(|wait| wait > 60), "{}", refused.head);
    }
    let events = post(site.address, &[("accept", "text/event-stream")], &query(&drain)).await;
    assert!(events.body.contains("RATE_LIMITED"), "{}", events.body);
    let mut socket = site.visitor().socket().await;
    socket.subscribe(&drain, json!({})).await;
    assert_eq!(socket.said().await, Said::Error("RATE_LIMITED".to_owned()));
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn aliases_batches_and_sockets_pay_for_each_reservation() {
    let site = reserving(World::embedded(), 3).start().await;
    site.on_sale(1, 20).await;
    let fan = site.fan("ana").await;
    let reserve = "reserve(input: {matchNumber: 1, category: 1, quantity: 1}) { reservation { id } }";
    let bearer = format!("Bearer {}", fan.token().expect("they are signed in"));

    let two = fan.ask(&format!("mutation {{ a: {reserve} b: {reserve} }}"), json!({})).await;
    assert!(two.is_ok(), "{two:?}");
    let one = query(&format!("mutation {{ {reserve} }}"));
    let batch = post(site.address, &[("authorization", &bearer)], &json!([one, one])).await.json();
    assert!(batch[0]["data"]["reserve"]["reservation"]["id"].is_string(), "{batch}");
    assert_eq!(batch[1]["errors"][0]["extensions"]["code"], "RATE_LIMITED");
    assert_eq!(batch[1]["errors"][0]["extensions"]["bucket"], "reserve");
    let mut socket = fan.socket().await;
    socket.subscribe(&format!("mutation {{ {reserve} }}"), json!({})).await;
    assert_eq!(socket.said().await, Said::Error("RATE_LIMITED".to_owned()));

    assert!(site.fan("ben").await.reserve(1, 1, 1).await.is_ok(), "another fan has their own");
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payment_is_paid_for_whichever_way_it_begins() {
    let world = World::embedded().with("MATCHDAY_LIMITS_CAPACITY", "payReservation=2");
    let world = world.with("MATCHDAY_LIMITS_REFILL", "payReservation=1").with("MATCHDAY_LIMITS_PERIOD_SECONDS", "3600");
    let site = world.start().await;
    let fan = site.fan("ana").await;
    let pay = "payReservation(input: {reservationId: \"1\", paymentMethod: \"pm_card_visa\", idempotencyKey: \"a\"}) {
        reservation { id } }";
    let create = "createPaymentIntent(input: {reservationId: \"1\"}) { clientSecret }";

    for (begin, code) in [(pay, "BAD_USER_INPUT"), (create, "BAD_USER_INPUT"), (create, "RATE_LIMITED")] {
        assert_eq!(fan.ask(&format!("mutation {{ {begin} }}"), json!({})).await.code(), code, "{begin}");
    }
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_kept_for_everybody_is_charged_to_whoever_asks() {
    let site = strict(World::embedded(), 40_000).start().await;
    let sign_out = query(&format!("mutation {{ {SIGN_OUT} }}"));
    let kept: String = (0..12).map(|n| format!("a{n}: matches {{ totalCount }} ")).collect();
    let kept = query(&format!("{{ {kept} }}"));
    let remaining = async || {
        let answer = post(site.address, &[], &kept).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()["extensions"]["cost"]["remaining"].as_u64().expect("it is a number")
    };

    let (first, second, third) = (remaining().await, remaining().await, remaining().await);
    assert!(first > second && second > third, "{first}, {second}, {third}");
    while post(site.address, &[], &sign_out).await.status != 429 {}

    assert_eq!(post(site.address, &[], &kept).await.status, 429);
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_networks_of_one_ipv6_customer_sign_in_no_more_than_some_addresses_may() {
    let world = World::embedded()
        .with("MATCHDAY_TRANSPORT_CONNECTIONS_TRUSTED_PROXIES", "127.0.0.0/8")
        .with("MATCHDAY_LIMITS_CAPACITY", "signIn=1")
        .with("MATCHDAY_LIMITS_REFILL", "signIn=1")
        .with("MATCHDAY_LIMITS_PERIOD_SECONDS", "3600");
    let site = world.start().await;
    let sign_in =
        query(r#"mutation { signIn(input: {email: "a@example.com", password: "correct horse"}) { expiresAt } }"#);
    let from = async |address: &str| post(site.address, &[("x-forwarded-for", address)], &sign_in).await.status;

    for number in 1..=4 {
        assert_eq!(from(&format!("2001:db8:0:{number}::1")).await, 200, "the /64 of number {number}");
    }
    assert_eq!(from("2001:db8:0:5::1").await, 429, "the fifth /64 of a /56");
    assert_eq!(from("2001:db8:0:100::1").await, 200, "another /56");
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reserved_event_streams_are_paid_for() {
    let site = strict(World::embedded(), 50_000).start().await;

    let mut reserved = 0;
    while send(site.address, "PUT /graphql/stream", &[]).await.status == 201 {
        reserved += 1;
    }

    assert_eq!(reserved, 50, "a thousand units each");
    let refused = send(site.address, "PUT /graphql/stream", &[]).await;
    assert_eq!((refused.status, refused.header("retry-after").is_empty()), (429, false), "{refused:?}");
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_of_an_ipv6_network_is_one_caller_and_no_client_chooses_its_address() {
    let world = strict(World::embedded(), 40_000);
    let site = world.with("MATCHDAY_TRANSPORT_CONNECTIONS_TRUSTED_PROXIES", "127.0.0.0/8").start().await;
    let sign_out = query(&format!("mutation {{ {SIGN_OUT} }}"));
    let from = async |address: &str| post(site.address, &[("x-forwarded-for", address)], &sign_out).await.status;

    while from("2001:db8::1").await != 429 {}

    assert_eq!(from("2001:db8::ffff:2").await, 429);
    assert_eq!(from("192.0.2.1, 2001:db8::3").await, 429, "what a client wrote before the proxy counts for nothing");
    assert_eq!(from("2001:db8:0:1::1").await, 200);
    assert_eq!(from("192.0.2.1").await, 200);
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_is_refused_from_memory_costs_like_any_other() {
    let site = reserving(World::embedded(), 3).start().await;
    site.on_sale(1, 1).await;
    site.fan("ana").await.holds(1, 1, 1).await;
    let ben = site.fan("ben").await;

    for _ in 0..3 {
        assert_eq!(ben.reserve(1, 1, 1).await.code(), "TEMPORARILY_UNAVAILABLE");
    }
    let refused = ben.reserve(1, 1, 1).await;

    assert_eq!((refused.code(), &refused.0["errors"][0]["extensions"]["bucket"]), ("RATE_LIMITED", &json!("reserve")));
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_tries_passwords_is_told_by_the_status_when_to_come_again() {
    let (_world, site) = Site::embedded().await;
    let wrong = r#"mutation { signIn(input: {email: "ana@example.com", password: "a wrong guess"}) { accessToken } }"#;
    let mut answer = post(site.address, &[], &query(wrong)).await;
    for _ in 0..20 {
        if answer.status != 200 {
            break;
        }
        assert_eq!(answer.json()["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
        answer = post(site.address, &[], &query(wrong)).await;
    }

    assert_eq!((answer.status, &answer.json()["errors"][0]["extensions"]["code"]), (429, &json!("RATE_LIMITED")));
    assert!(answer.header("retry-after").parse::<u64>().is_ok_and(|wait| wait >= 1), "{}", answer.head);
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_site_without_limits_says_so() {
    let site = World::embedded().with("MATCHDAY_LIMITS_ENABLED", "false").start().await;

    let answer = post(site.address, &[], &query("{ rateLimit { limit buckets { name } } }")).await;

    assert_eq!(answer.json(), json!({ "data": { "rateLimit": { "limit": null, "buckets": [] } } }));
    assert_eq!(answer.header("ratelimit"), "");
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_of_passwords_is_tried_at_the_stated_pace_from_many_addresses_and_at_any_instance() {
    let world = World::services().await.with("MATCHDAY_TRANSPORT_CONNECTIONS_TRUSTED_PROXIES", "127.0.0.0/8");
    let (first, second) = tokio::join!(world.start(), world.start());
    let hour = chrono::Duration::hours(1);
    let begun = first.app.clock.now();

    let (mut tried, mut number) = (0, 0);
    while first.app.clock.now() - begun < hour {
        number += 1;
        let text = format!(
            "mutation {{ signIn(input: {{email: \"ana@example.com\", password: \"guess {number}\"}}) {{ expiresAt }} }}"
        );
        let site = if number % 2 == 0 { &first } else { &second };
        let address = format!("203.0.113.{}", number % 250);
        let answer = post(site.address, &[("x-forwarded-for", &address)], &query(&text)).await.json();
        let extensions = &answer["errors"][0]["extensions"];
        match extensions["code"].as_str() {
            Some("UNAUTHENTICATED") => tried += 1,
            // Who waits for as long as they are told tries as fast as they may.
            Some("RATE_LIMITED") => {
                let wait = extensions["retryAfter"].as_u64().expect("they are told when to come again");
                first.move_clock(Duration::from_secs(wait));
            }
            _ => panic!("{answer}"),
        }
    }

    // Thirty are free from networks that are not the owner's, nine double the wait up to five minutes, and one in five minutes
    // follows.
    assert!((44..=52).contains(&tried), "{tried} in an hour");
    first.finish().await;
    second.finish().await;
}

/// The customer's bucket, as an answer says that it stands.
fn cost(answer: &Value) -> (u64, u64, u64) {
    let cost = &answer["extensions"]["cost"];
    let number = |name: &str| cost[name].as_u64().unwrap_or_else(|| panic!("no {name}: {answer}"));
    (number("requested"), number("actual"), number("remaining"))
}

/// A fan who holds two tickets, by which input, and the hold's id.
async fn two_held(site: &Site) -> (Client, Value, String) {
    site.on_sale(1, 20).await;
    let ana = site.fan("ana").await;
    let input = json!({ "matchNumber": 1, "category": 1, "quantity": 2, "idempotencyKey": "k" });
    let hold = "mutation ($input: ReserveInput!) { reserve(input: $input) { reservation { id } } }";
    let held = ana.ask(hold, json!({ "input": input })).await.data()["reserve"]["reservation"]["id"].clone();
    let id = held.as_str().expect("it is held").to_owned();
    (ana, input, id)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_read_below_the_root_is_paid_for_and_read_once_in_a_query() {
    let world = strict_to("customer", World::embedded(), 60_000);
    let site = world.start().await;
    let (ana, input, id) = two_held(&site).await;
    ana.pay(&id, "pm_card_visa", "a").await.data();
    let aliases: String = (0..20).map(|n| format!("a{n}: payment {{ status }} ")).collect();

    // Two tickets lead to one reservation and its payment: four statements, whatever the document repeats.
    let nested = format!(
        "query ($id: ID!) {{ reservation(id: $id) {{ tickets {{ reservation {{ tickets {{ reservation {{ {aliases} }} }} }} }} }} }}"
    );
    let asked = ana.ask(&nested, json!({ "id": id })).await.0;
    let (requested, actual, before) = cost(&asked);
    assert!(asked["errors"].is_null(), "{asked}");
    assert!((400..=requested).contains(&actual), "{actual} of {requested}");
    let four = 1 + 4 * (1 + 20 * 2);
    assert!(actual >= four, "each value is worked out: {actual}");

    // A mutation reads anew what it may have changed: more than anybody foresaw, and owed.
    let many: String = (0..40).map(|n| format!("a{n}: payment {{ status }} ")).collect();
    let again = format!(
        "mutation ($input: ReserveInput!) {{ reserve(input: $input) {{ reservation {{
            tickets {{ reservation {{ tickets {{ reservation {{ {many} }} }} }} }} }} }} }}"
    );
    let asked = ana.ask(&again, json!({ "input": input })).await.0;
    assert!(asked["errors"].is_null(), "{asked}");
    let (requested, actual, remaining) = cost(&asked);
    assert!(actual >= 4 * 40 * 100 && requested < actual, "{actual} of {requested}");
    assert!(before - remaining >= actual, "the bucket says so: {before} and {remaining} after {actual}");
    let mut last = String::new();
    for _ in 0..4 {
        last = ana.ask(&again, json!({ "input": input })).await.code().to_owned();
    }
    assert_eq!(last, "RATE_LIMITED");
    site.finish().await;
}

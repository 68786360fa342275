//! Payments from the outside, with the sandbox: test cards, a bank's consent, and events that are believed or not.

use std::time::Duration;

use chrono::{DateTime, Utc};
use entities::webhook_event;
use gateways::stripe::sign;
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use testkit::wait::{PATIENCE, eventually};
use tests::{Site, World, client::Client, site::reservation_id, socket::Said};
use uuid::Uuid;

const SECRET: &str = "whsec_of_the_tests";

const SHOWN: &str = "query ($id: ID!) { reservation(id: $id) {
    status cancelReason payment { status declineCode amount { amount currency } } } }";

const MINE: &str = "{ edges: myReservations { edges { node { id payment { status } } } }
    nodes: myReservations { nodes { id payment { status } } } }";

const CREATE: &str = "mutation ($id: ID!) { createPaymentIntent(input: {reservationId: $id}) { clientSecret
    reservation { status payment { status } } } }";

async fn shown(fan: &Client, id: &str) -> Value {
    fan.ask(SHOWN, json!({ "id": id })).await.data()["reservation"].clone()
}

async fn becomes(fan: &Client, id: &str, status: &str, payment: &str) {
    eventually(PATIENCE, &format!("the reservation is {status}, its payment {payment}"), || async {
        let shown = shown(fan, id).await;
        shown["status"] == status && shown["payment"]["status"] == payment
    })
    .await;
}

/// What the payer does at the gateway.
async fn at_the_till(who: &Client, client_secret: &str, act: Value) -> (u16, String) {
    let id = client_secret.split("_secret").next().expect("a split has a first part");
    let mut body = act;
    body["clientSecret"] = client_secret.into();
    who.post(&format!("/sandbox/payment_intents/{id}/confirm"), &[], &body.to_string()).await
}

fn text(value: &Value) -> String {
    value.as_str().expect("it is a text").to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn test_cards_pay_or_are_refused_as_stripe_has_them() {
    let (_world, site) = Site::embedded().await;
    site.on_sale(1, 20).await;
    let ana = site.fan("ana").await;
    let id = ana.holds(1, 2, 2).await;

    for (card, code) in [
        ("pm_card_visa_chargeDeclined", "generic_decline"),
        ("pm_card_visa_chargeDeclinedInsufficientFunds", "insufficient_funds"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card"),
    ] {
        let refused = ana.pay(&id, card, card).await;
        assert_eq!(refused.code(), "PAYMENT_FAILED", "{refused:?}");
        assert_eq!(refused.0["errors"][0]["extensions"]["declineCode"], code);
        let shown = shown(&ana, &id).await;
        assert_eq!((&shown["status"], &shown["payment"]["status"]), (&json!("PENDING"), &json!("DECLINED")));
    }
    // No card was refused, however often: the next one may pay.
    let unknown = ["pm_nope", "tok_visa", "pm_a", "pm_b", "pm_c", "pm_d", "pm_e", "pm_f", "pm_g", "pm_h", "pm_nope"];
    for method in unknown.iter().chain(["4242-4242-4242-4242"].iter()) {
        let refused = ana.pay(&id, method, method).await;
        assert_eq!(
            (refused.code(), &refused.0["errors"][0]["extensions"]["field"]),
            ("BAD_USER_INPUT", &json!("paymentMethod")),
            "{method}: {refused:?}"
        );
    }

    let paid = ana.pay(&id, "pm_card_visa", "a").await.data()["payReservation"].clone();
    let expected = json!({
        "status": "RESERVED", "cancelReason": null, "expiresAt": null, "id": id,
        "payment": { "status": "CAPTURED", "declineCode": null, "amount": { "amount": "250.00", "currency": "USD" } },
    });
    assert_eq!(paid, json!({ "clientSecret": null, "reservation": expected }));
    assert_eq!(ana.pay(&id, "pm_card_visa", "a").await.data()["payReservation"], paid);
    assert_eq!(ana.pay(&id, "pm_card_visa", "b").await.code(), "CONFLICT");
    assert_eq!(ana.pay(&id, "pm_card_mastercard", "a").await.code(), "IDEMPOTENCY_KEY_REUSED");
    assert_eq!(ana.cancel(&id).await.code(), "CONFLICT");
    site.shows(1, 2, (18, 0)).await;
    site.published().await;
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bank_that_asks_for_consent_is_followed_live_to_the_end() {
    for world in [World::embedded(), World::services().await] {
        let site = world.start().await;
        site.on_sale(1, 20).await;
        let ana = site.fan("ana").await;
        let (id, other) = (ana.holds(1, 1, 1).await, ana.holds(1, 1, 1).await);
        let mut socket = ana.socket().await;
        let watch = "subscription ($id: ID!) { reservation(id: $id) { version status payment { status } } }";
        socket.subscribe(watch, json!({ "id": id })).await;
        assert!(matches!(socket.said().await, Said::Next(_)));

        let waits = ana.pay(&id, "pm_card_threeDSecure2Required", "a").await.data()["payReservation"].clone();
        assert_eq!(waits["reservation"]["payment"]["status"], "REQUIRES_ACTION");
        let secret = text(&waits["clientSecret"]);
        let again = ana.pay(&id, "pm_card_threeDSecure2Required", "a").await.data()["payReservation"].clone();
        assert_eq!(again["clientSecret"], waits["clientSecret"]);
        let found = ana.ask(CREATE, json!({ "id": id })).await.data()["createPaymentIntent"].clone();
        assert_eq!(found["clientSecret"], waits["clientSecret"], "who has lost the secret goes on");
        assert_eq!(at_the_till(&ana, &format!("{secret}0"), json!({ "consent": true })).await.0, 404);
        assert_eq!(at_the_till(&ana, &secret, json!({ "consent": true })).await.0, 200);

        becomes(&ana, &id, "RESERVED", "CAPTURED").await;
        let (mut seen, mut version) = (Vec::new(), 1);
        while seen.last().is_none_or(|last| last != "CAPTURED") {
            let Said::Next(next) = socket.said().await else { panic!("the subscription ends") };
            let row = next["reservation"].clone();
            assert!(row["version"].as_i64() > Some(version), "{row}");
            version = row["version"].as_i64().expect("a version is a number");
            seen.push(text(&row["payment"]["status"]));
        }
        let refused = ana.pay(&other, "pm_card_threeDSecure2Required", "b").await.data()["payReservation"].clone();
        assert_eq!(at_the_till(&ana, &text(&refused["clientSecret"]), json!({ "consent": false })).await.0, 200);
        eventually(PATIENCE, "the refusal is heard of", || async {
            shown(&ana, &other).await["payment"]["declineCode"] == "payment_intent_authentication_failure"
        })
        .await;
        assert_eq!(shown(&ana, &other).await["status"], "AWAITING_PAYMENT", "another card may follow at the gateway");
        assert_eq!(ana.cancel(&other).await.data()["cancelReservation"]["reservation"]["cancelReason"], "USER");
        site.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_without_script_consents_by_a_form_and_comes_back() {
    let (_world, site) = Site::embedded().await;
    site.on_sale(1, 20).await;
    let ana = site.fan("ana").await;
    let id = ana.holds(1, 1, 1).await;
    let waits = ana.pay(&id, "pm_card_threeDSecure2Required", "a").await.data()["payReservation"].clone();
    let secret = text(&waits["clientSecret"]);
    let path =
        format!("/sandbox/payment_intents/{}/confirm", secret.split("_secret").next().expect("it has a first part"));
    let send = async |secret: &str, way_on: &str| {
        let body = format!("clientSecret={secret}&consent=true&returnTo={way_on}");
        ana.send(&path, &[("content-type", "application/x-www-form-urlencoded")], &body).await.0
    };

    for elsewhere in ["%2F%2Fevil.example", "%2F%5Cevil.example", "https%3A%2F%2Fevil.example", "%2Fa%0Ab", ""] {
        assert_eq!(send(&secret, elsewhere).await, 400, "{elsewhere}");
    }
    assert_eq!(shown(&ana, &id).await["payment"]["status"], "REQUIRES_ACTION", "nothing was done");
    assert_eq!(send("pi_x_secret_y", "%2Fen%2Forders%2F1").await, 303);
    assert_eq!(shown(&ana, &id).await["payment"]["status"], "REQUIRES_ACTION", "the secret is another one");
    assert_eq!(send(&secret, "%2Fen%2Forders%2F1").await, 303);
    becomes(&ana, &id, "RESERVED", "CAPTURED").await;
    assert_eq!(send(&secret, "%2Fen%2Forders%2F1").await, 303, "sent twice, the order tells what became of it");
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_card_that_only_the_gateway_is_given_pays() {
    let (_world, site) = Site::embedded().await;
    site.on_sale(1, 20).await;
    let ana = site.fan("ana").await;
    let (id, other) = (ana.holds(1, 1, 2).await, ana.holds(1, 2, 1).await);

    let begun = ana.ask(CREATE, json!({ "id": id })).await.data()["createPaymentIntent"].clone();
    assert_eq!(
        begun["reservation"],
        json!({ "status": "AWAITING_PAYMENT", "payment": { "status": "REQUIRES_ACTION" } })
    );
    assert_eq!(ana.ask(CREATE, json!({ "id": id })).await.data()["createPaymentIntent"], begun);
    let secret = text(&begun["clientSecret"]);
    let card = |card: &str| json!({ "paymentMethod": card });
    assert_eq!(at_the_till(&ana, &secret, card("pm_card_visa_chargeDeclinedLostCard")).await.0, 200);
    eventually(PATIENCE, "the refusal is heard of", || async {
        shown(&ana, &id).await["payment"]["declineCode"] == "lost_card"
    })
    .await;
    assert_eq!(at_the_till(&ana, &secret, card("pm_card_visa")).await.0, 200);

    becomes(&ana, &id, "RESERVED", "CAPTURED").await;
    assert_eq!(at_the_till(&ana, &secret, card("pm_card_visa")).await.0, 400);
    let mine = ana.ask(MINE, json!({})).await.data();
    let expected = json!([{ "id": other, "payment": null }, { "id": id, "payment": { "status": "CAPTURED" } }]);
    assert_eq!(mine["nodes"]["nodes"], expected);
    assert_eq!(mine["edges"]["edges"][1]["node"], expected[1]);
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payment_that_nobody_goes_on_with_ends_with_its_hold() {
    let (_world, site) = Site::embedded().await;
    site.on_sale(1, 20).await;
    let ana = site.fan("ana").await;
    let id = ana.holds(1, 1, 2).await;
    let begun = ana.ask(CREATE, json!({ "id": id })).await.data()["createPaymentIntent"].clone();

    site.move_clock(Duration::from_secs(901));

    site.shows(1, 1, (20, 0)).await;
    let late =
        at_the_till(&site.visitor(), &text(&begun["clientSecret"]), json!({ "paymentMethod": "pm_card_visa" })).await;
    assert_eq!(late.0, 400, "{late:?}");
    let id = reservation_id(&id).expect("the id is a reservation's");
    let payment =
        domain::payments::latest(&site.app.db, id).await.expect("payments can be read").expect("there is one");
    assert_eq!(payment.state, entities::payment::State::Voided);
    site.finish().await;
}

fn event(kind: &str, livemode: bool, payment_id: Uuid) -> String {
    let metadata = json!({ "matchday_payment": payment_id });
    let object = json!({ "id": "pi_1", "metadata": metadata, "amount": 100 });
    json!({ "id": format!("evt_{kind}"), "type": kind, "livemode": livemode, "data": { "object": object } }).to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_are_believed_by_their_signature_and_stored_once() {
    let world = World::embedded().with("STRIPE_WEBHOOK_SECRET", SECRET);
    let site = world.start().await;
    let visitor = site.visitor();
    let now: DateTime<Utc> = book::clock::Clock::now(&*site.clock);
    let send = async |header: Option<String>, body: String| {
        let headers: Vec<(&str, &str)> = header.iter().map(|header| ("stripe-signature", header.as_str())).collect();
        visitor.post("/webhooks/stripe", &headers, &body).await.0
    };
    let signed = |secret: &str, seconds: i64, body: &str| {
        Some(sign(secret.as_bytes(), now + chrono::Duration::seconds(seconds), body.as_bytes()))
    };
    let good = event("payment_intent.succeeded", false, Uuid::now_v7());

    for (header, body, expected) in [
        (None, good.clone(), 400),
        (Some("nonsense".to_owned()), good.clone(), 400),
        (signed("another secret", 0, &good), good.clone(), 400),
        (signed(SECRET, 0, &good), good.replace("100", "999"), 400),
        (signed(SECRET, -3_600, &good), good.clone(), 400),
        (signed(SECRET, 3_600, &good), good.clone(), 400),
        (signed(SECRET, 0, "{}"), "{}".to_owned(), 400),
        (signed(SECRET, 0, &"x".repeat(300_000)), "x".repeat(300_000), 413),
    ] {
        assert_eq!(send(header.clone(), body).await, expected, "{header:?}");
    }
    let live = event("payment_intent.created", true, Uuid::now_v7());
    assert_eq!(send(signed(SECRET, 0, &live), live.clone()).await, 400, "real money in a program of test mode");
    let stored = async || {
        let events = webhook_event::Entity::find().all(&site.app.db).await;
        events.expect("events can be read").len()
    };
    assert_eq!(stored().await, 0);

    let unknown = event("customer.created", false, Uuid::now_v7());
    let not_ours = json!({ "id": "evt_1", "type": "charge.succeeded", "livemode": false, "data": { "object": {} } });
    for body in [unknown, not_ours.to_string()] {
        assert_eq!(send(signed(SECRET, 0, &body), body.clone()).await, 200, "{body}");
    }
    assert_eq!(stored().await, 0, "what says nothing to us is accepted and let go");
    for _ in 0..3 {
        assert_eq!(send(signed(SECRET, 0, &good), good.clone()).await, 200);
    }
    assert_eq!(stored().await, 1);
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cards_that_are_tried_at_the_gateway_count_as_those_that_we_are_given() {
    let world = World::embedded().with("STRIPE_WEBHOOK_SECRET", SECRET).with("MATCHDAY_HOLDS_DECLINES", "5");
    let site = world.with("MATCHDAY_HOLDS_DECLINES_PER_HOUR", "10").start().await;
    site.on_sale(1, 20).await;
    let ana = site.fan("ana").await;
    let declines = async |id: &str| {
        let id = reservation_id(id).expect("the id is a reservation's");
        let payment = domain::payments::latest(&site.app.db, id).await.expect("payments can be read");
        payment.map_or((Uuid::nil(), 0), |payment| (payment.id, payment.declines))
    };
    let [first, second, third] = [ana.holds(1, 1, 1).await, ana.holds(1, 1, 1).await, ana.holds(1, 1, 1).await];

    for id in [&first, &second] {
        let secret = text(&ana.ask(CREATE, json!({ "id": id })).await.data()["createPaymentIntent"]["clientSecret"]);
        for refused in 1..=5 {
            let card = json!({ "paymentMethod": "pm_card_visa_chargeDeclined" });
            assert_eq!(at_the_till(&ana, &secret, card).await.0, 200);
            eventually(PATIENCE, "the refusal is heard of", || async { declines(id).await.1 == refused }).await;
        }
        becomes(&ana, id, "PENDING", "CANCELLED").await;
        assert_eq!(at_the_till(&ana, &secret, json!({ "paymentMethod": "pm_card_visa" })).await.0, 400);
        assert_eq!(ana.ask(CREATE, json!({ "id": id })).await.code(), "PAYMENT_FAILED");
        assert_eq!(ana.pay(id, "pm_card_visa", id).await.code(), "PAYMENT_FAILED");
    }
    let of_hour = ana.ask(CREATE, json!({ "id": third })).await;
    assert_eq!(of_hour.code(), "RATE_LIMITED", "ten in an hour");
    assert!(of_hour.0["errors"][0]["extensions"]["retryAfter"].is_number(), "{of_hour:?}");

    let ben = site.fan("ben").await;
    let id = ben.holds(1, 2, 1).await;
    ben.ask(CREATE, json!({ "id": id })).await.data();
    let told = event("payment_intent.payment_failed", false, declines(&id).await.0);
    for _ in 0..7 {
        let now = book::clock::Clock::now(&*site.clock);
        let header = sign(SECRET.as_bytes(), now, told.as_bytes());
        let (status, _) = ben.post("/webhooks/stripe", &[("stripe-signature", &header)], &told).await;
        assert_eq!(status, 200);
    }
    assert_eq!(declines(&id).await.1, 1, "it is one event");
    site.finish().await;
}

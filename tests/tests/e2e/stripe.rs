//! Payments by Stripe: the whole program against a Stripe that refuses, asks, tells late, twice or never, and fails.
//!
//! Whatever happens, the books of both sides agree in the end: what was taken and not given back is the price of what is
//! sold, nothing stays reserved on a card, and nobody has to look at anything.

use std::{collections::HashMap, time::Duration};

use book::clock::Clock;
use domain::payments::{self, reconciliation, refunds};
use entities::{
    payment::{self, State},
    sandbox_intent, ticket, webhook_event,
};
use gateways::stripe::sign;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use testkit::wait::{PATIENCE, eventually, eventually_some};
use tests::{
    Site, World,
    client::Client,
    fake_stripe::{Call, FakeStripe, KEY, SECRET},
    site::reservation_id,
};
use uuid::Uuid;

mod faults;
mod late;
mod mock;
mod movements;

const SHOWN: &str = "query ($id: ID!) { reservation(id: $id) { status cancelReason payment { status declineCode } } }";

const CREATE: &str = "mutation ($id: ID!) { createPaymentIntent(input: {reservationId: $id}) { clientSecret
    reservation { status payment { status } } } }";

/// A card whose bank asks for the payer's consent.
const ASKS: &str = "pm_card_threeDSecure2Required";

/// A world whose money is Stripe's. Its fans stay signed in for a day, however a test moves the clock.
fn with_stripe(world: World, stripe: &FakeStripe) -> World {
    world
        .with("STRIPE_SECRET_KEY", KEY)
        .with("STRIPE_WEBHOOK_SECRET", SECRET)
        .with("STRIPE_API_BASE", &stripe.base())
        .with("MATCHDAY_ACCOUNTS_ACCESS_TOKEN_SECONDS", "86400")
}

/// The newest payment of a reservation.
async fn payment(site: &Site, id: &str) -> payment::Model {
    let id = reservation_id(id).expect("the id is a reservation's");
    payments::latest(&site.app.db, id).await.expect("payments can be read").expect("there is one")
}

async fn shown(fan: &Client, id: &str) -> (String, String) {
    let shown = fan.ask(SHOWN, json!({ "id": id })).await.data()["reservation"].clone();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    (text(&shown["status"]), text(&shown["payment"]["status"]))
}

async fn becomes(fan: &Client, id: &str, status: &str, payment: &str) {
    eventually(3 * PATIENCE, &format!("the reservation is {status}, its payment {payment}"), || async {
        shown(fan, id).await == (status.to_owned(), payment.to_owned())
    })
    .await;
}

/// Pays with a card whose bank asks, and gives the secret that leads the payer on; asks again while Stripe is slow.
async fn waits(fan: &Client, id: &str) -> String {
    eventually_some(3 * PATIENCE, "the payment waits for its payer", || async {
        let paid = fan.pay(id, ASKS, id).await.data()["payReservation"].clone();
        paid["clientSecret"].as_str().map(str::to_owned)
    })
    .await
}

/// Moves the clock to each next turn of the keeper until the payment is in one of these states.
async fn followed(site: &Site, id: &str, states: &[State]) -> payment::Model {
    eventually_some(3 * PATIENCE, &format!("the payment is {states:?}"), || async {
        let payment = payment(site, id).await;
        if states.contains(&payment.state) {
            return Some(payment);
        }
        let waits = payment.next_at - site.clock.now();
        if waits > chrono::Duration::zero() {
            site.clock.advance(waits);
        }
        None
    })
    .await
}

/// Tells the site of events, each of which it accepts.
async fn tell(site: &Site, stripe: &FakeStripe, events: &[Value]) {
    for event in events {
        assert_eq!(stripe.tell(site.address, event, site.clock.now()).await, 200, "{event}");
    }
}

/// What Stripe has taken and not given back is what the tickets cost, and nobody has to look at anything.
async fn demand_that_books_agree(site: &Site, stripe: &FakeStripe) {
    let troubles = reconciliation::troubles(&site.app).await.expect("troubles can be listed");
    assert_eq!(troubles, [], "nobody has to look at anything");
    assert_eq!(stripe.reserved(), 0, "nothing stays reserved on a card");
    let payments = payment::Entity::find().all(&site.app.db).await.expect("payments can be read");
    let ids: Vec<Uuid> = payments.iter().map(|payment| payment.id).collect();
    let refunds = refunds::of_payments(&site.app.db, &ids).await.expect("refunds can be read");
    let mut taken: HashMap<Uuid, i64> = HashMap::new();
    for payment in &payments {
        let of_payment = stripe.taken(payment.id);
        let back: i64 = refunds.get(&payment.id).into_iter().flatten().map(|refund| refund.amount_minor).sum();
        let ours = if payment.state == State::Captured { payment.amount_minor - back } else { 0 };
        assert_eq!(of_payment, ours, "{payment:?}");
        *taken.entry(payment.reservation_id).or_default() += of_payment;
    }
    let is_good = ticket::Column::Status.ne(ticket::Status::Refunded);
    for ticket in ticket::Entity::find().filter(is_good).all(&site.app.db).await.expect("tickets can be read") {
        *taken.entry(ticket.reservation_id).or_default() -= ticket.price_minor;
    }
    assert!(taken.values().all(|left| *left == 0), "more or less was taken than the tickets cost: {taken:?}");
    let mut begun = stripe.begun();
    let count = begun.len();
    begun.sort_unstable();
    begun.dedup();
    assert_eq!(begun.len(), count, "no payment was begun twice");
    assert!(
        begun.iter().all(|id| payments.iter().any(|payment| payment.id == *id)),
        "Stripe knows none that we do not"
    );
}

fn text(value: &Value) -> String {
    value.as_str().expect("it is a text").to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cards_pay_or_are_refused_and_another_card_follows() {
    let stripe = FakeStripe::start().await;
    for world in [World::embedded(), World::services().await] {
        let world = with_stripe(world, &stripe);
        let site = world.start().await;
        site.on_sale(1, 20).await;
        let ana = site.fan("ana").await;
        let id = ana.holds(1, 2, 2).await;

        for (card, code) in [
            ("pm_card_visa_chargeDeclinedInsufficientFunds", "insufficient_funds"),
            ("pm_card_chargeDeclinedExpiredCard", "expired_card"),
        ] {
            for _ in 0..2 {
                let refused = ana.pay(&id, card, card).await;
                assert_eq!(refused.code(), "PAYMENT_FAILED", "{refused:?}");
                assert_eq!(refused.0["errors"][0]["extensions"]["declineCode"], code);
            }
            assert_eq!(shown(&ana, &id).await, ("PENDING".to_owned(), "DECLINED".to_owned()));
        }
        for method in ["pm_nope", "tok_visa", "pm_a", "pm_b", "pm_c", "pm_nope"] {
            let refused = ana.pay(&id, method, method).await;
            assert_eq!(refused.code(), "BAD_USER_INPUT", "{method}: {refused:?}");
            assert_eq!(refused.0["errors"][0]["extensions"]["field"], "paymentMethod");
        }
        let begun = stripe.begun().len();
        let paid = ana.pay(&id, "pm_card_visa", "a").await.data()["payReservation"].clone();

        assert_eq!(paid["reservation"]["status"], "RESERVED", "{paid}");
        assert_eq!(paid["reservation"]["payment"]["status"], "CAPTURED");
        assert_eq!(ana.pay(&id, "pm_card_visa", "a").await.data()["payReservation"], paid);
        assert_eq!(stripe.begun().len(), begun + 1);
        assert_eq!(stripe.taken(payment(&site, &id).await.id), 25_000);
        site.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn consent_is_heard_of_in_any_order_thrice_or_never() {
    let stripe = FakeStripe::start().await;
    for world in [World::embedded(), World::services().await] {
        let world = with_stripe(world, &stripe);
        let site = world.start().await;
        site.on_sale(1, 20).await;
        let ana = site.fan("ana").await;

        for (key, times, reversed) in [("in-order", 1, false), ("thrice-in-reverse", 3, true), ("never", 0, false)] {
            let id = ana.holds(1, 1, 1).await;
            let waits = ana.pay(&id, ASKS, key).await.data()["payReservation"].clone();
            assert_eq!(waits["reservation"]["payment"]["status"], "REQUIRES_ACTION", "{waits}");
            let again = ana.pay(&id, ASKS, key).await.data()["payReservation"].clone();
            assert_eq!(again["clientSecret"], waits["clientSecret"], "who lost the secret gets it again");
            assert!(stripe.consent(&text(&waits["clientSecret"]), true));

            let payment_id = payment(&site, &id).await.id;
            let mut events = stripe.events(payment_id);
            if reversed {
                events.reverse();
            }
            for _ in 0..times {
                tell(&site, &stripe, &events).await;
            }
            if times == 0 {
                followed(&site, &id, &[State::Captured]).await;
            }
            becomes(&ana, &id, "RESERVED", "CAPTURED").await;
            tell(&site, &stripe, &stripe.events(payment_id)).await;
            let heard = async || {
                let events = webhook_event::Entity::find().all(&site.app.db).await.expect("events can be read");
                events.iter().all(|event| event.outcome.is_some())
            };
            eventually(PATIENCE, "late events are seen to", heard).await;
            assert_eq!(shown(&ana, &id).await, ("RESERVED".to_owned(), "CAPTURED".to_owned()));
        }
        let refused = ana.holds(1, 2, 1).await;
        let waits = ana.pay(&refused, ASKS, "refused").await.data()["payReservation"].clone();
        assert!(stripe.consent(&text(&waits["clientSecret"]), false));
        tell(&site, &stripe, &stripe.events(payment(&site, &refused).await.id)).await;
        eventually(PATIENCE, "the refusal is heard of", || async {
            payment(&site, &refused).await.decline_code.as_deref() == Some("payment_intent_authentication_failure")
        })
        .await;
        ana.cancel(&refused).await.data();
        site.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_card_that_only_stripe_is_given_pays() {
    let stripe = FakeStripe::start().await;
    let world = with_stripe(World::embedded(), &stripe);
    let site = world.start().await;
    site.on_sale(1, 20).await;
    let ana = site.fan("ana").await;
    let id = ana.holds(1, 1, 2).await;

    let begun = ana.ask(CREATE, json!({ "id": id })).await.data()["createPaymentIntent"].clone();
    assert_eq!(ana.ask(CREATE, json!({ "id": id })).await.data()["createPaymentIntent"], begun);
    let secret = text(&begun["clientSecret"]);
    assert_eq!(stripe.confirm(&secret, "pm_card_visa_chargeDeclined").await, 402);
    let payment_id = payment(&site, &id).await.id;
    tell(&site, &stripe, &stripe.events(payment_id)).await;
    eventually(PATIENCE, "the refusal is heard of", || async {
        payment(&site, &id).await.decline_code.as_deref() == Some("generic_decline")
    })
    .await;
    assert_eq!(stripe.confirm(&secret, "pm_card_visa").await, 200);
    tell(&site, &stripe, &stripe.events(payment_id)).await;

    becomes(&ana, &id, "RESERVED", "CAPTURED").await;
    assert_eq!(payment(&site, &id).await.declines, 1, "the same event was told twice");
    demand_that_books_agree(&site, &stripe).await;
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cards_that_only_stripe_is_given_are_tried_no_further_than_those_that_we_are_given() {
    let stripe = FakeStripe::start().await;
    let site = with_stripe(World::embedded(), &stripe).with("MATCHDAY_HOLDS_DECLINES", "5").start().await;
    site.on_sale(1, 20).await;
    let ana = site.fan("ana").await;
    let id = ana.holds(1, 1, 2).await;
    let begun = ana.ask(CREATE, json!({ "id": id })).await.data()["createPaymentIntent"].clone();
    let secret = text(&begun["clientSecret"]);
    let payment_id = payment(&site, &id).await.id;

    for refused in 1..=5 {
        assert_eq!(stripe.confirm(&secret, "pm_card_visa_chargeDeclined").await, 402);
        tell(&site, &stripe, &stripe.events(payment_id)).await;
        assert_eq!(payment(&site, &id).await.declines, refused);
    }

    becomes(&ana, &id, "PENDING", "CANCELLED").await;
    assert_eq!(stripe.confirm(&secret, "pm_card_visa").await, 400, "it is cancelled there");
    let another = ana.ask(CREATE, json!({ "id": id })).await;
    assert_eq!(another.code(), "PAYMENT_FAILED", "{another:?}");
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_overtakes_the_answer_changes_nothing() {
    let stripe = FakeStripe::start().await;
    let world = with_stripe(World::services().await, &stripe).with("MATCHDAY_STRIPE_TIMEOUT_SECONDS", "60");
    let site = world.start().await;
    site.on_sale(1, 20).await;
    let ana = site.fan("ana").await;

    for call in [Call::Open, Call::Capture] {
        let id = ana.holds(1, 1, 1).await;
        let held = stripe.hold(call);
        let (fan, of) = (ana.clone(), id.clone());
        let paying = tokio::spawn(async move { fan.pay(&of, "pm_card_visa", &of).await });
        held.done().await;
        tell(&site, &stripe, &stripe.events(payment(&site, &id).await.id)).await;
        eventually(PATIENCE, "the events are seen to", || async {
            let events = webhook_event::Entity::find().all(&site.app.db).await.expect("events can be read");
            events.iter().all(|event| event.outcome.is_some())
        })
        .await;
        held.answer();

        let paid = paying.await.expect("the fan waits for the answer");
        assert!(paid.is_ok(), "{call:?}: {paid:?}");
        followed(&site, &id, &[State::Captured]).await;
        becomes(&ana, &id, "RESERVED", "CAPTURED").await;
    }
    demand_that_books_agree(&site, &stripe).await;
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_the_key_of_stripe_is_set_nobody_pays_with_play_money() {
    let stripe = FakeStripe::start().await;
    let mut world = World::embedded().with("STRIPE_SECRET_KEY", "sk_test_of_somebody_else");
    world = world.with("STRIPE_API_BASE", &stripe.base());
    let site = world.start().await;
    site.on_sale(1, 20).await;
    let ana = site.fan("ana").await;
    let id = ana.holds(1, 1, 1).await;

    let paid = ana.pay(&id, "pm_card_visa", "a").await.data()["payReservation"].clone();

    assert_eq!(paid["reservation"]["payment"]["status"], "PROCESSING", "a wrong key refuses nobody's card: {paid}");
    assert_eq!(ana.post("/webhooks/stripe", &[], "{}").await.0, 404, "without its secret no event can be believed");
    assert_eq!(ana.post("/sandbox/payment_intents/pi_1/confirm", &[], "{}").await.0, 404);
    let play = sandbox_intent::Entity::find().all(&site.app.db).await.expect("the sandbox can be read");
    assert_eq!(play, []);
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_production_an_event_of_test_mode_is_refused() {
    let world = World::services()
        .await
        .with("ENV", "prod")
        .with("MATCHDAY_MIGRATE", "true")
        .with("MATCHDAY_MAIL_SMTP_URL", "smtps://nobody@127.0.0.1:1")
        .with("STRIPE_SECRET_KEY", "sk_live_of_the_tests")
        .with("STRIPE_API_BASE", "https://127.0.0.1:1")
        .with("STRIPE_WEBHOOK_SECRET", SECRET);
    let site = world.start().await;
    let visitor = site.visitor();

    for (is_live, expected) in [(false, 400), (true, 200)] {
        let object = json!({ "id": "pi_1", "metadata": { "matchday_payment": Uuid::now_v7() } });
        let event = json!({
            "id": format!("evt_{is_live}"), "type": "payment_intent.succeeded", "livemode": is_live,
            "data": { "object": object },
        });
        let signature = sign(SECRET.as_bytes(), site.clock.now(), event.to_string().as_bytes());
        let answer = visitor.post("/webhooks/stripe", &[("stripe-signature", &signature)], &event.to_string()).await;
        assert_eq!(answer.0, expected, "{answer:?}");
    }
    let stored = webhook_event::Entity::find().all(&site.app.db).await.expect("events can be read");
    assert_eq!(stored.iter().map(|event| event.id.as_str()).collect::<Vec<_>>(), ["evt_true"]);
    site.finish().await;
}

/// Longer than the time that is given for a hold, or a payment's grace after it.
const HOLD: Duration = Duration::from_secs(900);
const GRACE: Duration = Duration::from_secs(600);

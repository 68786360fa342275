//! Stripe fails at every call of ours, before its effect and after it: once, so that asking again helps, and for as long
//! as we ask, so that the keeper follows.

use book::clock::Clock;
use domain::{gateway::GatewayError, payments::refunds};
use entities::{payment::State, refund};
use serde_json::{Value, json};
use testkit::wait::{PATIENCE, eventually};
use tests::{
    Site, World,
    client::Client,
    fake_stripe::{Call, FakeStripe, Fault},
};

use super::{ASKS, GRACE, HOLD, becomes, demand_that_books_agree, followed, payment, tell, waits, with_stripe};

/// Times that the program asks before it leaves a payment to the keeper.
const TRIES: usize = 3;

/// How a call fails, and how often in a row.
const FAULTS: [(Fault, usize); 12] = [
    (Fault::Status(500), 1),
    (Fault::Status(503), TRIES),
    (Fault::Status(409), TRIES),
    (Fault::Status(429), 1),
    (Fault::Status(429), TRIES),
    (Fault::Silence, 1),
    (Fault::Reset, 1),
    (Fault::Reset, TRIES),
    (Fault::ResetAfter, 1),
    (Fault::ResetAfter, TRIES),
    (Fault::SilenceAfter, 1),
    (Fault::GarbageAfter, TRIES),
];

/// A site on the real services that does not wait long for Stripe.
async fn impatient(stripe: &FakeStripe, cap: &str) -> (World, Site) {
    let world = with_stripe(World::services().await, stripe)
        .with("MATCHDAY_STRIPE_TIMEOUT_SECONDS", "2")
        .with("MATCHDAY_HOLDS_PURCHASE_CAP", cap);
    let site = world.start().await;
    site.on_sale(1, 1_000).await;
    (world, site)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failure_that_passes_is_asked_away_at_once() {
    let stripe = FakeStripe::start().await;
    let world = with_stripe(World::embedded(), &stripe).with("MATCHDAY_STRIPE_TIMEOUT_SECONDS", "60");
    let site = world.start().await;
    site.on_sale(1, 20).await;
    let ana = site.fan("ana").await;

    for fault in [Fault::Status(429), Fault::Reset, Fault::ResetAfter, Fault::GarbageAfter] {
        let id = ana.holds(1, 1, 1).await;
        stripe.fail(Call::Open, fault, TRIES - 1);
        stripe.fail(Call::Capture, fault, TRIES - 1);

        let paid = ana.pay(&id, "pm_card_visa", &id).await.data()["payReservation"]["reservation"].clone();
        assert_eq!(paid["payment"]["status"], "CAPTURED", "{fault:?}: {paid}");
        assert_eq!(stripe.faults(), 0);
    }
    assert_eq!(stripe.begun().len(), 4);
    demand_that_books_agree(&site, &stripe).await;
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_becomes_of_the_answer_a_payment_is_begun_once() {
    let stripe = FakeStripe::start().await;
    let (_world, site) = impatient(&stripe, "1000").await;
    let ana = site.fan("ana").await;

    for (index, (fault, times)) in FAULTS.into_iter().enumerate() {
        let id = ana.holds(1, 1, 1).await;
        stripe.fail(Call::Open, fault, times);
        let paid = ana.pay(&id, "pm_card_visa", &id).await;
        assert!(paid.is_ok(), "{fault:?}: {paid:?}");
        followed(&site, &id, &[State::Captured]).await;

        becomes(&ana, &id, "RESERVED", "CAPTURED").await;
        assert_eq!((stripe.begun().len(), stripe.faults()), (index + 1, 0), "{fault:?}");
    }
    demand_that_books_agree(&site, &stripe).await;
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_becomes_of_the_answer_money_is_taken_once() {
    let stripe = FakeStripe::start().await;
    let (_world, site) = impatient(&stripe, "1000").await;
    let ana = site.fan("ana").await;

    for (fault, times) in FAULTS.into_iter().chain([(Fault::KeptAfter(500), 1)]) {
        let id = ana.holds(1, 1, 1).await;
        stripe.fail(Call::Capture, fault, times);
        let paid = ana.pay(&id, "pm_card_visa", &id).await;
        assert!(paid.is_ok(), "{fault:?}: {paid:?}");
        followed(&site, &id, &[State::Captured]).await;

        becomes(&ana, &id, "RESERVED", "CAPTURED").await;
        assert_eq!(stripe.faults(), 0, "{fault:?}");
    }
    demand_that_books_agree(&site, &stripe).await;
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_becomes_of_the_answer_a_payment_that_is_given_up_takes_nothing() {
    let stripe = FakeStripe::start().await;
    let (_world, site) = impatient(&stripe, "1000").await;
    let ana = site.fan("ana").await;

    for (fault, times) in FAULTS.into_iter().chain([(Fault::KeptAfter(500), 1)]) {
        let id = ana.holds(1, 1, 1).await;
        let secret = waits(&ana, &id).await;
        stripe.fail(Call::Cancel, fault, times);
        let given_up = ana.cancel(&id).await;
        assert!(given_up.is_ok() || given_up.code() == "CONFLICT", "{fault:?}: {given_up:?}");
        followed(&site, &id, &[State::Voided]).await;

        // Nothing can come of it any more, and the fan gives up the hold as well, if they could not at once.
        assert!(!stripe.consent(&secret, true), "{fault:?}");
        eventually(PATIENCE, "the hold is given up", || async { ana.cancel(&id).await.is_ok() }).await;
        becomes(&ana, &id, "CANCELLED", "CANCELLED").await;
        assert_eq!(stripe.faults(), 0, "{fault:?}");
    }
    demand_that_books_agree(&site, &stripe).await;
    site.shows(1, 1, (1_000, 0)).await;
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_becomes_of_the_answer_money_goes_back_once() {
    let stripe = FakeStripe::start().await;
    let (_world, site) = impatient(&stripe, "1").await;
    let ana = site.fan("ana").await;

    for (index, (fault, times)) in FAULTS.into_iter().chain([(Fault::KeptAfter(500), 1)]).enumerate() {
        let (id, other) = captured_too_late(&site, &stripe, &ana).await;
        stripe.fail(Call::Refund, fault, times);
        tell(&site, &stripe, &stripe.events(payment(&site, &id).await.id)).await;
        followed(&site, &id, &[State::Refunded]).await;

        becomes(&ana, &id, "CANCELLED", "REFUNDED").await;
        assert_eq!((stripe.refunds(), stripe.faults()), (index + 1, 0), "{fault:?}");
        ana.cancel(&other).await.data();
    }
    demand_that_books_agree(&site, &stripe).await;
    site.shows(1, 1, (1_000, 0)).await;
    site.finish().await;
}

/// A hold that ended while nobody could reach Stripe, and whose money was taken there all the same; and another one, so
/// that the fan, who may have one ticket, can't have the first again.
async fn captured_too_late(site: &Site, stripe: &FakeStripe, fan: &Client) -> (String, String) {
    let id = fan.holds(1, 1, 1).await;
    let secret = waits(fan, &id).await;
    stripe.set_away(true);
    site.move_clock(HOLD + GRACE);
    becomes(fan, &id, "CANCELLED", "REQUIRES_ACTION").await;
    assert!(stripe.consent(&secret, true));
    stripe.capture_by_hand(payment(site, &id).await.id, None);
    let other = fan.holds(1, 1, 1).await;
    stripe.set_away(false);
    (id, other)
}

const TICKETS: &str = "query ($id: ID!) { reservation(id: $id) { tickets { id } } }";

const REFUND: &str = "mutation ($input: RefundReservationInput!) { refundReservation(input: $input) {
    reservation { quantityLeft } } }";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_becomes_of_the_answer_each_ticket_goes_back_once() {
    let stripe = FakeStripe::start().await;
    let (_world, site) = impatient(&stripe, "1000").await;
    let ana = site.fan("ana").await;

    for (index, (fault, times)) in [
        (Fault::Status(503), TRIES),
        (Fault::ResetAfter, 1),
        (Fault::ResetAfter, TRIES),
        (Fault::SilenceAfter, 1),
        (Fault::KeptAfter(500), 1),
    ]
    .into_iter()
    .enumerate()
    {
        let id = ana.holds(1, 1, 2).await;
        ana.pay(&id, "pm_card_visa", &id).await.data();
        followed(&site, &id, &[State::Captured]).await;
        let first = ana.ask(TICKETS, json!({ "id": id })).await.data()["reservation"]["tickets"][0]["id"].clone();
        for (named, left) in [(json!([first]), 1), (Value::Null, 0)] {
            stripe.fail(Call::Refund, fault, times);
            let input = json!({ "reservationId": id, "ticketIds": named });
            let back = ana.ask(REFUND, json!({ "input": input })).await.data();
            assert_eq!(back["refundReservation"]["reservation"]["quantityLeft"], left, "{fault:?}");
            paid_back(&site, &id).await;
            demand_that_books_agree(&site, &stripe).await;
        }
        becomes(&ana, &id, "CANCELLED", "REFUNDED").await;
        assert_eq!((stripe.refunds(), stripe.faults()), (2 * (index + 1), 0), "{fault:?}");
    }
    site.shows(1, 1, (1_000, 0)).await;
    site.finish().await;
}

/// Moves the clock to each next turn of the keeper until nothing is owed for a reservation.
async fn paid_back(site: &Site, id: &str) {
    let payment_id = payment(site, id).await.id;
    eventually(3 * PATIENCE, "the money is back", || async {
        let of_payment = refunds::of_payments(&site.app.db, &[payment_id]).await.expect("refunds can be read");
        let due = of_payment.values().flatten().filter(|refund| refund.state == refund::State::Due);
        let Some(next_at) = due.map(|refund| refund.next_at).min() else { return true };
        let waits = next_at - site.clock.now();
        if waits > chrono::Duration::zero() {
            site.clock.advance(waits);
        }
        false
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payment_that_stripe_fails_to_tell_of_is_found_by_our_own_name_for_it() {
    let stripe = FakeStripe::start().await;
    let (_world, site) = impatient(&stripe, "1000").await;
    let ana = site.fan("ana").await;

    for lags in [false, true] {
        for card in ["pm_card_visa", ASKS] {
            let id = ana.holds(1, 1, 1).await;
            stripe.search_lags(lags);
            stripe.fail(Call::Open, Fault::KeptAfter(500), 1);
            let paid = ana.pay(&id, card, &id).await;
            assert!(paid.is_ok(), "{paid:?}");
            if lags {
                assert_eq!(payment(&site, &id).await.state, State::Created, "it is not found yet");
                stripe.search_lags(false);
            }
            if card == ASKS {
                followed(&site, &id, &[State::Open]).await;
                assert!(stripe.consent(&waits(&ana, &id).await, true));
            }
            followed(&site, &id, &[State::Captured]).await;
            becomes(&ana, &id, "RESERVED", "CAPTURED").await;
        }
    }
    demand_that_books_agree(&site, &stripe).await;
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refund_is_known_by_what_it_carries_when_its_key_is_forgotten() {
    let stripe = FakeStripe::start().await;
    let world = with_stripe(World::services().await, &stripe).with("MATCHDAY_STRIPE_TIMEOUT_SECONDS", "60");
    let site = world.start().await;
    site.on_sale(2, 10).await;
    let ana = site.fan("ana").await;
    let id = ana.holds(2, 1, 2).await;
    ana.pay(&id, "pm_card_visa", "a").await.data();
    let intent_id = payment(&site, &id).await.intent_id.expect("Stripe has named it");

    let first = site.app.gateway.refund(&intent_id, 7_500, "one").await.expect("half of it goes back");
    stripe.forget_keys();
    let again = site.app.gateway.refund(&intent_id, 7_500, "one").await.expect("it is known");
    let other = site.app.gateway.refund(&intent_id, 2_500, "another").await.expect("a third of the rest goes back");
    let excess = site.app.gateway.refund(&intent_id, 7_500, "too much").await;

    let unknown = site.app.gateway.find("pi_of_nobody").await.expect("Stripe can be asked");

    assert_eq!(unknown, None);
    assert_eq!((&again, stripe.refunds()), (&first, 2));
    assert_ne!(other, first);
    assert!(matches!(excess, Err(GatewayError::Refused { .. })), "{excess:?}");
    assert_eq!(stripe.taken(payment(&site, &id).await.id), 5_000);
    site.finish().await;
}

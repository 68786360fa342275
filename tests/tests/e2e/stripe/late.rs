//! Money at the end of a hold, and after it: a moment before, a moment after, and while nobody can reach Stripe.

use std::time::Duration;

use book::clock::Clock;
use domain::payments::reconciliation;
use entities::payment::State;
use testkit::wait::{PATIENCE, eventually};
use tests::{
    Site, World,
    client::Client,
    fake_stripe::{Call, FakeStripe, Fault},
};

use super::{GRACE, HOLD, becomes, demand_that_books_agree, followed, payment, tell, waits, with_stripe};

/// A hold whose payment waits for the payer's consent: its id, and the secret that leads on.
async fn held(fan: &Client, match_number: i32) -> (String, String) {
    let id = fan.holds(match_number, 1, 2).await;
    let secret = waits(fan, &id).await;
    (id, secret)
}

/// Moves the clock to this long before the end of the hold, or after it.
async fn move_to_the_end(site: &Site, id: &str, by: chrono::Duration) {
    let ends_at = payment(site, id).await.hold_ends_at;
    site.clock.advance(ends_at + by - site.clock.now());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_pays_a_moment_before_the_end_or_while_nobody_knows_has_the_tickets() {
    let stripe = FakeStripe::start().await;
    let world = with_stripe(World::services().await, &stripe);
    let site = world.start().await;
    site.on_sale(1, 20).await;
    let ana = site.fan("ana").await;

    // Stripe tells nothing: the end of the hold asks.
    let (id, secret) = held(&ana, 1).await;
    move_to_the_end(&site, &id, -chrono::Duration::milliseconds(1)).await;
    let consents = stripe.consent(&secret, true);
    let state = if consents { State::Captured } else { State::Voided };
    followed(&site, &id, &[state]).await;
    let (status, payment) = if consents { ("RESERVED", "CAPTURED") } else { ("CANCELLED", "CANCELLED") };
    becomes(&ana, &id, status, payment).await;

    // A moment after the end, while Stripe can't be asked: the hold waits for its payment.
    let (id, secret) = held(&ana, 1).await;
    stripe.set_away(true);
    move_to_the_end(&site, &id, chrono::Duration::milliseconds(1)).await;
    assert!(stripe.consent(&secret, true));
    stripe.set_away(false);
    followed(&site, &id, &[State::Captured]).await;
    becomes(&ana, &id, "RESERVED", "CAPTURED").await;

    demand_that_books_agree(&site, &stripe).await;
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_pays_after_the_end_pays_nothing() {
    let stripe = FakeStripe::start().await;
    let world = with_stripe(World::services().await, &stripe);
    let site = world.start().await;
    site.on_sale(1, 20).await;
    let ana = site.fan("ana").await;
    let (id, secret) = held(&ana, 1).await;

    move_to_the_end(&site, &id, chrono::Duration::milliseconds(1)).await;
    becomes(&ana, &id, "CANCELLED", "CANCELLED").await;

    assert!(!stripe.consent(&secret, true), "Stripe asks nobody any more");
    assert_eq!(stripe.confirm(&secret, "pm_card_visa").await, 400);
    tell(&site, &stripe, &stripe.events(payment(&site, &id).await.id)).await;
    site.shows(1, 1, (20, 0)).await;
    demand_that_books_agree(&site, &stripe).await;
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_stripe_is_away_for_longer_than_the_grace_no_money_strands() {
    let stripe = FakeStripe::start().await;
    let world = with_stripe(World::services().await, &stripe);
    let site = world.start().await;
    let ana = site.fan("ana").await;
    for (number, is_taken, is_captured) in [(1, false, false), (2, true, false), (3, true, true)] {
        site.on_sale(number, 2).await;
        let (id, secret) = held(&ana, number).await;
        stripe.set_away(true);
        site.move_clock(HOLD);
        // The end of the hold does not give the seats back yet.
        eventually(PATIENCE, "the end of the hold asks", || async { payment(&site, &id).await.attempts > 0 }).await;
        site.shows(number, 1, (2, 2)).await;
        site.move_clock(GRACE);
        becomes(&ana, &id, "CANCELLED", "REQUIRES_ACTION").await;
        assert!(stripe.consent(&secret, true));
        if is_captured {
            stripe.capture_by_hand(payment(&site, &id).await.id, None);
        }
        if is_taken {
            site.fan("ben").await.holds(number, 1, 1).await;
        }
        stripe.set_away(false);

        let (state, status, shown) = match (is_taken, is_captured) {
            (false, _) => (State::Captured, "RESERVED", "CAPTURED"),
            (true, false) => (State::Voided, "CANCELLED", "CANCELLED"),
            (true, true) => (State::Refunded, "CANCELLED", "REFUNDED"),
        };
        followed(&site, &id, &[state]).await;
        becomes(&ana, &id, status, shown).await;
    }
    demand_that_books_agree(&site, &stripe).await;
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sale_whose_money_stripe_has_let_go_of_is_undone() {
    let stripe = FakeStripe::start().await;
    let world = with_stripe(World::services().await, &stripe);
    let site = world.start().await;
    site.on_sale(1, 20).await;
    let ana = site.fan("ana").await;
    let id = ana.holds(1, 1, 2).await;
    stripe.fail(Call::Capture, Fault::Status(503), 3);

    ana.pay(&id, "pm_card_visa", "a").await.data();
    assert_eq!(payment(&site, &id).await.state, State::Confirmed);
    stripe.cancel_by_hand(payment(&site, &id).await.id);
    followed(&site, &id, &[State::Voided]).await;

    becomes(&ana, &id, "CANCELLED", "CANCELLED").await;
    site.shows(1, 1, (20, 0)).await;
    demand_that_books_agree(&site, &stripe).await;
    site.finish().await;
}

/// Stripe keeps a failure for as long as it knows the key: the payment can't be begun, and not be begun anew.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payment_that_stripe_fails_to_begin_is_listed_and_ends_when_the_key_is_forgotten() {
    let stripe = FakeStripe::start().await;
    let world = with_stripe(World::services().await, &stripe);
    let site = world.start().await;
    site.on_sale(1, 20).await;
    let ana = site.fan("ana").await;
    let id = ana.holds(1, 1, 2).await;
    stripe.fail(Call::Open, Fault::Kept(500), 1);

    ana.pay(&id, "pm_card_visa", "a").await.data();
    site.move_clock(Duration::from_secs(301));
    let troubles = reconciliation::troubles(&site.app).await.expect("troubles can be listed");
    assert_eq!(troubles.iter().map(|trouble| trouble.kind).collect::<Vec<_>>(), [reconciliation::Kind::Stuck]);
    site.move_clock(HOLD + GRACE);
    becomes(&ana, &id, "CANCELLED", "PROCESSING").await;
    site.shows(1, 1, (20, 0)).await;
    site.fan("ben").await.holds(1, 1, 2).await;
    stripe.forget_keys();

    followed(&site, &id, &[State::Captured]).await;
    becomes(&ana, &id, "RESERVED", "CAPTURED").await;
    demand_that_books_agree(&site, &stripe).await;
    site.finish().await;
}

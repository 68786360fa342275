//! Nobody is taken hostage: what a fan may hold up of others', for how long, and how a seller gets out.

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::{
    Settings,
    desk::error::{HoldError, OrderRefused, PaymentRefused},
    payments::{self, PaymentError},
    resale::ResaleError,
};
use entities::{
    category::Category,
    listing::State,
    reservation::{CancelReason, Status},
    ticket, user,
};
use futures_util::future::join_all;
use sea_orm::{ActiveValue::Set, EntityTrait};
use tests::{
    Backend, Fan, TestApp,
    bank::{ASKS, DECLINES, PAYS},
    both,
    sites::PRICE,
};
use uuid::Uuid;

use super::{
    payments::keep,
    resale::{listing, offered, ticket},
};

both! {
    a_seller_takes_back_at_once_what_nobody_is_paying_for,
    a_seller_takes_back_what_only_waits_for_a_card,
    a_seller_waits_for_a_payment_under_way_and_no_longer,
    what_is_paid_after_all_is_its_buyers,
}

/// Apps on both databases, with these settings.
async fn on_both(change: fn(&mut Settings), test: impl AsyncFn(&TestApp)) {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let app = TestApp::start_with(backend, change).await;
        test(&app).await;
        app.finish().await;
    }
}

async fn a_seller_takes_back_at_once_what_nobody_is_paying_for(app: &TestApp) {
    let (seller, offered) = offered(app).await;
    let ben = app.fan("ben").await;
    let order = ben.orders(offered.id).await;

    let withdrawn = seller.withdraw(offered.id).await.expect("nobody is paying for it");

    assert_eq!((withdrawn.state, withdrawn.order_id, withdrawn.locked_until), (State::Withdrawn, None, None));
    let ended = app.reservation(order.id).await;
    assert_eq!((ended.status, ended.cancel_reason), (Status::Cancelled, Some(CancelReason::Withdrawn)));
    assert_eq!(ticket(app, offered.ticket_id.expect("it is ours")).await.status, ticket::Status::Valid);
    let late = ben.pay_with(order.id, PAYS, None).await;
    let refused = HoldError::AlreadyCancelled(CancelReason::Withdrawn);
    assert!(
        matches!(&late, Err(PaymentError::Refused(PaymentRefused::Hold(error))) if error.to_string() == refused.to_string()),
        "{late:?}"
    );
    assert_eq!(seller.withdraw(offered.id).await.expect("it is withdrawn"), withdrawn);
}

async fn a_seller_takes_back_what_only_waits_for_a_card(app: &TestApp) {
    let (seller, offered) = offered(app).await;
    let ben = app.fan("ben").await;
    let order = ben.orders(offered.id).await;
    let begun = payments::create_intent(app, ben.viewer, order.id).await.expect("it waits for a card");

    let withdrawn = seller.withdraw(offered.id).await.expect("nobody has given a card");

    assert_eq!((withdrawn.state, withdrawn.order_id), (State::Withdrawn, None));
    let ended = app.reservation(order.id).await;
    assert_eq!((ended.status, ended.cancel_reason), (Status::Cancelled, Some(CancelReason::Withdrawn)));
    let payment = payments::latest(&app.db, order.id).await.expect("payments can be read").expect("there is one");
    assert_eq!((payment.id, payment.state), (begun.payment.id, entities::payment::State::Voided));
}

async fn a_seller_waits_for_a_payment_under_way_and_no_longer(app: &TestApp) {
    let (seller, offered) = offered(app).await;
    let (ben, cleo) = (app.fan("ben").await, app.fan("cleo").await);
    let order = ben.orders(offered.id).await;
    ben.pay_with(order.id, ASKS, None).await.expect("it waits for its payer");

    let asked = seller.withdraw(offered.id).await.expect("it is noted");

    assert_eq!((asked.state, asked.withdrawing, asked.version), (State::Locked, true, 3));
    assert_eq!(seller.withdraw(offered.id).await.expect("it was asked before"), asked);
    ben.cancel(order.id).await.expect("it can be given up");
    let left = listing(app, offered.id).await;
    assert_eq!((left.state, left.withdrawing), (State::Withdrawn, false), "the next free moment is the seller's");
    assert_eq!(ticket(app, offered.ticket_id.expect("it is ours")).await.status, ticket::Status::Valid);
    let late = cleo.order(offered.id).await;
    assert!(matches!(late, Err(ResaleError::Listing(OrderRefused::Ended))), "{late:?}");
}

async fn what_is_paid_after_all_is_its_buyers(app: &TestApp) {
    let (seller, offered) = offered(app).await;
    let ben = app.fan("ben").await;
    let order = ben.orders(offered.id).await;
    let paid = ben.pay_with(order.id, ASKS, None).await.expect("it waits for its payer");
    seller.withdraw(offered.id).await.expect("it is noted");

    app.bank.consent(paid.payment.id);
    app.move_clock(super::payments::TURN);
    keep(app).await;

    assert_eq!(listing(app, offered.id).await.state, State::Sold);
    assert!(ben.ticket_of(order.id).await.is_some());
}

/// So many listings of a match, each by a seller of its own.
async fn listings(app: &TestApp, match_number: i32, count: usize) -> Vec<Uuid> {
    app.stock(match_number, Category::One, 20).await;
    let mut ids = Vec::new();
    for seller in app.fans(count).await {
        let bought = seller.buys(match_number, Category::One).await;
        ids.push(seller.offers(bought.id, PRICE).await.id);
    }
    ids
}

fn few_orders(settings: &mut Settings) {
    settings.resale.live_orders_of_match = 2;
    settings.resale.live_orders = 3;
}

fn has_too_many(answer: &Result<entities::reservation::Model, ResaleError>, of: bool) -> bool {
    matches!(answer, Err(ResaleError::Listing(OrderRefused::TooManyOrders { of_match, .. })) if *of_match == of)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_buyer_locks_few_listings_of_a_match_and_few_of_all() {
    on_both(few_orders, async |app| {
        let (one, two) = (listings(app, 1, 3).await, listings(app, 2, 3).await);
        let ben = app.fan("ben").await;
        let first = ben.orders(one[0]).await;
        ben.orders(one[1]).await;

        assert!(has_too_many(&ben.order(one[2]).await, true));
        ben.orders(two[0]).await;
        assert!(has_too_many(&ben.order(two[1]).await, false));

        ben.pay(first.id).await.expect("the card pays");
        ben.orders(one[2]).await;
        app.fan("cleo").await.orders(two[1]).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_orders_of_many_matches_at_once_passes_no_bound() {
    let app = TestApp::start_with(Backend::Postgres, few_orders).await;
    let mut other = app.another_with(few_orders).await;
    let mut ids = Vec::new();
    for number in 1..=8 {
        ids.extend(listings(&app, number, 1).await);
    }
    let ben = app.fan("ben").await;
    let windows: [Fan; 2] = [ben.clone(), ben.at(&other.app)];

    let asked = ids.iter().enumerate().map(|(turn, id)| windows[turn % 2].order(*id));
    let answers = join_all(asked).await;

    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 3, "{answers:?}");
    other.stop().await;
    app.finish().await;
}

fn waiting(settings: &mut Settings) {
    settings.resale.reorder_wait = Some(Duration::from_secs(900));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_did_not_pay_an_order_waits_to_order_it_again_and_longer_each_time() {
    on_both(waiting, async |app| {
        let (_, offered) = offered(app).await;
        let (ben, cleo) = (app.fan("ben").await, app.fan("cleo").await);
        let wait = async || match ben.order(offered.id).await {
            Err(ResaleError::Listing(OrderRefused::OrderedBefore { retry_after })) => Some(retry_after.as_secs()),
            Ok(order) => {
                ben.cancel(order.id).await.expect("it can be given up");
                None
            }
            Err(other) => panic!("{other}"),
        };

        for seconds in [900 + 900, 900 + 1_800, 900 + 3_600] {
            assert_eq!(wait().await, None, "it may be ordered");
            // A busy machine takes its time.
            let told = wait().await.expect("it was not paid");
            assert!((seconds - 60..=seconds).contains(&told), "{told} of {seconds}");
            app.advance(Duration::from_secs(seconds - 120)).await;
            assert!(wait().await.is_some_and(|told| told <= 120));
            let order = cleo.order(offered.id).await;
            let refused = "another buyer waits for nothing the first time";
            if let Ok(order) = order {
                cleo.pay_with(order.id, DECLINES, None).await.expect_err("the card is refused");
                cleo.cancel(order.id).await.expect(refused);
            }
            app.advance(Duration::from_secs(120)).await;
        }
        assert_eq!(wait().await, None);
    })
    .await;
}

fn few_declines(settings: &mut Settings) {
    settings.declines_of_hold = 3;
    settings.declines_of_hour = 5;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hold_and_a_fan_try_few_cards() {
    on_both(few_declines, async |app| {
        app.stock(1, Category::One, 20).await;
        app.stock(2, Category::One, 20).await;
        let ana = app.fan("ana").await;
        let (first, second) = (ana.holds(1, Category::One, 1).await, ana.holds(2, Category::One, 1).await);
        let refused = async |hold: Uuid, cards: usize| {
            for at in 0..cards {
                let answer = ana.pay_with(hold, "unheard_of", None).await;
                assert!(matches!(answer, Err(PaymentError::UnknownMethod)), "it counts as no card: {answer:?}");
                let key = format!("{hold}-{at}");
                let answer = ana.pay_with(hold, DECLINES, Some(&key)).await;
                assert!(matches!(answer, Err(PaymentError::Declined { .. })), "{answer:?}");
            }
            let again = ana.pay_with(hold, DECLINES, Some(&format!("{hold}-0"))).await;
            assert!(matches!(again, Err(PaymentError::Declined { .. })), "a key is answered as before: {again:?}");
            match ana.pay_with(hold, PAYS, None).await {
                Err(PaymentError::Refused(refused)) => refused,
                answer => panic!("{answer:?}"),
            }
        };

        assert!(matches!(refused(first.id, 3).await, PaymentRefused::TooManyDeclines { cap: 3 }));
        app.advance(Duration::from_secs(60)).await;
        let PaymentRefused::DeclinedTooOften { retry_after } = refused(second.id, 2).await else {
            panic!("five cards were refused within the hour")
        };
        assert!((3_400..=3_540).contains(&retry_after.as_secs()), "{retry_after:?}");

        // Others pay; so does she, an hour after the first ones.
        app.fan("ben").await.buys(1, Category::One).await;
        app.advance(retry_after).await;
        let third = ana.holds(1, Category::One, 1).await;
        ana.pay(third.id).await.expect("the card pays");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cards_that_are_tried_at_once_for_many_holds_are_counted_before_the_bank_answers() {
    let app = TestApp::start_with(Backend::Postgres, few_declines).await;
    let ana = app.fan("ana").await;
    let mut holds = Vec::new();
    for number in 1..=12 {
        app.stock(number, Category::One, 20).await;
        holds.push(ana.holds(number, Category::One, 1).await.id);
    }

    let begun = app.bank.begun();
    join_all(holds.iter().map(|hold| ana.pay_with(*hold, DECLINES, None))).await;

    assert_eq!(app.bank.begun() - begun, 5);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_that_is_asked_only_who_has_confirmed_their_email_holds_or_orders() {
    on_both(
        |settings| settings.verified_email_for_holds = true,
        async |app| {
            app.stock(1, Category::One, 20).await;
            let (ana, ben) = (app.fan("ana").await, app.fan("ben").await);
            let confirm = async |fan: &Fan, at: Option<DateTime<Utc>>| {
                let row = user::ActiveModel { id: Set(fan.viewer.user_id), verified_at: Set(at), ..Default::default() };
                user::Entity::update(row).exec(&app.db).await.expect("an account can be changed");
            };
            confirm(&ana, None).await;
            confirm(&ben, None).await;

            let refused = ana.hold(1, Category::One, 1).await;
            assert!(matches!(refused, Err(HoldError::EmailNotVerified)), "{refused:?}");
            confirm(&ana, Some(app.now())).await;
            let bought = ana.buys(1, Category::One).await;
            let offered = ana.offers(bought.id, PRICE).await;
            let refused = ben.order(offered.id).await.expect_err("it is not confirmed");
            let expected = matches!(refused, ResaleError::Listing(OrderRefused::Hold(HoldError::EmailNotVerified)));
            assert!(expected, "{refused:?}");
            confirm(&ben, Some(app.now())).await;
            ben.orders(offered.id).await;
        },
    )
    .await;
}

//! Reservations: placed once, ended once, for a reason that is true.

use std::time::Duration;

use domain::{
    Settings,
    desk::error::HoldError,
    lookup,
    reservations::{self, HoldRequest, Of},
};
use entities::{
    category::Category,
    reservation::{CancelReason, Status},
};
use futures_util::future::join_all;
use testkit::wait::{PATIENCE, eventually};
use tests::{Backend, TestApp, both, sites};
use uuid::Uuid;

const MINUTE: Duration = Duration::from_secs(60);

both! {
    a_hold_takes_its_tickets_off_sale_until_it_is_cancelled,
    a_hold_lasts_as_long_as_the_site_says,
    a_paid_hold_is_sold_and_can_not_be_cancelled,
    a_hold_paid_twice_is_sold_once,
    cancelling_twice_cancels_once,
    an_expired_hold_returns_its_tickets,
    a_hold_ends_as_expired_whoever_comes_first_after_its_deadline,
    a_payment_after_the_deadline_brings_no_ticket_back,
    cancel_expire_and_pay_racing_end_a_hold_once,
    nobody_cancels_the_hold_of_another_fan,
    only_its_fan_finds_a_reservation,
    a_category_without_free_tickets_may_come_back_and_one_without_tickets_does_not,
    the_last_single_ticket_is_not_enough_for_two,
    what_is_not_on_sale_can_not_be_held,
    a_request_out_of_form_is_refused_by_name,
    a_fan_lists_their_reservations_newest_first,
}

async fn a_hold_takes_its_tickets_off_sale_until_it_is_cancelled(app: &TestApp) {
    app.stock(1, Category::Two, 20).await;
    let ana = app.fan("ana").await;

    let held = ana.holds(1, Category::Two, 2).await;
    assert_eq!((held.status, held.version), (Status::Pending, 1));
    assert_eq!(held.unit_price_minor, sites::PRICE);
    assert_eq!(app.pending(1, Category::Two).await, 2);

    let cancelled = ana.cancel(held.id).await.expect("a hold can be cancelled");
    assert_eq!(cancelled.status, Status::Cancelled);
    assert_eq!(cancelled.cancel_reason, Some(CancelReason::User));
    assert_eq!(cancelled.version, 2);
    assert_eq!(app.pending(1, Category::Two).await, 0);
    assert_eq!(app.counts(1, Category::Two).await.available, 20);
}

async fn a_hold_lasts_as_long_as_the_site_says(app: &TestApp) {
    app.stock(1, Category::One, 1).await;

    let held = app.fan("ana").await.holds(1, Category::One, 1).await;

    let lasts = (held.expires_at - held.created_at).to_std();
    assert_eq!(lasts, Ok(app.settings.hold));
    assert_eq!(app.settings.hold, 15 * MINUTE);
}

async fn a_paid_hold_is_sold_and_can_not_be_cancelled(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    let ana = app.fan("ana").await;
    let held = ana.holds(1, Category::One, 2).await;

    let paid = ana.pay(held.id).await.expect("a hold can be paid");
    let late = ana.cancel(held.id).await;

    assert_eq!(paid.status, Status::Reserved);
    assert!(matches!(late, Err(HoldError::AlreadyPaid)), "{late:?}");
    let counts = app.counts(1, Category::One).await;
    assert_eq!((counts.available, counts.held, counts.sold), (18, 0, 2));
    app.advance(app.settings.hold + MINUTE).await;
    assert_eq!(app.reservation(held.id).await.status, Status::Reserved);
}

async fn a_hold_paid_twice_is_sold_once(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    let ana = app.fan("ana").await;
    let held = ana.holds(1, Category::One, 1).await;

    let (first, second) = tokio::join!(ana.pay(held.id), ana.pay(held.id));

    assert!(first.is_ok() != second.is_ok(), "{first:?} {second:?}");
    let refused = first.and(second);
    let expected = matches!(refused, Err(HoldError::AlreadyPaid | HoldError::PaymentUnderWay));
    assert!(expected, "{refused:?}");
    assert_eq!(app.counts(1, Category::One).await.sold, 1);
}

async fn cancelling_twice_cancels_once(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    let ana = app.fan("ana").await;
    let held = ana.holds(1, Category::One, 2).await;

    let (first, second) = tokio::join!(ana.cancel(held.id), ana.cancel(held.id));

    let first = first.expect("the first is answered");
    assert_eq!(first, second.expect("the second is answered the same"));
    assert_eq!(first.version, 2);
    let late = ana.pay(held.id).await;
    assert!(matches!(late, Err(HoldError::AlreadyCancelled(CancelReason::User))), "{late:?}");
}

async fn an_expired_hold_returns_its_tickets(app: &TestApp) {
    app.stock(1, Category::One, 2).await;
    let (ana, ben) = (app.fan("ana").await, app.fan("ben").await);
    let held = ana.holds(1, Category::One, 2).await;

    app.advance(app.settings.hold - MINUTE).await;
    assert_eq!(app.reservation(held.id).await.status, Status::Pending);
    app.advance(2 * MINUTE).await;

    let expired = app.reservation(held.id).await;
    assert_eq!(expired.status, Status::Cancelled);
    assert_eq!(expired.cancel_reason, Some(CancelReason::Expired));
    ben.holds(1, Category::One, 2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn holds_end_by_themselves_within_a_second_of_their_deadline() {
    for backend in Backend::BOTH {
        let mut app = TestApp::start_with(backend, |settings: &mut Settings| {
            settings.hold = Duration::from_millis(300);
        })
        .await;
        app.expire_by_itself();
        app.stock(1, Category::One, 20).await;
        let second = chrono::Duration::seconds(1);
        // One of a few is enough: the machine may be slow at any moment, the site must not be slow at each.
        let mut least_late = chrono::Duration::MAX;
        for _ in 0..5 {
            for fan in app.fans(10).await {
                fan.holds(1, Category::One, 2).await;
            }
            let last = app.reservations().await.iter().map(|row| row.expires_at).max();
            eventually(PATIENCE, "every hold has ended", || async { app.pending(1, Category::One).await == 0 }).await;
            least_late = least_late.min(app.now() - last.expect("there are holds"));
            if least_late < second {
                break;
            }
        }

        assert!(least_late < second, "{least_late}");
        app.finish().await;
    }
}

async fn a_hold_ends_as_expired_whoever_comes_first_after_its_deadline(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    let ana = app.fan("ana").await;
    let held = ana.holds(1, Category::One, 1).await;
    app.move_clock(app.settings.hold + MINUTE);

    let late = ana.cancel(held.id).await;

    assert!(matches!(late, Err(HoldError::HoldExpired)), "{late:?}");
    let ended = app.reservation(held.id).await;
    assert_eq!(ended.cancel_reason, Some(CancelReason::Expired));
    assert_eq!(app.pending(1, Category::One).await, 0);
    app.advance(MINUTE).await;
    assert_eq!(app.reservation(held.id).await, ended, "it ends once");
}

async fn a_payment_after_the_deadline_brings_no_ticket_back(app: &TestApp) {
    app.stock(1, Category::One, 1).await;
    let (ana, ben) = (app.fan("ana").await, app.fan("ben").await);
    let swept = ana.holds(1, Category::One, 1).await;
    app.advance(app.settings.hold + MINUTE).await;
    let unswept = ben.holds(1, Category::One, 1).await;
    app.move_clock(app.settings.hold + MINUTE);

    for late in [ana.pay(swept.id).await, ben.pay(unswept.id).await] {
        assert!(matches!(late, Err(HoldError::HoldExpired)), "{late:?}");
    }

    let counts = app.counts(1, Category::One).await;
    assert_eq!((counts.available, counts.held, counts.sold), (1, 0, 0));
}

async fn cancel_expire_and_pay_racing_end_a_hold_once(app: &TestApp) {
    app.stock(1, Category::One, 40).await;
    let mut racing = Vec::new();
    let fans = app.fans(20).await;
    let mut held = Vec::new();
    for fan in &fans {
        held.push(fan.holds(1, Category::One, 2).await);
    }
    for (number, (fan, held)) in fans.iter().zip(&held).enumerate() {
        if number == 10 {
            app.move_clock(app.settings.hold);
        }
        let (fan, app, id) = (fan.clone(), app.app(), held.id);
        racing.push(tokio::spawn(async move {
            let (cancelled, paid, swept) = tokio::join!(fan.cancel(id), fan.pay(id), domain::expiry::round(&app));
            swept.expect("overdue holds can end");
            (id, usize::from(cancelled.is_ok()) + usize::from(paid.is_ok()))
        }));
    }

    for raced in join_all(racing).await {
        let (id, won) = raced.expect("racing does not panic");
        let row = app.reservation(id).await;
        assert!(!row.status.is_live());
        // Paying takes some steps, any other end one.
        let steps = if row.status == Status::Reserved { 3..=4 } else { 2..=2 };
        assert!(steps.contains(&row.version), "it ended once: {row:?}");
        let expired = row.cancel_reason == Some(CancelReason::Expired);
        assert_eq!(won, usize::from(!expired), "{row:?}");
    }
    assert_eq!(app.pending(1, Category::One).await, 0);
}

async fn nobody_cancels_the_hold_of_another_fan(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    let (ana, ben) = (app.fan("ana").await, app.fan("ben").await);
    let held = ana.holds(1, Category::One, 1).await;

    let foreign = ben.cancel(held.id).await;
    let unknown = ben.cancel(Uuid::now_v7()).await;

    for refused in [foreign, unknown] {
        assert!(matches!(refused, Err(HoldError::NotFound)), "{refused:?}");
    }
    assert_eq!(app.reservation(held.id).await, held);
}

async fn only_its_fan_finds_a_reservation(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    let (ana, ben) = (app.fan("ana").await, app.fan("ben").await);
    let held = ana.holds(1, Category::One, 1).await;
    let mut admin = ben.viewer;
    admin.role = entities::user::Role::Admin;

    for (viewer, sees) in [(ana.viewer, true), (ben.viewer, false), (admin, true)] {
        let found = lookup::reservation(app, viewer, held.id).await;
        assert_eq!(found.expect("it can be looked for").is_some(), sees);
    }
}

async fn a_category_without_free_tickets_may_come_back_and_one_without_tickets_does_not(app: &TestApp) {
    app.stock(1, Category::One, 1).await;
    let (ana, ben) = (app.fan("ana").await, app.fan("ben").await);
    let held = ana.holds(1, Category::One, 1).await;

    let meanwhile = ben.hold(1, Category::One, 1).await;
    ana.pay(held.id).await.expect("a hold can be paid");
    let after = ben.hold(1, Category::One, 1).await;

    assert!(matches!(meanwhile, Err(HoldError::TemporarilyUnavailable { available: 1, sellable: 0 })), "{meanwhile:?}");
    assert!(matches!(after, Err(HoldError::SoldOut(1, 1))), "{after:?}");
}

async fn the_last_single_ticket_is_not_enough_for_two(app: &TestApp) {
    app.stock(1, Category::One, 1).await;
    let ana = app.fan("ana").await;

    let two = ana.hold(1, Category::One, 2).await;

    assert!(matches!(two, Err(HoldError::TemporarilyUnavailable { available: 1, sellable: 1 })), "{two:?}");
    ana.holds(1, Category::One, 1).await;
}

async fn what_is_not_on_sale_can_not_be_held(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    let ana = app.fan("ana").await;

    let no_match = ana.hold(2, Category::One, 1).await;
    let no_category = ana.hold(1, Category::Three, 1).await;

    assert!(matches!(no_match, Err(HoldError::UnknownMatch(2))));
    assert!(matches!(no_category, Err(HoldError::UnknownCategory(1, 3))));
}

async fn a_request_out_of_form_is_refused_by_name(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    let ana = app.fan("ana").await;
    let request = HoldRequest { match_number: 1, category: 1, quantity: 1, idempotency_key: None };

    for quantity in [-1, 0, 3, i32::MAX] {
        let request = HoldRequest { quantity, ..request.clone() };
        let refused = ana.request_hold(request).await;
        assert!(matches!(refused, Err(HoldError::Quantity(asked)) if asked == quantity));
    }
    for category in [0, 4, -1] {
        let request = HoldRequest { category, ..request.clone() };
        let refused = ana.request_hold(request).await;
        assert!(matches!(refused, Err(HoldError::Category(asked)) if asked == category));
    }
    for key in [String::new(), "k".repeat(129), "two words".into(), "clé".into()] {
        let request = HoldRequest { idempotency_key: Some(key), ..request.clone() };
        let refused = ana.request_hold(request).await;
        assert!(matches!(refused, Err(HoldError::Key)), "{refused:?}");
    }
    assert_eq!(app.pending(1, Category::One).await, 0);
}

async fn a_fan_lists_their_reservations_newest_first(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    app.stock(2, Category::One, 20).await;
    let (ana, ben) = (app.fan("ana").await, app.fan("ben").await);
    let mut ids = Vec::new();
    for match_number in [1, 2, 1, 2, 1] {
        ids.push(ana.holds(match_number, Category::One, 1).await.id);
    }
    ben.holds(1, Category::One, 1).await;
    ana.cancel(ids[0]).await.expect("a hold can be cancelled");
    ids.reverse();

    let mut listed = Vec::new();
    let mut after = None;
    loop {
        let page =
            reservations::of_fan(app, ana.viewer, Of::Stock, None, after, 2).await.expect("reservations can be listed");
        after = page.items.last().map(|row| row.id);
        listed.extend(page.items.iter().map(|row| row.id));
        if !page.more {
            break;
        }
    }
    let live = reservations::of_fan(app, ana.viewer, Of::Stock, Some(Status::Pending), None, 10)
        .await
        .expect("reservations can be listed");

    assert_eq!(listed, ids);
    assert_eq!(live.items.len(), 4);
    assert!(!live.more);
}

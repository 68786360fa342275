//! More time to pay: so often as the site allows, for as long as nobody else is kept waiting, and for all that keeps the time.

use std::time::Duration;

use book::outbox::{Event, TicketAction};
use chrono::TimeDelta;
use domain::{
    audit,
    desk::error::{HoldError, NoExtension},
    expiry, reservations,
};
use entities::{
    category::Category,
    listing,
    payment::State as PaymentState,
    reservation::{CancelReason, Model, Status},
};
use futures_util::future::join_all;
use sea_orm::EntityTrait;
use tests::{
    Backend, Fan, TestApp,
    bank::{ASKS, PAYS},
    both, sites,
};
use uuid::Uuid;

use super::payments::{held, keep, payment};

both! {
    an_extended_hold_ends_at_its_new_time_and_not_at_the_old_one,
    a_hold_is_extended_as_often_as_the_site_allows_and_no_more,
    whoever_asks_twice_for_the_same_is_given_more_time_once,
    the_last_tickets_of_a_category_are_not_kept_from_others_for_longer,
    what_is_over_is_not_extended_and_neither_is_what_another_fan_holds,
    a_payment_under_way_has_the_time_of_its_hold,
    an_extended_order_keeps_its_listing_locked_and_tells_who_watches,
    other_sites_hear_nothing_of_an_extension,
}

const MINUTE: Duration = Duration::from_secs(60);
const HOLD: Duration = Duration::from_secs(900);

async fn extend(fan: &Fan, app: &TestApp, id: Uuid) -> Result<Model, HoldError> {
    reservations::extend(app, fan.viewer, id, None).await
}

fn lasts(row: &Model) -> Duration {
    (row.expires_at - row.created_at).to_std().expect("it ends after it began")
}

async fn an_extended_hold_ends_at_its_new_time_and_not_at_the_old_one(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    let ana = app.fan("ana").await;
    let held = ana.holds(1, Category::One, 2).await;
    assert_eq!(reservations::extensions_left(&app.settings, &held), 1);
    app.move_clock(HOLD - MINUTE);

    let extended = extend(&ana, app, held.id).await.expect("it is the first time");

    assert_eq!((extended.status, extended.version, lasts(&extended)), (Status::Pending, 2, 2 * HOLD));
    assert_eq!(reservations::extensions_left(&app.settings, &extended), 0);
    assert_eq!(lasts(&app.reservation(held.id).await), 2 * HOLD, "it is written down");
    app.advance(2 * MINUTE).await;
    assert_eq!(app.reservation(held.id).await.status, Status::Pending, "the old time does not count");
    app.advance(HOLD).await;
    assert_eq!(app.reservation(held.id).await.cancel_reason, Some(CancelReason::Expired));
    assert_eq!(app.pending(1, Category::One).await, 0);
}

async fn a_hold_is_extended_as_often_as_the_site_allows_and_no_more(app: &TestApp) {
    for times in [0, 1, 3] {
        let app = TestApp::start_with(app.backend, |settings| {
            settings.extensions = times;
            settings.extension = Some(MINUTE);
        })
        .await;
        app.stock(1, Category::One, 20).await;
        let ana = app.fan("ana").await;
        let held = ana.holds(1, Category::One, 1).await;
        let bound = u32::try_from(times).expect("it is a number of times");
        for time in 1..=bound {
            let extended = extend(&ana, &app, held.id).await.expect("it is within the bound");
            assert_eq!(lasts(&extended), HOLD + time * MINUTE);
        }

        let refused = extend(&ana, &app, held.id).await;

        assert_eq!(refused, Err(HoldError::NotExtended(NoExtension::Spent)), "{times}");
        assert_eq!(lasts(&app.reservation(held.id).await), HOLD + bound * MINUTE);
        app.finish().await;
    }
}

async fn whoever_asks_twice_for_the_same_is_given_more_time_once(app: &TestApp) {
    let app = TestApp::start_with(app.backend, |settings| settings.extensions = 2).await;
    app.stock(1, Category::One, 20).await;
    let ana = app.fan("ana").await;
    let held = ana.holds(1, Category::One, 1).await;
    // As a client keeps it that counts in milliseconds.
    let saw = held.expires_at - TimeDelta::nanoseconds(i64::from(held.expires_at.timestamp_subsec_nanos() % 1_000_000));

    let clicks = (0..4).map(|_| reservations::extend(&app, ana.viewer, held.id, Some(saw)));
    let answers: Vec<_> = join_all(clicks).await.into_iter().map(|answer| answer.expect("it is answered")).collect();

    assert!(answers.iter().all(|row| lasts(row) == 2 * HOLD && row.version == 2), "{answers:?}");
    assert_eq!(app.reservation(held.id).await.extensions, 1);
    let again = reservations::extend(&app, ana.viewer, held.id, Some(answers[0].expires_at)).await;
    assert_eq!(lasts(&again.expect("it is the second time")), 3 * HOLD);
    app.finish().await;
}

async fn the_last_tickets_of_a_category_are_not_kept_from_others_for_longer(app: &TestApp) {
    app.stock(1, Category::One, 2).await;
    let (ana, ben) = (app.fan("ana").await, app.fan("ben").await);
    let (last, next) = (ana.holds(1, Category::One, 1).await, ben.holds(1, Category::One, 1).await);

    let refused = extend(&ana, app, last.id).await;

    assert_eq!(refused, Err(HoldError::NotExtended(NoExtension::OthersWait)));
    assert_eq!(lasts(&app.reservation(last.id).await), HOLD);
    ben.cancel(next.id).await.expect("a hold can be cancelled");
    extend(&ana, app, last.id).await.expect("one is left for others");
}

async fn what_is_over_is_not_extended_and_neither_is_what_another_fan_holds(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    let (ana, ben) = (app.fan("ana").await, app.fan("ben").await);
    let hold = async || ana.holds(1, Category::One, 1).await.id;
    let (paid, cancelled, late, others) = (hold().await, hold().await, hold().await, hold().await);
    ana.pay_with(paid, PAYS, None).await.expect("the card pays");
    ana.cancel(cancelled).await.expect("a hold can be cancelled");

    assert_eq!(extend(&ana, app, paid).await, Err(HoldError::AlreadyPaid));
    assert_eq!(extend(&ana, app, cancelled).await, Err(HoldError::AlreadyCancelled(CancelReason::User)));
    assert_eq!(extend(&ben, app, others).await, Err(HoldError::NotFound));
    assert_eq!(extend(&ana, app, Uuid::now_v7()).await, Err(HoldError::NotFound));
    // At its very end, before anybody has looked for what is overdue.
    app.move_clock(HOLD);
    assert_eq!(extend(&ana, app, late).await, Err(HoldError::HoldExpired));
    assert_eq!(app.reservation(late).await.cancel_reason, Some(CancelReason::Expired), "it ends with that");
    assert_eq!(extend(&ana, app, late).await, Err(HoldError::HoldExpired));
}

async fn a_payment_under_way_has_the_time_of_its_hold(app: &TestApp) {
    let (ana, hold) = held(app, 20).await;
    let paid = ana.pay_with(hold.id, ASKS, None).await.expect("it waits");
    app.move_clock(HOLD - MINUTE);

    let extended = extend(&ana, app, hold.id).await.expect("a payment stands in no way");

    assert_eq!((extended.status, lasts(&extended)), (Status::AwaitingPayment, 2 * HOLD));
    app.advance(2 * MINUTE).await;
    keep(app).await;
    let waits = payment(app, hold.id).await;
    assert_eq!((waits.state, waits.hold_ends_at), (PaymentState::Open, app.reservation(hold.id).await.expires_at));
    app.bank.consent(paid.payment.id);
    // The keeper has just looked, and looks again after a while.
    app.move_clock(MINUTE);
    keep(app).await;
    assert_eq!(app.reservation(hold.id).await.status, Status::Reserved);

    let ben = app.fan("ben").await;
    let hold = ben.holds(1, Category::One, 1).await;
    ben.pay_with(hold.id, ASKS, None).await.expect("it waits");
    extend(&ben, app, hold.id).await.expect("a payment stands in no way");
    app.move_clock(2 * HOLD);
    assert_eq!(extend(&ben, app, hold.id).await, Err(HoldError::PaymentUnderWay), "only its payment keeps it");
    keep(app).await;
    app.advance(MINUTE).await;
    assert_eq!(app.reservation(hold.id).await.cancel_reason, Some(CancelReason::Expired));
    assert_eq!(app.bank.reserved(), 0);
}

async fn an_extended_order_keeps_its_listing_locked_and_tells_who_watches(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    let (ana, ben) = (app.fan("ana").await, app.fan("ben").await);
    let offered = ana.offers(ana.buys(1, Category::One).await.id, sites::PRICE).await;
    let order = ben.orders(offered.id).await;

    let extended = extend(&ben, app, order.id).await.expect("it is the first time");

    let listing = async || {
        let found = listing::Entity::find_by_id(offered.id).one(&app.db).await;
        found.expect("listings can be read").expect("it is there")
    };
    let locked = listing().await;
    assert_eq!((locked.state, locked.version), (listing::State::Locked, 3));
    assert_eq!(locked.locked_until, Some(app.reservation(order.id).await.expires_at));
    assert_eq!(lasts(&extended), 2 * app.settings.resale.hold);
    app.advance(HOLD + MINUTE).await;
    assert_eq!(listing().await.state, listing::State::Locked, "the old time does not count");
    assert_eq!(extend(&ben, app, order.id).await, Err(HoldError::NotExtended(NoExtension::Spent)));
    ben.pay_with(order.id, ASKS, None).await.expect("it waits");
    ana.withdraw(offered.id).await.expect("its seller may");
    app.advance(HOLD).await;
    keep(app).await;
    app.advance(MINUTE).await;
    assert_eq!(listing().await.state, listing::State::Withdrawn);
}

async fn other_sites_hear_nothing_of_an_extension(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    let ana = app.fan("ana").await;
    let held = ana.holds(1, Category::One, 1).await;
    app.publish().await;

    extend(&ana, app, held.id).await.expect("it is the first time");

    let told = app.publish().await;
    let is_of_tickets = |event: &Event| matches!(event, Event::Ticket { .. });
    assert!(!told.iter().any(|queued| is_of_tickets(&queued.event)), "{told:?}");
    let versions = told.iter().filter_map(|queued| match &queued.event {
        Event::Availability { reservations, .. } => reservations.iter().find(|row| row.id == held.id),
        _ => None,
    });
    assert_eq!(versions.map(|row| row.version).collect::<Vec<_>>(), [2], "who watches the reservation does");
    ana.cancel(held.id).await.expect("a hold can be cancelled");
    let ended = app.publish().await;
    let cancelled = |event: &Event| matches!(event, Event::Ticket { action: TicketAction::Cancelled, .. });
    assert!(ended.iter().any(|queued| cancelled(&queued.event)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_seller_who_takes_their_ticket_back_waits_no_longer_for_an_order_that_is_being_paid() {
    let app = TestApp::start(Backend::Sqlite).await;
    app.stock(1, Category::One, 20).await;
    let (ana, ben) = (app.fan("ana").await, app.fan("ben").await);
    let offered = ana.offers(ana.buys(1, Category::One).await.id, sites::PRICE).await;
    let order = ben.orders(offered.id).await;
    ben.pay_with(order.id, ASKS, None).await.expect("it waits");
    ana.withdraw(offered.id).await.expect("its seller may");

    assert_eq!(extend(&ben, &app, order.id).await, Err(HoldError::NotExtended(NoExtension::SellerWaits)));
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_instance_ends_a_hold_that_another_one_has_extended() {
    let app = TestApp::start(Backend::Postgres).await;
    let mut other = app.another().await;
    app.stock(1, Category::One, 20).await;
    let ana = app.fan("ana").await;
    let held = ana.holds(1, Category::One, 1).await;
    app.move_clock(HOLD - MINUTE);

    reservations::extend(&other.app, ana.viewer, held.id, None).await.expect("it is the first time");
    app.move_clock(2 * MINUTE);
    for instance in [&app.app(), &other.app] {
        expiry::round(instance).await.expect("overdue holds can end");
    }

    assert_eq!(app.reservation(held.id).await.status, Status::Pending);
    app.move_clock(HOLD);
    for instance in [&app.app(), &other.app] {
        expiry::round(instance).await.expect("overdue holds can end");
    }
    assert_eq!(app.reservation(held.id).await.cancel_reason, Some(CancelReason::Expired));
    let violations = audit::violations(&app.db).await.expect("the database can be audited");
    assert_eq!(violations.len(), 0, "{violations:?}");
    other.stop().await;
    app.finish().await;
}

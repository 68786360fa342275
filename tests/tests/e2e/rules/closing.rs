//! Closing: until which instant tickets are sold, and what becomes of listings, holds and money at it.

use std::{sync::atomic::Ordering, time::Duration};

use book::{
    master_list::MasterListMatch,
    match_state::{Availability, MatchState},
    outbox::Event,
};
use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use domain::{
    closing,
    desk::error::{HoldError, NoExtension, OrderRefused},
    resale::{ResaleError, Subject},
    reservations,
    settings::{SalesClose, Settings},
    tickets::gate::Outcome,
};
use entities::{
    category::Category,
    listing::{self, State},
    reservation::{CancelReason, Status},
};
use futures_util::future::join_all;
use tests::{
    Backend, Fan, TestApp,
    bank::ASKS,
    offer,
    sites::{self, PRICE},
};

mod listings;

use super::{
    payments::{TURN, keep, tell},
    resale::{code, listing, scanned},
};

const BOTH: [Backend; 2] = [Backend::Sqlite, Backend::Postgres];
const INSTANT: TimeDelta = TimeDelta::milliseconds(1);
const AT_KICK_OFF: SalesClose = SalesClose::BeforeKickOff(Duration::ZERO);

/// A site that sells until then, and when match 1, which has one ticket more than any test takes, begins.
async fn site(backend: Backend, close: SalesClose) -> (TestApp, DateTime<Utc>) {
    site_with(backend, |settings| settings.sales_close = close).await
}

async fn site_with(backend: Backend, change: impl FnOnce(&mut Settings)) -> (TestApp, DateTime<Utc>) {
    let app = TestApp::start_with(backend, change).await;
    let now = app.now().duration_trunc(TimeDelta::seconds(1)).expect("the time is of this age");
    let kick_off = now + TimeDelta::days(1);
    begins(&app, kick_off).await;
    (app, kick_off)
}

/// The organiser says when match 1 begins.
async fn begins(app: &TestApp, kick_off: DateTime<Utc>) {
    app.give(MasterListMatch { date_utc: kick_off, ..sites::given(1, &[(Category::One, 500)]) }).await;
}

async fn closes(app: &TestApp) {
    closing::round(app).await.expect("sales can end");
}

/// A seller with a ticket on the market.
async fn offered(app: &TestApp) -> (Fan, listing::Model) {
    let seller = app.fan("seller").await;
    let bought = seller.buys(1, Category::One).await;
    let listing = seller.offers(bought.id, PRICE).await;
    (seller, listing)
}

fn is_closed<T>(answer: &Result<T, HoldError>) -> bool {
    matches!(answer, Err(HoldError::SaleClosed(1)))
}

fn is_closed_to_fans<T>(answer: &Result<T, ResaleError>) -> bool {
    matches!(answer, Err(ResaleError::Listing(OrderRefused::Hold(HoldError::SaleClosed(1)))))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tickets_are_held_until_the_instant_at_which_the_sale_ends() {
    for backend in BOTH {
        for minutes in [0, 30] {
            let (app, kick_off) = site(backend, SalesClose::BeforeKickOff(Duration::from_secs(minutes * 60))).await;
            let end = kick_off - TimeDelta::minutes(i64::try_from(minutes).expect("it is little"));
            let ana = app.fan("ana").await;

            app.clock.stop_at(end - INSTANT);
            let held = ana.hold_once("key", 1, Category::One, 1).await.expect("it is a moment before the end");
            for late in [TimeDelta::zero(), INSTANT, TimeDelta::days(400)] {
                app.clock.stop_at(end + late);
                let by_the_desk = ana.hold(1, Category::One, 1).await;
                assert!(is_closed(&by_the_desk), "{late}: {by_the_desk:?}");
                // Compared with the database just now, the view refuses before the desk is asked.
                app.view.sweep(&app.db).await.expect("the view can be compared");
                let early = ana.hold(1, Category::One, 1).await;
                assert!(is_closed(&early), "{late}: {early:?}");
                let again = ana.hold_once("key", 1, Category::One, 1).await;
                assert_eq!(again.expect("the attempt was made before").id, held.id);
            }

            app.finish().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_site_that_sells_for_ever_goes_on_after_kick_off() {
    let (app, kick_off) = site(Backend::Sqlite, SalesClose::Never).await;
    let (seller, offered) = offered(&app).await;

    app.clock.stop_at(kick_off + TimeDelta::days(1));
    closes(&app).await;

    app.fan("ana").await.holds(1, Category::One, 1).await;
    app.fan("ben").await.orders(offered.id).await;
    let other = seller.buys(1, Category::One).await;
    seller.offers(other.id, PRICE).await;
    assert_eq!(app.state(1).await.availability(), Availability::Available);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_end_is_a_version_of_the_match_written_once_however_often_it_is_looked_for() {
    for backend in BOTH {
        let (app, end) = site(backend, AT_KICK_OFF).await;
        let before = app.state(1).await;
        app.clock.stop_at(end - INSTANT);
        let next = closing::round(&app).await.expect("sales can end");
        assert_eq!((app.state(1).await, next), (before.clone(), Some(end)));

        app.clock.stop_at(end);
        join_all((0..4).map(|_| closes(&app))).await;

        let after = MatchState { version: before.version + 1, closed: true, ..before };
        assert_eq!(app.state(1).await, after);
        assert_eq!(after.availability(), Availability::Closed);
        assert!(after.categories.iter().all(|category| after.availability_of(category) == Availability::Closed));
        let told = app.told().await.into_iter().filter_map(|queued| match queued.event {
            Event::Availability { state, .. } if state.closed => Some(state),
            Event::Ticket { .. } => panic!("the other sites hear nothing of it"),
            _ => None,
        });
        assert_eq!(told.collect::<Vec<_>>(), [after]);
        app.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_held_by_then_is_paid_after_it() {
    for backend in BOTH {
        let (app, end) = site(backend, AT_KICK_OFF).await;
        let ana = app.fan("ana").await;
        app.clock.stop_at(end - INSTANT);
        let held = ana.holds(1, Category::One, 2).await;

        app.clock.stop_at(end + TimeDelta::minutes(1));
        closes(&app).await;
        let paid = ana.pay(held.id).await.expect("it was held in time");

        assert_eq!(paid.status, Status::Reserved);
        let first = ana.ticket_of(held.id).await.expect("a paid seat has its ticket");
        assert_eq!(scanned(&app, code(&app, &first).await, "a").await, Outcome::Admitted);
        app.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hold_is_given_no_more_time_once_its_sale_is_over() {
    for backend in BOTH {
        let (app, end) = site(backend, AT_KICK_OFF).await;
        let ana = app.fan("ana").await;
        app.clock.stop_at(end - INSTANT);
        let held = ana.holds(1, Category::One, 2).await;

        app.clock.stop_at(end);
        let refused = reservations::extend(&app, ana.viewer, held.id, None).await;

        assert!(matches!(refused, Err(HoldError::NotExtended(NoExtension::SaleClosed))), "{refused:?}");
        app.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn money_for_what_has_ended_buys_it_again_before_that_instant_and_goes_back_after_it() {
    for is_over in [false, true] {
        let (app, end) = site(Backend::Sqlite, AT_KICK_OFF).await;
        let (_, offered) = offered(&app).await;
        let ana = app.fan("ana").await;
        let claims = [ana.holds(1, Category::One, 1).await.id, ana.orders(offered.id).await.id];
        let mut payments = Vec::new();
        for id in claims {
            payments.push(ana.pay_with(id, ASKS, None).await.expect("it waits").payment.id);
        }
        app.bank.is_away.store(true, Ordering::SeqCst);
        app.advance(app.settings.hold + app.settings.payment_grace).await;
        for id in claims {
            assert_eq!(app.reservation(id).await.cancel_reason, Some(CancelReason::Expired));
        }
        app.bank.is_away.store(false, Ordering::SeqCst);

        if is_over {
            app.clock.stop_at(end);
        }
        app.move_clock(TURN);
        for (number, id) in payments.iter().enumerate() {
            app.bank.consent(*id);
            tell(&app, &format!("event {number}"), *id).await;
        }
        keep(&app).await;

        let expected = if is_over { (Status::Cancelled, 0) } else { (Status::Reserved, PRICE) };
        for (id, payment_id) in claims.into_iter().zip(payments) {
            assert_eq!((app.reservation(id).await.status, app.bank.taken(payment_id)), expected);
        }
        app.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_instance_whose_clock_is_behind_sells_nothing_that_another_has_closed() {
    let (app, end) = site(Backend::Postgres, AT_KICK_OFF).await;
    let (seller, offered) = offered(&app).await;
    let other = seller.buys(1, Category::One).await;
    // It believes that an hour is left, as its rule of the end says.
    let mut behind = app.another_with(|settings| settings.sales_close = SalesClose::Never).await;
    let (ana, seller) = (app.fan("ana").await.at(&behind.app), seller.at(&behind.app));
    app.clock.stop_at(end);

    closes(&app).await;

    assert!(is_closed(&ana.hold(1, Category::One, 1).await));
    assert!(is_closed_to_fans(&ana.order(offered.id).await));
    assert!(is_closed_to_fans(&seller.offer(offer(Subject::Ticket(other.id), PRICE)).await));
    behind.stop().await;
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn instances_that_end_a_sale_together_end_it_once() {
    let (app, end) = site(Backend::Postgres, AT_KICK_OFF).await;
    let (_, offered) = offered(&app).await;
    let mut other = app.another_with(|settings| settings.sales_close = AT_KICK_OFF).await;
    let before = app.state(1).await;
    app.clock.stop_at(end);

    let (here, there) = tokio::join!(closing::round(&app), closing::round(&other));

    assert!(here.is_ok() && there.is_ok(), "{here:?}, {there:?}");
    assert_eq!(app.state(1).await.version, before.version + 1);
    assert_eq!(listing(&app, offered.id).await.version, offered.version + 1);
    other.stop().await;
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_match_that_is_put_off_is_sold_again_until_its_new_time() {
    for backend in BOTH {
        let (app, end) = site(backend, AT_KICK_OFF).await;
        let (_, offered) = offered(&app).await;
        let ana = app.fan("ana").await;
        app.clock.stop_at(end);
        closes(&app).await;
        app.view.sweep(&app.db).await.expect("the view can be compared");
        assert!(is_closed(&ana.hold(1, Category::One, 1).await));

        let later = end + TimeDelta::days(1);
        begins(&app, later).await;

        assert_eq!(app.state(1).await.availability(), Availability::Available);
        ana.holds(1, Category::One, 1).await;
        assert_eq!(listing(&app, offered.id).await.state, State::Withdrawn, "it has left, and its ticket is out");
        app.clock.stop_at(later);
        assert!(is_closed(&ana.hold(1, Category::One, 1).await));
        app.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_match_that_is_brought_forward_closes_at_its_new_time() {
    let (app, end) = site(Backend::Sqlite, AT_KICK_OFF).await;
    let ana = app.fan("ana").await;
    let sooner = end - TimeDelta::hours(5);
    begins(&app, sooner).await;

    app.clock.stop_at(sooner - INSTANT);
    ana.holds(1, Category::One, 1).await;
    app.clock.stop_at(sooner);

    assert!(is_closed(&ana.hold(1, Category::One, 1).await));
    assert!(app.view.get(1).is_some_and(|state| state.closed));
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_site_that_starts_with_a_later_end_opens_what_it_had_closed() {
    let (app, kick_off) = site(Backend::Postgres, SalesClose::BeforeKickOff(Duration::from_secs(3_600))).await;
    app.clock.stop_at(kick_off - TimeDelta::minutes(30));
    closes(&app).await;
    closing::reopen(&app).await.expect("sales can be opened");
    assert!(app.state(1).await.closed, "its time has come by the rule that closed it");

    let mut restarted = app.another_with(|settings| settings.sales_close = AT_KICK_OFF).await;
    closing::reopen(&restarted.app).await.expect("sales can be opened");

    assert!(!app.state(1).await.closed);
    app.fan("ana").await.at(&restarted.app).holds(1, Category::One, 1).await;
    // Clocks differ by a moment: what was closed a moment early stays so.
    app.clock.stop_at(kick_off - TimeDelta::seconds(1));
    closes(&app).await;
    closing::reopen(&restarted.app).await.expect("sales can be opened");
    assert!(app.state(1).await.closed);
    restarted.stop().await;
    app.finish().await;
}

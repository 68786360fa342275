//! The outbox: what is told commits with what happened, and is told in its order.
//!
//! That events tell of the state, all of it and nothing else, is checked after every test of an app.

use std::sync::Arc;

use book::outbox::{self, Event, TicketAction};
use entities::category::Category;
use futures_util::future::join_all;
use testkit::wait::PATIENCE;
use tests::{Backend, TestApp, both, sites::given};

both! {
    what_happened_is_told_with_it_and_what_was_refused_is_not,
    what_the_broker_has_taken_is_told_no_more,
    the_oldest_events_are_told_first,
    a_commit_wakes_the_relay,
    a_storm_on_many_matches_is_told_in_order,
}

async fn what_happened_is_told_with_it_and_what_was_refused_is_not(app: &TestApp) {
    app.stock(1, Category::One, 2).await;
    app.publish().await;
    let (ana, ben) = (app.fan("ana").await, app.fan("ben").await);

    let held = ana.holds(1, Category::One, 2).await;
    assert!(ben.hold(1, Category::One, 1).await.is_err());

    let told = app.publish().await;
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(matches!(
        told[0].event,
        Event::Ticket { action: TicketAction::Pending, reservation_id, quantity: 2, .. } if reservation_id == held.id
    ));
    let Event::Availability { state, .. } = &told[1].event else {
        panic!("{told:?}");
    };
    assert_eq!(*state, app.state(1).await);
}

async fn what_the_broker_has_taken_is_told_no_more(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    let ana = app.fan("ana").await;
    ana.holds(1, Category::One, 1).await;
    let backlog = async || outbox::backlog(&app.db).await.expect("events can be counted");
    assert_eq!(backlog().await, 3);

    app.publish().await;
    assert_eq!(backlog().await, 0);
    ana.holds(1, Category::One, 1).await;

    assert_eq!(backlog().await, 2);
    assert_eq!(app.publish().await.len(), 2);
}

async fn the_oldest_events_are_told_first(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    for fan in app.fans(5).await {
        fan.holds(1, Category::One, 1).await;
    }
    let all = app.told().await;

    let first = outbox::pending(&app.db, 4).await.expect("events can be read");

    assert_eq!(first, all[..4]);
    assert!(all.is_sorted_by_key(|queued| queued.id));
}

async fn a_commit_wakes_the_relay(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    app.wake.outbox().await;
    let ana = app.fan("ana").await;

    let woken = tokio::time::timeout(PATIENCE, app.wake.outbox());
    let (woken, _) = tokio::join!(woken, ana.holds(1, Category::One, 1));

    assert!(woken.is_ok());
}

/// Two instances where there can be two; a relay publishes all the while. The order is checked at the end.
async fn a_storm_on_many_matches_is_told_in_order(app: &TestApp) {
    let mut instances = vec![app.app()];
    let mut other = None;
    if app.backend == Backend::Postgres {
        let another = app.another().await;
        instances.push(Arc::clone(&another.app));
        other = Some(another);
    }
    for number in 1..=4 {
        app.give(given(number, &[(Category::One, 50)])).await;
    }
    let fans = app.fans(40).await;

    let storm = fans.iter().enumerate().map(|(number, fan)| {
        let fan = fan.at(&instances[number % instances.len()]);
        async move {
            for match_number in [1, 2, 3, 4, 1, 2] {
                let held = fan.hold(match_number, Category::One, 1).await;
                match (held, number % 3) {
                    (Ok(held), 0) => drop(fan.cancel(held.id).await),
                    (Ok(held), 1) => drop(fan.pay(held.id).await),
                    _ => {}
                }
            }
        }
    });
    let relay = async {
        let mut told = 0;
        for _ in 0..10 {
            told += app.publish().await.len();
        }
        told
    };
    let (_, told) = tokio::join!(join_all(storm), relay);

    assert!(told > 0);
    if let Some(mut other) = other {
        other.stop().await;
    }
}

//! The purchase cap: how many tickets of one match one fan may hold and own.

use domain::desk::error::HoldError;
use entities::category::Category;
use futures_util::future::join_all;
use tests::{Backend, Fan, TestApp, both};

const CAP: i32 = 6;

both! {
    a_fan_gets_as_many_tickets_of_a_match_as_the_cap_allows,
    held_and_owned_tickets_count_and_cancelled_ones_do_not,
    the_cap_is_one_for_all_categories_however_many_are_asked_for_at_once,
}

async fn a_fan_gets_as_many_tickets_of_a_match_as_the_cap_allows(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    app.stock(2, Category::One, 20).await;
    let (ana, ben) = (app.fan("ana").await, app.fan("ben").await);
    for quantity in [2, 2, 1] {
        ana.holds(1, Category::One, quantity).await;
    }

    let beyond = ana.hold(1, Category::One, 2).await;
    ana.holds(1, Category::One, 1).await;

    assert!(matches!(beyond, Err(HoldError::PurchaseLimit { has: 5, cap: CAP })), "{beyond:?}");
    assert!(ana.hold(1, Category::One, 1).await.is_err());
    ana.holds(2, Category::One, 2).await;
    ben.holds(1, Category::One, 2).await;
}

async fn held_and_owned_tickets_count_and_cancelled_ones_do_not(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    let ana = app.fan("ana").await;
    let mut held = Vec::new();
    for _ in 0..3 {
        held.push(ana.holds(1, Category::One, 2).await.id);
    }
    ana.pay(held[0]).await.expect("a hold can be paid");
    assert!(ana.hold(1, Category::One, 1).await.is_err());

    ana.cancel(held[1]).await.expect("a hold can be cancelled");
    ana.holds(1, Category::One, 2).await;
    assert!(ana.hold(1, Category::One, 1).await.is_err());

    app.advance(app.settings.hold).await;
    for _ in 0..2 {
        ana.holds(1, Category::One, 2).await;
    }
    let owned = ana.hold(1, Category::One, 1).await;
    assert!(matches!(owned, Err(HoldError::PurchaseLimit { has: CAP, .. })));
}

async fn the_cap_is_one_for_all_categories_however_many_are_asked_for_at_once(app: &TestApp) {
    app.give(tests::sites::given(1, &Category::ALL.map(|category| (category, 20)))).await;
    let ana = app.fan("ana").await;

    let held = at_once(&[ana]).await;

    assert_eq!(held, CAP);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_cap_is_one_for_all_instances() {
    let app = TestApp::start(Backend::Postgres).await;
    let mut other = app.another().await;
    app.give(tests::sites::given(1, &Category::ALL.map(|category| (category, 100)))).await;

    for round in 0..10 {
        let here = app.fan(&format!("fan{round}")).await;
        let there = here.at(&other.app);

        let held = at_once(&[here, there]).await;

        assert_eq!(held, CAP);
    }
    other.stop().await;
    app.finish().await;
}

/// Asks for ten single tickets of each category at once, in every window, and says how many were given.
async fn at_once(windows: &[Fan]) -> i32 {
    let asking = windows.iter().flat_map(|fan| (0..30).map(move |number| fan.hold(1, Category::ALL[number % 3], 1)));
    let mut held = 0;
    for answer in join_all(asking).await {
        match answer {
            Ok(row) => held += row.quantity,
            Err(refused) => assert!(matches!(refused, HoldError::PurchaseLimit { .. }), "{refused:?}"),
        }
    }
    held
}

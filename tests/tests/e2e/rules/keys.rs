//! Idempotency keys: an attempt that is repeated is the same attempt.

use domain::desk::error::HoldError;
use entities::category::Category;
use futures_util::future::join_all;
use tests::{Backend, TestApp, both};

both! {
    the_same_request_under_the_same_key_is_the_same_reservation,
    repeated_at_once_it_still_is_one_reservation,
    another_request_under_the_key_is_refused,
    a_key_is_its_signs_and_nothing_more,
    a_key_belongs_to_its_fan,
    a_refused_request_leaves_its_key_free,
    a_repeated_request_shows_what_became_of_its_reservation,
}

async fn the_same_request_under_the_same_key_is_the_same_reservation(app: &TestApp) {
    app.stock(1, Category::One, 2).await;
    let ana = app.fan("ana").await;

    let first = ana.hold_once("a", 1, Category::One, 2).await;
    let again = ana.hold_once("a", 1, Category::One, 2).await;

    assert_eq!(first.expect("nothing stands against the hold"), again.expect("a repeated hold is answered"),);
    assert_eq!(app.pending(1, Category::One).await, 2);
    let new = ana.hold_once("b", 1, Category::One, 2).await;
    assert!(new.is_err(), "another key is another attempt");
}

async fn repeated_at_once_it_still_is_one_reservation(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    let ana = app.fan("ana").await;

    let answers = join_all((0..16).map(|_| ana.hold_once("a", 1, Category::One, 1))).await;

    for answer in &answers {
        let row = answer.as_ref().expect("every repetition is answered");
        assert_eq!(Some(row.id), answers[0].as_ref().ok().map(|row| row.id));
    }
    assert_eq!(app.pending(1, Category::One).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn repeated_at_once_at_two_instances_it_still_is_one_reservation() {
    let app = TestApp::start(Backend::Postgres).await;
    let mut other = app.another().await;
    app.stock(1, Category::One, 100).await;
    app.stock(2, Category::One, 100).await;

    for round in 0..20 {
        let here = app.fan(&format!("fan{round}")).await;
        let there = here.at(&other.app);
        let (first, second) =
            tokio::join!(here.hold_once("a", 1, Category::One, 1), there.hold_once("a", 1, Category::One, 1),);
        let first = first.expect("both are answered");
        assert_eq!(first.id, second.expect("both are answered").id);

        // Different matches have different locks: here only the unique key stands between the two.
        let (first, second) =
            tokio::join!(here.hold_once("b", 1, Category::One, 1), there.hold_once("b", 2, Category::One, 1),);
        assert!(first.is_ok() != second.is_ok(), "{first:?} {second:?}");
        assert!(matches!(first.and(second), Err(HoldError::KeyReused)));
    }
    other.stop().await;
    app.finish().await;
}

async fn another_request_under_the_key_is_refused(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    app.stock(2, Category::One, 20).await;
    let ana = app.fan("ana").await;
    let first = ana.hold_once("a", 1, Category::One, 1).await;

    for (match_number, category, quantity) in [(1, Category::One, 2), (1, Category::Two, 1), (2, Category::One, 1)] {
        let other = ana.hold_once("a", match_number, category, quantity).await;
        assert!(matches!(other, Err(HoldError::KeyReused)), "{other:?}");
    }

    assert!(first.is_ok());
    assert_eq!(app.reservations().await.len(), 1);
}

async fn a_key_is_its_signs_and_nothing_more(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    let ana = app.fan("ana").await;
    for key in ["NULL", "{a,b}", r#"a"b"#, r"a\b", "';--"] {
        let first = ana.hold_once(key, 1, Category::One, 1).await.expect("any visible signs are a key");
        let again = ana.hold_once(key, 1, Category::One, 1).await.expect("a repeated hold is answered");
        assert_eq!(first, again, "{key}");
        assert_eq!(first.idempotency_key.as_deref(), Some(key));
    }

    assert_eq!(app.pending(1, Category::One).await, 5);
}

async fn a_key_belongs_to_its_fan(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    let (ana, ben) = (app.fan("ana").await, app.fan("ben").await);

    let hers = ana.hold_once("a", 1, Category::One, 1).await;
    let his = ben.hold_once("a", 1, Category::One, 2).await;

    assert_ne!(hers.expect("nothing stands against the hold").id, his.expect("nor against his").id);
    assert_eq!(app.pending(1, Category::One).await, 3);
}

async fn a_refused_request_leaves_its_key_free(app: &TestApp) {
    app.stock(1, Category::One, 1).await;
    let (ana, ben) = (app.fan("ana").await, app.fan("ben").await);
    let held = ben.holds(1, Category::One, 1).await;

    let refused = ana.hold_once("a", 1, Category::One, 1).await;
    ben.cancel(held.id).await.expect("a hold can be cancelled");
    let later = ana.hold_once("a", 1, Category::One, 1).await;

    assert!(refused.is_err());
    assert!(later.is_ok(), "{later:?}");
}

async fn a_repeated_request_shows_what_became_of_its_reservation(app: &TestApp) {
    app.stock(1, Category::One, 1).await;
    let ana = app.fan("ana").await;
    let first = ana.hold_once("a", 1, Category::One, 1).await.expect("nothing stands against the hold");
    let paid = ana.pay(first.id).await.expect("a hold can be paid");

    let again = ana.hold_once("a", 1, Category::One, 1).await;

    assert_eq!(again.expect("a repeated hold is answered"), paid);
}

//! The desk under a crowd: who is refused early, who is told to come again, who is skipped, and who fails alone.

use std::time::Duration;

use domain::desk::error::HoldError;
use entities::category::Category;
use futures_util::{future::join_all, poll};
use sea_orm::{ConnectionTrait, TransactionTrait};
use testkit::wait::{PATIENCE, eventually};
use tests::{Backend, Fan, TestApp, both};

both! {
    a_replayed_key_finds_its_reservation_in_a_category_that_is_full_by_now,
    a_category_that_the_view_knows_to_be_sold_out_is_refused_as_sold_out,
}

async fn a_replayed_key_finds_its_reservation_in_a_category_that_is_full_by_now(app: &TestApp) {
    app.stock(1, Category::One, 1).await;
    let (ana, ben) = (app.fan("ana").await, app.fan("ben").await);
    let held = ana.hold_once("attempt", 1, Category::One, 1).await.expect("there is one");
    app.view.sweep(&app.db).await.expect("the view can be compared");

    let again = ana.hold_once("attempt", 1, Category::One, 1).await.expect("it is the same attempt");
    let late = ben.hold_once("attempt", 1, Category::One, 1).await;

    assert_eq!(again, held);
    assert!(matches!(late, Err(HoldError::TemporarilyUnavailable { available: 1, sellable: 0 })), "{late:?}");
}

async fn a_category_that_the_view_knows_to_be_sold_out_is_refused_as_sold_out(app: &TestApp) {
    app.stock(1, Category::One, 1).await;
    let (ana, ben) = (app.fan("ana").await, app.fan("ben").await);
    let held = ana.holds(1, Category::One, 1).await;
    ana.pay(held.id).await.expect("it is paid in time");
    app.view.sweep(&app.db).await.expect("the view can be compared");

    let late = ben.hold(1, Category::One, 1).await;

    assert!(matches!(late, Err(HoldError::SoldOut(1, 1))), "{late:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_early_refusal_lasts_no_longer_than_the_view_is_trusted() {
    let app = TestApp::start(Backend::Postgres).await;
    let mut other = app.another().await;
    app.stock(1, Category::One, 1).await;
    let (ana, ben) = (app.fan("ana").await, app.fan("ben").await);
    let held = ana.holds(1, Category::One, 1).await;
    app.view.sweep(&app.db).await.expect("the view can be compared");
    // Given back at another instance, of which this one hears nothing.
    ana.at(&other.app).cancel(held.id).await.expect("it can be given back");

    let early = ben.hold(1, Category::One, 1).await;
    app.advance(Duration::from_secs(3)).await;
    let later = ben.hold(1, Category::One, 1).await;

    assert!(matches!(early, Err(HoldError::TemporarilyUnavailable { .. })), "{early:?}");
    assert!(later.is_ok(), "{later:?}");
    other.stop().await;
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_finds_the_queue_full_is_told_when_to_come_again() {
    let app = TestApp::start_with(Backend::Postgres, |settings| {
        settings.lane_queue = 1;
        settings.batch = 1;
    })
    .await;
    app.stock(1, Category::One, 100).await;
    let fans = app.fans(40).await;

    let answers = join_all(fans.iter().map(|fan| fan.hold(1, Category::One, 1))).await;

    let held = answers.iter().filter(|answer| answer.is_ok()).count();
    let refused = answers.iter().filter(
        |answer| matches!(answer, Err(HoldError::Busy { retry_after }) if *retry_after >= Duration::from_secs(1)),
    );
    assert!(held > 0 && held < fans.len(), "{held} were held");
    assert_eq!(refused.count(), fans.len() - held);
    assert_eq!(app.reservations().await.len(), held);
    app.finish().await;
}

/// Asks for a hold in a task of its own, which ends in the answer.
fn ask(fan: &Fan) -> tokio::task::JoinHandle<Result<entities::reservation::Model, HoldError>> {
    let fan = fan.clone();
    tokio::spawn(async move { fan.hold(1, Category::One, 1).await })
}

/// Waits until a transaction waits for the lock that the test holds.
async fn lane_is_held_up(app: &TestApp) {
    let waits = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    eventually(PATIENCE, "the lane waits for the lock", || async {
        app.db
            .query_all_raw(sea_orm::Statement::from_string(sea_orm::DbBackend::Postgres, waits))
            .await
            .is_ok_and(|rows| !rows.is_empty())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_went_away_while_waiting_holds_nothing() {
    let app = TestApp::start(Backend::Postgres).await;
    app.stock(1, Category::One, 10).await;
    let (ana, ben, cleo) = (app.fan("ana").await, app.fan("ben").await, app.fan("cleo").await);
    let blocker = app.database.connect_one().await;
    let lock = blocker.begin().await.expect("a transaction begins");
    lock.execute_unprepared("SELECT * FROM matches FOR UPDATE").await.expect("the match can be locked");
    let first = ask(&ana);
    lane_is_held_up(&app).await;

    // Polled once, a request stands in the queue; dropped, it is that of a client who went away.
    let mut gone = Box::pin(ben.hold(1, Category::One, 1));
    assert!(poll!(&mut gone).is_pending());
    drop(gone);
    let last = ask(&cleo);
    lock.rollback().await.expect("the lock can be given back");

    assert!(first.await.expect("it was not aborted").is_ok());
    assert!(last.await.expect("it was not aborted").is_ok());
    let mut owners: Vec<_> = app.reservations().await.into_iter().map(|row| row.user_id).collect();
    owners.sort_unstable();
    let mut served = vec![ana.viewer.user_id, cleo.viewer.user_id];
    served.sort_unstable();
    assert_eq!(owners, served);
    blocker.close().await.expect("a pool can be closed");
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_request_that_the_database_refuses_fails_alone_in_its_batch() {
    let app = TestApp::start(Backend::Postgres).await;
    app.stock(1, Category::One, 10).await;
    let (ana, ben, cleo) = (app.fan("ana").await, app.fan("ben").await, app.fan("cleo").await);
    let refuse = format!(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not him'; END $$; \
         CREATE TRIGGER refuse BEFORE INSERT ON reservations FOR EACH ROW WHEN (NEW.user_id = '{}') EXECUTE FUNCTION refuse()",
        ben.viewer.user_id
    );
    app.db.execute_unprepared(&refuse).await.expect("a trigger can be made");
    let blocker = app.database.connect_one().await;
    let lock = blocker.begin().await.expect("a transaction begins");
    lock.execute_unprepared("SELECT * FROM matches FOR UPDATE").await.expect("the match can be locked");
    let first = ask(&cleo);
    lane_is_held_up(&app).await;

    // Polled once each, these stand behind the first in their order and make the next batch together.
    let mut answers = [&ana, &ben, &ana].map(|fan| Box::pin(fan.hold(1, Category::One, 1)));
    for answer in &mut answers {
        assert!(poll!(answer).is_pending());
    }
    lock.rollback().await.expect("the lock can be given back");

    assert!(first.await.expect("it was not aborted").is_ok());
    let refused: Vec<bool> = join_all(answers).await.iter().map(Result::is_err).collect();
    assert_eq!(refused, [false, true, false]);
    assert_eq!(app.pending(1, Category::One).await, 3);
    blocker.close().await.expect("a pool can be closed");
    app.finish().await;
}

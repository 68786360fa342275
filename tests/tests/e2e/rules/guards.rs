//! Guards: every check that the suite and the database rely on bites when it should.

use std::panic::AssertUnwindSafe;

use domain::audit;
use entities::category::Category;
use futures_util::FutureExt;
use sea_orm::ConnectionTrait;
use tests::{Backend, TestApp, both};

both! {
    the_database_refuses_rows_that_can_not_be_true,
}

async fn the_database_refuses_rows_that_can_not_be_true(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    let ana = app.fan("ana").await;
    let held = ana.holds(1, Category::One, 2).await;
    ana.hold_once("key", 1, Category::One, 1).await.expect("nothing stands against the hold");

    for statement in [
        "UPDATE stock SET held = 21",
        "UPDATE stock SET held = -1",
        "UPDATE stock SET foreign_pending = -1",
        "UPDATE stock SET sold = -1, available = 21",
        "UPDATE stock SET foreign_sold = -1, available = 21",
        "UPDATE stock SET available = -1, foreign_sold = 21, held = 0",
        "UPDATE stock SET deficit = 1, foreign_sold = 1",
        "UPDATE stock SET available = 19",
        "UPDATE stock SET sold = 1",
        "UPDATE stock SET match_number = 99",
        "DELETE FROM matches",
        "UPDATE reservations SET quantity = 0",
        "UPDATE reservations SET status = 'CANCELLED'",
        "UPDATE reservations SET cancel_reason = 'USER'",
        "UPDATE reservations SET idempotency_key = 'key'",
        "INSERT INTO foreign_holds (match_number, category, sender, quantity, ends_at) VALUES (1, 1, '', 0, '2022-11-20 16:00:00+00:00')",
        "INSERT INTO foreign_holds (match_number, category, sender, quantity, ends_at) VALUES (9, 1, '', 1, '2022-11-20 16:00:00+00:00')",
        "INSERT INTO users SELECT * FROM users",
    ] {
        let taken = app.db.execute_unprepared(statement).await;
        assert!(taken.is_err(), "the database takes: {statement}");
    }

    assert_eq!(app.reservation(held.id).await, held);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_checks_after_every_test_see_each_lie() {
    for (lie, statements) in [
        ("a hold that is not counted", ["UPDATE stock SET held = 0", ""]),
        ("a sale that is not counted", ["UPDATE reservations SET status = 'RESERVED'", ""]),
        ("a hold of another site that is not there", ["UPDATE stock SET foreign_pending = 1", ""]),
        ("an event too few", ["DELETE FROM outbox WHERE event LIKE '%PENDING%'", ""]),
        (
            "an event twice",
            [
                "INSERT INTO outbox (event, created_at) SELECT event, created_at FROM outbox WHERE event LIKE '%PENDING%'",
                "",
            ],
        ),
        (
            "a state twice",
            [
                "INSERT INTO outbox (event, created_at) SELECT event, created_at FROM outbox WHERE event LIKE '%availability%'",
                "",
            ],
        ),
        ("a state that was never told", ["UPDATE matches SET version = version + 1", ""]),
        (
            "an end that was never told",
            [
                "UPDATE reservations SET status = 'CANCELLED', cancel_reason = 'USER', version = 2",
                "UPDATE stock SET held = 0",
            ],
        ),
    ] {
        let app = TestApp::start(Backend::Sqlite).await;
        app.stock(1, Category::One, 20).await;
        app.fan("ana").await.holds(1, Category::One, 2).await;
        app.check().await;

        for statement in statements {
            app.db.execute_unprepared(statement).await.expect("the lie is possible");
        }

        let seen = AssertUnwindSafe(app.check()).catch_unwind().await;
        assert!(seen.is_err(), "nobody sees {lie}");
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_audit_names_every_count_that_is_wrong() {
    let app = TestApp::start(Backend::Sqlite).await;
    app.stock(1, Category::One, 20).await;
    let mut names = Vec::new();
    // The checks are switched off for a connection, so there is one.
    let db = app.database.connect_one().await;
    db.execute_unprepared("PRAGMA ignore_check_constraints = ON").await.expect("checks can be switched off");

    for (column, value) in [
        ("held", 1),
        ("sold", 1),
        ("foreign_pending", 1),
        ("available", 19),
        ("deficit", 1),
        ("deficit", -1),
        ("held", 21),
        ("returned", 21),
        ("returned", -1),
    ] {
        let set = |value: &str| format!("UPDATE stock SET {column} = {value}");
        db.execute_unprepared(&set(&value.to_string())).await.expect("a count can be set");
        let violations = audit::violations(&db).await;
        let violations = violations.expect("the database can be audited");
        assert!(!violations.is_empty(), "{column} = {value} is overlooked");
        names.extend(violations);
        let right = if column == "available" { "20" } else { "0" };
        db.execute_unprepared(&set(right)).await.expect("a count can be set");
    }

    for name in &names {
        assert!(name.starts_with("match 1 category 1: "), "{name}");
    }
    app.finish().await;
}

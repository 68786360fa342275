//! Operation: what the program does when what it stands on does not do its part, and what those who run it see.

use std::{sync::Arc, time::Duration};

use book::{clock::SystemClock, store};
use chrono::Utc;
use domain::{App, Settings, accounts::Keys, leases::Claim};
use entities::{lease, reservation};
use sea_orm::{
    ActiveValue::Set, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, EntityTrait,
    SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait, sea_query::OnConflict,
};
use serde_json::Value;
use testkit::wait::{PATIENCE, eventually};
use tests::{Backend, Database, Site, World, bank::Bank, program::Program, site::reservation_id};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::crashes::binary;

async fn readiness(site: &Site) -> (u16, Value) {
    let (status, text) = site.visitor().get("/readyz").await;
    (status, serde_json::from_str(&text).expect("readiness is JSON"))
}

/// What readiness says of a part: whether it is ready, and the detail.
async fn part(site: &Site, name: &str) -> (bool, String) {
    let (_, report) = readiness(site).await;
    let parts = report["parts"].as_array().expect("there are parts");
    let part = parts.iter().find(|part| part["name"] == name).expect("the part is named");
    (part["ready"] == true, part["detail"].as_str().expect("a part has a detail").to_owned())
}

async fn execute(db: &DatabaseConnection, sql: &str) {
    db.execute_unprepared(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_turns_read_only_is_told_and_recovered_from() {
    let world = World::services().await;
    let site = world.start().await;
    site.on_sale(1, 20).await;
    let ana = site.fan("ana").await;
    let admin = world.connect().await;
    let turn = async |how: &str| {
        let named = "SELECT current_database() AS name".to_owned();
        let row = admin.query_one_raw(Statement::from_string(DbBackend::Postgres, named)).await;
        let name: String = row.expect("it answers").expect("it has a name").try_get("", "name").expect("it is text");
        // The administrator's own new connections are read-only as well.
        execute(&admin, &format!("BEGIN READ WRITE; ALTER DATABASE {name} {how}; COMMIT")).await;
    };

    turn("SET default_transaction_read_only = on").await;
    let others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name LIKE 'matchday%'";
    execute(&admin, others).await;

    let refused = ana.reserve(1, 1, 1).await;
    assert_eq!(refused.code(), "SERVICE_UNAVAILABLE", "{}", refused.0);
    assert!(refused.0["errors"][0]["extensions"]["retryAfter"].is_u64(), "{}", refused.0);
    for _ in 0..3 {
        let (ready, detail) = part(&site, "database").await;
        assert!(!ready && detail.contains("read-only"), "{detail}");
    }
    assert_eq!(readiness(&site).await.0, 503);

    turn("RESET default_transaction_read_only").await;

    // Connections that were opened meanwhile stay read-only: none of them is used again.
    eventually(PATIENCE, "the site is ready again", || async { readiness(&site).await.0 == 200 }).await;
    for category in 1..=3 {
        ana.holds(1, category, 1).await;
    }
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_only_read_and_write_rows_can_serve_on_tables_that_are_up_to_date() {
    const ROLE: &str = "matchday_test_rows_only";
    let world = World::services().await;
    let owner = world.connect().await;
    let made =
        format!("DO $$ BEGIN CREATE ROLE {ROLE}; EXCEPTION WHEN duplicate_object OR unique_violation THEN END $$");
    let granted = format!("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {ROLE}");
    let numbers = format!("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {ROLE}");
    for sql in [&made, &granted, &numbers, "REVOKE CREATE ON SCHEMA public FROM PUBLIC"] {
        execute(&owner, sql).await;
    }
    let url = world.setting("DATABASE_URL");
    let sign = if url.contains('?') { '&' } else { '?' };
    let mut world = world.with("DATABASE_URL", &format!("{url}{sign}options=-c%20role%3D{ROLE}"));

    for (migrates, fan) in [("false", "ana"), ("true", "ben")] {
        world = world.with("MATCHDAY_MIGRATE", migrates);
        let site = world.start().await;
        let refused = site.app.db.execute_unprepared("CREATE TABLE something (id int)").await;
        assert!(refused.is_err_and(|error| error.to_string().contains("permission denied")));
        site.on_sale(1, 20).await;
        site.fan(fan).await.holds(1, 1, 1).await;
        let (ready, detail) = part(&site, "database").await;
        assert!(ready, "{detail}");
        site.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_without_room_is_told_until_there_is_some() {
    let database = Database::create(Backend::Sqlite).await;
    // One connection, for the bound belongs to a connection.
    let db = database.connect_one().await;
    let keys = Keys::new(b"a secret of the tests, long enough for anybody", "here".to_owned());
    let (app, _desk) =
        App::new(db.clone(), Arc::new(SystemClock), Settings::default(), keys, Arc::<Bank>::default() as _);
    store::probe(&app.store).await.expect("there is room");
    let pages = db.query_one_raw(Statement::from_string(DbBackend::Sqlite, "PRAGMA page_count")).await;
    let pages: i64 = pages.expect("it answers").expect("it has pages").try_get("", "page_count").expect("a number");

    execute(&db, &format!("PRAGMA max_page_count = {pages}")).await;
    let mut refused = None;
    for number in 0..1_000 {
        let name: &'static str = format!("{number:0>400}").leak();
        if let Err(error) = Claim::new(name, PATIENCE).hold(&app).await {
            refused = Some(error);
            break;
        }
    }

    let refused = refused.expect("the database is full at last");
    assert!(store::is_transient(&refused), "{refused}");
    assert!(app.store.health().trouble().is_some_and(|trouble| trouble.contains("full")), "{refused}");
    assert!(store::probe(&app.store).await.is_err(), "there is no room yet");
    execute(&db, "PRAGMA max_page_count = 1000000").await;
    store::probe(&app.store).await.expect("there is room again");
    assert!(app.store.health().trouble().is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_leaves_no_lock_behind_and_what_was_acknowledged_meanwhile_is_kept() {
    let world = World::embedded().with("MATCHDAY_KAFKA_BUNDLED_MASTER_LIST", "true");
    let program = Program::start(binary(), &world).await;
    let visitor = program.visitor();
    eventually(PATIENCE, "the program is ready", || async { visitor.get("/readyz").await.0 == 200 }).await;
    let ana = visitor.sign_up("ana").await;
    let mut acknowledged = vec![ana.holds(1, 1, 1).await];

    program.fill_disk().await;
    for number in 2..14 {
        let held = ana.reserve(number, 1, 1).await;
        match held.0["data"]["reserve"]["reservation"]["id"].as_str() {
            Some(id) => acknowledged.push(id.to_owned()),
            None => assert_eq!(held.code(), "SERVICE_UNAVAILABLE", "{}", held.0),
        }
        let (status, report) = visitor.get("/readyz").await;
        assert_eq!(status, 503, "{report}");
    }
    program.free_disk().await;

    let db = world.connect().await;
    eventually(PATIENCE, "another process gets its turn to write", || async {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        db.begin_with_options(options).await.is_ok()
    })
    .await;
    eventually(PATIENCE, "the program is ready again", || async { visitor.get("/readyz").await.0 == 200 }).await;
    acknowledged.push(ana.holds(20, 1, 1).await);
    program.kill().await;
    for id in acknowledged {
        let kept = reservation::Entity::find_by_id(reservation_id(&id).expect("it is an id")).one(&db).await;
        assert!(kept.expect("the database answers").is_some(), "{id} was acknowledged");
    }
}

/// Keeps every match locked until it is dropped.
async fn lock(db: &DatabaseConnection) -> DatabaseTransaction {
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    let lock = db.begin_with_options(options).await.expect("a transaction can be begun");
    if db.get_database_backend() == DbBackend::Postgres {
        lock.execute_unprepared("SELECT * FROM matches FOR UPDATE").await.expect("matches can be locked");
    }
    lock
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_decided_after_its_client_gave_up_is_rolled_back() {
    for world in [World::embedded(), World::services().await] {
        let world = world.with("MATCHDAY_REQUEST_SECONDS", "1");
        let site = world.start().await;
        site.on_sale(1, 20).await;
        let ana = site.fan("ana").await;
        let db = world.connect().await;

        let waiting = lock(&db).await;
        let key = "takes-too-long";
        let (refused, ()) = tokio::join!(ana.reserve_once(key, 1, 1, 2), async {
            // Longer than the client waits, and shorter than SQLite does for a lock.
            tokio::time::sleep(Duration::from_millis(1_500)).await;
            waiting.rollback().await.expect("a lock can be given up");
        });

        let refused = refused.expect("the site answers");
        assert_eq!(refused.code(), "SERVICE_UNAVAILABLE", "{}", refused.0);
        site.shows(1, 1, (20, 0)).await;
        let again = ana.reserve_once(key, 1, 1, 1).await.expect("the site answers");
        assert!(again.is_ok(), "the key is free: {}", again.0);
        site.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_outbox_that_nobody_empties_is_named_by_whichever_instance_is_asked() {
    let world = World::services().await;
    let site = world.start().await;
    site.on_sale(1, 20).await;
    let ana = site.fan("ana").await;
    site.published().await;
    let db = world.connect().await;
    let stop = CancellationToken::new();
    // A leader that renews its lease and publishes nothing.
    let stuck = async {
        while !stop.is_cancelled() {
            let row = lease::ActiveModel {
                name: Set("relay".to_owned()),
                holder: Set(Uuid::from_u128(1)),
                until: Set(Utc::now()),
            };
            let again = OnConflict::column(lease::Column::Name)
                .update_columns([lease::Column::Holder, lease::Column::Until])
                .to_owned();
            let taken = lease::Entity::insert(row).on_conflict(again).exec_without_returning(&db).await;
            taken.expect("the row can be taken");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    let watching = async {
        eventually(PATIENCE, "the site follows", || async {
            part(&site, "relay").await.1.contains("another instance publishes")
        })
        .await;
        ana.holds(1, 1, 1).await;
        site.move_clock(Duration::from_secs(40));
        eventually(PATIENCE, "the outbox is named", || async {
            let (ready, detail) = part(&site, "relay").await;
            !ready && detail.contains("no instance publishes") && detail.contains("events wait")
        })
        .await;
        stop.cancel();
    };

    tokio::join!(stuck, watching);

    // The row is left as a killed holder leaves it: it is taken within its term, whatever it says.
    site.published().await;
    eventually(PATIENCE, "the outbox is fine", || async { part(&site, "relay").await.0 }).await;
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_newer_program_did_to_the_tables_takes_an_older_one_out_of_nothing() {
    for world in [World::embedded(), World::services().await] {
        let site = world.start().await;
        let db = world.connect().await;
        let newer = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m20991231_000001_later', 0)";
        execute(&db, newer).await;

        let (status, report) = readiness(&site).await;
        assert_eq!(status, 200, "{report}");
        let (ready, detail) = part(&site, "database").await;
        assert!(ready && detail.contains("1 migration of a newer version"), "{detail}");
        assert_eq!(report["settling"], false);
        site.finish().await;

        let again = world.start().await;
        assert_eq!(readiness(&again).await.0, 200);
        let missing = "DELETE FROM seaql_migrations WHERE version LIKE '%write_probe'";
        execute(&db, missing).await;
        let (status, _) = readiness(&again).await;
        assert_eq!(status, 503);
        again.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readiness_answers_within_a_second_while_the_database_hangs() {
    let world = World::services().await.with("MATCHDAY_DATABASE_MAX_CONNECTIONS", "2");
    let site = world.start().await;
    let mut held = Vec::new();
    while let Ok(Ok(taken)) = tokio::time::timeout(Duration::from_millis(500), site.app.db.begin()).await {
        held.push(taken);
    }

    let mut quickest = PATIENCE;
    for _ in 0..3 {
        let begun = std::time::Instant::now();
        readiness(&site).await;
        quickest = quickest.min(begun.elapsed());
    }

    assert!(quickest < Duration::from_secs(1), "{quickest:?}");
    // What was written last says for a while that the database is only busy.
    eventually(PATIENCE, "the database is named", || async { readiness(&site).await.0 == 503 }).await;
    drop(held);
    eventually(PATIENCE, "the site is ready again", || async { readiness(&site).await.0 == 200 }).await;
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_for_those_who_run_the_site_leaves_visitors_nothing_but_a_sign_of_life() {
    let world = World::embedded().with("MATCHDAY_ADMIN_BIND", "127.0.0.1:0");
    let site = world.start().await;
    let admin = site.admin.expect("it has an address");

    let visitor = site.visitor();
    let (alive, told) = visitor.get("/healthz").await;
    assert_eq!((alive, told.as_str()), (200, "alive\n"));
    for path in ["/readyz", "/metrics"] {
        assert_eq!(visitor.get(path).await.0, 404, "{path}");
    }
    let operator = visitor.at(admin);
    assert_eq!(operator.get("/readyz").await.0, 200);
    assert!(operator.get("/metrics").await.1.contains("matchday_build_info{"));
    assert!(operator.get("/healthz").await.1.contains("version"));
    assert_eq!(operator.get("/graphql?query=%7B__typename%7D").await.0, 404);
    site.finish().await;
}

//! Migrations: up, down and up again end where up ended, on both databases, and what rows mean is carried over.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::atomic::Ordering,
};

use book::outbox::TicketAction;
use domain::foreign::Sale;
use entities::{category::Category, payment, sandbox_intent};
use migration::{Migrator, MigratorTrait};
use sea_orm::{ActiveValue::Set, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait, QueryResult, Statement};
use tests::{Backend, Database, TestApp, bank::ASKS, sites::sale};
use uuid::Uuid;

const SQLITE: &str = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'seaql%' AND name NOT LIKE 'sqlite%' ORDER BY sql";

const POSTGRES: &str = "SELECT line AS sql FROM (
    SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable
        || ' ' || coalesce(column_default, '') || ' ' || coalesce(character_maximum_length::text, '')
    FROM information_schema.columns WHERE table_schema = 'public'
    UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace) AS schema (line)
    WHERE line NOT LIKE 'seaql%' AND line NOT LIKE '% public.seaql%' ORDER BY line";

async fn schema(db: &DatabaseConnection, backend: Backend) -> Vec<String> {
    let query = match backend {
        Backend::Sqlite => SQLITE,
        Backend::Postgres => POSTGRES,
    };
    let rows = db
        .query_all_raw(Statement::from_string(db.get_database_backend(), query))
        .await
        .expect("the schema can be read");
    rows.iter().map(|row| row.try_get("", "sql").expect("the schema is text")).collect()
}

#[tokio::test]
async fn up_down_and_up_again_end_where_up_ended() {
    for backend in Backend::BOTH {
        let database = Database::empty(backend).await;
        let db = database.connect_one().await;
        let steps = u32::try_from(Migrator::migrations().len()).expect("there are few steps");

        Migrator::up(&db, None).await.expect("up works");
        let first = schema(&db, backend).await;
        assert!(first.len() > 10, "{first:#?}");
        Migrator::down(&db, None).await.expect("down works");
        assert_eq!(schema(&db, backend).await, [""; 0], "{backend:?}");
        Migrator::up(&db, None).await.expect("up works again");
        assert_eq!(schema(&db, backend).await, first, "{backend:?}");

        for _ in 0..steps {
            let before = schema(&db, backend).await;
            Migrator::down(&db, Some(1)).await.expect("a step goes down");
            Migrator::up(&db, Some(1)).await.expect("a step goes up");
            assert_eq!(schema(&db, backend).await, before, "{backend:?}");
            Migrator::down(&db, Some(1)).await.expect("a step goes down");
        }
        assert_eq!(schema(&db, backend).await, [""; 0], "{backend:?}");
        db.close().await.expect("a pool can be closed");
    }
}

/// More than the step carries over at once.
const SEEN: usize = 2_500;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_was_seen_before_the_step_to_fingerprints_is_known_after_it() {
    for backend in Backend::BOTH {
        let app = TestApp::start(backend).await;
        app.stock(1, Category::One, 20).await;
        while app.db.execute_unprepared("SELECT sender FROM seen_events").await.is_err() {
            Migrator::down(&app.db, Some(1)).await.expect("a step goes down");
        }
        let rows: Vec<String> =
            (0..SEEN).map(|number| format!("('there', 'event-{number}', '2026-11-20 16:00:00+00:00')")).collect();
        let seen = format!("INSERT INTO seen_events (sender, event_id, seen_at) VALUES {}", rows.join(","));
        app.db.execute_unprepared(&seen).await.expect("events can be entered");

        Migrator::up(&app.db, None).await.expect("up works");

        for (event, known) in [("event-0", true), ("event-2499", true), ("event-2500", false)] {
            let sale = sale(TicketAction::Pending, 1, Category::One, 1, Some("there"));
            let told = app.hear(Sale { event_id: Some(event.to_owned()), ..sale }).await;
            assert_eq!(told.skipped, usize::from(known), "{event} on {backend:?}");
        }
        assert_eq!(app.pending(1, Category::One).await, 1);
        app.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn payments_of_before_are_of_the_gateway_that_knows_them() {
    for backend in Backend::BOTH {
        let app = TestApp::start(backend).await;
        app.stock(1, Category::One, 20).await;
        let ana = app.fan("ana").await;
        let mut payments = Vec::new();
        for is_away in [false, false, true] {
            app.bank.is_away.store(is_away, Ordering::SeqCst);
            let hold = ana.holds(1, Category::One, 1).await;
            payments.push(ana.pay_with(hold.id, ASKS, None).await.expect("it is under way").payment.id);
        }
        let [of_sandbox, of_stripe, of_nobody] = payments[..] else { panic!("three were begun") };
        let known = sandbox_intent::ActiveModel {
            id: Set("pi_1".to_owned()),
            idempotency_key: Set("1-open".to_owned()),
            payment_id: Set(of_sandbox),
            amount_minor: Set(1),
            status: Set(sandbox_intent::Status::RequiresAction),
            client_secret: Set("pi_1_secret".to_owned()),
            decline_code: Set(None),
            refunded_minor: Set(0),
        };
        sandbox_intent::Entity::insert(known).exec_without_returning(&app.db).await.expect("the sandbox may know it");
        while app.db.execute_unprepared("SELECT gateway FROM payments").await.is_ok() {
            Migrator::down(&app.db, Some(1)).await.expect("a step goes down");
        }

        Migrator::up(&app.db, None).await.expect("up works");

        let of = async |id: Uuid| {
            let found = payment::Entity::find_by_id(id).one(&app.db).await.expect("payments can be read");
            found.expect("it is there").gateway
        };
        assert_eq!(of(of_sandbox).await.as_deref(), Some("SANDBOX"), "{backend:?}");
        assert_eq!(of(of_stripe).await.as_deref(), Some("STRIPE"), "{backend:?}");
        assert_eq!(of(of_nobody).await, None, "{backend:?}");
        // What analytics was to be told went with the step.
        app.stop().await;
    }
}

/// Steps of before the first release that took something away. May only shrink: from here on a step adds, and what is needed
/// no more goes when no instance runs that reads it, two releases later.
const TOOK_AWAY: [&str; 2] = ["m20261121_000010_event_fingerprints", "m20261125_000036_sandbox_refunds"];

const COLUMNS: &str = "SELECT table_name || '.' || column_name AS name, data_type || ' ' || is_nullable AS kind,
    (is_nullable = 'YES' OR column_default IS NOT NULL OR is_identity = 'YES') AS may_be_left_out
    FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'seaql_migrations'";

/// What a table has, by column: its kind, and whether a program that does not know it can write a row.
async fn columns(db: &DatabaseConnection) -> BTreeMap<String, (String, bool)> {
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), COLUMNS)).await;
    let rows = rows.expect("columns can be read");
    let of = |row: &QueryResult| -> Result<_, DbErr> {
        Ok((row.try_get("", "name")?, (row.try_get("", "kind")?, row.try_get("", "may_be_left_out")?)))
    };
    rows.iter().map(|row| of(row).expect("a column is described")).collect()
}

#[tokio::test]
async fn a_step_leaves_a_program_of_before_all_that_it_reads_and_writes() {
    let database = Database::empty(Backend::Postgres).await;
    let db = database.connect_one().await;
    let mut taking = Vec::new();
    for step in Migrator::migrations() {
        let before = columns(&db).await;
        Migrator::up(&db, Some(1)).await.expect("a step goes up");
        let after = columns(&db).await;
        let tables: BTreeSet<&str> = before.keys().filter_map(|name| Some(name.split_once('.')?.0)).collect();
        let is_of_before = |name: &str| name.split_once('.').is_some_and(|(table, _)| tables.contains(table));
        let gone = before.iter().any(|(name, (kind, _))| after.get(name).is_none_or(|(now, _)| now != kind));
        let needed = after
            .iter()
            .any(|(name, (_, may_be_left_out))| is_of_before(name) && !before.contains_key(name) && !may_be_left_out);
        if gone || needed {
            taking.push(step.name().to_owned());
        }
    }
    db.close().await.expect("a pool can be closed");

    assert_eq!(taking, TOOK_AWAY, "a step adds columns that may be left out, and takes none away");
}

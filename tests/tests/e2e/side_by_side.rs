//! Two versions side by side: a step of the tables in between disturbs no instance that does not know it, and the way back
//! takes none.
//!
//! The version after this one is not there yet. What it may do to the tables is: to add. So a step is played that adds
//! something everywhere at once, while instances of this version sell.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use entities::foreign_hold;
use futures_util::future::join_all;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, EntityTrait, Statement};
use serde_json::json;
use testkit::wait::{PATIENCE, eventually};
use tests::{Site, World, client::Client};

/// More than a test holds.
const TICKETS: i32 = 10_000;
const FANS: usize = 4;

const SEEN: &str = "{ me { email } myReservations { nodes { id status tickets { status code } payment { status } } }
    matches { nodes { matchNumber categories { sellable } } } }";

/// A newer program's step that adds to every table what may be added: columns that may be empty or have a default, an
/// index, and a table of its own.
async fn expand(db: &DatabaseConnection) {
    let names = "SELECT tablename::text AS name FROM pg_tables WHERE schemaname = current_schema() \
                 AND tablename <> 'seaql_migrations' ORDER BY tablename";
    let rows = db.query_all_raw(Statement::from_string(DbBackend::Postgres, names)).await.expect("tables are listed");
    let mut steps: Vec<String> = rows
        .iter()
        .map(|row| {
            let table: String = row.try_get("", "name").expect("a table has a name");
            format!(
                "ALTER TABLE {table} ADD COLUMN of_newer text, ADD COLUMN counted_by_newer int NOT NULL DEFAULT 7; \
                 CREATE INDEX {table}_by_newer ON {table} (of_newer)"
            )
        })
        .collect();
    assert!(steps.len() > 30, "{steps:?}");
    steps.push("CREATE TABLE newer (id int PRIMARY KEY)".to_owned());
    steps.push("INSERT INTO seaql_migrations (version, applied_at) VALUES ('m20991231_000001_later', 0)".to_owned());
    for step in steps {
        db.execute_unprepared(&step).await.unwrap_or_else(|error| panic!("{step}: {error}"));
    }
}

/// Fans who hold, pay, cancel and look at both instances until it is over; whatever fails is counted.
struct Load {
    over: AtomicBool,
    done: AtomicUsize,
}

impl Load {
    async fn of(&self, fan: &Client, doors: [&Site; 2], category: i32) {
        let mut turn = 0;
        while !self.over.load(Ordering::SeqCst) {
            let door = fan.at(doors[turn % 2].address);
            let placed = door.reserve_once(&turn.to_string(), 1, category, 1).await.expect("the site answers").data();
            let hold = placed["reserve"]["reservation"]["id"].as_str().expect("it is held").to_owned();
            match turn % 3 {
                0 => door.cancel(&hold).await.data(),
                1 => door.pay(&hold, "pm_card_visa", &hold).await.data(),
                _ => door.ask(SEEN, json!({})).await.data(),
            };
            turn += 1;
            self.done.fetch_add(1, Ordering::SeqCst);
        }
    }

    /// Waits until so many more were served.
    async fn goes_on(&self, more: usize) {
        let before = self.done.load(Ordering::SeqCst);
        eventually(PATIENCE, "fans are served", || async { self.done.load(Ordering::SeqCst) >= before + more }).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newer_programs_step_disturbs_nobody_who_sells_beside_it_and_back_takes_no_step_back() {
    let world = World::services().await.with("MATCHDAY_HOLDS_PURCHASE_CAP", "1000");
    let (first, second) = tokio::join!(world.start(), world.start());
    first.on_sale(1, TICKETS).await;
    eventually(PATIENCE, "the other knows the match", || async { second.app.view.get(1).is_some() }).await;
    let mut fans = Vec::new();
    for number in 0..FANS {
        fans.push(first.fan(&format!("fan{number}")).await);
    }
    let load = Load { over: AtomicBool::new(false), done: AtomicUsize::new(0) };
    let doors = [&first, &second];
    let fans_load = (0_i32..).zip(&fans).map(|(number, fan)| load.of(fan, doors, 1 + number % 3));

    let broker = first.broker();
    // Another site holds and gives back, as its records are read by the instance that has the partition.
    let elsewhere = async || {
        for number in 1..=3 {
            broker.say("there", "PENDING", 1, number, 2).await;
            broker.say("there", "CANCELLED", 1, number, 2).await;
        }
    };
    let upgrade = async {
        elsewhere().await;
        load.goes_on(10).await;
        // The newer program's migration, while both of the older ones sell on plans that they have prepared.
        expand(&world.connect().await).await;
        elsewhere().await;
        load.goes_on(20).await;
        for site in doors {
            assert_eq!(site.visitor().get("/readyz").await.0, 200);
        }
        // An instance that starts now, as the older version does that is rolled back to, or that crashed and comes again.
        let third = world.start().await;
        let fan = fans[0].at(third.address);
        fan.buys(1, 1).await;
        fan.ask(SEEN, json!({})).await.data();
        load.goes_on(20).await;
        load.over.store(true, Ordering::SeqCst);
        third
    };
    let (_, third) = tokio::join!(join_all(fans_load), upgrade);

    broker.say("there", "PENDING", 1, 1, 1).await;
    eventually(PATIENCE, "all that was said is applied", || async {
        let rows = foreign_hold::Entity::find().all(&first.app.db).await.expect("holds can be read");
        rows.iter().map(|row| row.quantity).eq([1])
    })
    .await;
    first.published().await;
    for site in [first, second, third] {
        site.finish().await;
    }
}

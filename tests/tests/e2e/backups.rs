//! Backups: a dump of Postgres is restored into an empty database, and the site goes on from there; what the other sites
//! know that it does not, and what `docs/run/backup.md` has an operator run about it.

use std::{path::Path, time::Duration};

use book::outbox;
use entities::stock;
use sea_orm::{ConnectionTrait, EntityTrait};
use serde_json::json;
use testkit::{
    folder::Folder,
    wait::{PATIENCE, eventually},
};
use tests::{Backend, Database, World};
use tokio::process::Command;
use uuid::Uuid;

/// What an operator runs before the first start of a restored site, and for each match and category that was sold after the backup.
const RAISE_VERSIONS: &str = include_str!("../../../docs/snippets/operators/raise-versions.sql");
const COUNT_AS_SOLD: &str = include_str!("../../../docs/snippets/operators/count-as-sold.sql");

/// Runs one of Postgres's tools.
async fn run(tool: &str, arguments: &[&str]) {
    let ended = Command::new(tool).args(arguments).output().await;
    let ended = ended.unwrap_or_else(|error| panic!("{tool}: {error}: install postgresql-client"));
    assert!(ended.status.success(), "{tool}: {}", String::from_utf8_lossy(&ended.stderr));
}

fn text(path: &Path) -> &str {
    path.to_str().expect("the folder's name is text")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restored_site_hears_again_what_others_said_and_has_to_be_told_what_it_sold_itself() {
    // One instance for visitors alone, so that what it holds waits in the outbox while no worker runs.
    let world = World::services().await.with("MATCHDAY_VISITORS_ONLY", "true");
    let elsewhere = World::services().await.on_the_topics_of(&world);
    let (worker, site, other) = tokio::join!(world.start_worker(), world.start(), elsewhere.start());
    site.on_sale(1, 20).await;
    eventually(PATIENCE, "the other knows the match", || async { other.app.view.get(1).is_some() }).await;
    let (ana, ben, carol) = (site.fan("ana").await, site.fan("ben").await, other.fan("carol").await);
    ana.buys(1, 1).await;
    other.shows(1, 1, (19, 0)).await;
    site.published().await;
    worker.finish().await;
    ana.holds(1, 2, 2).await;
    assert!(outbox::backlog(&site.app.db).await.is_ok_and(|waiting| waiting > 0), "something is still to be told");

    let folder = Folder::new(&format!("backup-{}", Uuid::new_v4()));
    let dump = folder.path().join("matchday.dump");
    run("pg_dump", &["--format=custom", "--file", text(&dump), &world.setting("DATABASE_URL")]).await;

    let worker = world.start_worker().await;
    other.shows(1, 2, (20, 2)).await;
    carol.holds(1, 1, 2).await;
    site.shows(1, 1, (19, 2)).await;
    ben.buys(1, 3).await;
    ben.holds(1, 3, 2).await;
    other.shows(1, 3, (19, 2)).await;
    site.published().await;
    site.finish().await;
    worker.finish().await;

    let database = Database::empty(Backend::Postgres).await;
    run("pg_restore", &["--no-owner", "--exit-on-error", "--dbname", &database.url, text(&dump)]).await;
    let db = database.connect().await;
    db.execute_unprepared(RAISE_VERSIONS).await.expect("the document's SQL is right");
    let world = world.with("DATABASE_URL", &database.url).with("MATCHDAY_VISITORS_ONLY", "false");
    let site = world.start().await;

    // What others said after the backup is read again from Kafka; what the outbox had is told again, and counts once.
    site.shows(1, 1, (19, 2)).await;
    site.published().await;
    site.shows(1, 2, (20, 2)).await;
    let (ana, ben) = (ana.at(site.address), ben.at(site.address));
    ana.holds(1, 2, 1).await;
    other.shows(1, 2, (20, 3)).await;
    // What it held and sold itself after the backup it does not know, and the others do.
    site.shows(1, 3, (20, 0)).await;
    assert_eq!(other.counts(1, 3), (19, 2));
    let mine = ben.ask("{ myReservations { nodes { id } } }", json!({})).await.data();
    assert_eq!(mine["myReservations"]["nodes"], json!([]));

    // Of the holds the others let go by themselves; the sale stays theirs to count.
    other.move_clock(Duration::from_secs(30 * 60 + 60));
    other.shows(1, 3, (19, 0)).await;

    // What an operator is told to run, for the one ticket that was sold.
    let lost = COUNT_AS_SOLD.replace(":match", "1").replace(":category", "3").replace(":tickets", "1");
    site.app.db.execute_unprepared(&lost).await.expect("the document's SQL is right");
    site.shows(1, 3, (19, 0)).await;
    let row = stock::Entity::find_by_id((1, entities::category::Category::Three)).one(&site.app.db).await;
    let row = row.expect("the stock can be read").expect("the category is on sale");
    assert_eq!((row.foreign_sold, row.given), (1, 20));
    ana.holds(1, 3, 1).await;
    other.shows(1, 3, (19, 1)).await;
    site.finish().await;
    other.finish().await;
    db.close().await.expect("a pool can be closed");
}

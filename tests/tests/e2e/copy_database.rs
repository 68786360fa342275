//! From the embedded database into Postgres, by the command: all of it, or nothing.

use std::{fs, process::Output};

use entities::{kafka_offset, mail, outbox, refund, reservation};
use migration::{Migrator, MigratorTrait};
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseConnection, EntityTrait, PaginatorTrait, QueryFilter, Statement};
use serde_json::{Value, json};
use testkit::wait::{PATIENCE, eventually, eventually_some};
use tests::{Backend, Database, Site, World, client::Client};
use tokio::process::Command;

use super::crashes::binary;

/// What fans see of their own, and what all see.
const SEEN: &str = "{
    me { id email displayName emailVerified role createdAt }
    myReservations(first: 20) { nodes {
        id reference status cancelReason category quantity quantityLeft createdAt expiresAt endedAt version
        match { matchNumber } totalPrice { amount currency } history { kind at }
        payment { status createdAt refundedAmount { amount } }
        tickets { id status code seat issuedAt transfer { state to } }
    } }
    myTickets(first: 20) { nodes { id status code holderName category seat } }
    myListings(first: 20) { nodes { id state title price { amount } version ticketId } }
    myOrders(first: 20) { nodes { id status totalPrice { amount } } }
    listings(first: 20) { nodes { id title price { amount } } }
    matches { nodes { id matchNumber dateUtc homeTeam version
        categories { category available pending sellable status price { amount } } } }
}";

const GIVE: &str = "mutation ($id: ID!) {
    transferTicket(input: {ticketId: $id, email: \"friend@example.com\"}) { ticket { id } } }";
const ACCEPT: &str = "mutation ($code: String!) { acceptTicketTransfer(input: {code: $code}) { ticket { id } } }";
const ORDER: &str = "mutation ($id: ID!) { orderListing(input: {listingId: $id}) { order { id } } }";
const REFRESH: &str = "mutation ($token: String!) { refreshSession(input: {refreshToken: $token}) { accessToken } }";
const PROFILE: &str = "mutation { updateProfile(input: {displayName: \"Ana\"}) { user { displayName } } }";

/// Runs the command with the settings of `world`, and others in their place.
async fn copy_with(world: &World, others: &[(&str, &str)]) -> Output {
    let mut command = Command::new(binary());
    command.arg("copy-database").env_clear().envs(world.settings()).envs(others.iter().copied());
    command.output().await.expect("the program can be started")
}

async fn copy(world: &World) -> Output {
    copy_with(world, &[]).await
}

fn text(output: &[u8]) -> String {
    String::from_utf8_lossy(output).into_owned()
}

/// Refused for this, in words that say it.
fn assert_refused(ended: &Output, why: &[&str]) {
    let told = text(&ended.stderr);
    assert_eq!(ended.status.code(), Some(1), "{told}");
    for part in why {
        assert!(told.contains(part), "{part} is missing: {told}");
    }
}

async fn execute(db: &DatabaseConnection, sql: &str) {
    db.execute_unprepared(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

async fn seen(fan: &Client) -> Value {
    fan.ask(SEEN, json!({})).await.data()
}

/// The code by which a ticket may be accepted, from the mail that offers it.
async fn mailed_code(world: &World) -> String {
    eventually_some(PATIENCE, "the mail is kept", || async {
        let files = fs::read_dir(world.folder().join("mails")).ok()?.flatten().map(|file| file.path());
        let mut offered = files.filter(|file| file.to_string_lossy().ends_with("-ticket-offered.eml"));
        let mail = fs::read_to_string(offered.next()?).ok()?;
        let code = mail.lines().find_map(|line| line.strip_prefix("    ").filter(|code| code.trim().len() == 43));
        code.map(|code| code.trim().to_owned())
    })
    .await
}

/// Everything that a site on its own may come to have of two fans, and what is still to be done there.
struct Lived {
    fans: [Client; 2],
    held: String,
    listing: String,
    transfer_code: String,
}

async fn live(world: &World, site: &Site) -> Lived {
    for number in [1, 2] {
        site.on_sale(number, 20).await;
    }
    let (ana, ben) = (site.fan("ana").await, site.fan("ben").await);
    ana.ask(PROFILE, json!({})).await.data();
    let given = ana.buys(1, 1).await;
    ana.ask(GIVE, json!({ "id": given })).await.data();
    let listed = [ana.buys(1, 2).await, ana.buys(2, 1).await];
    let sold = ana.offers(&listed[0], "120").await;
    let order = ben.ask(ORDER, json!({ "id": sold })).await.data();
    let order = order["orderListing"]["order"]["id"].as_str().expect("it is ordered").to_owned();
    ben.pay(&order, "pm_card_visa", "order").await.data();
    let listing = ana.offers(&listed[1], "70").await;
    let refunded = ben.holds(2, 3, 2).await;
    ben.pay(&refunded, "pm_card_visa", "refunded").await.data();
    let back = "mutation ($id: ID!) { refundReservation(input: {reservationId: $id}) { reservation { id } } }";
    ben.ask(back, json!({ "id": refunded })).await.data();
    let cancelled = ben.holds(2, 2, 1).await;
    ben.cancel(&cancelled).await.data();
    ben.holds(1, 3, 1).await;
    let held = ben.holds(2, 2, 2).await;
    site.broker().say("there", "PENDING", 1, 2, 2).await;
    site.shows(1, 2, (19, 2)).await;

    Lived { fans: [ana, ben], held, listing, transfer_code: mailed_code(world).await }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_embedded_site_goes_on_from_postgres_as_if_nothing_had_been() {
    let world = World::services().await;
    let embedded = world.without_services();
    let site = embedded.start().await;
    let Lived { fans: [ana, ben], held, listing, transfer_code } = live(&embedded, &site).await;
    eventually(PATIENCE, "all mails and refunds are seen to", || async {
        let owed =
            refund::Entity::find().filter(refund::Column::State.eq(refund::State::Due)).count(&site.app.db).await;
        let unsent = mail::Entity::find().count(&site.app.db).await;
        (owed, unsent) == (Ok(0), Ok(0))
    })
    .await;
    site.published().await;
    let before = [seen(&ana).await, seen(&ben).await];
    site.finish().await;

    let ended = copy(&world).await;

    let told = text(&ended.stdout);
    assert!(ended.status.success(), "{told}{}", text(&ended.stderr));
    assert!(told.contains("the audit finds no errors in the copy"), "{told}");
    for table in ["reservations", "payments", "tickets", "listings", "ticket_transfers", "sessions", "foreign_holds"] {
        assert!(told.lines().any(|line| line.ends_with(&format!("  {table}"))), "{table} is missing: {told}");
    }
    let db = world.connect().await;
    let places = kafka_offset::Entity::find().all(&db).await.expect("places can be read");
    assert!(places.is_empty(), "the embedded broker's log is gone: {places:?}");

    let site = world.start().await;
    let (ana, ben) = (ana.at(site.address), ben.at(site.address));
    assert_eq!([seen(&ana).await, seen(&ben).await], before);
    let session = ana.ask(REFRESH, json!({ "token": ana.refresh_token })).await.data();
    let ana = ana.with_token(session["refreshSession"]["accessToken"].as_str().expect("the session goes on"));
    ben.pay(&held, "pm_card_visa", "late").await.data();
    ben.ask(ACCEPT, json!({ "code": transfer_code })).await.data();
    let order = ben.ask(ORDER, json!({ "id": listing })).await.data();
    let order = order["orderListing"]["order"]["id"].as_str().expect("it is ordered").to_owned();
    ben.pay(&order, "pm_card_visa", "second").await.data();
    ana.holds(1, 1, 1).await;
    site.published().await;
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_would_go_wrong_is_refused_and_leaves_the_target_as_it_was() {
    let world = World::services().await;
    let embedded = world.without_services();
    assert_refused(&copy(&world).await, &["matchday.db", "MATCHDAY_DATA_DIR"]);
    let site = embedded.start().await;
    site.on_sale(1, 20).await;
    let ana = site.fan("ana").await;
    ana.buys(1, 1).await;
    assert_refused(&copy(&world).await, &["in use by another matchday"]);
    site.finish().await;

    assert_refused(&copy(&embedded).await, &["nothing was copied", "DATABASE_URL, the target, is unset"]);
    let unmigrated = Database::empty(Backend::Postgres).await;
    let lacking = copy_with(&world, &[("DATABASE_URL", &unmigrated.url)]).await;
    assert_refused(&lacking, &["nothing was copied", "the database of DATABASE_URL lacks", "matchday migrate up"]);
    let other = [("MATCHDAY_JWT_SECRET", "another secret of the tests, long enough too")];
    assert_refused(
        &copy_with(&world, &other).await,
        &["nothing was copied", "encrypted with another secret", "jwt-secret"],
    );

    let db = world.connect().await;
    execute(&db, "CREATE TABLE of_nothing (id int)").await;
    assert_refused(&copy(&world).await, &["nothing was copied", "only one of the databases has of_nothing.id"]);
    execute(&db, "DROP TABLE of_nothing").await;
    execute(&db, "ALTER TABLE tickets ADD CONSTRAINT none CHECK (seat < 0)").await;
    assert_refused(&copy(&world).await, &["violates check constraint"]);
    let held = reservation::Entity::find().count(&db).await.expect("reservations can be counted");
    assert_eq!(held, 0, "what was copied before is rolled back");
    execute(&db, "ALTER TABLE tickets DROP CONSTRAINT none").await;

    assert!(copy(&world).await.status.success());
    assert_refused(&copy(&world).await, &["nothing was copied", "is not empty", "reservations (1)"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_number_that_was_given_once_is_given_to_no_other_row() {
    let world = World::services().await;
    let embedded = world.without_services();
    let site = embedded.start().await;
    site.on_sale(1, 20).await;
    site.fan("ana").await.holds(1, 1, 1).await;
    site.published().await;
    site.stop().await;
    let source = embedded.connect().await;
    let given = "SELECT seq FROM sqlite_sequence WHERE name = 'outbox'";
    let given = source.query_one_raw(Statement::from_string(source.get_database_backend(), given)).await;
    let given: i64 = given.expect("it answers").expect("numbers were given").try_get("", "seq").expect("a number");
    source.close().await.expect("a pool can be closed");

    assert!(copy(&world).await.status.success());

    let db = world.connect().await;
    let event = "INSERT INTO outbox (event, created_at) VALUES ('{}', now())";
    execute(&db, event).await;
    let row = outbox::Entity::find().one(&db).await.expect("the outbox can be read").expect("a row was written");
    assert_eq!(row.id, given + 1);
}

/// Steps differ where one of the databases was left behind.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_that_lacks_a_step_is_refused_before_anything_is_read() {
    let world = World::services().await;
    let embedded = world.without_services();
    let site = embedded.start().await;
    site.stop().await;
    let source = embedded.connect().await;
    Migrator::down(&source, Some(1)).await.expect("a step goes down");
    source.close().await.expect("a pool can be closed");

    assert_refused(&copy(&world).await, &["nothing was copied", "the embedded database lacks 1 migration"]);
}

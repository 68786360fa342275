//! Crashes: the program killed at random moments, and Kafka gone for a while, both under load.

use std::{
    collections::{HashMap, HashSet},
    path::Path,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use book::clock::Clock;
use domain::{audit, matches};
use entities::{
    outbox,
    reservation::{self, Status},
    stock,
};
use futures_util::future::join_all;
use rand::Rng;
use sea_orm::{DatabaseConnection, EntityTrait, PaginatorTrait};
use testkit::wait::{PATIENCE, eventually};
use tests::{Site, World, broker::Record, client::Client, own_broker::OwnBroker, program::Program};
use tokio::sync::watch;
use uuid::Uuid;

const MATCHES: i32 = 4;
/// Enough for everybody: the load is to go on.
pub(super) const TICKETS: i32 = 1_000;
pub(super) const KILLS: usize = 4;
const BUYERS: usize = 6;
/// Between two attempts to reach a program that is down.
const PAUSE: Duration = Duration::from_millis(10);
/// Kafka keeps the partitions of each killed instance for the ten seconds of its session, one after the other if they
/// die while the group is still waiting for the one before.
const REBALANCED: Duration = Duration::from_secs(10 * (KILLS as u64 + 1) + PATIENCE.as_secs());

pub(super) fn binary() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_matchday-under-test"))
}

/// What was acknowledged to the buyers.
#[derive(Debug, Default)]
struct Ledger {
    held: Mutex<HashSet<Uuid>>,
    cancelled: Mutex<HashSet<Uuid>>,
    over: AtomicBool,
}

impl Ledger {
    fn held(&self) -> MutexGuard<'_, HashSet<Uuid>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn cancelled(&self) -> MutexGuard<'_, HashSet<Uuid>> {
        self.cancelled.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_over(&self) -> bool {
        self.over.load(Ordering::SeqCst)
    }

    fn end(&self) {
        self.over.store(true, Ordering::SeqCst);
    }

    fn answers(&self) -> usize {
        self.held().len() + self.cancelled().len()
    }

    /// Waits until the buyers have got so many answers more.
    async fn grows_by(&self, answers: usize) {
        let before = self.answers();
        eventually(PATIENCE, "the load goes on", || async { self.answers() >= before + answers }).await;
    }
}

/// Buys and cancels until the load is over, wherever the program is reached just then.
async fn buy(fan: Client, address: watch::Receiver<std::net::SocketAddr>, ledger: Arc<Ledger>) {
    let mut number = 0;
    while !ledger.is_over() {
        number += 1;
        let key = Uuid::new_v4().to_string();
        // A request without an answer is repeated under its key until it has one.
        let answer = loop {
            let fan = fan.at(*address.borrow());
            match fan.reserve_once(&key, 1 + number % MATCHES, 1 + number % 3, 1 + number % 2).await {
                Some(answer) if answer.code() != "SERVICE_UNAVAILABLE" => break answer,
                _ if ledger.is_over() => return,
                // Nobody is there: six who ask without a pause would keep the program from starting.
                _ => tokio::time::sleep(PAUSE).await,
            }
        };
        if !answer.is_ok() {
            assert!(["TEMPORARILY_UNAVAILABLE", "SOLD_OUT"].contains(&answer.code()), "{answer:?}");
        }
        let id = answer.0["data"]["reserve"]["reservation"]["id"].as_str().unwrap_or_default().to_owned();
        if let Some(held) = tests::site::reservation_id(&id) {
            ledger.held().insert(held);
            let fan = fan.at(*address.borrow());
            if number % 3 != 0 && fan.try_cancel(&id).await.is_some_and(|answer| answer.is_ok()) {
                ledger.cancelled().insert(held);
            }
        }
    }
}

/// Another site holds and sells meanwhile; returns what it has said in the end: held and sold.
async fn sell_elsewhere(broker: tests::broker::Broker, ledger: Arc<Ledger>) -> (i32, i32) {
    let (mut held, mut sold) = (0, 0);
    let mut number = 0;
    while !ledger.is_over() {
        number += 1;
        let place = (1 + number % MATCHES, 1 + number % 3);
        broker.say("there", "PENDING", place.0, place.1, 1).await;
        if number % 4 == 0 {
            broker.say("there", "RESERVED", place.0, place.1, 1).await;
            sold += 1;
        } else {
            held += 1;
        }
        // It sells no faster than we do.
        let pace = usize::try_from(number).unwrap_or_default();
        eventually(3 * PATIENCE, "the load goes on", || async { ledger.is_over() || ledger.answers() >= pace }).await;
    }
    (held, sold)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_under_load_on_services_it_loses_and_doubles_nothing() {
    let world = World::services().await.with("MATCHDAY_HOLDS_PURCHASE_CAP", "1000");
    let broker = world.broker();
    let mut program = Program::start(binary(), &world).await;
    let visitor = program.visitor();
    eventually(PATIENCE, "the program is ready", || async { visitor.get("/readyz").await.0 == 200 }).await;
    for number in 1..=MATCHES {
        broker.give(number, TICKETS).await;
    }
    let fans = join_all((0..BUYERS).map(|_| sign_up(&program))).await;
    on_sale(&program, MATCHES).await;
    let (moved, address) = watch::channel(program.address);
    let ledger = Arc::new(Ledger::default());
    let load = fans.into_iter().map(|fan| tokio::spawn(buy(fan, address.clone(), Arc::clone(&ledger))));
    let load: Vec<_> = load.collect();
    let elsewhere = tokio::spawn(sell_elsewhere(broker.clone(), Arc::clone(&ledger)));

    for _ in 0..KILLS {
        let answers = rand::rng().random_range(5..60);
        ledger.grows_by(answers).await;
        program.kill().await;
        program = Program::start(binary(), &world).await;
        moved.send_replace(program.address);
    }
    ledger.grows_by(20).await;
    ledger.end();
    for buyer in join_all(load).await {
        buyer.expect("a buyer does not panic");
    }
    let (held_elsewhere, sold_elsewhere) = elsewhere.await.expect("the other site does not panic");

    let db = world.connect().await;
    eventually(REBALANCED, "what the other site said is applied, each once", || async {
        sums(&db).await == (held_elsewhere, sold_elsewhere)
    })
    .await;
    eventually(3 * PATIENCE, "the outbox is empty", || async {
        outbox::Entity::find().count(&db).await.is_ok_and(|waiting| waiting == 0)
    })
    .await;
    let rows = demand_what_was_acknowledged(&db, &ledger).await;
    demand_every_event(&broker.read(&broker.topics.ticket_sales).await, world.name(), &rows);
    let states = broker.read_own(&broker.topics.availability).await;
    for state in matches::snapshot(&db).await.expect("matches can be read") {
        let number = state.match_number.to_string();
        let last = states.iter().rfind(|record| record.key.as_deref() == Some(&number));
        assert_eq!(last.expect("every match was told of").json()["version"], state.version);
    }
    program.stop().await;
    assert_eq!(sums(&db).await, (held_elsewhere, sold_elsewhere));
    demand_no_violation(&db).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_under_load_on_embedded_parts_it_loses_no_reservation() {
    let world = World::embedded()
        .with("MATCHDAY_HOLDS_PURCHASE_CAP", "1000")
        .with("MATCHDAY_KAFKA_BUNDLED_MASTER_LIST", "true");
    let mut program = Program::start(binary(), &world).await;
    on_sale(&program, 64).await;
    let fans = join_all((0..BUYERS).map(|_| sign_up(&program))).await;
    let (moved, address) = watch::channel(program.address);
    let ledger = Arc::new(Ledger::default());
    let load = fans.into_iter().map(|fan| tokio::spawn(buy(fan, address.clone(), Arc::clone(&ledger))));
    let load: Vec<_> = load.collect();

    for _ in 0..KILLS {
        let answers = rand::rng().random_range(5..60);
        ledger.grows_by(answers).await;
        program.kill().await;
        program = Program::start(binary(), &world).await;
        moved.send_replace(program.address);
    }
    ledger.end();
    for buyer in join_all(load).await {
        buyer.expect("a buyer does not panic");
    }
    program.stop().await;

    let db = world.connect().await;
    demand_what_was_acknowledged(&db, &ledger).await;
    let known = matches::snapshot(&db).await.expect("matches can be read");
    assert_eq!(known.len(), 64);
}

async fn sign_up(program: &Program) -> Client {
    program.visitor().sign_up("ana").await
}

pub(super) async fn on_sale(program: &Program, matches: i32) {
    let visitor = program.visitor();
    eventually(PATIENCE, "every match is on sale", || async {
        let count = visitor.ask("{ matches(first: 1) { totalCount } }", serde_json::Value::Null).await;
        // Before the first of them has come in it is refused.
        count.is_ok() && count.data()["matches"]["totalCount"] == matches
    })
    .await;
}

/// Every reservation that was acknowledged is there, as it was acknowledged.
async fn demand_what_was_acknowledged(db: &DatabaseConnection, ledger: &Ledger) -> Vec<reservation::Model> {
    let rows = reservation::Entity::find().all(db).await.expect("reservations can be read");
    let by_id: HashMap<Uuid, &reservation::Model> = rows.iter().map(|row| (row.id, row)).collect();
    assert!(ledger.held().len() > 20, "there was no load");
    for id in ledger.held().iter() {
        assert!(by_id.contains_key(id), "{id} was acknowledged and is not there");
    }
    for id in ledger.cancelled().iter() {
        assert_eq!(by_id[id].status, Status::Cancelled);
    }
    demand_no_violation(db).await;

    rows
}

async fn demand_no_violation(db: &DatabaseConnection) {
    let violations = audit::violations(db).await.expect("the database can be audited");
    assert!(violations.is_empty(), "{violations:#?}");
}

/// What is held and was sold elsewhere, over all categories.
pub(super) async fn sums(db: &DatabaseConnection) -> (i32, i32) {
    let stock = stock::Entity::find().all(db).await.expect("the stock can be read");
    let sum = |of: fn(&stock::Model) -> i32| stock.iter().map(of).sum();
    (sum(|row| row.foreign_pending), sum(|row| row.foreign_sold))
}

/// Every change of a reservation reached the topic at least once, in its order, and nothing else did.
fn demand_every_event(records: &[Record], site: &str, rows: &[reservation::Model]) {
    let ours = records.iter().filter(|record| record.header("clientId") == Some(site));
    let mut told = HashMap::<Uuid, Vec<(String, String)>>::new();
    for record in ours {
        let text = |name: &str| record.header(name).unwrap_or_default().to_owned();
        let action = record.json()["meta"]["action"].as_str().unwrap_or_default().to_owned();
        let about = text("reservationId").parse().expect("a sale is about a reservation");
        told.entry(about).or_default().push((action, text("eventId")));
    }
    for row in rows {
        let said = told.remove(&row.id).unwrap_or_else(|| panic!("nobody heard of {row:?}"));
        let mut actions: Vec<&str> = said.iter().map(|(action, _)| action.as_str()).collect();
        let (first, last) = (actions.first().copied(), actions.last().copied());
        actions.sort_unstable();
        actions.dedup();
        let events: HashSet<&str> = said.iter().map(|(_, event)| event.as_str()).collect();
        let expected: &[&str] = match row.status {
            Status::Cancelled => &["TICKET_CANCELLED", "TICKET_PENDING"],
            _ => &["TICKET_PENDING"],
        };
        assert_eq!(actions, expected, "{row:?}");
        assert_eq!(events.len(), expected.len(), "an event has one id, however often it is sent");
        assert_eq!((first, last), (Some("TICKET_PENDING"), Some(expected[0])), "the first word first, the last last");
    }
    assert!(told.is_empty(), "nobody placed what was told of: {told:?}");
}

/// The relay withdraws what the broker has not answered by then.
const LONGER_THAN_A_ROUND: chrono::Duration = chrono::Duration::seconds(7);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_kafka_is_away_sales_go_on_and_afterwards_everybody_knows() {
    let own = OwnBroker::start().await;
    let world = World::on_brokers(&own.brokers()).await.with("MATCHDAY_HOLDS_PURCHASE_CAP", "1000");
    let observer = World::on_brokers(&own.brokers()).await.on_the_topics_of(&world);
    let (site, there) = tokio::join!(world.start(), observer.start());
    for number in 1..=MATCHES {
        site.on_sale(number, TICKETS).await;
    }
    there.shows_version(MATCHES, 1).await;
    let fans = join_all((0..BUYERS).map(|_| site.fan("ana"))).await;
    let (_moved, address) = watch::channel(site.address);
    let ledger = Arc::new(Ledger::default());
    let load = fans.into_iter().map(|fan| tokio::spawn(buy(fan, address.clone(), Arc::clone(&ledger))));
    let load: Vec<_> = load.collect();
    ledger.grows_by(20).await;

    own.run("stop-kafka").await;
    ledger.grows_by(40).await;
    assert_eq!(site.visitor().get("/readyz").await.0, 200, "a site without Kafka serves");
    let seen = follow(&site).await;
    own.run("start-kafka").await;
    ledger.grows_by(20).await;
    // Stopped in the middle of what it does, as a virtual machine is, for longer than a round waits for its answers.
    own.run("pause-kafka").await;
    ledger.grows_by(20).await;
    eventually(PATIENCE, "an event has waited for longer than a round", || async {
        let oldest = book::outbox::pending(&site.app.db, 1).await.expect("the outbox can be read");
        oldest.first().is_some_and(|oldest| site.clock.now() - oldest.created_at > LONGER_THAN_A_ROUND)
    })
    .await;
    own.run("resume-kafka").await;
    ledger.grows_by(20).await;
    ledger.end();
    for buyer in join_all(load).await {
        buyer.expect("a buyer does not panic");
    }

    site.published().await;
    assert!(seen > 0);
    let rows = demand_what_was_acknowledged(&site.app.db, &ledger).await;
    let broker = site.broker();
    demand_every_event(&broker.read(&broker.topics.ticket_sales).await, world.name(), &rows);
    for number in 1..=MATCHES {
        for category in 1..=3 {
            there.shows(number, category, site.counts(number, category)).await;
        }
    }
    site.finish().await;
    there.finish().await;
}

/// Follows all matches without Kafka: each change that is committed is told of.
async fn follow(site: &Site) -> i32 {
    let mut changes = 0;
    let fan = site.fan("ben").await;
    let mut socket = site.visitor().socket().await;
    socket.availability(&[1], &[]).await;
    let mut version = socket.data().await["availability"]["version"].as_i64().unwrap_or_default();
    for _ in 0..3 {
        let id = fan.reserve(1, 1, 1).await.0["data"]["reserve"]["reservation"]["id"].clone();
        if let Some(id) = id.as_str() {
            fan.cancel(id).await.data();
        }
        let committed = site.app.view.get(1).map_or(0, |state| i64::from(state.version));
        while version < committed {
            let said = socket.said_within(PATIENCE).await;
            let Some(tests::socket::Said::Next(data)) = said else {
                panic!("a subscriber waits for version {committed} at {version}: {said:?}");
            };
            version = data["availability"]["version"].as_i64().unwrap_or_default();
            changes += 1;
        }
    }
    changes
}

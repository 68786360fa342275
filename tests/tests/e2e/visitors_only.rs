//! Instances for visitors alone: what they leave to others is done there, and what they do not do is said.

use std::time::Duration;

use book::outbox;
use domain::{keyring, matches, tickets::keys::TicketCodes};
use entities::{lease, mail};
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};
use server::{failure::Failure, run};
use testkit::wait::{PATIENCE, eventually};
use tests::{Site, World, broker::Broker, site::reservation_id};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    process::Command,
    time::timeout,
};

use super::crashes::binary;

/// A site whose `serve` is for visitors alone; its workers are what they are everywhere.
async fn world() -> World {
    World::services().await.with("MATCHDAY_VISITORS_ONLY", "true")
}

/// What readiness says of a part.
async fn part(site: &Site, name: &str) -> Value {
    let (_, report) = readiness(site).await;
    let parts = report["parts"].as_array().expect("there are parts");
    parts.iter().find(|part| part["name"] == name).expect("the part is named").clone()
}

async fn readiness(site: &Site) -> (u16, Value) {
    let (status, text) = site.visitor().get("/readyz").await;
    (status, serde_json::from_str(&text).expect("readiness is JSON"))
}

fn says(part: &Value, what: &str) -> bool {
    part["detail"].as_str().is_some_and(|detail| detail.contains(what))
}

/// Waits until the other sites are told this of a hold.
async fn told(broker: &Broker, hold: &str, action: &str) {
    let id = reservation_id(hold).expect("it is a reservation").to_string();
    eventually(PATIENCE, &format!("{action} is told"), || async {
        let records = broker.read(&broker.topics.ticket_sales).await;
        let mut of_hold = records.iter().filter(|record| record.header("reservationId") == Some(id.as_str()));
        of_hold.any(|record| record.json()["meta"]["action"] == action)
    })
    .await;
}

/// What instances say to each other over Redis, heard by a client of its own.
struct Heard(TcpStream);

impl Heard {
    /// Listens to the channel on which is said that something was committed to the outbox.
    async fn of_outbox(world: &World) -> Self {
        let url = world.setting("REDIS_URL");
        let address = url.strip_prefix("redis://").expect("it is Redis").trim_end_matches('/');
        let stream = TcpStream::connect(address).await.expect("Redis answers");
        let mut heard = Self(stream);
        let subscribe = format!("SUBSCRIBE matchday:{}:outbox\r\n", world.name());
        heard.0.write_all(subscribe.as_bytes()).await.expect("Redis listens");
        heard.hears("subscribe").await;
        heard
    }

    async fn hears(&mut self, what: &str) {
        let mut said = Vec::new();
        let reading = async {
            while !String::from_utf8_lossy(&said).contains(what) {
                assert_ne!(self.0.read_buf(&mut said).await.expect("Redis answers"), 0);
            }
        };
        timeout(PATIENCE, reading).await.unwrap_or_else(|_| panic!("no {what} is heard"));
    }
}

/// Gives a match while a worker runs that takes it in, and then none.
async fn given(world: &World) {
    let worker = world.start_worker().await;
    world.broker().give(1, 20).await;
    let db = &worker.app.db;
    eventually(PATIENCE, "the match is entered", || async {
        matches::snapshot(db).await.is_ok_and(|matches| !matches.is_empty())
    })
    .await;
    worker.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_held_there_is_told_expired_and_mailed_of_by_a_worker() {
    let world = world().await;
    let (worker, site) = (world.start_worker().await, world.start().await);
    site.on_sale(1, 20).await;
    let broker = world.broker();

    let ana = site.fan("ana").await;
    let mut heard = Heard::of_outbox(&world).await;
    let hold = ana.holds(1, 1, 2).await;
    heard.hears("changed").await;
    told(&broker, &hold, "TICKET_PENDING").await;
    let mails = || async { mail::Entity::find().count(&site.app.db).await.expect("mails can be counted") };
    eventually(PATIENCE, "every mail is sent", || async { mails().await == 0 }).await;
    world.broker().say("there", "PENDING", 1, 2, 2).await;
    site.shows(1, 2, (20, 2)).await;

    site.move_clock(Duration::from_secs(901));
    site.shows(1, 1, (20, 0)).await;
    told(&broker, &hold, "TICKET_CANCELLED").await;
    eventually(PATIENCE, "every mail is sent", || async { mails().await == 0 }).await;

    // The token of the one who held is over as well.
    let ben = site.fan("ben").await;
    let paid = ben.holds(1, 3, 1).await;
    ben.pay(&paid, "pm_card_visa", "one").await.data();
    told(&broker, &paid, "TICKET_RESERVED").await;
    for name in ["relay", "consumer"] {
        let part = part(&site, name).await;
        assert_eq!((&part["ready"], &part["needed"]), (&json!(true), &json!(false)), "{part}");
    }
    assert_eq!(broker.members_of(&world.group()).await, 1, "the worker is alone in the group");
    site.finish().await;
    worker.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_workers_it_serves_joins_no_group_takes_no_lease_and_says_that_others_are_missing() {
    let world = world().await;
    given(&world).await;
    let site = world.start().await;
    let ana = site.fan("ana").await;

    ana.holds(1, 1, 1).await;
    world.broker().say("there", "PENDING", 1, 2, 2).await;

    let relay = part(&site, "relay").await;
    assert_eq!((&relay["ready"], &relay["needed"]), (&json!(false), &json!(false)), "{relay}");
    assert!(says(&relay, "no instance publishes") && says(&relay, "start a `matchday worker`"), "{relay}");
    eventually(PATIENCE, "it is said what is not read", || async {
        says(&part(&site, "consumer").await, ": 1 behind")
    })
    .await;
    let (status, report) = readiness(&site).await;
    assert_eq!((status, &report["settling"]), (200, &json!(false)), "{report}");
    let metrics = site.visitor().get("/metrics").await.1;
    let has_lag = |line: &str| line.starts_with("matchday_kafka_lag{") && line.ends_with(" 1");
    assert!(metrics.lines().any(has_lag), "{metrics}");
    assert!(outbox::backlog(&site.app.db).await.is_ok_and(|waiting| waiting > 0));
    assert_eq!(world.broker().members_of(&world.group()).await, 0);
    assert_eq!(lease::Entity::find().count(&site.app.db).await, Ok(0));

    let worker = world.start_worker().await;
    site.published().await;
    site.shows(1, 2, (20, 2)).await;
    eventually(PATIENCE, "it is said that another publishes", || async {
        let relay = part(&site, "relay").await;
        relay["ready"] == true && says(&relay, "another instance publishes")
    })
    .await;
    site.finish().await;
    worker.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_signs_no_tickets_by_a_key_that_was_ended_elsewhere() {
    let world = world().await;
    let (worker, site) = (world.start_worker().await, world.start().await);

    keyring::rotate::<TicketCodes>(&site.app, true).await.expect("a key can be made");

    let known = keyring::jwks::<TicketCodes>(&site.app);
    eventually(PATIENCE, "the worker hears of it", || async { keyring::jwks::<TicketCodes>(&worker.app) == known })
        .await;
    site.finish().await;
    worker.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_an_embedded_part_it_is_refused_by_the_setting_that_names_a_real_one() {
    let postgres = "postgres://nobody@127.0.0.1:1/nothing";
    let embedded = World::embedded().with("MATCHDAY_VISITORS_ONLY", "true");
    let on_postgres = World::embedded().with("MATCHDAY_VISITORS_ONLY", "true").with("DATABASE_URL", postgres);

    for (world, named) in [(embedded, "DATABASE_URL"), (on_postgres, "KAFKA_BROKERS")] {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
        let refused = run::start(world.config(), listener, std::sync::Arc::new(book::clock::SystemClock)).await.err();
        let refused = refused.expect("nothing would expire there");
        assert!(matches!(&refused, Failure::VisitorsAlone { setting, .. } if *setting == named), "{refused}");
    }

    let world = World::embedded();
    let ended = Command::new(binary())
        .args(["serve", "--visitors-only"])
        .env_clear()
        .envs(world.settings())
        .output()
        .await
        .expect("the program can be started");
    let told = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(2), "{told}");
    assert!(told.contains("Set DATABASE_URL") && told.contains("--visitors-only"), "{told}");
}

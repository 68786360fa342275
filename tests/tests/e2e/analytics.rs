//! Analytics: the lake has what the database has, whatever becomes of those who write it.

use std::{collections::BTreeMap, process::Stdio};

use ::analytics::{
    lake::{Columns, Lake, Location, S3Settings, Table},
    rows::{Booking, Sale},
};
use bytes::Bytes;
use domain::App;
use http_body_util::Full;
use rand::{Rng, seq::IndexedRandom};
use serde_json::{Value, json};
use testkit::{
    ports::free_ports,
    wait::{PATIENCE, eventually},
};
use tests::{Site, World, client::Client};
use tokio::process::{Child, Command};
use uuid::Uuid;

use super::crashes::binary;

mod embedded;
mod erasure;
mod losses;
mod objections;
mod writers;

const REFUND: &str =
    "mutation ($id: ID!) { refundReservation(input: {reservationId: $id}) { reservation { status } } }";
const ORDER: &str = "mutation ($id: ID!) { orderListing(input: {listingId: $id}) { order { id } } }";

/// A world whose lake is written every second; what it keeps of Kafka is in topics of its own, so that no other site's records are read.
fn with_lake(world: World) -> World {
    let (lake, name) = (world.folder().join("lake"), world.name().to_owned());
    let mut world = world
        .with("MATCHDAY_LAKE_URL", &lake.display().to_string())
        .with("MATCHDAY_LAKE_FLUSH_SECONDS", "1")
        .with("MATCHDAY_HOLDS_PURCHASE_CAP", "1000");
    for topic in ["BOOKINGS", "AVAILABILITY"] {
        world =
            world.with(&format!("MATCHDAY_KAFKA_{topic}_TOPIC_PREFIX"), &format!("{name}-{}", topic.to_lowercase()));
    }
    world
}

/// The lake of a world, read beside those who write it.
async fn lake(world: &World) -> Lake {
    let location = Location { url: world.setting("MATCHDAY_LAKE_URL"), s3: S3Settings::default() };
    Lake::open(&location, fetch::client::<Full<Bytes>>()).await.expect("the lake can be opened")
}

/// What is compared of a booking: all but the times, which a database keeps less exactly.
type Compared = (i32, Option<Uuid>, Option<String>, i32, i32, i32, i32, String, Option<String>, i64, String);

fn compared(row: &Booking) -> Compared {
    let word = |value: Value| value.as_str().expect("it is a word").to_owned();
    (
        row.version,
        row.subject,
        row.country.clone(),
        row.match_number,
        row.category,
        row.quantity,
        row.returned,
        word(json!(row.status)),
        row.cancel_reason.clone(),
        row.unit_price_minor,
        word(json!(row.channel)),
    )
}

/// The newest states that the lake has, each reservation once.
async fn view(lake: &Lake) -> BTreeMap<Uuid, Compared> {
    let mut view = BTreeMap::new();
    let read = lake.read_bookings(Columns::All, |row| {
        assert!(view.insert(row.reservation_id, compared(&row)).is_none(), "{row:?} came twice");
    });
    read.await.expect("the lake can be read");
    view
}

/// The states that the database has.
async fn truth(app: &App) -> BTreeMap<Uuid, Compared> {
    let all = domain::analytics::bookings(&app.db, Uuid::nil(), 1_000_000).await.expect("bookings can be read");
    let of = |(state, fan): (book::booking_state::BookingState, Option<book::outbox::bookings::KnownFan>)| {
        let channel = json!(state.channel).as_str().expect("it is a word").to_owned();
        let compared = (
            state.version,
            fan.as_ref().map(|fan| fan.subject),
            fan.and_then(|fan| fan.country),
            state.match_number,
            state.category.number(),
            state.quantity,
            state.returned,
            state.status,
            state.cancel_reason,
            state.unit_price_minor,
            channel,
        );
        (state.reservation_id, compared)
    };
    all.into_iter().map(of).collect()
}

/// Waits until the lake has what the database has, nothing missing and nothing twice.
async fn agrees(lake: &Lake, app: &App) {
    eventually(3 * PATIENCE, "the lake has what the database has", || async { view(lake).await == truth(app).await })
        .await;
}

/// How many rows the files of a table have together.
async fn rows(lake: &Lake, table: Table) -> u64 {
    let status = lake.status().await.expect("the lake says how it stands");
    let of_table = status.tables.iter().find(|of| of.table == table).expect("it has the table");
    of_table.rows
}

async fn sales(lake: &Lake) -> Vec<Sale> {
    let mut sales = Vec::new();
    lake.read_sales(|sale| sales.push(sale)).await.expect("the lake can be read");
    sales
}

/// What the site's topic of bookings holds, each version of each reservation once.
async fn sent(site: &Site) -> BTreeMap<(Uuid, i32), Booking> {
    let broker = site.broker();
    let records = broker.read_own(&broker.topics.bookings).await;
    let rows = records.iter().filter_map(|record| serde_json::from_slice::<Booking>(&record.payload).ok());
    rows.map(|row| ((row.reservation_id, row.version), row)).collect()
}

/// Waits until all bookings were published.
async fn bookings_published(app: &App) {
    eventually(3 * PATIENCE, "no booking waits for the broker", || async {
        book::outbox::bookings::backlog(&app.db, 1).await.is_ok_and(|waiting| waiting == 0)
    })
    .await;
}

/// Fans who hold, cancel, pay, give back, sell to each other and let holds run out, at random.
async fn live(fans: &[Client], steps: usize) {
    let mut lives: Vec<(usize, String, bool)> = Vec::new();
    for _ in 0..steps {
        let (who, draw) = {
            let mut rng = rand::rng();
            (rng.random_range(0..fans.len()), rng.random_range(0..6))
        };
        let fan = &fans[who];
        let mine: Vec<_> = lives.iter().filter(|(of, ..)| *of == who).cloned().collect();
        let one = mine.choose(&mut rand::rng()).cloned();
        match (draw, one) {
            (1, Some((_, id, false))) => {
                fan.cancel(&id).await;
                lives.retain(|(_, of, _)| *of != id);
            }
            (2, Some((_, id, false))) => {
                if fan.pay(&id, "pm_card_visa", &id).await.is_ok() {
                    lives.iter_mut().filter(|(_, of, _)| *of == id).for_each(|(.., paid)| *paid = true);
                }
            }
            (3, Some((_, id, true))) => {
                fan.ask(REFUND, json!({ "id": id })).await;
                lives.retain(|(_, of, _)| *of != id);
            }
            (4, _) => {
                let listing = fan.offers(&fan.buys(1, 1).await, "70.00").await;
                let buyer = &fans[(who + 1) % fans.len()];
                let order = buyer.ask(ORDER, json!({ "id": listing })).await.data();
                let order = order["orderListing"]["order"]["id"].as_str().expect("it is ordered").to_owned();
                buyer.pay(&order, "pm_card_visa", &order).await;
            }
            _ => {
                let (category, quantity) = (rand::rng().random_range(1..=3), rand::rng().random_range(1..=2));
                lives.push((who, fan.holds(1, category, quantity).await, false));
            }
        }
    }
}

/// Fans of several countries.
async fn fans(site: &Site) -> Vec<Client> {
    let mut fans = Vec::new();
    for (name, country) in [("ana", "PE"), ("ben", "GB"), ("cleo", "QA")] {
        let fan = site.fan(name).await;
        let change = "mutation ($country: String) { updateProfile(input: {country: $country}) { user { country } } }";
        fan.ask(change, json!({ "country": country })).await.data();
        fans.push(fan);
    }
    fans
}

/// `matchday analytics` as a process of its own, to be killed like one.
struct Writer {
    process: Child,
    door: Client,
}

impl Writer {
    async fn start(world: &World) -> Self {
        Self::start_with(world, &[]).await
    }

    /// Starts it and waits until it reads.
    async fn start_with(world: &World, own: &[(&str, &str)]) -> Self {
        let writer = Self::launch(world, own);
        eventually(3 * PATIENCE, "the writer reads", || async { writer.part("lake").await["ready"] == true }).await;
        writer
    }

    fn launch(world: &World, own: &[(&str, &str)]) -> Self {
        let bind = format!("127.0.0.1:{}", free_ports(1));
        // It needs no database and no Redis, and gets none.
        let settings =
            world.settings().into_iter().filter(|(name, _)| !name.ends_with("_URL") || name.contains("LAKE"));
        let process = Command::new(binary())
            .arg("analytics")
            .env_clear()
            .envs(settings)
            .env("MATCHDAY_LAKE_BIND", &bind)
            .envs(own.iter().copied())
            .current_dir(world.folder())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("the program can be started");
        Self { process, door: Client::new(bind.parse().expect("it is an address")) }
    }

    /// What readiness says of a part; nothing while it does not answer.
    async fn part(&self, name: &str) -> Value {
        let (_, text) = self.door.get("/readyz").await;
        let Ok(report) = serde_json::from_str::<Value>(&text) else { return Value::Null };
        let parts = report["parts"].as_array().cloned().unwrap_or_default();
        parts.into_iter().find(|part| part["name"] == name).unwrap_or(Value::Null)
    }

    /// What a counter of it says, over all its labels.
    async fn counted(&self, counter: &str) -> f64 {
        let (_, text) = self.door.get("/metrics").await;
        let of_counter = text.lines().filter(|line| line.starts_with(counter));
        of_counter.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum()
    }

    /// As `kill -9` does.
    async fn kill(mut self) {
        self.process.kill().await.expect("a process can be killed");
    }

    /// Asks it to stop, and waits until it has.
    async fn stop(mut self) {
        let id = self.process.id().expect("the process lives").to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().await.expect("kill can be run").success());
        let ended = tokio::time::timeout(PATIENCE, self.process.wait()).await.expect("it stops in time");
        assert!(ended.expect("a process ends").success());
    }
}

/// Runs a command of the program, and returns what it says.
async fn command(world: &World, words: &[&str]) -> (bool, String) {
    let ran = Command::new(binary())
        .args(words)
        .env_clear()
        .envs(world.settings())
        .current_dir(world.folder())
        .output()
        .await
        .expect("the program can be started");
    let said = [ran.stdout, ran.stderr].map(|said| String::from_utf8_lossy(&said).into_owned()).concat();
    (ran.status.success(), said)
}

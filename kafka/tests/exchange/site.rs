//! A site over an SQLite file of its own and an embedded broker.

use std::{
    collections::{BTreeMap, HashSet},
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI32, AtomicUsize, Ordering},
    },
};

use async_trait::async_trait;
use book::{
    clock::{Clock, SystemClock},
    master_list::{MasterListCategory, MasterListMatch},
    match_state::MatchState,
    outbox::{self, Event},
};
use chrono::{DateTime, Utc};
use domain::{
    App, Settings,
    accounts::{self, Keys, SignUp, Viewer},
    gateway::Closed,
    matches,
    reservations::{self, HoldRequest},
    settings::SalesClose,
};
use entities::category::Category;
use kafka::{Config, Status, codec::AvailabilityRecord, feed::Feed, topics::Topics};
use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectOptions, Database};
use testkit::wait::eventually;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::broker::{Broker, PARTITIONS, PATIENCE};

pub(crate) fn fixtures(count: i32) -> Vec<MasterListMatch> {
    let kick_off: DateTime<Utc> = "2022-11-20T16:00:00Z".parse().expect("it is RFC 3339");
    let given = |category, price| MasterListCategory { category, available: 20, pending: 0, price_minor: price };
    (1..=count)
        .map(|match_number| MasterListMatch {
            match_number,
            round_number: 1,
            date_utc: kick_off,
            location: "Al Bayt Stadium".to_owned(),
            home_team: "Qatar".to_owned(),
            away_team: "Ecuador".to_owned(),
            group: Some("A".to_owned()),
            categories: vec![given(Category::One, 7_500), given(Category::Two, 12_500), given(Category::Three, 19_500)],
        })
        .collect()
}

pub(crate) struct Site {
    pub(crate) app: Arc<App>,
    pub(crate) config: Config,
    pub(crate) topics: Topics,
    pub(crate) status: Arc<Status>,
    file: PathBuf,
    desk: (CancellationToken, JoinHandle<()>),
    tasks: Mutex<Vec<Task>>,
}

impl Site {
    /// A site whose exchange is not running yet.
    pub(crate) async fn open(broker: &Broker) -> Self {
        let file = std::env::temp_dir().join(format!("matchday-kafka-{}.db", Uuid::new_v4()));
        let mut options = ConnectOptions::new("sqlite://");
        let path = file.clone();
        options.max_connections(4).sqlx_logging(false).map_sqlx_sqlite_opts(move |options| {
            options.filename(&path).create_if_missing(true).journal_mode(sea_orm::sqlx::sqlite::SqliteJournalMode::Wal)
        });
        let db = Database::connect(options).await.expect("a file can be made");
        Migrator::up(&db, None).await.expect("the steps go up");
        let keys = Keys::new(b"a secret of tests, long enough for anybody", "matchday".to_owned());
        // The matches of these tests have begun long ago.
        let settings = Settings { purchase_cap: 1_000, sales_close: SalesClose::Never, ..Settings::default() };
        let (app, desk) = App::new(db, Arc::new(SystemClock), settings, keys, Arc::new(Closed));
        let stop = CancellationToken::new();
        let desk = (stop.clone(), tokio::spawn(desk.run(stop)));
        let config = Config { embedded: true, partitions: PARTITIONS, ..Config::default() };
        let mut site =
            Self { app, topics: config.topics(), config, status: Status::new(), file, desk, tasks: Mutex::default() };
        site.connect_to(broker);
        site
    }

    /// A running site that sells `matches` matches.
    pub(crate) async fn selling(broker: &Broker, matches: i32) -> Self {
        let site = Self::open(broker).await;
        site.stock(matches).await;
        site.run();
        site
    }

    /// A site that takes the broker for a real one: with a lease and a consumer group. Its exchange is not running yet.
    pub(crate) async fn open_as_service(broker: &Broker, matches: i32) -> Self {
        let mut site = Self::open(broker).await;
        site.config.embedded = false;
        site.stock(matches).await;
        site
    }

    pub(crate) async fn stock(&self, matches: i32) {
        if matches == 0 {
            return;
        }
        kafka::masterlist::publish(&self.config, &fixtures(matches), |_, _| {}).await.expect("the broker takes it");
        let config = Config { embedded: true, ..self.config.clone() };
        let consumer = Task::start(|stop| kafka::consumer::run(Arc::clone(&self.app), config, Status::new(), stop));
        eventually(PATIENCE, "the matches are there", async || {
            i32::try_from(self.matches().await.len()).is_ok_and(|count| count == matches)
        })
        .await;
        consumer.stop().await;
    }

    pub(crate) fn connect_to(&mut self, broker: &Broker) {
        self.config.brokers.clone_from(&broker.bootstrap);
        self.config.source = Some(broker.source.clone());
    }

    /// Runs relay and consumer until `pause` or `stop`.
    pub(crate) fn run(&self) {
        let (app, config, status) = (&self.app, &self.config, &self.status);
        self.keep(Task::start(|stop| kafka::relay::run(Arc::clone(app), config.clone(), Arc::clone(status), stop)));
        self.keep(Task::start(|stop| kafka::consumer::run(Arc::clone(app), config.clone(), Arc::clone(status), stop)));
    }

    pub(crate) async fn pause(&mut self) {
        let tasks = std::mem::take(&mut *self.tasks.lock().expect("no test panics with it"));
        for task in tasks {
            task.stop().await;
        }
        self.status = Status::new();
    }

    pub(crate) async fn stop(mut self) {
        self.pause().await;
        self.desk.0.cancel();
        self.desk.1.await.expect("the desk does not panic");
        self.app.db.clone().close().await.expect("the database closes");
        for ending in ["", "-wal", "-shm"] {
            let mut file = self.file.clone().into_os_string();
            file.push(ending);
            let _ = std::fs::remove_file(file);
        }
    }

    fn keep(&self, task: Task) {
        self.tasks.lock().expect("no test panics with it").push(task);
    }

    pub(crate) fn relay(&self) -> Relay {
        let status = Status::new();
        let (app, config) = (Arc::clone(&self.app), self.config.clone());
        let task = Task::start(|stop| kafka::relay::run(app, config, Arc::clone(&status), stop));
        Relay { status, task }
    }

    pub(crate) fn follow(&self) -> Arc<Follower> {
        let follower = Arc::new(Follower::default());
        let (handler, config) = (Arc::clone(&follower), self.config.clone());
        self.keep(Task::start(|stop| kafka::feed::run(config, handler, Arc::clone(&self.status), stop)));
        follower
    }

    pub(crate) async fn matches(&self) -> Vec<MatchState> {
        matches::snapshot(&self.app.db).await.expect("the database answers")
    }

    /// Available and pending of the first category of a match.
    pub(crate) async fn counts(&self, match_number: i32) -> (i32, i32) {
        let states = self.matches().await;
        let state = states.iter().find(|state| state.match_number == match_number).expect("the match is there");
        let first = &state.categories[0];
        (first.available, first.pending)
    }

    pub(crate) async fn pending(&self, match_number: i32) -> i32 {
        self.counts(match_number).await.1
    }

    pub(crate) async fn backlog(&self) -> u64 {
        outbox::backlog(&self.app.db).await.expect("the database answers")
    }

    /// When the sales that wait in the outbox happened, in milliseconds since 1970.
    pub(crate) async fn sales_happened_at(&self) -> Vec<i64> {
        let queued = outbox::pending(&self.app.db, 100).await.expect("the database answers");
        let sales = queued.iter().filter(|queued| matches!(queued.event, Event::Ticket { .. }));
        sales.map(|queued| queued.created_at.timestamp_millis()).collect()
    }

    pub(crate) async fn fan(&self) -> Viewer {
        let details = SignUp {
            email: format!("{}@example.com", Uuid::new_v4()),
            password: "correct horse battery staple".to_owned(),
            display_name: None,
            country: None,
            locale: None,
        };
        let session = accounts::sign_up(&self.app, details).await.expect("the fan is new");
        accounts::authenticate(&self.app, &session.access_token).await.expect("the token is fresh")
    }

    pub(crate) async fn hold(&self, fan: Viewer, match_number: i32, category: Category, quantity: i32) -> Uuid {
        let request = HoldRequest { match_number, category: category.number(), quantity, idempotency_key: None };
        reservations::hold(&self.app, fan, request).await.expect("there are tickets").id
    }

    pub(crate) async fn cancel(&self, fan: Viewer, hold: Uuid) {
        reservations::cancel(&self.app, fan, hold).await.expect("it is the fan's own");
    }
}

/// A task of the exchange, stopped as the server would.
struct Task {
    stop: CancellationToken,
    running: JoinHandle<Result<(), kafka::Error>>,
}

impl Task {
    fn start<F>(task: impl FnOnce(CancellationToken) -> F) -> Self
    where
        F: Future<Output = Result<(), kafka::Error>> + Send + 'static,
    {
        let stop = CancellationToken::new();
        Self { running: tokio::spawn(task(stop.clone())), stop }
    }

    async fn stop(self) {
        self.stop.cancel();
        let ended = tokio::time::timeout(PATIENCE, self.running).await.expect("it stops in time");
        ended.expect("it does not panic").expect("it does not fail");
    }
}

pub(crate) struct Relay {
    status: Arc<Status>,
    task: Task,
}

impl Relay {
    pub(crate) fn leads(&self) -> bool {
        self.status.report().relay.leader
    }

    /// Whether it had trouble with the broker.
    pub(crate) fn has_failed(&self) -> bool {
        self.status.report().last_error.is_some_and(|error| error.starts_with("relay: "))
    }

    pub(crate) async fn stop(self) {
        self.task.stop().await;
    }
}

/// Hears the feed and remembers.
#[derive(Default)]
pub(crate) struct Follower {
    snapshots: AtomicUsize,
    losses: AtomicUsize,
    newest: AtomicI32,
    heard: Mutex<BTreeMap<i32, MatchState>>,
    touched: Mutex<HashSet<Uuid>>,
}

impl Follower {
    pub(crate) fn snapshots(&self) -> usize {
        self.snapshots.load(Ordering::Relaxed)
    }

    pub(crate) fn losses(&self) -> usize {
        self.losses.load(Ordering::Relaxed)
    }

    /// The highest version of any match that was handed on.
    pub(crate) fn newest(&self) -> i32 {
        self.newest.load(Ordering::Relaxed)
    }

    /// Pending of the first category, as the last record of the match said.
    pub(crate) fn pending(&self, match_number: i32) -> Option<i32> {
        let heard = self.heard.lock().expect("no test panics with it");
        Some(heard.get(&match_number)?.categories[0].pending)
    }

    pub(crate) fn touched(&self, reservation: Uuid) -> bool {
        self.touched.lock().expect("no test panics with it").contains(&reservation)
    }
}

#[async_trait]
impl Feed for Follower {
    async fn snapshot(&self) {
        self.snapshots.fetch_add(1, Ordering::Relaxed);
    }

    fn changed(&self, AvailabilityRecord { state, reservations, .. }: AvailabilityRecord) {
        self.newest.fetch_max(state.version, Ordering::Relaxed);
        let touched = reservations.into_iter().map(|touched| touched.id);
        self.touched.lock().expect("no test panics with it").extend(touched);
        self.heard.lock().expect("no test panics with it").insert(state.match_number, state);
    }

    fn lost(&self) {
        self.losses.fetch_add(1, Ordering::Relaxed);
    }

    fn now(&self) -> DateTime<Utc> {
        SystemClock.now()
    }
}

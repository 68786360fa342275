//! A site as its visitors and the other sites meet it: the whole program, in this process, on a port of its own.
//!
//! A world is what instances of one site share: a database, the brokers, the topics, the name. The embedded setting has
//! a world of its own in a temporary folder.

use std::{net::SocketAddr, path::PathBuf, sync::Arc, thread, time::Duration};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use book::clock::MovableClock;
use domain::{App, accounts::admin, audit};
use entities::user::Role;
use sea_orm::DatabaseConnection;
use serde_json::json;
use server::{
    config::{self, Config},
    failure::Failure,
    run::{self, Running},
};
use tokio::{net::TcpListener, runtime::Handle, task::JoinHandle, time::timeout};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{Backend, Database, broker::Broker, client::Client};
use testkit::{
    folder::Folder,
    wait::{PATIENCE, eventually},
};

/// Limits that a test's load, all of it from one address, stays below on the fastest machine.
const RAISED: &str = "anonymous=1000000000,customer=1000000000,steward=1000000000,admin=1000000000,\
                      address=1000000000,signIn=1000000,signUp=1000000,reserve=1000000,payReservation=1000000";

/// Fans of a test hold what they like, unpaid.
const FORGIVEN: &str = "unpaidHoldsOfUser=1000000,unpaidHoldsOfAddress=1000000,accountsOfAddress=1000000,\
                        matchTicketsOfAddress=1000000,declinedCardsOfUser=1000000,declinedCardsOfAddress=1000000";

/// What instances of a site share, as settings of the program.
pub struct World {
    settings: Vec<(String, String)>,
    clock: Arc<MovableClock>,
    folder: Arc<Folder>,
    pub database: Option<Database>,
    name: String,
}

/// A running instance.
pub struct Site {
    pub address: SocketAddr,
    /// Where health and metrics are, if not there.
    pub admin: Option<SocketAddr>,
    pub app: Arc<App>,
    pub exchange: kafka::Config,
    pub clock: Arc<MovableClock>,
    stop: CancellationToken,
    task: Option<JoinHandle<Result<(), Failure>>>,
    /// A site may outlive its world, and opens files for as long as it runs.
    _folder: Arc<Folder>,
}

impl World {
    /// Nothing but a folder: SQLite and a broker inside the program.
    pub fn embedded() -> Self {
        let name = format!("t{}", Uuid::new_v4().simple());
        Self { settings: Vec::new(), clock: Arc::default(), folder: Arc::new(Folder::new(&name)), database: None, name }
            .with("MATCHDAY_KAFKA_BUNDLED_MASTER_LIST", "false")
            // The matches of the tests have dates that are long over, so that what is told of them is always the same.
            .with("MATCHDAY_SALES_CLOSE", "never")
            .with("MATCHDAY_LIMITS_CAPACITY", RAISED)
            .with("MATCHDAY_LIMITS_REFILL", RAISED)
            .with("MATCHDAY_BOTS_FREE", FORGIVEN)
            .with("MATCHDAY_HOLDS_DECLINES", "1000")
            .with("MATCHDAY_HOLDS_DECLINES_PER_HOUR", "1000")
            .with("MATCHDAY_CAPTCHA_MAX_NUMBER", "1000")
    }

    /// The real services: a Postgres database and topics of its own.
    pub async fn services() -> Self {
        Self::on_brokers(&env("KAFKA_BROKERS")).await
    }

    /// The real services with brokers of the test's choice.
    ///
    /// What sites share, master list and sales, is the test's own; the site's own topics keep their default names, under
    /// which all sites of all tests write.
    pub async fn on_brokers(brokers: &str) -> Self {
        let mut world = Self::embedded();
        let database = Database::create(Backend::Postgres).await;
        world = world
            .with("DATABASE_URL", &database.url)
            .with("REDIS_URL", &env("REDIS_URL"))
            .with("KAFKA_BROKERS", brokers)
            .with("MATCHDAY_DATABASE_MAX_CONNECTIONS", "8")
            .with("MATCHDAY_JWT_SECRET", "a secret of the tests, long enough for anybody");
        world.database = Some(database);
        let prefix = world.name.clone();
        for topic in ["MASTER_LIST", "TICKET_SALES"] {
            let name = format!("{prefix}-{}", topic.to_lowercase());
            world = world.with(&format!("MATCHDAY_KAFKA_{topic}_TOPIC_PREFIX"), &name);
        }
        world
    }

    /// Another site, selling the same stock over the same topics.
    #[must_use]
    pub fn on_the_topics_of(mut self, other: &Self) -> Self {
        for (name, value) in &other.settings {
            if name.ends_with("MASTER_LIST_TOPIC_PREFIX") || name.ends_with("TICKET_SALES_TOPIC_PREFIX") {
                self = self.with(name, value);
            }
        }
        self
    }

    /// Another setting of the program, by its environment name.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.settings.retain(|(known, _)| known != name);
        self.settings.push((name.to_owned(), value.to_owned()));
        self
    }

    /// What the program is told by this name.
    pub fn setting(&self, name: &str) -> String {
        let found = self.settings.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.clone()).unwrap_or_else(|| panic!("{name} is not set"))
    }

    /// Everything that the program is told, by its environment names.
    pub fn settings(&self) -> Vec<(String, String)> {
        let mut settings = self.settings.clone();
        settings.push(("CLIENT_ID".to_owned(), self.name.clone()));
        settings.push(("MATCHDAY_DATA_DIR".to_owned(), self.folder.path().display().to_string()));
        settings.push(("MATCHDAY_BIND".to_owned(), "127.0.0.1:0".to_owned()));
        settings
    }

    /// This site's name among the sellers.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn folder(&self) -> PathBuf {
        self.folder.path().to_path_buf()
    }

    /// The consumer group of its instances.
    pub fn group(&self) -> String {
        kafka::Config { site: self.name.clone(), ..kafka::Config::default() }.group()
    }

    /// The brokers and topics of a world on services.
    pub fn broker(&self) -> Broker {
        let exchange = kafka::Config {
            brokers: self.setting("KAFKA_BROKERS"),
            master_list_topic_prefix: self.setting("MATCHDAY_KAFKA_MASTER_LIST_TOPIC_PREFIX"),
            ticket_sales_topic_prefix: self.setting("MATCHDAY_KAFKA_TICKET_SALES_TOPIC_PREFIX"),
            site: self.name.clone(),
            ..kafka::Config::default()
        };
        Broker::new(&exchange)
    }

    /// The database, read beside the program or after it.
    pub async fn connect(&self) -> DatabaseConnection {
        match &self.database {
            Some(database) => database.connect().await,
            None => Database::open(&self.folder.path().join("matchday.db")).await,
        }
    }

    /// Starts an instance and waits until it is ready.
    pub async fn start(&self) -> Site {
        self.start_at(TcpListener::bind("127.0.0.1:0").await.expect("there is a free port")).await
    }

    /// The same where it listens already.
    pub async fn start_at(&self, listener: TcpListener) -> Site {
        let running = run::start(self.config(), listener, Arc::clone(&self.clock) as _).await;
        self.ready(running.expect("the program starts")).await
    }

    /// Starts a worker and waits until it is ready.
    pub async fn start_worker(&self) -> Site {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
        let running = run::start_worker(self.config(), listener, Arc::clone(&self.clock) as _).await;
        self.ready(running.expect("the worker starts")).await
    }

    /// The same site before it had any service: in the same folder, with its name and secrets.
    #[must_use]
    pub fn without_services(&self) -> Self {
        let is_of_services = |name: &str| {
            ["DATABASE_URL", "REDIS_URL", "KAFKA_BROKERS", "MATCHDAY_DATABASE_MAX_CONNECTIONS"].contains(&name)
        };
        let settings = self.settings.iter().filter(|(name, _)| !is_of_services(name)).cloned().collect();
        let (clock, folder) = (Arc::clone(&self.clock), Arc::clone(&self.folder));
        Self { settings, clock, folder, database: None, name: self.name.clone() }
    }

    /// What an instance is started with.
    pub fn config(&self) -> Config {
        let mut settings = self.settings();
        // Instances on services share no folder.
        if self.database.is_some() {
            let own = self.folder.path().join(Uuid::new_v4().to_string());
            settings.retain(|(name, _)| name != "MATCHDAY_DATA_DIR");
            settings.push(("MATCHDAY_DATA_DIR".to_owned(), own.display().to_string()));
        }
        config::load_from(None, &settings).expect("the settings are right").config
    }

    async fn ready(&self, running: Running) -> Site {
        let (stop, exchange) = (CancellationToken::new(), running.exchange());
        let mut site = Site {
            address: running.address,
            admin: running.admin,
            app: Arc::clone(&running.app),
            exchange: kafka::Config::default(),
            clock: Arc::clone(&self.clock),
            task: Some(tokio::spawn(running.until(stop.clone().cancelled_owned()))),
            stop,
            _folder: Arc::clone(&self.folder),
        };
        site.exchange = exchange.await;
        let visitor = site.visitor();
        let operator = site.admin.map_or_else(|| visitor.clone(), |admin| visitor.at(admin));
        eventually(PATIENCE, "the site is ready", || async { operator.get("/readyz").await.0 == 200 }).await;

        site
    }
}

impl Site {
    /// A site in the embedded setting.
    pub async fn embedded() -> (World, Self) {
        let world = World::embedded();
        let site = world.start().await;
        (world, site)
    }

    /// A visitor without an account.
    pub fn visitor(&self) -> Client {
        Client::new(self.address)
    }

    /// A fan who has just signed up.
    pub async fn fan(&self, name: &str) -> Client {
        self.visitor().sign_up(name).await
    }

    /// One of the site's staff.
    pub async fn staff(&self, name: &str, role: Role) -> Client {
        let customer = self.fan(name).await;
        let me = customer.ask("{ me { email } }", json!({})).await.data();
        let email = me["me"]["email"].as_str().expect("an account has an email");
        admin::set_role(&self.app, email, role).await.expect("a role can be given").expect("there is an account");
        let refreshed = "mutation ($token: String!) { refreshSession(input: {refreshToken: $token}) { accessToken } }";
        let session = customer.ask(refreshed, json!({ "token": customer.refresh_token })).await.data();
        customer.with_token(session["refreshSession"]["accessToken"].as_str().expect("a session has a token"))
    }

    /// The organiser gives a match with `tickets` of each category, and it is on sale here.
    pub async fn on_sale(&self, match_number: i32, tickets: i32) {
        self.broker().give(match_number, tickets).await;
        eventually(PATIENCE, "the match is on sale", || async { self.app.view.get(match_number).is_some() }).await;
    }

    /// Available and pending of a category, as this instance shows it.
    pub fn counts(&self, match_number: i32, category: i32) -> (i32, i32) {
        let state = self.app.view.get(match_number).expect("the match is on sale");
        let of_number = state.categories.iter().find(|of| of.category.number() == category);
        of_number.map(|of| (of.available, of.pending)).expect("the category is on sale")
    }

    /// Waits until this instance shows a match at this version or a newer one.
    pub async fn shows_version(&self, match_number: i32, version: i32) {
        eventually(PATIENCE, "the match has changed so often", || async {
            self.app.view.get(match_number).is_some_and(|state| state.version >= version)
        })
        .await;
    }

    /// Waits until this instance shows these counts.
    pub async fn shows(&self, match_number: i32, category: i32, counts: (i32, i32)) {
        eventually(PATIENCE, &format!("match {match_number} category {category} shows {counts:?}"), || async {
            self.counts(match_number, category) == counts
        })
        .await;
    }

    /// The brokers and topics, as another site reaches them.
    pub fn broker(&self) -> Broker {
        Broker::new(&self.exchange)
    }

    /// Moves the clock of all instances of this world.
    pub fn move_clock(&self, by: Duration) {
        self.clock.advance(chrono::Duration::from_std(by).expect("a test moves the clock by little"));
    }

    /// Waits until all that happened was published.
    pub async fn published(&self) {
        eventually(3 * PATIENCE, "the outbox is empty", || async {
            book::outbox::backlog(&self.app.db).await.is_ok_and(|waiting| waiting == 0)
        })
        .await;
    }

    /// Stops in order and checks the invariants.
    pub async fn finish(self) {
        let violations = audit::violations(&self.app.db).await.expect("the database can be audited");
        assert!(violations.is_empty(), "{violations:#?}");
        self.stop().await;
    }

    /// Stops in order.
    pub async fn stop(mut self) {
        self.stop.cancel();
        let task = self.task.take().expect("a site is stopped once");
        task.await.expect("the program does not panic").expect("the program ends in order");
    }
}

impl Drop for Site {
    /// A test that failed lets its site end in order too: clients of Kafka that are torn away wait for answers.
    fn drop(&mut self) {
        let Some(task) = self.task.take() else { return };
        self.stop.cancel();
        tokio::task::block_in_place(|| {
            let _ = Handle::current().block_on(timeout(PATIENCE, task));
        });
        assert!(thread::panicking(), "a test ends its site by `finish`, or by `stop` where it checks something else");
    }
}

/// What a reservation's node id names: ids are a type and a key in base64.
pub fn reservation_id(id: &str) -> Option<Uuid> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(id).ok()?).ok()?;
    text.strip_prefix("Reservation:")?.parse().ok()
}

/// A setting of the real services.
pub fn env(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| {
        panic!(
            "{name} is not set, and this test needs the real services: run scripts/test, or first \
             `scripts/services up` and `eval \"$(scripts/services env)\"`"
        )
    })
}

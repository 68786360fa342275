//! An app under test: its database, its clock, its desk, and what it has published so far.

use std::{
    ops::Deref,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
    thread,
    time::Duration,
};

use book::{
    clock::{Clock, MovableClock},
    match_state::MatchState,
    outbox::{self, Queued},
};
use chrono::{DateTime, Utc};
use domain::{App, Settings, accounts, closing, expiry, matches, settings::SalesClose};
use entities::{
    analytics_subject,
    category::Category,
    reservation, stock,
    user::{self, Role},
};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{Backend, Database, Fan, bank::Bank};

/// Signs the tokens of every app under test.
const SECRET: &[u8] = b"a secret of the tests, long enough for anybody";

/// Events published at once.
const PUBLISHED: u64 = 10_000;

/// An app over a database of its own.
pub struct TestApp {
    pub backend: Backend,
    pub clock: Arc<MovableClock>,
    pub database: Database,
    pub bank: Arc<Bank>,
    main: Instance,
    pub(crate) offset: AtomicI64,
    published: Mutex<Vec<Queued>>,
    is_over: bool,
}

/// One instance of the site: a pool of connections, a desk, and the tasks that were asked for.
pub struct Instance {
    pub app: Arc<App>,
    shutdown: CancellationToken,
    tasks: JoinSet<()>,
}

impl TestApp {
    pub async fn start(backend: Backend) -> Self {
        Self::start_with(backend, |_| {}).await
    }

    /// Starts with other settings than the defaults.
    pub async fn start_with(backend: Backend, change: impl FnOnce(&mut Settings)) -> Self {
        let database = Database::create(backend).await;
        let clock = Arc::new(MovableClock::default());
        let bank = Arc::<Bank>::default();
        let main = Instance::start(&database, &clock, &bank, change).await;
        Self {
            backend,
            clock,
            database,
            bank,
            main,
            offset: AtomicI64::new(0),
            published: Mutex::default(),
            is_over: false,
        }
    }

    /// The app, to be moved into tasks.
    pub fn app(&self) -> Arc<App> {
        Arc::clone(&self.main.app)
    }

    /// Another instance of the site on the same database, at the same time.
    pub async fn another(&self) -> Instance {
        self.another_with(|_| {}).await
    }

    pub async fn another_with(&self, change: impl FnOnce(&mut Settings)) -> Instance {
        assert!(self.backend == Backend::Postgres, "SQLite belongs to one process");
        Instance::start(&self.database, &self.clock, &self.bank, change).await
    }

    /// Lets overdue holds end by themselves from now on.
    pub fn expire_by_itself(&mut self) {
        self.main.expire_by_itself();
    }

    /// A fan with an account.
    pub async fn fan(&self, name: &str) -> Fan {
        let mut fans = self.enter(vec![name.to_owned()]).await;
        fans.pop().expect("one was entered")
    }

    /// Fans with accounts, entered together.
    pub async fn fans(&self, count: usize) -> Vec<Fan> {
        let names = (0..count).map(|_| Uuid::new_v4().to_string());
        self.enter(names.collect()).await
    }

    async fn enter(&self, names: Vec<String>) -> Vec<Fan> {
        let rows: Vec<user::Model> = names
            .into_iter()
            .map(|name| user::Model {
                id: Uuid::now_v7(),
                email: format!("{name}@example.com"),
                email_key: format!("{name}@example.com"),
                // Not the hash of anything: whoever signs in is signed up by the test.
                password_hash: String::new(),
                display_name: Some(name),
                country: None,
                locale: None,
                role: Role::Customer,
                verified_at: Some(self.now()),
                disabled_at: None,
                created_at: self.now(),
                personalised: true,
                erased_at: None,
            })
            .collect();
        let subjects: Vec<analytics_subject::ActiveModel> = (rows.iter())
            .map(|row| analytics_subject::Model {
                user_id: row.id,
                subject: Uuid::new_v4(),
                created_at: row.created_at,
            })
            .map(|row| row.into_active_model().reset_all())
            .collect();
        let fans = (rows.iter()).map(|row| Fan::new(self.app(), row.id)).collect();
        user::Entity::insert_many(rows.into_iter().map(|row| row.into_active_model().reset_all()))
            .exec_without_returning(&self.db)
            .await
            .expect("fans can be entered");
        analytics_subject::Entity::insert_many(subjects)
            .exec_without_returning(&self.db)
            .await
            .expect("fans have pseudonyms");

        fans
    }

    /// The counts of a category.
    pub async fn counts(&self, match_number: i32, category: Category) -> stock::Model {
        stock::Entity::find_by_id((match_number, category))
            .one(&self.db)
            .await
            .expect("the stock can be read")
            .unwrap_or_else(|| panic!("match {match_number} has no category {category:?}"))
    }

    /// Tickets of a category that somebody holds, here or elsewhere.
    pub async fn pending(&self, match_number: i32, category: Category) -> i32 {
        let counts = self.counts(match_number, category).await;
        counts.held + counts.foreign_pending
    }

    /// The public state of a match, as the database has it.
    pub async fn state(&self, match_number: i32) -> MatchState {
        matches::snapshot(&self.db)
            .await
            .expect("matches can be read")
            .into_iter()
            .find(|state| state.match_number == match_number)
            .unwrap_or_else(|| panic!("there is no match {match_number}"))
    }

    pub async fn reservation(&self, id: Uuid) -> reservation::Model {
        reservation::Entity::find_by_id(id)
            .one(&self.db)
            .await
            .expect("a reservation can be read")
            .unwrap_or_else(|| panic!("there is no reservation {id}"))
    }

    pub async fn reservations(&self) -> Vec<reservation::Model> {
        reservation::Entity::find().all(&self.db).await.expect("reservations can be read")
    }

    pub fn now(&self) -> DateTime<Utc> {
        Clock::now(&*self.clock)
    }

    /// Moves the clock, before anybody has looked for what is overdue.
    pub fn move_clock(&self, by: Duration) {
        self.clock.advance(chrono::Duration::from_std(by).expect("a test moves the clock by little"));
    }

    /// Moves the clock, and looks for what is overdue.
    pub async fn advance(&self, by: Duration) {
        self.move_clock(by);
        expiry::round(self).await.expect("overdue holds can end");
        closing::round(self).await.expect("sales can end");
    }

    /// Publishes all that waits, as the relay does, to a broker that takes everything.
    pub async fn publish(&self) -> Vec<Queued> {
        let queued = outbox::pending(&self.db, PUBLISHED).await.expect("the outbox can be read");
        let ids: Vec<i64> = queued.iter().map(|queued| queued.id).collect();
        outbox::settle(&self.store, &ids).await.expect("published events can be deleted");
        self.published.lock().unwrap_or_else(PoisonError::into_inner).extend(queued.iter().cloned());

        queued
    }

    /// Everything that was or will be published, in its order.
    pub async fn told(&self) -> Vec<Queued> {
        let waiting = outbox::pending(&self.db, PUBLISHED).await.expect("the outbox can be read");
        let mut told = self.published.lock().unwrap_or_else(PoisonError::into_inner).clone();
        told.extend(waiting);

        told
    }

    /// Stops the app without a look at the invariants: the test has broken them, or shown what no database has.
    pub async fn stop(mut self) {
        self.end().await;
    }

    /// Ends what runs; the test has to have its reason, or to look at the invariants next.
    pub(crate) async fn end(&mut self) {
        self.is_over = true;
        self.main.stop().await;
    }

    pub(crate) fn next_offset(&self) -> i64 {
        self.offset.fetch_add(1, Ordering::SeqCst)
    }
}

impl Drop for TestApp {
    /// Whoever forgets the end forgets the checks.
    fn drop(&mut self) {
        assert!(
            self.is_over || thread::panicking(),
            "a test ends by `finish`, or by `stop` where invariants are broken"
        );
    }
}

impl Deref for TestApp {
    type Target = App;

    fn deref(&self) -> &App {
        &self.main.app
    }
}

impl Instance {
    async fn start(
        database: &Database,
        clock: &Arc<MovableClock>,
        bank: &Arc<Bank>,
        change: impl FnOnce(&mut Settings),
    ) -> Self {
        let mut settings = Settings { site: "here".to_owned(), ..Settings::default() };
        // The matches of the tests have dates that are long over, so that what is told of them is always the same.
        settings.sales_close = SalesClose::Never;
        // And few fans do there what a crowd does.
        settings.resale.reorder_wait = None;
        (settings.resale.live_orders, settings.resale.live_orders_of_match) = (1_000, 1_000);
        (settings.declines_of_hold, settings.declines_of_hour) = (1_000, 1_000);
        change(&mut settings);
        let keys = accounts::Keys::new(SECRET, settings.site.clone());
        let (clock, bank) = (Arc::clone(clock) as Arc<dyn Clock>, Arc::clone(bank) as _);
        let (app, desk) = App::new(database.connect().await, clock, settings, keys, bank);
        let shutdown = CancellationToken::new();
        let mut tasks = JoinSet::new();
        tasks.spawn(desk.run(shutdown.clone()));

        Self { app, shutdown, tasks }
    }

    pub fn expire_by_itself(&mut self) {
        let (app, shutdown) = (Arc::clone(&self.app), self.shutdown.clone());
        self.tasks.spawn(async move { expiry::run(&app, shutdown).await });
    }

    /// Stops in order: what was asked by now is still answered.
    pub async fn stop(&mut self) {
        self.shutdown.cancel();
        while let Some(ended) = self.tasks.join_next().await {
            ended.expect("a task of the app panicked");
        }
    }
}

impl Deref for Instance {
    type Target = App;

    fn deref(&self) -> &App {
        &self.app
    }
}

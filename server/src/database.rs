//! The database: Postgres where one is configured, else SQLite in the data folder, both with the tables of this program.
//!
//! Invariant: nothing runs on tables that lack a step of this program's. Steps that it does not know are of a newer program
//! that runs beside it or ran before it, and leave what it needs in place.

use std::{collections::BTreeSet, path::Path, sync::Arc, time::Duration};

use book::store::health::Health;
use migration::{Migrator, MigratorTrait};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr, Statement, TransactionTrait,
    sqlx::{
        self, Connection, PgConnection,
        postgres::PgConnectOptions,
        sqlite::{SqliteJournalMode, SqliteSynchronous},
    },
};
use settings::secret::SecretUrl;
use tokio::time::timeout;

use crate::{config::Config, data_dir::DataDir, failure::Failure};

/// SQLite has one writer at a time, so its connections are readers for the most part.
const SQLITE_CONNECTIONS: u32 = 8;
const SQLITE_BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// A connection of Postgres that was used within this time is not asked whether it lives: that is a round trip for each
/// use. `domain` begins again on another where it does not.
const ALIVE: Duration = Duration::from_secs(1);
const REASON_PATIENCE: Duration = Duration::from_secs(2);
/// A database that lets us in sooner is not talked about.
const QUIET: Duration = Duration::from_millis(250);
/// A transaction that says nothing for so long is rolled back by Postgres: its instance is stopped, and its locks stand in
/// the way of the others.
const IDLE_IN_TRANSACTION: &str = "SET idle_in_transaction_session_timeout = '10s'";
/// SQLSTATEs of a statement that another connection prepared, or that this one did: what is behind the address hands
/// connections around.
const NOT_OURS: [&str; 2] = ["26000", "42P05"];
/// Held while tables change, so that instances that start together do not change them twice.
const MIGRATION_LOCK: i64 = 0x6d61_7463_6864_6179;

/// A database, and how writes to it fare.
pub(crate) type Connected = (DatabaseConnection, Arc<Health>);

/// Connects to the configured database. It is not migrated yet.
pub(crate) async fn connect(config: &Config, data_dir: &DataDir) -> Result<Connected, Failure> {
    let Some(url) = &config.database.url else { return embedded(data_dir).await };
    let (health, seconds) = (Arc::<Health>::default(), config.database.connect_timeout_seconds);
    let connecting = Database::connect(postgres(config, url.expose(), Arc::clone(&health)));
    let db = match reached(connecting, url, seconds).await {
        Ok(db) => db,
        // The pool has waited for a database that may be starting; all it knows in the end is that time is up.
        Err(error) => return Err(reason(url).await.map_or_else(|| error.into(), Failure::NoDatabase)),
    };
    if hands_connections_around(url).await {
        return Err(Failure::PooledTransactions(url.redacted()));
    }
    Ok((counted(db), health))
}

/// Connects to the embedded database of a data folder.
pub(crate) async fn embedded(data_dir: &DataDir) -> Result<Connected, Failure> {
    let health = Arc::<Health>::default();
    let options = sqlite(&data_dir.database(), Arc::clone(&health));
    Ok((counted(Database::connect(options).await?), health))
}

/// Has its statements counted for the operation that pays for them.
fn counted(mut db: DatabaseConnection) -> DatabaseConnection {
    db.set_metric_callback(|_| security::note_statement());
    db
}

/// Waits for the pool, and says that it does where that takes a while.
async fn reached(
    connecting: impl Future<Output = Result<DatabaseConnection, DbErr>>,
    url: &SecretUrl,
    seconds: u64,
) -> Result<DatabaseConnection, DbErr> {
    let mut connecting = std::pin::pin!(connecting);
    if let Ok(connected) = timeout(QUIET, connecting.as_mut()).await {
        return connected;
    }
    let place =
        options_of(url.expose()).map_or_else(|| url.redacted(), |to| format!("{}:{}", to.get_host(), to.get_port()));
    tracing::warn!("waiting up to {seconds} s for the database at {place} (DATABASE_URL)");
    connecting.await
}

/// Why Postgres does not let us in, by one attempt without the pool; none where it does.
async fn reason(url: &SecretUrl) -> Option<String> {
    let why = match timeout(REASON_PATIENCE, PgConnection::connect_with(&options_of(url.expose())?)).await {
        Ok(connected) => connected.err()?.to_string(),
        Err(_) => "no answer".to_owned(),
    };
    Some(format!("{}: {why}", url.redacted()))
}

/// Whether one connection meets the statements of another, as behind a pooler that gives a connection to each transaction
/// and keeps no account of prepared statements.
async fn hands_connections_around(url: &SecretUrl) -> bool {
    let asking = async {
        let options = options_of(url.expose())?;
        let mut one = PgConnection::connect_with(&options).await.ok()?;
        let mut other = PgConnection::connect_with(&options).await.ok()?;
        let mut failed = false;
        for connection in [&mut one, &mut other] {
            let answered = sqlx::query("SELECT $1::int").bind(1).execute(connection).await;
            failed |= answered.is_err_and(|error| {
                error.as_database_error().and_then(|error| error.code()).is_some_and(|code| NOT_OURS.contains(&&*code))
            });
        }
        Some(failed)
    };
    timeout(REASON_PATIENCE, asking).await.ok().flatten().unwrap_or(false)
}

/// Poolers refuse parameters that they do not know, and no number of ours is read as text.
fn plain(options: PgConnectOptions) -> PgConnectOptions {
    options.extra_float_digits(None)
}

fn options_of(url: &str) -> Option<PgConnectOptions> {
    url.parse().ok().map(plain)
}

fn postgres(config: &Config, url: &str, health: Arc<Health>) -> ConnectOptions {
    let timeout = Duration::from_secs(config.database.connect_timeout_seconds);
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(config.database.max_connections)
        .min_connections(1)
        .connect_timeout(timeout)
        .acquire_timeout(timeout)
        .test_before_acquire_if_idle_for(ALIVE)
        .map_sqlx_postgres_opts(plain)
        .map_sqlx_postgres_before_acquire(move |_, connection| {
            let is_trusted = !health.distrusts(connection.age);
            Box::pin(async move { Ok(is_trusted) })
        })
        .after_connect(|connection| {
            Box::pin(async move { connection.execute_unprepared(IDLE_IN_TRANSACTION).await.map(drop) })
        })
        .set_application_name(format!("matchday {}", config.client_id))
        .sqlx_logging(false);
    options
}

fn sqlite(file: &Path, health: Arc<Health>) -> ConnectOptions {
    let file = file.to_path_buf();
    let mut options = ConnectOptions::new("sqlite://");
    options
        .max_connections(SQLITE_CONNECTIONS)
        .min_connections(1)
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(move |options| {
            options
                .filename(&file)
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                // A reservation that was acknowledged survives a power cut.
                .synchronous(SqliteSynchronous::Full)
                .foreign_keys(true)
                .busy_timeout(SQLITE_BUSY_TIMEOUT)
        })
        .map_sqlx_sqlite_before_acquire(move |connection, used| {
            // SQLite rolls back by itself where the disk is full or fails. sqlx takes the transaction for open from then
            // on, and what is begun next for a part of it: its commit would commit nothing, and its end leave the file
            // locked. So such a connection is closed.
            let is_usable = !connection.is_in_transaction() && !health.distrusts(used.age);
            Box::pin(async move { Ok(is_usable) })
        });
    options
}

/// Brings the tables up to date where the configuration says so, and refuses to go on where they are not.
pub(crate) async fn prepare(config: &Config, db: &DatabaseConnection) -> Result<(), Failure> {
    if config.migrates_at_start() {
        up(db, None).await?;
    }
    match Steps::of(db).await?.missing.len() {
        0 => Ok(()),
        missing => Err(Failure::Unmigrated(missing)),
    }
}

/// The steps of the tables, by name: this program's and the database's side by side.
#[derive(Debug, Default)]
pub(crate) struct Steps {
    pub(crate) applied: Vec<String>,
    /// Not applied yet.
    pub(crate) missing: Vec<String>,
    /// Applied by a newer program.
    pub(crate) unknown: Vec<String>,
}

impl Steps {
    pub(crate) async fn of(db: &DatabaseConnection) -> Result<Self, DbErr> {
        let sql = match db.get_database_backend() {
            DbBackend::Postgres => "SELECT 1 WHERE to_regclass('seaql_migrations') IS NOT NULL",
            _ => "SELECT 1 FROM sqlite_master WHERE name = 'seaql_migrations'",
        };
        let ask = |sql: &str| Statement::from_string(db.get_database_backend(), sql);
        let rows = match db.query_one_raw(ask(sql)).await?.is_some() {
            // The migrator would make the table first, which takes a right that serving does not need.
            true => db.query_all_raw(ask("SELECT version FROM seaql_migrations")).await?,
            false => Vec::new(),
        };
        let there = rows.iter().map(|row| row.try_get("", "version")).collect::<Result<BTreeSet<String>, _>>()?;
        let ours: Vec<String> = Migrator::migrations().iter().map(|step| step.name().to_owned()).collect();
        let known: BTreeSet<&String> = ours.iter().collect();
        let unknown = there.iter().filter(|name| !known.contains(name)).cloned().collect();
        let (applied, missing) = ours.into_iter().partition(|name| there.contains(name));

        let steps = Self { applied, missing, unknown };
        steps.tell();
        Ok(steps)
    }
}

impl Steps {
    /// Has the metrics tell how far the tables and this program are apart.
    fn tell(&self) {
        for (kind, steps) in [("missing", &self.missing), ("newer", &self.unknown)] {
            let count = u32::try_from(steps.len()).unwrap_or(u32::MAX);
            metrics::gauge!("matchday_migrations", "kind" => kind).set(count);
        }
    }
}

/// Applies missing steps, all unless told how many.
pub(crate) async fn up(db: &DatabaseConnection, steps: Option<u32>) -> Result<(), Failure> {
    alone(db, async || {
        let found = Steps::of(db).await?;
        match (found.missing.is_empty(), found.unknown.is_empty()) {
            // Where a newer program has been, nothing is left to do.
            (true, _) => Ok(()),
            (false, true) if db.get_database_backend() == DbBackend::Sqlite => {
                // The migrator has each statement written to the disk by itself there, some hundred on a first start.
                let txn = db.begin().await?;
                Migrator::up(&txn, steps).await?;
                Ok(txn.commit().await?)
            }
            (false, true) => Ok(Migrator::up(db, steps).await?),
            (false, false) => {
                Err(Failure::Diverged { missing: found.missing.len(), unknown: found.unknown.join(", ") })
            }
        }
    })
    .await
}

/// Takes back the newest `steps`.
pub(crate) async fn down(db: &DatabaseConnection, steps: u32) -> Result<(), Failure> {
    alone(db, async || {
        let unknown = Steps::of(db).await?.unknown;
        if !unknown.is_empty() {
            return Err(Failure::StepsOfNewer(unknown.join(", ")));
        }
        Ok(Migrator::down(db, Some(steps)).await?)
    })
    .await
}

/// Runs `change` while no other instance changes tables. SQLite is locked with its folder already.
async fn alone(db: &DatabaseConnection, change: impl AsyncFnOnce() -> Result<(), Failure>) -> Result<(), Failure> {
    if db.get_database_backend() != DbBackend::Postgres {
        return change().await;
    }
    let guard = db.begin().await?;
    guard.execute_unprepared("SET LOCAL idle_in_transaction_session_timeout = 0").await?;
    let lock = Statement::from_sql_and_values(
        DbBackend::Postgres,
        "SELECT pg_advisory_xact_lock($1)",
        [MIGRATION_LOCK.into()],
    );
    guard.execute_raw(lock).await?;
    let changed = change().await;
    guard.commit().await?;
    changed
}

//! The database: Postgres where one is configured, else SQLite in the data folder, both with the tables of this program.
//!
//! Invariant: nothing runs on tables of another version than this program's.

use std::{path::Path, time::Duration};

use migration::{MigrationStatus, Migrator, MigratorTrait};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr, Statement, TransactionTrait,
    sqlx::{
        Connection, PgConnection,
        sqlite::{SqliteJournalMode, SqliteSynchronous},
    },
};
use tokio::time::timeout;

use crate::{
    config::{Config, secret::SecretUrl},
    data_dir::DataDir,
    failure::Failure,
};

/// SQLite has one writer at a time, so its connections are readers for the most part.
const SQLITE_CONNECTIONS: u32 = 8;
const SQLITE_BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// A connection of Postgres that was used within this time is not asked whether it lives: that is a round trip for each
/// use. `domain` begins again on another where it does not.
const ALIVE: Duration = Duration::from_secs(1);
const REASON_PATIENCE: Duration = Duration::from_secs(2);
/// Held while tables change, so that instances that start together do not change them twice.
const MIGRATION_LOCK: i64 = 0x6d61_7463_6864_6179;

/// Connects to the configured database. It is not migrated yet.
pub(crate) async fn connect(config: &Config, data_dir: &DataDir) -> Result<DatabaseConnection, Failure> {
    let options = match &config.database.url {
        Some(url) => postgres(config, url.expose()),
        None => sqlite(&data_dir.database()),
    };
    match (Database::connect(options).await, &config.database.url) {
        (Ok(db), _) => Ok(db),
        // The pool has waited for a database that may be starting; all it knows in the end is that time is up.
        (Err(error), Some(url)) => Err(reason(url).await.map_or_else(|| error.into(), Failure::NoDatabase)),
        (Err(error), None) => Err(error.into()),
    }
}

/// Why Postgres does not let us in, by one attempt without the pool.
async fn reason(url: &SecretUrl) -> Option<String> {
    let refused = timeout(REASON_PATIENCE, PgConnection::connect(url.expose())).await.ok()?.err()?;
    Some(format!("{}: {refused}", url.redacted()))
}

fn postgres(config: &Config, url: &str) -> ConnectOptions {
    let timeout = Duration::from_secs(config.database.connect_timeout_seconds);
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(config.database.max_connections)
        .min_connections(1)
        .connect_timeout(timeout)
        .acquire_timeout(timeout)
        .test_before_acquire_if_idle_for(ALIVE)
        .set_application_name(format!("matchday {}", config.client_id))
        .sqlx_logging(false);
    options
}

fn sqlite(file: &Path) -> ConnectOptions {
    let file = file.to_path_buf();
    let mut options = ConnectOptions::new("sqlite://");
    options.max_connections(SQLITE_CONNECTIONS).min_connections(1).sqlx_logging(false).map_sqlx_sqlite_opts(
        move |options| {
            options
                .filename(&file)
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                // A reservation that was acknowledged survives a power cut.
                .synchronous(SqliteSynchronous::Full)
                .foreign_keys(true)
                .busy_timeout(SQLITE_BUSY_TIMEOUT)
        },
    );
    options
}

/// Brings the tables up to date where the configuration says so, and refuses to go on where they are not.
pub(crate) async fn prepare(config: &Config, db: &DatabaseConnection) -> Result<(), Failure> {
    if config.migrates_at_start() {
        up(db, None).await?;
    }
    match missing(db).await? {
        0 => Ok(()),
        missing => Err(Failure::Unmigrated(missing)),
    }
}

/// Applies missing steps, all unless told how many.
pub(crate) async fn up(db: &DatabaseConnection, steps: Option<u32>) -> Result<(), DbErr> {
    alone(db, async || Migrator::up(db, steps).await).await
}

/// Takes back the newest `steps`.
pub(crate) async fn down(db: &DatabaseConnection, steps: u32) -> Result<(), DbErr> {
    alone(db, async || Migrator::down(db, Some(steps)).await).await
}

/// The steps by name, and whether each was applied.
pub(crate) async fn status(db: &DatabaseConnection) -> Result<Vec<(String, bool)>, DbErr> {
    let steps = Migrator::get_migration_with_status_read_only(db).await?;
    Ok(steps.iter().map(|step| (step.name().to_owned(), step.status() == MigrationStatus::Applied)).collect())
}

/// How many steps were not applied.
pub(crate) async fn missing(db: &DatabaseConnection) -> Result<usize, DbErr> {
    Ok(status(db).await?.iter().filter(|(_, is_applied)| !is_applied).count())
}

/// Runs `change` while no other instance changes tables. SQLite is locked with its folder already.
async fn alone(db: &DatabaseConnection, change: impl AsyncFnOnce() -> Result<(), DbErr>) -> Result<(), DbErr> {
    if db.get_database_backend() != DbBackend::Postgres {
        return change().await;
    }
    let guard = db.begin().await?;
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

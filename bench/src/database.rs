//! Databases that live as long as a run: private ones on the server of `DATABASE_URL`, and SQLite files.

use std::path::PathBuf;

use migration::{Migrator, MigratorTrait};
use sea_orm::{
    ConnectOptions, ConnectionTrait, DatabaseConnection, DbBackend, Statement,
    sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous},
};
use uuid::Uuid;

use crate::{Backend, Outcome};

/// Connections of the program's pool, as its configuration has it unless told otherwise.
pub(crate) const POOL: u32 = 16;
const SQLITE_POOL: u32 = 8;
/// The program's pool asks a connection whether it lives after this time without use.
const ALIVE: std::time::Duration = std::time::Duration::from_secs(1);

/// A database with the whole schema.
pub(crate) struct Database {
    pub(crate) url: String,
    kind: Kind,
}

enum Kind {
    Sqlite(PathBuf),
    Postgres(String),
}

impl Database {
    /// A database without a row.
    pub(crate) async fn create(backend: Backend) -> Outcome<Self> {
        let database = match backend {
            Backend::Postgres => Self::postgres("").await?,
            Backend::Sqlite => {
                let folder = std::env::temp_dir().join(format!("matchday-bench-{}", Uuid::new_v4()));
                std::fs::create_dir_all(&folder)?;
                let url = format!("sqlite://{}?mode=rwc", folder.join("bench.db").display());
                Self { url, kind: Kind::Sqlite(folder) }
            }
        };
        let connection = connect(&database.url, 1).await?;
        Migrator::up(&connection, None).await?;
        connection.close().await?;
        Ok(database)
    }

    /// A database of another process.
    pub(crate) fn of_postgres(url: String) -> Self {
        let name = url.rsplit('/').next().unwrap_or_default().to_owned();
        Self { url, kind: Kind::Postgres(name) }
    }

    /// A copy of a database that nobody is connected to.
    pub(crate) async fn copy(&self) -> Outcome<Self> {
        match &self.kind {
            Kind::Postgres(name) => Self::postgres(&format!("TEMPLATE {name}")).await,
            Kind::Sqlite(folder) => {
                let copy = std::env::temp_dir().join(format!("matchday-bench-{}", Uuid::new_v4()));
                std::fs::create_dir_all(&copy)?;
                let file = copy.join("bench.db");
                std::fs::copy(folder.join("bench.db"), &file)?;
                let url = format!("sqlite://{}?mode=rwc", file.display());
                Ok(Self { url, kind: Kind::Sqlite(copy) })
            }
        }
    }

    /// A pool as the program opens it.
    pub(crate) async fn pool(&self) -> Outcome<DatabaseConnection> {
        let size = match self.kind {
            Kind::Postgres(_) => POOL,
            Kind::Sqlite(_) => SQLITE_POOL,
        };
        connect(&self.url, size).await
    }

    /// Ends the database.
    pub(crate) async fn remove(self) -> Outcome {
        match self.kind {
            Kind::Sqlite(folder) => std::fs::remove_dir_all(folder)?,
            Kind::Postgres(name) => {
                admin(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await?;
            }
        }
        Ok(())
    }

    async fn postgres(template: &str) -> Outcome<Self> {
        let name = format!("matchday_bench_{}_{}", std::process::id(), Uuid::new_v4().simple());
        admin(&format!("CREATE DATABASE {name} {template}")).await?;
        let server = server()?;
        let (host, _) = server.rsplit_once('/').ok_or("DATABASE_URL names no database")?;
        Ok(Self { url: format!("{host}/{name}"), kind: Kind::Postgres(name) })
    }
}

/// The server that private databases are made on.
pub(crate) fn server() -> Outcome<String> {
    std::env::var("DATABASE_URL")
        .map_err(|_| "DATABASE_URL is not set: run `scripts/services up` and `eval \"$(scripts/services env)\"`".into())
}

pub(crate) async fn connect(url: &str, size: u32) -> Outcome<DatabaseConnection> {
    let mut options = ConnectOptions::new(url);
    options.max_connections(size).min_connections(1).sqlx_logging(false).test_before_acquire_if_idle_for(ALIVE);
    options.map_sqlx_sqlite_opts(|options| {
        options
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(std::time::Duration::from_secs(5))
    });
    Ok(sea_orm::Database::connect(options).await?)
}

/// The only value of the only row that a statement returns.
pub(crate) async fn text(db: &DatabaseConnection, statement: &str) -> Outcome<String> {
    let row = db
        .query_one_raw(Statement::from_string(DbBackend::Postgres, statement))
        .await?
        .ok_or("a statement returned nothing")?;
    Ok(row.try_get_by_index(0)?)
}

async fn admin(statement: &str) -> Outcome {
    let connection = connect(&server()?, 1).await?;
    connection.execute_unprepared(statement).await?;
    connection.close().await?;
    Ok(())
}

//! A database of its own for each test, on SQLite or on the real Postgres.
//!
//! The schema is made once a process: on Postgres as a template that each test's database is cloned from, on SQLite as a
//! file that is copied. A database is dropped with its handle; those of a process that was killed are dropped by the next one.

use std::path::{Path, PathBuf};

use migration::{Migrator, MigratorTrait};
use sea_orm::{
    ConnectOptions, ConnectionTrait, DatabaseConnection, DbBackend, Statement,
    sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous},
};
use tokio::sync::OnceCell;
use uuid::Uuid;

const POOL: u32 = 8;

const SQLITE_FILE: &str = "test.db";

static TEMPLATE: OnceCell<String> = OnceCell::const_new();
static SQLITE_SCHEMA: OnceCell<Vec<u8>> = OnceCell::const_new();

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    Sqlite,
    Postgres,
}

impl Backend {
    pub const BOTH: [Self; 2] = [Self::Sqlite, Self::Postgres];
}

/// A database that lives as long as this handle.
#[derive(Debug)]
pub struct Database {
    pub url: String,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Sqlite(PathBuf),
    Postgres(String),
}

impl Database {
    /// A database with the whole schema.
    pub async fn create(backend: Backend) -> Self {
        match backend {
            Backend::Sqlite => {
                let schema = SQLITE_SCHEMA.get_or_init(make_sqlite_schema).await;
                Self::sqlite(Some(schema))
            }
            Backend::Postgres => {
                let template = TEMPLATE.get_or_init(make_template).await;
                Self::postgres(Some(template)).await
            }
        }
    }

    /// A database without a table.
    pub async fn empty(backend: Backend) -> Self {
        match backend {
            Backend::Sqlite => Self::sqlite(None),
            Backend::Postgres => Self::postgres(None).await,
        }
    }

    fn sqlite(schema: Option<&[u8]>) -> Self {
        let folder = std::env::temp_dir().join(format!("matchday-test-{}", Uuid::new_v4()));
        std::fs::create_dir_all(&folder).expect("a temporary folder can be made");
        let file = folder.join(SQLITE_FILE);
        if let Some(schema) = schema {
            std::fs::write(&file, schema).expect("a file can be written there");
        }
        Self { url: format!("sqlite://{}?mode=rwc", file.display()), kind: Kind::Sqlite(folder) }
    }

    /// A pool of connections to somebody else's SQLite file.
    pub(crate) async fn open(file: &Path) -> DatabaseConnection {
        connect(&format!("sqlite://{}", file.display()), POOL).await
    }

    /// A new pool of connections to it.
    pub async fn connect(&self) -> DatabaseConnection {
        connect(&self.url, POOL).await
    }

    /// A single connection, for settings that belong to a connection.
    pub async fn connect_one(&self) -> DatabaseConnection {
        connect(&self.url, 1).await
    }

    async fn postgres(template: Option<&str>) -> Self {
        let name = own_name("case");
        let template = template.map_or_else(String::new, |template| format!("TEMPLATE {template}"));
        admin(&format!("CREATE DATABASE {name} {template}")).await;
        Self { url: url_of(&name), kind: Kind::Postgres(name) }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        match &self.kind {
            Kind::Sqlite(folder) => {
                let _ = std::fs::remove_dir_all(folder);
            }
            Kind::Postgres(name) => {
                let statement = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
                // Dropping can't wait inside the test's runtime, so it has a thread and a runtime of its own.
                let dropped = std::thread::spawn(move || {
                    tokio::runtime::Builder::new_current_thread()
                        .enable_all()
                        .build()
                        .map(|runtime| runtime.block_on(admin(&statement)))
                });
                let _ = dropped.join();
            }
        }
    }
}

async fn connect(url: &str, pool: u32) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url);
    options.max_connections(pool).sqlx_logging(false);
    // The journal of production, without its wait for the disk: a test's machine does not lose power.
    options.map_sqlx_sqlite_opts(|options| {
        options.journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Off)
    });
    sea_orm::Database::connect(options)
        .await
        .unwrap_or_else(|error| panic!("{error}: run scripts/test, or scripts/services up"))
}

async fn close(connection: DatabaseConnection) {
    connection.close().await.expect("a pool can be closed");
}

fn server() -> String {
    std::env::var("DATABASE_URL").expect(
        "DATABASE_URL is not set, and this test needs a real Postgres: run scripts/test, or first \
         `scripts/services up` and `eval \"$(scripts/services env)\"`",
    )
}

fn url_of(database: &str) -> String {
    let server = server();
    let (host, _) = server.rsplit_once('/').expect("DATABASE_URL names a database");
    format!("{host}/{database}")
}

async fn admin(statement: &str) {
    let connection = connect(&server(), 1).await;
    connection.execute_unprepared(statement).await.unwrap_or_else(|error| panic!("{statement}: {error}"));
    close(connection).await;
}

/// The file of a database with the whole schema.
async fn make_sqlite_schema() -> Vec<u8> {
    let database = Database::sqlite(None);
    let connection = database.connect_one().await;
    Migrator::up(&connection, None).await.expect("the schema can be made");
    // The last connection moves the journal into the file.
    close(connection).await;
    let Kind::Sqlite(folder) = &database.kind else { unreachable!("it was made as a file") };
    std::fs::read(folder.join(SQLITE_FILE)).expect("the file is there")
}

async fn make_template() -> String {
    drop_leftovers().await;
    let name = own_name("template");
    admin(&format!("CREATE DATABASE {name}")).await;
    let connection = connect(&url_of(&name), 1).await;
    Migrator::up(&connection, None).await.expect("the schema can be made");
    close(connection).await;

    name
}

/// The process's id in the name tells whose it is.
fn own_name(what: &str) -> String {
    format!("matchday_test_{}_{what}_{}", std::process::id(), Uuid::new_v4().simple())
}

async fn drop_leftovers() {
    let connection = connect(&server(), 1).await;
    let rows = connection
        .query_all_raw(Statement::from_string(
            DbBackend::Postgres,
            "SELECT datname FROM pg_database WHERE datname LIKE 'matchday\\_test\\_%'",
        ))
        .await
        .expect("databases can be listed");
    for row in rows {
        let name: String = row.try_get("", "datname").expect("a database has a name");
        let process = name.split('_').nth(2).unwrap_or_default();
        if !PathBuf::from("/proc").join(process).exists() {
            // Another process may drop the same one first.
            let _ = connection.execute_unprepared(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
        }
    }
    close(connection).await;
}

//! The database as `book` uses it: write transactions, and which failures pass by themselves.

use std::{
    fmt::{Display, Write as _},
    ops::Deref,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use async_trait::async_trait;
use entities::write_probe;
use metrics::{Histogram, histogram};
use sea_orm::{
    ActiveValue::Set, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, EntityTrait,
    ExecResult, IdenStatic, Iterable, QueryResult, RuntimeErr, SqlErr, SqliteTransactionMode, Statement,
    TransactionOptions, TransactionTrait, sea_query::OnConflict, sqlx,
};
use tokio::sync::{Mutex, OwnedMutexGuard};
use uuid::Uuid;

use self::health::{Health, Refusal};
use crate::patience;

pub mod health;

/// What a write that was rolled back for its client's sake says.
const LATE: &str = "the request took longer than its client waits and was rolled back";

/// Bytes of a write that must find room, where there was none.
const PROBE_BYTES: usize = 16 * 1024;

/// The database as it is written to, shared by all who write in this process.
pub struct Store {
    connection: DatabaseConnection,
    health: Arc<Health>,
    /// SQLite has one writer: waiting here is fair, waiting in its busy handler sleeps.
    turn: Arc<Mutex<()>>,
    /// How long a client waits for an answer.
    patience: Duration,
    /// How long writes wait until they begin.
    waits: Histogram,
}

impl Store {
    /// Writes over `connection`, whose pool may share its `health`. Make it after the metrics recorder is installed, which its
    /// meter is resolved from.
    pub fn new(connection: DatabaseConnection, health: Arc<Health>, patience: Duration) -> Self {
        let waits = histogram!("matchday_database_write_wait_seconds");
        Self { connection, health, turn: Arc::default(), patience, waits }
    }

    /// Whether writes are taken.
    pub fn health(&self) -> &Health {
        &self.health
    }
}

/// A transaction that writes. Dropped uncommitted, it rolls back.
pub struct WriteTxn {
    noted: Noted,
    /// Since when a client has waited for it, and how long that client waits.
    since: Option<Instant>,
    patience: Duration,
    _turn: Option<OwnedMutexGuard<()>>,
}

/// A transaction that notes what became of its statements.
pub struct Noted {
    transaction: DatabaseTransaction,
    health: Arc<Health>,
    has_changed: AtomicBool,
}

impl WriteTxn {
    /// Begins to write: at once on Postgres, in turn on SQLite, where a transaction that writes late could fail.
    pub async fn begin(store: &Store) -> Result<Self, DbErr> {
        let Store { connection, health, turn, patience, waits } = store;
        let asked = Instant::now();
        let is_sqlite = connection.get_database_backend() == DbBackend::Sqlite;
        let turn = if is_sqlite { Some(Arc::clone(turn).lock_owned().await) } else { None };
        let begun = if is_sqlite { begin_on_sqlite(connection).await } else { begin_on_postgres(connection).await };
        waits.record(asked.elapsed());
        let transaction = begun.inspect_err(|error| health.failed(error))?;
        let noted = Noted { transaction, health: Arc::clone(health), has_changed: AtomicBool::new(false) };

        Ok(Self { noted, since: patience::since(), patience: *patience, _turn: turn })
    }

    /// Has it rolled back where the client who has waited since then does not any more.
    pub fn awaited_since(&mut self, since: Option<Instant>) {
        self.since = since;
    }

    /// Whether values must travel one by one; Postgres takes a column of them as one array.
    pub fn is_sqlite(&self) -> bool {
        self.noted.get_database_backend() == DbBackend::Sqlite
    }

    pub async fn commit(self) -> Result<(), DbErr> {
        let Noted { transaction, health, has_changed } = self.noted;
        if patience::is_over(self.since, self.patience) {
            transaction.rollback().await?;
            metrics::counter!("matchday_late_requests_total").increment(1);
            return Err(DbErr::Conn(RuntimeErr::Internal(LATE.to_owned())));
        }
        match transaction.commit().await {
            Ok(()) if has_changed.into_inner() => health.wrote(),
            Ok(()) => {}
            Err(error) => {
                health.failed(&error);
                return Err(error);
            }
        }
        Ok(())
    }
}

impl Noted {
    fn note<T>(&self, outcome: Result<T, DbErr>) -> Result<T, DbErr> {
        outcome.inspect_err(|error| self.health.failed(error))
    }
}

#[async_trait]
impl ConnectionTrait for Noted {
    fn get_database_backend(&self) -> DbBackend {
        self.transaction.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        let done = self.note(self.transaction.execute_raw(statement).await)?;
        if done.rows_affected() > 0 {
            self.has_changed.store(true, Ordering::Relaxed);
        }
        Ok(done)
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.note(self.transaction.execute_unprepared(sql).await)
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.note(self.transaction.query_one_raw(statement).await)
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.note(self.transaction.query_all_raw(statement).await)
    }
}

/// Writes a little, to find out whether writes are taken: more than a little where the last one was not, for a disk that
/// is full has room for little for long.
pub async fn probe(store: &Store) -> Result<(), DbErr> {
    let length = if store.health.trouble().is_some() { PROBE_BYTES } else { 0 };
    let mut padding = String::with_capacity(length);
    while padding.len() < length {
        padding.push_str(&Uuid::new_v4().simple().to_string());
    }
    let txn = WriteTxn::begin(store).await?;
    let row = write_probe::ActiveModel { id: Set(1), padding: Set(padding) };
    let again = OnConflict::column(write_probe::Column::Id).update_column(write_probe::Column::Padding).to_owned();
    write_probe::Entity::insert(row).on_conflict(again).exec_without_returning(&*txn).await?;
    txn.commit().await
}

async fn begin_on_sqlite(db: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    db.begin_with_options(options).await
}

/// Begins on a connection that lives. The pool hands out what it used a moment ago without asking whether it does, and a
/// restart of Postgres ends every connection: nothing has happened on those yet, so the next one is tried.
async fn begin_on_postgres(db: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    let mut others = db.get_postgres_connection_pool().options().get_max_connections();
    loop {
        match db.begin().await {
            Err(error) if others > 0 && was_cut_off(&error) => others -= 1,
            begun => return begun,
        }
    }
}

impl Deref for WriteTxn {
    type Target = Noted;

    fn deref(&self) -> &Self::Target {
        &self.noted
    }
}

/// A statement of Postgres whose parameters are arrays, so that it has one text for any number of rows.
pub fn with_arrays(text: &str, arrays: impl IntoIterator<Item = String>) -> Statement {
    Statement::from_sql_and_values(DbBackend::Postgres, text, arrays.into_iter().map(Into::into))
}

/// The columns of an entity's table, or of what goes by another name, for a statement of its own text.
///
/// Nothing reads `*` of a table: a migration of a newer program that gives it a column would change what a statement returns
/// that is prepared on connections of this one, and Postgres refuses it from then on.
pub fn columns_of<E: EntityTrait>(name: &str) -> String {
    E::Column::iter().map(|column| format!("{name}.{}", column.as_str())).collect::<Vec<_>>().join(", ")
}

/// Values as Postgres writes an array: the text of one parameter, to be cast to an array of their type.
pub fn array<T: Display>(values: impl IntoIterator<Item = T>) -> String {
    nullable_array(values.into_iter().map(Some))
}

/// Values, or NULL, as Postgres writes an array.
pub fn nullable_array<T: Display>(values: impl IntoIterator<Item = Option<T>>) -> String {
    let mut array = "{".to_owned();
    let mut value_text = String::new();
    for value in values {
        if array.len() > 1 {
            array.push(',');
        }
        let Some(value) = value else {
            array.push_str("NULL");
            continue;
        };
        value_text.clear();
        write!(value_text, "{value}").expect("writing to a string does not fail");
        array.push('"');
        for character in value_text.chars() {
            if matches!(character, '"' | '\\') {
                array.push('\\');
            }
            array.push(character);
        }
        array.push('"');
    }
    array.push('}');
    array
}

/// Whether the database is away, full or busy, so that the same statements may succeed later without any change to them.
///
/// What a broken connection was told to commit may have been committed.
pub fn is_transient(error: &DbErr) -> bool {
    matches!(error, DbErr::ConnectionAcquire(_) | DbErr::Conn(_)) || sqlx_error(error).is_some_and(is_transient_sqlx)
}

/// Whether it was rolled back because its client does not wait any more.
pub fn was_late(error: &DbErr) -> bool {
    matches!(error, DbErr::Conn(RuntimeErr::Internal(reason)) if reason == LATE)
}

/// Whether nothing of the transaction happened because another one came first, so that it may be run again as it is.
pub fn was_rolled_back(error: &DbErr) -> bool {
    matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_)))
        || sqlx_error(error).and_then(sqlx::Error::as_database_error).and_then(|error| error.code()).is_some_and(
            |code| {
                // SQLSTATE class 40: transaction rollback (serialisation failure, deadlock).
                code.len() == 5 && code.starts_with("40")
            },
        )
}

/// Whether the server had ended the connection before it was used.
fn was_cut_off(error: &DbErr) -> bool {
    match sqlx_error(error) {
        Some(sqlx::Error::Io(_)) => true,
        // SQLSTATEs of a server that shuts down, has crashed, or minds idle sessions.
        Some(sqlx::Error::Database(error)) => error.code().is_some_and(|code| code.starts_with("57P")),
        _ => false,
    }
}

fn sqlx_error(error: &DbErr) -> Option<&sqlx::Error> {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(error))
        | DbErr::Exec(RuntimeErr::SqlxError(error))
        | DbErr::Query(RuntimeErr::SqlxError(error)) => Some(error),
        _ => None,
    }
}

fn is_transient_sqlx(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        refused if Refusal::of(refused).is_some() => true,
        sqlx::Error::Database(error) => error.code().is_some_and(|code| {
            // SQLSTATE classes: connection, a transaction that idled too long, rollback, operator intervention.
            // SQLite: the codes (in the low byte of extended ones) of BUSY and LOCKED.
            (code.len() == 5 && ["08", "25P03", "40", "57"].iter().any(|class| code.starts_with(class)))
                || code.parse::<i32>().is_ok_and(|code| code < 10_000 && matches!(code & 0xff, 5 | 6))
        }),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_array_keeps_what_postgres_would_take_for_its_own_signs() {
        assert_eq!(array([1, 2]), r#"{"1","2"}"#);
        assert_eq!(array([r#"a"b"#, r"c\d", "{e,f}", "NULL"]), r#"{"a\"b","c\\d","{e,f}","NULL"}"#);
        assert_eq!(nullable_array([None, Some("")]), r#"{NULL,""}"#);
        assert_eq!(array::<i32>([]), "{}");
    }
}

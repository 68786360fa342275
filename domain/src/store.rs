//! The database as `domain` uses it: write transactions, and which failures pass by themselves.

use std::{
    fmt::{Display, Write as _},
    ops::Deref,
};

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, RuntimeErr, SqlErr,
    SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait, sqlx,
};
use tokio::sync::OwnedMutexGuard;

use crate::App;

/// A transaction that writes. Dropped uncommitted, it rolls back.
pub(crate) struct Write {
    transaction: DatabaseTransaction,
    _turn: Option<OwnedMutexGuard<()>>,
}

impl Write {
    /// Begins to write: at once on Postgres, in turn on SQLite, where a transaction that writes late could fail.
    pub(crate) async fn begin(app: &App) -> Result<Self, DbErr> {
        if app.db.get_database_backend() != DbBackend::Sqlite {
            return Ok(Self { transaction: begin_on_postgres(&app.db).await?, _turn: None });
        }
        let turn = app.write_turn.clone().lock_owned().await;
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let transaction = app.db.begin_with_options(options).await?;

        Ok(Self { transaction, _turn: Some(turn) })
    }

    /// Whether values must travel one by one; Postgres takes a column of them as one array.
    pub(crate) fn is_sqlite(&self) -> bool {
        self.transaction.get_database_backend() == DbBackend::Sqlite
    }

    pub(crate) async fn commit(self) -> Result<(), DbErr> {
        self.transaction.commit().await
    }
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

impl Deref for Write {
    type Target = DatabaseTransaction;

    fn deref(&self) -> &Self::Target {
        &self.transaction
    }
}

/// A statement of Postgres whose parameters are arrays, so that it has one text for any number of rows.
pub(crate) fn with_arrays(text: &str, arrays: impl IntoIterator<Item = String>) -> Statement {
    Statement::from_sql_and_values(DbBackend::Postgres, text, arrays.into_iter().map(Into::into))
}

/// Values as Postgres writes an array: the text of one parameter, to be cast to an array of their type.
pub(crate) fn array<T: Display>(values: impl IntoIterator<Item = T>) -> String {
    nullable_array(values.into_iter().map(Some))
}

/// Values, or NULL, as Postgres writes an array.
pub(crate) fn nullable_array<T: Display>(values: impl IntoIterator<Item = Option<T>>) -> String {
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

/// Whether nothing of the transaction happened because another one came first, so that it may be run again as it is.
pub(crate) fn was_rolled_back(error: &DbErr) -> bool {
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
        sqlx::Error::Database(error) => error.code().is_some_and(|code| {
            // SQLSTATE classes: connection, rollback, resources, operator intervention, system error.
            // SQLite: the codes (in the low byte of extended ones) of BUSY, LOCKED, IOERR and FULL.
            (code.len() == 5 && ["08", "40", "53", "57", "58"].iter().any(|class| code.starts_with(class)))
                || code.parse::<i32>().is_ok_and(|code| code < 10_000 && matches!(code & 0xff, 5 | 6 | 10 | 13))
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

//! The mail queue: mails are queued in the transaction of the change that they tell of.
//!
//! A row says what is to be said and to whom; what it says in full is found out when it is sent.

use chrono::{DateTime, Utc};
use entities::mail::{self, Kind};
use sea_orm::{
    ActiveEnum,
    ActiveValue::{NotSet, Set},
    ConnectionTrait, DbBackend, DbErr, EntityTrait, Statement, Value,
};
use uuid::Uuid;

use crate::store::{WriteTxn, array, with_arrays};

const QUEUE: &str = r"INSERT INTO mails (kind, email_key, reservation_id, created_at, attempts, next_at)
    SELECT about.kind, reader.email_key, about.reservation_id, $4::text::timestamptz, 0, $4::text::timestamptz
    FROM unnest($1::text::text[], $2::text::uuid[], $3::text::uuid[]) AS about (kind, user_id, reservation_id)
    CROSS JOIN LATERAL (SELECT email_key FROM users WHERE id = about.user_id OFFSET 0) AS reader";

/// A mail that is to be queued.
#[derive(Debug, Clone, Copy)]
pub struct About {
    pub kind: Kind,
    /// Whom it goes to.
    pub user_id: Uuid,
    pub reservation_id: Uuid,
}

/// Queues a mail with the change that it tells of.
pub async fn append(txn: &WriteTxn, kind: Kind, email_key: &str, now: DateTime<Utc>) -> Result<(), DbErr> {
    insert(txn, about_nothing(kind, email_key, now)).await
}

/// Queues a mail about the transfer of a ticket, to an email with or without an account.
pub async fn append_of_transfer(
    txn: &WriteTxn,
    kind: Kind,
    email_key: &str,
    transfer_id: Uuid,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    insert(txn, mail::ActiveModel { transfer_id: Set(Some(transfer_id)), ..about_nothing(kind, email_key, now) }).await
}

/// Queues the mail to the email that an account had, with its erasure.
pub async fn append_farewell(
    txn: &WriteTxn,
    email_key: &str,
    locale: Option<String>,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    insert(txn, mail::ActiveModel { locale: Set(locale), ..about_nothing(Kind::AccountDeleted, email_key, now) }).await
}

/// Queues mails with the changes that they tell of, in one statement.
pub async fn append_about(txn: &WriteTxn, mails: &[About], now: DateTime<Utc>) -> Result<(), DbErr> {
    if mails.is_empty() {
        return Ok(());
    }
    let queue = if txn.is_sqlite() { on_sqlite(mails, now) } else { on_postgres(mails, now) };
    txn.execute_raw(queue).await?;

    Ok(())
}

fn about_nothing(kind: Kind, email_key: &str, now: DateTime<Utc>) -> mail::ActiveModel {
    mail::ActiveModel {
        id: NotSet,
        kind: Set(kind),
        email_key: Set(email_key.to_owned()),
        reservation_id: Set(None),
        transfer_id: Set(None),
        created_at: Set(now),
        attempts: Set(0),
        next_at: Set(now),
        locale: Set(None),
    }
}

async fn insert(txn: &WriteTxn, row: mail::ActiveModel) -> Result<(), DbErr> {
    mail::Entity::insert(row).exec_without_returning(&**txn).await?;

    Ok(())
}

fn on_postgres(mails: &[About], now: DateTime<Utc>) -> Statement {
    with_arrays(
        QUEUE,
        [
            array(mails.iter().map(|mail| mail.kind.to_value())),
            array(mails.iter().map(|mail| mail.user_id)),
            array(mails.iter().map(|mail| mail.reservation_id)),
            now.to_string(),
        ],
    )
}

/// SQLite calls the columns of a list of values by their numbers.
fn on_sqlite(mails: &[About], now: DateTime<Utc>) -> Statement {
    let rows = vec!["(?, ?, ?)"; mails.len()].join(", ");
    let text = format!(
        "INSERT INTO mails (kind, email_key, reservation_id, created_at, attempts, next_at)
         SELECT about.column1, users.email_key, about.column3, ?, 0, ?
         FROM (VALUES {rows}) AS about JOIN users ON users.id = about.column2"
    );
    let times: [Value; 2] = [now.into(), now.into()];
    let values = mails.iter().flat_map(|mail| -> [Value; 3] {
        [mail.kind.to_value().into(), mail.user_id.into(), mail.reservation_id.into()]
    });
    Statement::from_sql_and_values(DbBackend::Sqlite, text, times.into_iter().chain(values))
}

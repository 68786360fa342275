//! Mails about a reservation: queued with its change, and written from what it is when they are sent.
//!
//! What is not true any more by then is not said: nobody is told to pay what they have paid.

use chrono::{DateTime, Utc};
use entities::{
    mail::{self, Kind},
    matches, refund,
    reservation::{self, CancelReason, Status},
};
use sea_orm::{ActiveEnum, ColumnTrait, ConnectionTrait, DbBackend, DbErr, EntityTrait, QueryFilter, Statement, Value};
use uuid::Uuid;

use super::Content;
use crate::{
    App, payments,
    store::{Write, array, with_arrays},
    tickets::{self, TicketError},
};

/// A mail that is to be queued.
#[derive(Debug, Clone, Copy)]
pub(crate) struct About {
    pub(crate) kind: Kind,
    /// Whom it goes to.
    pub(crate) user_id: Uuid,
    pub(crate) reservation_id: Uuid,
}

/// What a mail about a reservation is written from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub reservation: reservation::Model,
    pub facts: matches::Model,
}

const QUEUE: &str = r"INSERT INTO mails (kind, email_key, reservation_id, created_at, attempts, next_at)
    SELECT about.kind, reader.email_key, about.reservation_id, $4::text::timestamptz, 0, $4::text::timestamptz
    FROM unnest($1::text::text[], $2::text::uuid[], $3::text::uuid[]) AS about (kind, user_id, reservation_id)
    CROSS JOIN LATERAL (SELECT email_key FROM users WHERE id = about.user_id OFFSET 0) AS reader";

/// Queues mails with the changes that they tell of, in one statement.
pub(crate) async fn append_about(txn: &Write, mails: &[About], now: DateTime<Utc>) -> Result<(), DbErr> {
    if mails.is_empty() {
        return Ok(());
    }
    let queue = if txn.is_sqlite() { on_sqlite(mails, now) } else { on_postgres(mails, now) };
    txn.execute_raw(queue).await?;

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

/// What a mail about a reservation says now; none where there is nothing to say any more.
pub(super) async fn content(app: &App, row: &mail::Model, reservation_id: Uuid) -> Result<Option<Content>, DbErr> {
    let Some(reservation) = reservation::Entity::find_by_id(reservation_id).one(&app.db).await? else {
        return Ok(None);
    };
    let Some(facts) = matches::Entity::find_by_id(reservation.match_number).one(&app.db).await? else {
        return Ok(None);
    };
    let is_live = reservation.status.is_live();
    let has_expired =
        reservation.status == Status::Cancelled && reservation.cancel_reason == Some(CancelReason::Expired);
    let told = Told { reservation, facts };

    Ok(match row.kind {
        Kind::HoldPlaced => is_live.then_some(Content::HoldPlaced(told)),
        Kind::HoldExpired => has_expired.then_some(Content::HoldExpired(told)),
        Kind::Paid => {
            let rows = tickets::of_reservations(&app.db, &[reservation_id]).await?;
            let passes = tickets::passes(app, rows).await.map_err(|error| match error {
                TicketError::Store(error) => error,
                other => DbErr::Custom(other.to_string()),
            })?;
            match passes.is_empty() {
                false => Some(Content::Paid { told, passes }),
                true if told.reservation.listing_id.is_some() => Some(Content::Bought(told)),
                true => None,
            }
        }
        Kind::Refunded => Some(Content::Refunded { told, amount_minor: refunded(app, reservation_id).await? }),
        Kind::ListingSold => Some(Content::ListingSold(told)),
        Kind::VerifyEmail | Kind::ResetPassword | Kind::PasswordChanged => None,
    })
}

/// What of a reservation's payments went back, or is about to, in minor units.
async fn refunded(app: &App, reservation_id: Uuid) -> Result<i64, DbErr> {
    let payments = payments::of_reservations(&app.db, &[reservation_id]).await?;
    let of_payments = refund::Column::PaymentId.is_in(payments.into_iter().map(|payment| payment.id));
    let refunds = refund::Entity::find().filter(of_payments).all(&app.db).await?;
    Ok(refunds.iter().map(|refund| refund.amount_minor).sum())
}

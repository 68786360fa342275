//! The rows of reservations, looked up and written by the hundred.
//!
//! On Postgres the rows of a statement travel as one array a column, so its text is the same for any number of them and
//! is parsed and planned once a connection. Lookups go through an index row by row (`OFFSET 0` keeps them so): a plan
//! that was made while the table was small must not scan it when it is large. SQLite takes a value a parameter.

use std::{collections::BTreeSet, sync::LazyLock};

use entities::reservation::{self, Column, Status};
use sea_orm::{
    ActiveEnum, ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, IntoActiveModel,
    QueryFilter, QuerySelect,
    sea_query::{Expr, ExprTrait, OnConflict},
};
use uuid::Uuid;

use crate::store::{WriteTxn, array, columns_of, nullable_array, with_arrays};

/// Tickets of a match that a fan holds or has bought from the stock; none if nothing is said of a fan.
#[derive(FromQueryResult)]
pub struct Claim {
    pub user_id: Uuid,
    pub match_number: i32,
    pub tickets: i64,
}

const INSERT: &str = r"INSERT INTO reservations
    (id, user_id, match_number, category, quantity, unit_price_minor, status, cancel_reason, created_at, expires_at,
     version, idempotency_key, returned)
    SELECT * FROM unnest($1::text::uuid[], $2::text::uuid[], $3::text::int[], $4::text::smallint[], $5::text::int[],
     $6::text::bigint[], $7::text::text[], $8::text::text[], $9::text::timestamptz[], $10::text::timestamptz[],
     $11::text::int[], $12::text::text[], $13::text::int[])";

/// As [`INSERT`], with what a reservation has that is not new. They are always there: the insert is what finds them by their
/// ids, whatever the table has grown to.
const UPDATE: &str = r"INSERT INTO reservations
    (id, user_id, match_number, category, quantity, unit_price_minor, status, cancel_reason, created_at, expires_at,
     version, idempotency_key, returned, extensions, ended_at)
    SELECT * FROM unnest($1::text::uuid[], $2::text::uuid[], $3::text::int[], $4::text::smallint[], $5::text::int[],
     $6::text::bigint[], $7::text::text[], $8::text::text[], $9::text::timestamptz[], $10::text::timestamptz[],
     $11::text::int[], $12::text::text[], $13::text::int[], $14::text::int[], $15::text::timestamptz[])
    ON CONFLICT (id) DO UPDATE SET
     status = excluded.status, cancel_reason = excluded.cancel_reason, expires_at = excluded.expires_at,
     version = excluded.version, returned = excluded.returned, extensions = excluded.extensions,
     ended_at = excluded.ended_at";

static OF_IDS: LazyLock<String> = LazyLock::new(|| {
    format!(
        r"SELECT {} FROM unnest($1::text::uuid[]) AS wanted (id)
          CROSS JOIN LATERAL (SELECT {} FROM reservations WHERE id = wanted.id OFFSET 0) AS r",
        columns_of::<reservation::Entity>("r"),
        columns_of::<reservation::Entity>("reservations")
    )
});

static OF_KEYS: LazyLock<String> = LazyLock::new(|| {
    format!(
        r"SELECT {} FROM unnest($1::text::uuid[], $2::text::text[]) AS wanted (user_id, key)
          CROSS JOIN LATERAL (
            SELECT {} FROM reservations WHERE user_id = wanted.user_id AND idempotency_key = wanted.key OFFSET 0
          ) AS r",
        columns_of::<reservation::Entity>("r"),
        columns_of::<reservation::Entity>("reservations")
    )
});

/// The reservations of `ids` that exist.
pub async fn of_ids(txn: &WriteTxn, ids: &BTreeSet<Uuid>) -> Result<Vec<reservation::Model>, DbErr> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    if txn.is_sqlite() {
        return reservation::Entity::find().filter(Column::Id.is_in(ids.iter().copied())).all(&**txn).await;
    }
    let found = with_arrays(&OF_IDS, [array(ids)]);
    reservation::Entity::find().from_raw_sql(found).all(&**txn).await
}

/// The reservations that were placed with these fans' keys.
pub async fn of_keys(txn: &WriteTxn, keys: &BTreeSet<(Uuid, String)>) -> Result<Vec<reservation::Model>, DbErr> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    if txn.is_sqlite() {
        let pair = Expr::tuple([Expr::col(Column::UserId), Expr::col(Column::IdempotencyKey)]);
        return reservation::Entity::find().filter(pair.in_tuples(keys.iter().cloned())).all(&**txn).await;
    }
    let found = with_arrays(&OF_KEYS, [array(keys.iter().map(|key| key.0)), array(keys.iter().map(|key| &key.1))]);
    reservation::Entity::find().from_raw_sql(found).all(&**txn).await
}

/// What these fans claim of these matches.
pub async fn claims(txn: &WriteTxn, fans: &BTreeSet<(Uuid, i32)>) -> Result<Vec<Claim>, DbErr> {
    if fans.is_empty() {
        return Ok(Vec::new());
    }
    if txn.is_sqlite() {
        let pair = Expr::tuple([Expr::col(Column::UserId), Expr::col(Column::MatchNumber)]);
        return reservation::Entity::find()
            .select_only()
            .columns([Column::UserId, Column::MatchNumber])
            .column_as(Expr::col(Column::Quantity).sub(Expr::col(Column::Returned)).sum(), "tickets")
            .filter(pair.in_tuples(fans.iter().copied()))
            .filter(Column::Status.ne(Status::Cancelled))
            .filter(Column::ListingId.is_null())
            .group_by(Column::UserId)
            .group_by(Column::MatchNumber)
            .into_model::<Claim>()
            .all(&**txn)
            .await;
    }
    let claims = with_arrays(
        r"SELECT fan.user_id, fan.match_number, claimed.tickets
          FROM unnest($1::text::uuid[], $2::text::int[]) AS fan (user_id, match_number)
          CROSS JOIN LATERAL (
            SELECT sum(quantity - returned) AS tickets FROM reservations
            WHERE user_id = fan.user_id AND match_number = fan.match_number AND status <> 'CANCELLED'
              AND listing_id IS NULL
          ) AS claimed
          WHERE claimed.tickets IS NOT NULL",
        [array(fans.iter().map(|fan| fan.0)), array(fans.iter().map(|fan| fan.1))],
    );
    Claim::find_by_statement(claims).all(&**txn).await
}

/// Writes reservations that are new.
pub(crate) async fn insert(txn: &WriteTxn, rows: &[&reservation::Model]) -> Result<(), DbErr> {
    if rows.is_empty() {
        return Ok(());
    }
    if txn.is_sqlite() {
        reservation::Entity::insert_many(active(rows)).exec_without_returning(&**txn).await?;
    } else {
        txn.execute_raw(with_arrays(INSERT, columns(rows))).await?;
    }
    Ok(())
}

/// Writes orders that are new: few, and with a column that the many do without.
pub(crate) async fn insert_orders(txn: &WriteTxn, rows: &[&reservation::Model]) -> Result<(), DbErr> {
    if !rows.is_empty() {
        reservation::Entity::insert_many(active(rows)).exec_without_returning(&**txn).await?;
    }
    Ok(())
}

/// Writes the state of reservations that exist.
pub(crate) async fn update(txn: &WriteTxn, rows: &[&reservation::Model]) -> Result<(), DbErr> {
    if rows.is_empty() {
        return Ok(());
    }
    if txn.is_sqlite() {
        let state = [
            Column::Status,
            Column::CancelReason,
            Column::ExpiresAt,
            Column::Version,
            Column::Returned,
            Column::Extensions,
            Column::EndedAt,
        ];
        reservation::Entity::insert_many(active(rows))
            .on_conflict(OnConflict::column(Column::Id).update_columns(state).to_owned())
            .exec_without_returning(&**txn)
            .await?;
    } else {
        let since = [array(rows.iter().map(|row| row.extensions)), nullable_array(rows.iter().map(|row| row.ended_at))];
        txn.execute_raw(with_arrays(UPDATE, columns(rows).into_iter().chain(since))).await?;
    }
    Ok(())
}

/// What every row has from its beginning.
fn columns(rows: &[&reservation::Model]) -> [String; 13] {
    let rows = || rows.iter();
    [
        array(rows().map(|row| row.id)),
        array(rows().map(|row| row.user_id)),
        array(rows().map(|row| row.match_number)),
        array(rows().map(|row| row.category.number())),
        array(rows().map(|row| row.quantity)),
        array(rows().map(|row| row.unit_price_minor)),
        array(rows().map(|row| row.status.to_value())),
        nullable_array(rows().map(|row| row.cancel_reason.map(|reason| reason.to_value()))),
        array(rows().map(|row| row.created_at)),
        array(rows().map(|row| row.expires_at)),
        array(rows().map(|row| row.version)),
        nullable_array(rows().map(|row| row.idempotency_key.as_deref())),
        array(rows().map(|row| row.returned)),
    ]
}

fn active(rows: &[&reservation::Model]) -> impl Iterator<Item = reservation::ActiveModel> {
    rows.iter().map(|row| (*row).clone().into_active_model().reset_all())
}

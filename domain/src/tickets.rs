//! Tickets: one seat's worth of a paid reservation each, from the moment its money is ours.
//!
//! A ticket is issued in the transaction in which its payment is captured, and opens the gate once: by its newest code,
//! while it is valid. Its status changes by one conditional statement, so of two who want the same ticket at the same
//! time, such as a gate and a refund, the later one finds that it is not what it was.
//!
//! Invariant: a version of a ticket only grows, and a code of an earlier one never opens anything again.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use entities::{
    category::Category,
    matches, reservation,
    ticket::{self, Column, Status},
    user,
};
use sea_orm::{
    ActiveEnum,
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait, OnConflict},
};
use thiserror::Error;
use uuid::Uuid;

use crate::{App, accounts::Viewer, matches::Page, store::Write};

mod code;
pub mod gate;
pub mod keys;
pub mod links;

/// Why something about tickets can't be had.
#[derive(Debug, Error)]
pub enum TicketError {
    #[error("{field} must be 1 to {max} visible ASCII characters", max = gate::MAX_NAME_LENGTH)]
    Name { field: &'static str },
    #[error("{0} scans are too many; send at most {max} at once", max = gate::MAX_SCANS)]
    Scans(usize),
    #[error("the store failed")]
    Store(#[from] DbErr),
    #[error("{0}")]
    Internal(String),
}

/// A ticket that is to be issued.
#[derive(Debug, Clone)]
pub(crate) struct Issue {
    pub(crate) reservation_id: Uuid,
    /// From 1.
    pub(crate) seat: i32,
    pub(crate) user_id: Uuid,
    pub(crate) match_number: i32,
    pub(crate) category: Category,
    pub(crate) price_minor: i64,
    /// The ticket that becomes this one by a resale.
    pub(crate) origin_id: Option<Uuid>,
}

impl Issue {
    /// The tickets of a reservation of our own stock.
    pub(crate) fn of(row: &reservation::Model) -> impl Iterator<Item = Self> {
        (1..=row.quantity).map(|seat| Self {
            reservation_id: row.id,
            seat,
            user_id: row.user_id,
            match_number: row.match_number,
            category: row.category,
            price_minor: row.unit_price_minor,
            origin_id: None,
        })
    }
}

/// Issues tickets to their holders, by the names that these have now. A seat that has its ticket keeps that one.
pub(crate) async fn issue(txn: &Write, issues: Vec<Issue>, now: DateTime<Utc>) -> Result<(), DbErr> {
    if issues.is_empty() {
        return Ok(());
    }
    let holders: BTreeSet<Uuid> = issues.iter().map(|issue| issue.user_id).collect();
    let names: HashMap<Uuid, Option<String>> = user::Entity::find()
        .select_only()
        .columns([user::Column::Id, user::Column::DisplayName])
        .filter(user::Column::Id.is_in(holders))
        .into_tuple::<(Uuid, Option<String>)>()
        .all(&**txn)
        .await?
        .into_iter()
        .collect();
    let rows = issues.into_iter().map(|issue| ticket::ActiveModel {
        id: Set(Uuid::now_v7()),
        reservation_id: Set(issue.reservation_id),
        seat: Set(issue.seat),
        user_id: Set(issue.user_id),
        match_number: Set(issue.match_number),
        category: Set(issue.category),
        price_minor: Set(issue.price_minor),
        status: Set(Status::Valid),
        version: Set(1),
        holder_name: Set(names.get(&issue.user_id).cloned().flatten()),
        origin_id: Set(issue.origin_id),
        issued_at: Set(now),
        changed_at: Set(now),
        used_at: Set(None),
        used_by: Set(None),
        used_nonce: Set(None),
    });
    ticket::Entity::insert_many(rows)
        .on_conflict(OnConflict::columns([Column::ReservationId, Column::Seat]).do_nothing().to_owned())
        .exec_without_returning(&**txn)
        .await?;

    Ok(())
}

/// Turns those of the tickets `ids` that are in one of the states `from`, and returns them as they are then.
///
/// Whoever comes second finds no row: a ticket that somebody turned or used meanwhile is not among them. With
/// `new_codes`, the codes that there are open nothing any more, whatever becomes of the ticket.
pub(crate) async fn turn(
    txn: &Write,
    ids: &[Uuid],
    from: &[Status],
    to: Status,
    new_codes: bool,
    now: DateTime<Utc>,
) -> Result<Vec<ticket::Model>, DbErr> {
    debug_assert!(to != Status::Used, "only a gate uses a ticket, and says which");
    ticket::Entity::update_many()
        .col_expr(Column::Status, Expr::val(to.to_value()))
        .col_expr(Column::ChangedAt, Expr::val(now))
        .col_expr(Column::Version, Expr::col(Column::Version).add(i32::from(new_codes)))
        .filter(Column::Id.is_in(ids.iter().copied()))
        .filter(Column::Status.is_in(from.iter().copied()))
        .exec_with_returning(&**txn)
        .await
}

/// A ticket as it is printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pass {
    pub ticket: ticket::Model,
    pub code: String,
    pub facts: matches::Model,
}

/// Those of the tickets that are valid, ready to be printed.
pub async fn passes(app: &App, rows: Vec<ticket::Model>) -> Result<Vec<Pass>, TicketError> {
    let numbers: BTreeSet<i32> = rows.iter().map(|row| row.match_number).collect();
    let found = matches::Entity::find().filter(matches::Column::MatchNumber.is_in(numbers)).all(&app.db).await?;
    let mut passes = Vec::with_capacity(rows.len());
    for ticket in rows {
        let facts = found.iter().find(|facts| facts.match_number == ticket.match_number).cloned();
        if let (Some(code), Some(facts)) = (code(app, &ticket).await?, facts) {
            passes.push(Pass { ticket, code, facts });
        }
    }
    Ok(passes)
}

/// The code that opens the gate for a ticket; none unless it is valid.
pub async fn code(app: &App, row: &ticket::Model) -> Result<Option<String>, TicketError> {
    if row.status != Status::Valid {
        return Ok(None);
    }
    let signed = keys::signer(app).await?.sign(row.id, row.version);
    signed.map(Some).ok_or_else(|| TicketError::Internal("the key that signs tickets can't sign".to_owned()))
}

/// The ticket, if `viewer` owns it or may see everybody's.
pub async fn find(app: &App, viewer: Viewer, id: Uuid) -> Result<Option<ticket::Model>, DbErr> {
    let row = ticket::Entity::find_by_id(id).one(&app.db).await?;

    Ok(row.filter(|row| row.user_id == viewer.user_id || viewer.is_admin()))
}

/// The tickets of reservations, in the order of their seats.
pub async fn of_reservations(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<Vec<ticket::Model>, DbErr> {
    ticket::Entity::find()
        .filter(Column::ReservationId.is_in(ids.iter().copied()))
        .order_by_asc(Column::Seat)
        .all(db)
        .await
}

/// A page of `viewer`'s tickets, newest first, after the one of id `after`.
pub async fn of_fan(
    app: &App,
    viewer: Viewer,
    status: Option<Status>,
    after: Option<Uuid>,
    limit: usize,
) -> Result<Page<ticket::Model>, DbErr> {
    let mut query = ticket::Entity::find().filter(Column::UserId.eq(viewer.user_id));
    if let Some(status) = status {
        query = query.filter(Column::Status.eq(status));
    }
    if let Some(after) = after {
        query = query.filter(Column::Id.lt(after));
    }
    let mut items = query
        .order_by_desc(Column::Id)
        .limit(u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1))
        .all(&app.db)
        .await?;
    let more = items.len() > limit;
    items.truncate(limit);

    Ok(Page { items, more })
}

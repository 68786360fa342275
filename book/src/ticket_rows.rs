//! The rows of tickets that a transaction issues, changes or gives back.
//!
//! A ticket's status changes by one conditional statement, so of two who want the same ticket at the same time, such as a
//! gate and a refund, the later one finds that it is not what it was.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use entities::{
    category::Category,
    reservation,
    ticket::{self, Column, Status},
    user,
};
use sea_orm::{
    ActiveEnum,
    ActiveValue::Set,
    ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait, OnConflict},
};
use uuid::Uuid;

use crate::store::WriteTxn;

/// A ticket that is to be issued.
#[derive(Debug, Clone)]
pub struct Issue {
    pub reservation_id: Uuid,
    /// From 1.
    pub seat: i32,
    pub user_id: Uuid,
    pub match_number: i32,
    pub category: Category,
    pub price_minor: i64,
    /// The ticket that becomes this one by a resale.
    pub origin_id: Option<Uuid>,
}

impl Issue {
    /// The tickets of a reservation of our own stock.
    pub fn of(row: &reservation::Model) -> impl Iterator<Item = Self> {
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
pub async fn issue(txn: &WriteTxn, issues: Vec<Issue>, now: DateTime<Utc>) -> Result<(), DbErr> {
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
        frozen_at: Set(None),
        frozen_by: Set(None),
        given_version: Set(0),
    });
    ticket::Entity::insert_many(rows)
        .on_conflict(OnConflict::columns([Column::ReservationId, Column::Seat]).do_nothing().to_owned())
        .exec_without_returning(&**txn)
        .await?;

    Ok(())
}

/// Sets the status of those of the tickets `ids` that are in one of the states `from`, and returns them as they are
/// then. A frozen one is neither offered nor given back.
///
/// The second of two finds no row: a ticket that another transaction changed or used meanwhile is not among them. With
/// `new_codes`, the codes that there are open nothing any more, whatever becomes of the ticket.
pub async fn set_status(
    txn: &WriteTxn,
    ids: &[Uuid],
    from: &[Status],
    to: Status,
    new_codes: bool,
    now: DateTime<Utc>,
) -> Result<Vec<ticket::Model>, DbErr> {
    debug_assert!(to != Status::Used, "only a gate uses a ticket, and says which");
    // What was offered before may be sold, or taken off sale.
    let may_change = Condition::any().add(Column::Status.ne(Status::Valid)).add(Column::FrozenAt.is_null());
    ticket::Entity::update_many()
        .col_expr(Column::Status, Expr::val(to.to_value()))
        .col_expr(Column::ChangedAt, Expr::val(now))
        .col_expr(Column::Version, Expr::col(Column::Version).add(i32::from(new_codes)))
        .filter(Column::Id.is_in(ids.iter().copied()))
        .filter(Column::Status.is_in(from.iter().copied()))
        .filter(may_change)
        .exec_with_returning(&**txn)
        .await
}

/// Another holder of a ticket.
pub struct Handing {
    pub ticket_id: Uuid,
    /// As it was offered.
    pub version: i32,
    pub giver_id: Uuid,
    pub taker_id: Uuid,
    pub taker_name: Option<String>,
}

/// Gives a ticket to another holder, by a new code, and returns it as it is then; none where it is not what was offered any
/// more: used, offered for resale, given back, frozen, or another's.
pub async fn hand_on(txn: &WriteTxn, handing: &Handing, now: DateTime<Utc>) -> Result<Option<ticket::Model>, DbErr> {
    let mut handed = ticket::Entity::update_many()
        .col_expr(Column::UserId, Expr::val(handing.taker_id))
        .col_expr(Column::HolderName, Expr::val(handing.taker_name.clone()))
        .col_expr(Column::GivenVersion, Expr::val(handing.version))
        .col_expr(Column::Version, Expr::val(handing.version + 1))
        .col_expr(Column::ChangedAt, Expr::val(now))
        .filter(Column::Id.eq(handing.ticket_id))
        .filter(Column::Version.eq(handing.version))
        .filter(Column::UserId.eq(handing.giver_id))
        .filter(Column::Status.eq(Status::Valid))
        .filter(Column::FrozenAt.is_null())
        .exec_with_returning(&**txn)
        .await?;
    Ok(handed.pop())
}

/// The tickets of reservations that one transaction may give back.
///
/// Their rows are locked after those of their matches: a visitor who comes to the gate meanwhile waits, and finds the
/// ticket refunded or is let in before a refund is decided. The first wins.
#[derive(Default)]
pub struct Tickets {
    /// By their reservation, in the order of their seats.
    rows: HashMap<Uuid, Vec<ticket::Model>>,
    refunded: BTreeSet<Uuid>,
}

impl Tickets {
    pub async fn open(txn: &WriteTxn, reservations: &BTreeSet<Uuid>) -> Result<Self, DbErr> {
        let mut tickets = Self::default();
        if reservations.is_empty() {
            return Ok(tickets);
        }
        let found = ticket::Entity::find()
            .filter(Column::ReservationId.is_in(reservations.iter().copied()))
            .order_by_asc(Column::Id)
            .lock_exclusive()
            .all(&**txn)
            .await?;
        for row in found {
            tickets.rows.entry(row.reservation_id).or_default().push(row);
        }
        tickets.rows.values_mut().for_each(|rows| rows.sort_by_key(|row| row.seat));

        Ok(tickets)
    }

    pub fn of(&self, reservation_id: Uuid) -> &[ticket::Model] {
        self.rows.get(&reservation_id).map_or(&[], Vec::as_slice)
    }

    /// Kills valid tickets of a reservation.
    pub fn refund(&mut self, reservation_id: Uuid, ids: &BTreeSet<Uuid>) {
        for row in self.rows.entry(reservation_id).or_default().iter_mut().filter(|row| ids.contains(&row.id)) {
            row.status = Status::Refunded;
            self.refunded.insert(row.id);
        }
    }

    pub async fn close(self, txn: &WriteTxn, now: DateTime<Utc>) -> Result<(), DbErr> {
        if self.refunded.is_empty() {
            return Ok(());
        }
        let ids: Vec<Uuid> = self.refunded.into_iter().collect();
        let killed = set_status(txn, &ids, &[Status::Valid], Status::Refunded, false, now).await?;
        if killed.len() != ids.len() {
            return Err(DbErr::Custom("a ticket to be refunded is no longer valid".to_owned()));
        }
        Ok(())
    }
}

//! The tickets that one transaction may give back.
//!
//! Their rows are locked after those of their matches: whoever comes to the gate meanwhile waits, and finds the ticket
//! refunded or is let in before anybody decides here. The first wins.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use entities::ticket::{self, Column, Status};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::{store::Write, tickets};

/// The tickets of the reservations that somebody wants their money back for.
#[derive(Default)]
pub(super) struct Tickets {
    /// By their reservation, in the order of their seats.
    rows: HashMap<Uuid, Vec<ticket::Model>>,
    refunded: BTreeSet<Uuid>,
}

impl Tickets {
    pub(super) async fn open(txn: &Write, reservations: &BTreeSet<Uuid>) -> Result<Self, DbErr> {
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

    pub(super) fn of(&self, reservation_id: Uuid) -> &[ticket::Model] {
        self.rows.get(&reservation_id).map_or(&[], Vec::as_slice)
    }

    /// Kills valid tickets of a reservation.
    pub(super) fn refund(&mut self, reservation_id: Uuid, ids: &BTreeSet<Uuid>) {
        for row in self.rows.entry(reservation_id).or_default().iter_mut().filter(|row| ids.contains(&row.id)) {
            row.status = Status::Refunded;
            self.refunded.insert(row.id);
        }
    }

    pub(super) async fn close(self, txn: &Write, now: DateTime<Utc>) -> Result<(), DbErr> {
        if self.refunded.is_empty() {
            return Ok(());
        }
        let ids: Vec<Uuid> = self.refunded.into_iter().collect();
        let killed = tickets::turn(txn, &ids, &[Status::Valid], Status::Refunded, false, now).await?;
        if killed.len() != ids.len() {
            return Err(DbErr::Custom("a ticket that was to be refunded is not valid any more".to_owned()));
        }
        Ok(())
    }
}

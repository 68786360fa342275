//! What analytics reads, bookings and erasures, on its way to the broker.
//!
//! It waits in a table of its own: a topic of bookings that takes nothing holds up no event of the exchange, and a program of the version
//! before, which may publish beside this one, does not meet it. The events of a transaction share rows, so that a hold that is decided with
//! others adds a part of a row to that. No row names a fan: whose booking it is, and under which pseudonym, is asked when it is published.
//!
//! Invariant: the events of one reservation are appended under the lock of its match, so the order of their ids is the order of commits. What
//! is read after an erasure was appended has its pseudonym no more.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entities::booking_event;
use sea_orm::{
    ConnectionTrait, DbBackend, DbErr, EntityTrait, FromQueryResult, PaginatorTrait, QueryOrder, QuerySelect, Statement,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::delete;
use crate::{booking_state::BookingState, store::Store};

/// Events of one row at most: as many as Postgres compresses to less than a fourth of a page, beyond which it would store them apart.
const PACK: usize = 16;

/// Reservations whose fans are asked for by one statement: few enough that it goes by the indexes.
const FANS_AT_ONCE: usize = 500;

/// Of reservations, the pseudonym and the country of the fan, where both may be known. A pseudonym is of what is placed while the fan has it:
/// one that is given after an objection does not lead to what was placed before.
const FANS: &str = r"SELECT r.id, s.subject, u.country
    FROM reservations AS r
    JOIN users AS u ON u.id = r.user_id AND u.personalised
    JOIN analytics_subjects AS s ON s.user_id = u.id AND s.created_at <= r.created_at
    WHERE r.id ";

/// What is to be published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum BookingEvent {
    /// The whole state of a reservation or an order after a change.
    Booking(BookingState),
    /// A pseudonym that no fan has any more.
    Erasure(Uuid),
}

/// An event that waits for the broker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueuedBooking {
    pub id: i64,
    pub event: BookingEvent,
    /// None of fans who object or have left.
    pub fan: Option<KnownFan>,
    pub created_at: DateTime<Utc>,
}

/// What analytics may know of a fan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownFan {
    pub subject: Uuid,
    /// ISO 3166-1 alpha-2.
    pub country: Option<String>,
}

#[derive(FromQueryResult)]
struct FanRow {
    id: Uuid,
    subject: Uuid,
    country: Option<String>,
}

/// The events as rows have them, each a text of one line.
pub(super) fn packed(events: &[BookingEvent]) -> Result<Vec<String>, DbErr> {
    let written = |pack| serde_json::to_string(pack).map_err(|error| DbErr::Json(error.to_string()));
    events.chunks(PACK).map(written).collect()
}

/// The oldest events still to be published, those of at most `rows` rows, in the order of their commits. Events of one row have its id.
pub async fn pending(db: &impl ConnectionTrait, rows: u64) -> Result<Vec<QueuedBooking>, DbErr> {
    let rows = booking_event::Entity::find().order_by_asc(booking_event::Column::Id).limit(rows).all(db).await?;
    let mut queued = Vec::with_capacity(rows.len());
    for booking_event::Model { id, event, created_at } in rows {
        let events: Vec<BookingEvent> = serde_json::from_str(&event).map_err(|error| DbErr::Json(error.to_string()))?;
        queued.extend(events.into_iter().map(|event| QueuedBooking { id, event, fan: None, created_at }));
    }
    // After the events: a pseudonym that one of them erases is not found.
    let mut fans = HashMap::with_capacity(queued.len());
    let mut reservations: Vec<Uuid> = queued.iter().filter_map(QueuedBooking::reservation).collect();
    reservations.sort_unstable();
    reservations.dedup();
    for reservations in reservations.chunks(FANS_AT_ONCE) {
        fans.extend(fans_of(db, reservations).await?);
    }
    for one in &mut queued {
        one.fan = one.reservation().and_then(|reservation| fans.get(&reservation).cloned());
    }
    Ok(queued)
}

impl QueuedBooking {
    /// The reservation that it tells of.
    pub fn reservation(&self) -> Option<Uuid> {
        match &self.event {
            BookingEvent::Booking(state) => Some(state.reservation_id),
            BookingEvent::Erasure(_) => None,
        }
    }
}

async fn fans_of(db: &impl ConnectionTrait, reservations: &[Uuid]) -> Result<Vec<(Uuid, KnownFan)>, DbErr> {
    let backend = db.get_database_backend();
    let statement = if backend == DbBackend::Postgres {
        // One text of the statement for any number of them.
        let ids: Vec<String> = reservations.iter().map(Uuid::to_string).collect();
        let ids = format!("{{{}}}", ids.join(","));
        Statement::from_sql_and_values(backend, format!("{FANS} = ANY ($1::text::uuid[])"), [ids.into()])
    } else {
        let places = vec!["?"; reservations.len()].join(",");
        let ids = reservations.iter().map(|id| (*id).into());
        Statement::from_sql_and_values(backend, format!("{FANS} IN ({places})"), ids)
    };
    let rows = FanRow::find_by_statement(statement).all(db).await?;
    Ok(rows.into_iter().map(|FanRow { id, subject, country }| (id, KnownFan { subject, country })).collect())
}

/// Deletes the rows of events that the broker has acknowledged.
pub async fn settle(store: &Store, ids: &[i64]) -> Result<(), DbErr> {
    delete::<booking_event::Entity>(store, ids).await
}

/// How many rows of events wait for the broker, counted up to `limit`.
pub async fn backlog(db: &impl ConnectionTrait, limit: u64) -> Result<u64, DbErr> {
    booking_event::Entity::find().limit(limit).count(db).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_events_of_a_transaction_share_rows_and_a_row_is_a_line() {
        let events: Vec<BookingEvent> = (0..40).map(|number| BookingEvent::Erasure(Uuid::from_u128(number))).collect();

        let rows = packed(&events).expect("they can be written");

        let read = rows.iter().flat_map(|row| serde_json::from_str::<Vec<BookingEvent>>(row).expect("it is JSON"));
        assert_eq!(read.collect::<Vec<_>>(), events);
        assert_eq!(rows.len(), 3);
        assert!(rows.iter().all(|row| !row.contains('\n')), "Postgres parts them at the ends of lines");
    }
}

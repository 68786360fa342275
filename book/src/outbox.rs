//! The outbox: what the other sites and the subscribers are to hear, committed with the change it tells of.
//!
//! An event is appended in the transaction of its change, published by the relay's leader in the order of ids, and
//! deleted once the broker has acknowledged it: at least once, never for what did not happen.
//!
//! Invariant: events of one match are appended under that match's lock, so the order of their ids is the order of commits.

use std::sync::LazyLock;

use bookings::BookingEvent;
use chrono::{DateTime, Utc};
use entities::{booking_event, category::Category, outbox};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ConnectionTrait, DbBackend, DbErr, EntityTrait, PaginatorTrait, QueryOrder, QuerySelect, Statement,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    listing_state::{ListingAction, ListingState, OrderAction, OrderState},
    match_state::MatchState,
    store::{Store, WriteTxn},
};

pub mod bookings;

const APPEND: &str = r"INSERT INTO outbox (event, created_at)
    SELECT given.event::text, $2 FROM json_array_elements($1::text::json) WITH ORDINALITY AS given (event, place)
    ORDER BY given.place";

/// The same of events that are traced.
const APPEND_TRACED: &str = r"INSERT INTO outbox (event, traceparent, created_at)
    SELECT (given.one -> 'event')::text, given.one ->> 'traceparent', $2
    FROM json_array_elements($1::text::json) WITH ORDINALITY AS given (one, place)
    ORDER BY given.place";

/// What analytics reads, appended by the same statement as the rest.
const WITH_BOOKINGS: &str = r"WITH bookings AS (INSERT INTO booking_events (event, created_at)
    SELECT given.line, $2 FROM unnest(string_to_array($3::text, E'\n')) WITH ORDINALITY AS given (line, place)
    ORDER BY given.place) ";

static APPEND_WITH_BOOKINGS: LazyLock<String> = LazyLock::new(|| format!("{WITH_BOOKINGS}{APPEND}"));
static APPEND_TRACED_WITH_BOOKINGS: LazyLock<String> = LazyLock::new(|| format!("{WITH_BOOKINGS}{APPEND_TRACED}"));

/// What happened to tickets, in the words of the sites' common contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TicketAction {
    Pending,
    Reserved,
    Cancelled,
}

/// A reservation or a listing whose state changed, and its version since.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedRow {
    pub id: Uuid,
    pub version: i32,
}

/// What is to be published.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Event {
    /// To the other sites: tickets of ours are held, sold or back.
    Ticket {
        action: TicketAction,
        event_id: Uuid,
        reservation_id: Uuid,
        match_number: i32,
        category: Category,
        quantity: i32,
        price_minor: i64,
    },
    /// To this site's instances: the whole public state of a match, and which reservations and listings changed with it.
    Availability {
        state: MatchState,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        reservations: Vec<ChangedRow>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        listings: Vec<ChangedRow>,
    },
    /// To programs that keep copies of this site's market: the whole state of a listing after what happened to it.
    Listing { action: ListingAction, event_id: Uuid, listing: ListingState },
    /// To the same: the whole state of an order.
    Order { action: OrderAction, event_id: Uuid, order: OrderState },
    /// To the site's operator: a record that could not be applied.
    DeadLetter { topic: String, partition: i32, offset: i64, key: Option<Vec<u8>>, payload: Vec<u8>, reason: String },
}

/// An event that is to be appended.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEvent {
    event: Event,
    traceparent: Option<String>,
}

impl From<Event> for NewEvent {
    /// It belongs to the span in which it arises, where there is one.
    fn from(event: Event) -> Self {
        Self { event, traceparent: spans::traceparent() }
    }
}

/// An event that waits for the broker.
#[derive(Debug, Clone, PartialEq)]
pub struct Queued {
    pub id: i64,
    pub event: Event,
    /// The span that it belongs to, where that is traced.
    pub traceparent: Option<String>,
    pub created_at: DateTime<Utc>,
}

/// Appends events to the transaction of the change they tell of.
pub async fn append(
    txn: &WriteTxn,
    events: &[NewEvent],
    bookings: &[BookingEvent],
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    if events.is_empty() && bookings.is_empty() {
        return Ok(());
    }
    let mut written = Vec::with_capacity(events.len());
    for NewEvent { event, .. } in events {
        written.push(serde_json::to_string(event).map_err(|error| DbErr::Json(error.to_string()))?);
    }
    if txn.get_database_backend() == DbBackend::Postgres {
        // One parameter for any number of events, and one text of the statement.
        let is_traced = events.iter().any(|event| event.traceparent.is_some());
        if is_traced {
            for (written, NewEvent { traceparent, .. }) in written.iter_mut().zip(events) {
                *written = match traceparent {
                    // It is made of digits, which need no quoting.
                    Some(traceparent) => format!(r#"{{"event":{written},"traceparent":"{traceparent}"}}"#),
                    None => format!(r#"{{"event":{written}}}"#),
                };
            }
        }
        let all = format!("[{}]", written.join(","));
        let mut values = vec![all.into(), now.into()];
        let append: &str = if bookings.is_empty() {
            if is_traced { APPEND_TRACED } else { APPEND }
        } else {
            values.push(bookings::packed(bookings)?.join("\n").into());
            if is_traced { &APPEND_TRACED_WITH_BOOKINGS } else { &APPEND_WITH_BOOKINGS }
        };
        txn.execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, append, values)).await?;
        return Ok(());
    }
    if !events.is_empty() {
        let rows = written.into_iter().zip(events).map(|(event, NewEvent { traceparent, .. })| outbox::ActiveModel {
            id: NotSet,
            event: Set(event),
            created_at: Set(now),
            traceparent: Set(traceparent.clone()),
        });
        outbox::Entity::insert_many(rows).exec_without_returning(&**txn).await?;
    }
    if !bookings.is_empty() {
        let rows = bookings::packed(bookings)?.into_iter().map(|event| booking_event::ActiveModel {
            id: NotSet,
            event: Set(event),
            created_at: Set(now),
        });
        booking_event::Entity::insert_many(rows).exec_without_returning(&**txn).await?;
    }

    Ok(())
}

/// The oldest events still to be published, at most `limit`, in the order of ids.
pub async fn pending(db: &impl ConnectionTrait, limit: u64) -> Result<Vec<Queued>, DbErr> {
    let rows = outbox::Entity::find().order_by_asc(outbox::Column::Id).limit(limit).all(db).await?;
    rows.into_iter()
        .map(|row| {
            let event = serde_json::from_str(&row.event).map_err(|error| DbErr::Json(error.to_string()))?;
            Ok(Queued { id: row.id, event, traceparent: row.traceparent, created_at: row.created_at })
        })
        .collect()
}

/// Deletes events that the broker has acknowledged.
pub async fn settle(store: &Store, ids: &[i64]) -> Result<(), DbErr> {
    delete::<outbox::Entity>(store, ids).await
}

/// Deletes rows of a table by their ids.
async fn delete<E: EntityTrait>(store: &Store, ids: &[i64]) -> Result<(), DbErr> {
    if ids.is_empty() {
        return Ok(());
    }
    let txn = WriteTxn::begin(store).await?;
    let (backend, table) = (txn.get_database_backend(), E::default().table_name().to_owned());
    let ids = ids.iter().map(i64::to_string).collect::<Vec<_>>().join(",");
    // One parameter for any number of rows, and one text of the statement, which is read once.
    let (text, ids) = if backend == DbBackend::Postgres {
        (format!("DELETE FROM {table} WHERE id = ANY ($1::text::bigint[])"), format!("{{{ids}}}"))
    } else {
        (format!("DELETE FROM {table} WHERE id IN (SELECT value FROM json_each($1))"), format!("[{ids}]"))
    };
    let statement = Statement::from_sql_and_values(backend, text, [ids.into()]);
    txn.execute_raw(statement).await?;
    txn.commit().await
}

/// How many events wait for the broker.
pub async fn backlog(db: &impl ConnectionTrait) -> Result<u64, DbErr> {
    outbox::Entity::find().count(db).await
}

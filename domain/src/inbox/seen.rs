//! Seen events: what other sites have told already, by their own names for it.
//!
//! A site publishes at least once: after a crash, or a broker's answer that was lost, the same event stands in the log
//! twice, at two places. Where it carries its sender and an event id, it counts once. An event without them can't be told
//! from another one like it, and always counts.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, Utc};
use entities::seen_event::{self, Column};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QuerySelect,
    sea_query::{Expr, ExprTrait},
};

use super::{Incoming, Message};
use crate::{
    App,
    store::{Write, array, with_arrays},
};

/// How long an event is remembered: far longer than a site takes to publish again what it is not sure of.
const REMEMBERED: Duration = Duration::hours(24);

/// Enters what is new, waiting for whoever enters the same, and returns the rest.
const ENTER: &str = r"WITH
    given AS (SELECT * FROM unnest($1::text::text[], $2::text::text[]) AS given (sender, event_id)),
    entered AS (
        INSERT INTO seen_events (sender, event_id, seen_at) SELECT sender, event_id, $3::text::timestamptz FROM given
        ON CONFLICT DO NOTHING RETURNING sender, event_id
    )
    SELECT sender, event_id FROM given EXCEPT SELECT sender, event_id FROM entered";

type Name = (String, String);

#[derive(FromQueryResult)]
struct Known {
    sender: String,
    event_id: String,
}

/// Leaves out the records whose events were applied before, or stand earlier in the batch, and remembers the others.
pub(super) async fn unseen<'a>(
    txn: &Write,
    records: Vec<&'a Incoming>,
    now: DateTime<Utc>,
) -> Result<Vec<&'a Incoming>, DbErr> {
    let names: BTreeSet<Name> = records.iter().filter_map(|record| name(record)).collect();
    if names.is_empty() {
        return Ok(records);
    }
    let mut seen = enter(txn, names, now).await?;

    let mut fresh = Vec::with_capacity(records.len());
    for record in records {
        match name(record) {
            Some(name) if !seen.insert(name.clone()) => {
                tracing::info!(sender = name.0, event = name.1, at = ?record.at, "an event of another site came again");
            }
            _ => fresh.push(record),
        }
    }

    Ok(fresh)
}

/// Remembers `names`, and returns those that were remembered before.
async fn enter(txn: &Write, names: BTreeSet<Name>, now: DateTime<Utc>) -> Result<BTreeSet<Name>, DbErr> {
    if !txn.is_sqlite() {
        let columns =
            [array(names.iter().map(|name| &name.0)), array(names.iter().map(|name| &name.1)), now.to_rfc3339()];
        let known = Known::find_by_statement(with_arrays(ENTER, columns)).all(&**txn).await?;
        return Ok(known.into_iter().map(|known| (known.sender, known.event_id)).collect());
    }
    let pair = Expr::tuple([Expr::col(Column::Sender), Expr::col(Column::EventId)]);
    let rows = seen_event::Entity::find().filter(pair.in_tuples(names.iter().cloned())).all(&**txn).await?;
    let known: BTreeSet<Name> = rows.into_iter().map(|row| (row.sender, row.event_id)).collect();
    let new: Vec<_> = names
        .difference(&known)
        .map(|(sender, event_id)| seen_event::ActiveModel {
            sender: Set(sender.clone()),
            event_id: Set(event_id.clone()),
            seen_at: Set(now),
        })
        .collect();
    if !new.is_empty() {
        seen_event::Entity::insert_many(new).exec_without_returning(&**txn).await?;
    }

    Ok(known)
}

/// Forgets events that nobody publishes again.
pub(crate) async fn forget(app: &App, now: DateTime<Utc>) -> Result<(), DbErr> {
    let old = Column::SeenAt.lt(now - REMEMBERED);
    let any = seen_event::Entity::find().filter(old.clone()).limit(1).one(&app.db).await?;
    if any.is_some() {
        let txn = Write::begin(app).await?;
        seen_event::Entity::delete_many().filter(old).exec(&*txn).await?;
        txn.commit().await?;
    }
    Ok(())
}

fn name(record: &Incoming) -> Option<Name> {
    match &record.message {
        Message::Sale(sale) => sale.sender.clone().zip(sale.event_id.clone()),
        Message::MasterList(_) | Message::Own | Message::Unreadable { .. } => None,
    }
}

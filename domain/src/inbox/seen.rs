//! Seen events: what other sites have told already, by their own names for it.
//!
//! A site publishes at least once: after a crash, or a broker's answer that was lost, the same event stands in the log
//! twice, at two places. Where it carries its sender and an event id, it counts once. An event without them can't be told
//! from another one like it, and always counts.
//!
//! What is kept of a name is a hash of 128 bits, for every event of every site is entered here: two different names never
//! meet in practice, and a row and its place in the index are a third of what the texts would take.

use std::collections::HashSet;

use book::store::{WriteTxn, array, with_arrays};
use chrono::{DateTime, Duration, Utc};
use entities::event_fingerprint::{self, Column};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect, TryGetable,
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{Incoming, Message};
use crate::App;

/// How long an event is remembered: far longer than a site takes to publish again what it is not sure of.
const REMEMBERED: Duration = Duration::hours(24);

/// Enters what is new, waiting for a transaction that enters the same, and returns the rest.
const ENTER: &str = r"WITH
    given AS (SELECT unnest($1::text::uuid[]) AS fingerprint),
    entered AS (
        INSERT INTO event_fingerprints (fingerprint, seen_at) SELECT fingerprint, $2::text::timestamptz FROM given
        ON CONFLICT DO NOTHING RETURNING fingerprint
    )
    SELECT fingerprint FROM given EXCEPT SELECT fingerprint FROM entered";

/// Leaves out the records whose events were applied before, or stand earlier in the batch, and remembers the others.
pub(super) async fn unseen<'a>(
    txn: &WriteTxn,
    records: Vec<&'a Incoming>,
    now: DateTime<Utc>,
) -> Result<Vec<&'a Incoming>, DbErr> {
    let names: Vec<Option<Uuid>> = records.iter().map(|record| fingerprint(record)).collect();
    let mut distinct: Vec<Uuid> = names.iter().flatten().copied().collect();
    if distinct.is_empty() {
        return Ok(records);
    }
    // In one order everywhere, so that two who enter the same events never wait for each other in a circle.
    distinct.sort_unstable();
    distinct.dedup();
    let mut seen = enter(txn, distinct, now).await?;

    let mut fresh = Vec::with_capacity(records.len());
    for (record, name) in records.into_iter().zip(names) {
        if name.is_some_and(|name| !seen.insert(name)) {
            tracing::info!(record = ?record.message, at = ?record.at, "another site's event came again and is skipped");
        } else {
            fresh.push(record);
        }
    }

    Ok(fresh)
}

/// Remembers events, and returns those that were remembered before.
async fn enter(txn: &WriteTxn, events: Vec<Uuid>, now: DateTime<Utc>) -> Result<HashSet<Uuid>, DbErr> {
    if !txn.is_sqlite() {
        let rows = txn.query_all_raw(with_arrays(ENTER, [array(events), now.to_rfc3339()])).await?;
        return rows.iter().map(|row| Ok(Uuid::try_get_by(row, 0)?)).collect();
    }
    let rows =
        event_fingerprint::Entity::find().filter(Column::Fingerprint.is_in(events.iter().copied())).all(&**txn).await?;
    let known: HashSet<Uuid> = rows.into_iter().map(|row| row.fingerprint).collect();
    let new: Vec<_> = (events.into_iter())
        .filter(|event| !known.contains(event))
        .map(|event| event_fingerprint::ActiveModel { fingerprint: Set(event), seen_at: Set(now) })
        .collect();
    if !new.is_empty() {
        event_fingerprint::Entity::insert_many(new).exec_without_returning(&**txn).await?;
    }

    Ok(known)
}

/// Forgets events that are too old to be published again.
pub(crate) async fn forget(app: &App, now: DateTime<Utc>) -> Result<(), DbErr> {
    let old = Column::SeenAt.lt(now - REMEMBERED);
    let any = event_fingerprint::Entity::find().filter(old.clone()).limit(1).one(&app.db).await?;
    if any.is_some() {
        let txn = WriteTxn::begin(&app.store).await?;
        event_fingerprint::Entity::delete_many().filter(old).exec(&*txn).await?;
        txn.commit().await?;
    }
    Ok(())
}

/// What stands for an event, where its record names it.
fn fingerprint(record: &Incoming) -> Option<Uuid> {
    match &record.message {
        Message::Sale(sale) => {
            let (sender, event) = (sale.sender.as_ref()?, sale.event_id.as_ref()?);
            // The sender's length keeps ("ab", "c") and ("a", "bc") apart.
            let hash = Sha256::new()
                .chain_update((sender.len() as u64).to_be_bytes())
                .chain_update(sender)
                .chain_update(event)
                .finalize();
            Uuid::from_slice(&hash[..16]).ok()
        }
        Message::MasterList(_) | Message::Own | Message::Unreadable { .. } => None,
    }
}

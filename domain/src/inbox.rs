//! The inbox: records of the broker, each applied exactly once.
//!
//! Invariant: how far a partition was applied is written in the transaction of the effects. A record that comes again,
//! after a crash, a rebalance or a replay, is known by its place and skipped, or by the name that its sender gave the
//! event; never by its body, for two buyers' messages may be alike.

use std::collections::{BTreeMap, BTreeSet};

use book::{
    Book, Shown,
    master_list::MasterListMatch,
    outbox::Event,
    store::{self, WriteTxn},
};
use entities::kafka_offset;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, DbBackend, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::OnConflict,
};
use thiserror::Error;

use crate::{
    App,
    foreign::{self, Accounts, ParkedSales, Sale},
};

pub(crate) mod seen;

/// How the source of an embedded broker's records begins; no cluster's id does.
pub const EMBEDDED_SOURCE: &str = "embedded-";

/// Records of one batch at most on Postgres. Their matches are locked while they are applied, for about 20 ms.
const MOST: usize = 4_096;
/// The same on SQLite, where a statement takes 32,766 parameters and every value of a row is one.
const MOST_ON_SQLITE: usize = 1_000;

/// Why a sale is a dead letter that could have waited.
const NO_ROOM: &str = "its match is unknown, and no more sales can wait for unknown matches";

/// Where a record stands in the log.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    pub topic: String,
    pub partition: i32,
    pub offset: i64,
}

/// A record as it came from the broker.
#[derive(Debug, Clone, PartialEq)]
pub struct Incoming {
    pub at: Position,
    pub message: Message,
}

/// What a record says.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    MasterList(Vec<MasterListMatch>),
    Sale(Sale),
    /// Our own echo: its effect is in the database since before it was sent.
    Own,
    /// It can't be read or is not valid: it goes to the dead letters with its reason.
    Unreadable {
        key: Option<Vec<u8>>,
        payload: Vec<u8>,
        reason: String,
    },
}

/// What became of a batch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Applied {
    pub applied: usize,
    /// Known by their places, or by their senders' names for them, from before.
    pub skipped: usize,
    /// Sales that wait for their match.
    pub parked: usize,
    pub dead: usize,
}

#[derive(Debug, Error)]
pub enum InboxError {
    /// Nothing of the batch was applied, or all of it; applying it again is safe and right.
    #[error("the database is not available")]
    Unavailable(#[source] DbErr),
}

/// How many records make a batch at most.
pub fn most(app: &App) -> usize {
    if app.db.get_database_backend() == DbBackend::Sqlite { MOST_ON_SQLITE } else { MOST }
}

/// Applies a batch in order and moves its partitions' offsets, in one transaction.
///
/// A batch that the database refuses is applied record by record; one that it refuses alone becomes a dead letter.
///
/// # Errors
/// `Unavailable` while the database is; the same batch is to be applied again.
pub async fn apply(app: &App, source: &str, batch: &[Incoming]) -> Result<Applied, InboxError> {
    let error = match apply_together(app, source, batch).await {
        Ok(applied) => return Ok(applied),
        Err(error) => error,
    };
    if store::is_transient(&error) {
        return Err(InboxError::Unavailable(error));
    }
    tracing::warn!(%error, records = batch.len(), "the database refused a batch of records; applying them one by one");
    let mut total = Applied::default();
    for record in batch {
        let one = match apply_together(app, source, std::slice::from_ref(record)).await {
            Err(error) if !store::is_transient(&error) => {
                tracing::error!(%error, at = ?record.at, "a record was refused and goes to the dead letters");
                apply_together(app, source, &[dead(record)]).await
            }
            applied => applied,
        }
        .map_err(InboxError::Unavailable)?;
        total.applied += one.applied;
        total.skipped += one.skipped;
        total.parked += one.parked;
        total.dead += one.dead;
    }
    Ok(total)
}

/// How far each partition of `source` was applied: topic, partition and the next offset.
pub async fn positions(app: &App, source: &str) -> Result<Vec<(String, i32, i64)>, DbErr> {
    let rows = kafka_offset::Entity::find().filter(kafka_offset::Column::Source.eq(source)).all(&app.db).await?;

    Ok(rows.into_iter().map(|row| (row.topic, row.partition, row.next_offset)).collect())
}

/// Forgets the offsets of embedded brokers, whose logs end with their processes; a cluster's stay.
pub async fn forget_embedded_sources(app: &App) -> Result<(), DbErr> {
    let txn = WriteTxn::begin(&app.store).await?;
    kafka_offset::Entity::delete_many()
        .filter(kafka_offset::Column::Source.starts_with(EMBEDDED_SOURCE))
        .exec(&*txn)
        .await?;
    txn.commit().await
}

fn dead(record: &Incoming) -> Incoming {
    let message = Message::Unreadable {
        key: None,
        payload: format!("{:?}", record.message).into_bytes(),
        reason: "the database refused its effect".to_owned(),
    };
    Incoming { at: record.at.clone(), message }
}

async fn apply_together(app: &App, source: &str, batch: &[Incoming]) -> Result<Applied, DbErr> {
    let txn = WriteTxn::begin(&app.store).await?;
    let mut next = lock_offsets(&txn, source, batch).await?;
    let mut fresh = Vec::with_capacity(batch.len());
    for record in batch {
        let next = next.entry((record.at.topic.clone(), record.at.partition)).or_insert(0);
        if record.at.offset >= *next {
            *next = record.at.offset + 1;
            fresh.push(record);
        }
    }
    if fresh.is_empty() {
        return Ok(Applied { skipped: batch.len(), ..Applied::default() });
    }

    let fresh = seen::unseen(&txn, fresh, app.clock.now()).await?;
    let mut done = Applied { skipped: batch.len() - fresh.len(), ..Applied::default() };
    let shows = effects(app, &txn, &fresh, &mut done).await?;
    move_offsets(&txn, source, next).await?;
    txn.commit().await?;
    app.committed(shows);
    for (outcome, count) in
        [("applied", done.applied), ("skipped", done.skipped), ("parked", done.parked), ("dead", done.dead)]
    {
        metrics::counter!("matchday_inbox_records_total", "outcome" => outcome).increment(count as u64);
    }

    Ok(done)
}

/// Applies records that are new, in their order; and return what shows once that is committed.
async fn effects(app: &App, txn: &WriteTxn, fresh: &[&Incoming], done: &mut Applied) -> Result<Shown, DbErr> {
    let mut numbers = BTreeSet::new();
    for record in fresh {
        match &record.message {
            Message::MasterList(given) => numbers.extend(given.iter().map(|given| given.match_number)),
            Message::Sale(sale) => {
                numbers.insert(sale.match_number);
            }
            Message::Own | Message::Unreadable { .. } => {}
        }
    }
    let mut book = Book::open(txn, &numbers, &*app.clock).await?;
    let mut parked = ParkedSales::open(txn, &numbers).await?;
    let sales = fresh.iter().filter_map(|record| match &record.message {
        Message::Sale(sale) => Some(sale),
        _ => None,
    });
    let mut accounts = Accounts::open(txn, sales.chain(parked.sales())).await?;
    for record in fresh {
        match &record.message {
            Message::MasterList(given) => {
                for given in given {
                    foreign::enter(app, &mut book, &mut accounts, given);
                    foreign::catch_up(app, txn, &mut book, &mut accounts, &mut parked, given.match_number).await?;
                }
                done.applied += 1;
            }
            Message::Sale(sale) if book.knows(sale.match_number) => {
                foreign::catch_up(app, txn, &mut book, &mut accounts, &mut parked, sale.match_number).await?;
                foreign::apply(app, txn, &mut book, &mut accounts, sale).await?;
                done.applied += 1;
            }
            Message::Sale(sale) => {
                if parked.enter(txn, &app.settings.parked_sales, sale).await? {
                    done.parked += 1;
                    continue;
                }
                let payload = serde_json::to_vec(sale).map_err(|error| DbErr::Json(error.to_string()))?;
                book.emit(letter(&record.at, None, payload, NO_ROOM.to_owned()));
                done.dead += 1;
            }
            Message::Own => done.applied += 1,
            Message::Unreadable { key, payload, reason } => {
                book.emit(letter(&record.at, key.clone(), payload.clone(), reason.clone()));
                done.dead += 1;
            }
        }
    }
    parked.close(txn, book.now()).await?;
    let shows = book.close(txn).await?;
    accounts.close(txn).await?;

    Ok(shows)
}

fn letter(at: &Position, key: Option<Vec<u8>>, payload: Vec<u8>, reason: String) -> Event {
    Event::DeadLetter { topic: at.topic.clone(), partition: at.partition, offset: at.offset, key, payload, reason }
}

/// Locks the offsets of the batch's partitions, so that two consumers of one partition take turns.
async fn lock_offsets(txn: &WriteTxn, source: &str, batch: &[Incoming]) -> Result<BTreeMap<(String, i32), i64>, DbErr> {
    use kafka_offset::Column;

    let partitions: BTreeSet<(&str, i32)> =
        batch.iter().map(|record| (record.at.topic.as_str(), record.at.partition)).collect();
    let topics: BTreeSet<&str> = partitions.iter().map(|(topic, _)| *topic).collect();
    let numbers: BTreeSet<i32> = partitions.iter().map(|(_, partition)| *partition).collect();
    let known = kafka_offset::Entity::find()
        .filter(Column::Source.eq(source))
        .filter(Column::Topic.is_in(topics))
        .filter(Column::Partition.is_in(numbers))
        .order_by_asc(Column::Topic)
        .order_by_asc(Column::Partition)
        .lock_exclusive();
    let next_offsets = |rows: Vec<kafka_offset::Model>| -> BTreeMap<(String, i32), i64> {
        rows.into_iter().map(|row| ((row.topic, row.partition), row.next_offset)).collect()
    };
    let next = next_offsets(known.clone().all(&**txn).await?);
    let mut new = Vec::new();
    for (topic, partition) in partitions {
        let place = (topic.to_owned(), partition);
        if !next.contains_key(&place) {
            new.push(place);
        }
    }
    if new.is_empty() {
        return Ok(next);
    }
    let rows = new.into_iter().map(|(topic, partition)| kafka_offset::ActiveModel {
        source: Set(source.to_owned()),
        topic: Set(topic),
        partition: Set(partition),
        next_offset: Set(0),
    });
    kafka_offset::Entity::insert_many(rows)
        .on_conflict(OnConflict::columns([Column::Source, Column::Topic, Column::Partition]).do_nothing().to_owned())
        .exec_without_returning(&**txn)
        .await?;

    Ok(next_offsets(known.all(&**txn).await?))
}

async fn move_offsets(txn: &WriteTxn, source: &str, next: BTreeMap<(String, i32), i64>) -> Result<(), DbErr> {
    use kafka_offset::Column;

    let rows = next.into_iter().map(|((topic, partition), next_offset)| kafka_offset::ActiveModel {
        source: Set(source.to_owned()),
        topic: Set(topic),
        partition: Set(partition),
        next_offset: Set(next_offset),
    });
    kafka_offset::Entity::insert_many(rows)
        .on_conflict(
            OnConflict::columns([Column::Source, Column::Topic, Column::Partition])
                .update_column(Column::NextOffset)
                .to_owned(),
        )
        .exec_without_returning(&**txn)
        .await?;

    Ok(())
}

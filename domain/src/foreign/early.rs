//! Early ends: what ends a hold of another site before it began.
//!
//! A site publishes at least once, and one that lost an answer may have a hold's end in the log before the hold itself.
//! What such an end could not take is kept under the hold's name, and the hold opens with that much less: with nothing,
//! as a rule. Without a name there is nothing to know it by.
//!
//! Invariant: at most `MOST` are kept, the newest, and none for longer than a hold lasts.

use std::collections::{BTreeSet, HashMap};

use book::{outbox::TicketAction, store::WriteTxn};
use chrono::{DateTime, Utc};
use entities::early_end::{self, Column};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use super::{Account, Sale};
use crate::App;

/// Kept at most: a site that repeats what it is not sure of sends the hold a moment later.
const MOST: i64 = 10_000;

/// Rows written in one statement: SQLite takes 32,766 parameters.
const PAGE: usize = 4_000;

/// What ended early, under the names of the holds, oldest first.
#[derive(Default)]
pub(super) struct EarlyEnds(HashMap<(Account, String), Vec<Early>>);

struct Early {
    /// `None` for what the table does not hold yet.
    id: Option<i64>,
    quantity: i32,
    /// The quantity that the table has.
    written: i32,
    ends_at: DateTime<Utc>,
}

impl EarlyEnds {
    /// Reads what the holds that `sales` open may meet, under the locks of their matches.
    pub(super) async fn open<'a>(txn: &WriteTxn, sales: impl Iterator<Item = &'a Sale>) -> Result<Self, DbErr> {
        let opening = |sale: &&Sale| sale.action == TicketAction::Pending && sale.reference.is_some();
        let numbers: BTreeSet<i32> = sales.filter(opening).map(|sale| sale.match_number).collect();
        if numbers.is_empty() {
            return Ok(Self::default());
        }
        let rows = early_end::Entity::find()
            .filter(Column::MatchNumber.is_in(numbers))
            .order_by_asc(Column::Id)
            .all(&**txn)
            .await?;
        let mut early = Self::default();
        for row in rows {
            let place = ((row.match_number, row.category, row.sender), row.reference);
            let row = Early { id: Some(row.id), quantity: row.quantity, written: row.quantity, ends_at: row.ends_at };
            early.0.entry(place).or_default().push(row);
        }

        Ok(early)
    }

    /// Notes what an end could not take from the hold of this name.
    pub(super) fn note(&mut self, account: &Account, name: &str, quantity: i32, ends_at: DateTime<Utc>) {
        tracing::info!(?account, name, quantity, "the end of another site's hold was read before the hold");
        metrics::counter!("matchday_foreign_ends_early_total").increment(1);
        let early = Early { id: None, quantity, written: 0, ends_at };
        self.0.entry((account.clone(), name.to_owned())).or_default().push(early);
    }

    /// What is left of a hold that opens now.
    pub(super) fn left_of(&mut self, account: &Account, name: &str, mut quantity: i32) -> i32 {
        if self.0.is_empty() {
            return quantity;
        }
        let place = (account.clone(), name.to_owned());
        for early in self.0.get_mut(&place).into_iter().flatten() {
            let ended = std::cmp::min(early.quantity, quantity);
            early.quantity -= ended;
            quantity -= ended;
        }

        quantity
    }

    pub(super) async fn close(self, txn: &WriteTxn) -> Result<(), DbErr> {
        let (mut gone, mut fresh) = (Vec::new(), Vec::new());
        for (((match_number, category, sender), reference), all) in self.0 {
            for early in all.into_iter().filter(|early| early.quantity != early.written) {
                gone.extend(early.id);
                if early.quantity > 0 {
                    fresh.push(early_end::ActiveModel {
                        id: NotSet,
                        match_number: Set(match_number),
                        category: Set(category),
                        sender: Set(sender.clone()),
                        reference: Set(reference.clone()),
                        quantity: Set(early.quantity),
                        ends_at: Set(early.ends_at),
                    });
                }
            }
        }
        for ids in gone.chunks(PAGE) {
            let rows = early_end::Entity::delete_many().filter(Column::Id.is_in(ids.iter().copied()));
            rows.exec(&**txn).await?;
        }
        if fresh.is_empty() {
            return Ok(());
        }
        for rows in fresh.chunks(PAGE) {
            early_end::Entity::insert_many(rows.to_vec()).exec_without_returning(&**txn).await?;
        }
        // The oldest go: what belongs to them has come, or never will.
        let bound = format!("DELETE FROM early_ends WHERE id <= (SELECT max(id) FROM early_ends) - {MOST}");
        txn.execute_unprepared(&bound).await?;

        Ok(())
    }
}

/// Forgets those whose holds would have ended by now.
pub(super) async fn forget(app: &App, now: DateTime<Utc>) -> Result<(), DbErr> {
    let old = Column::EndsAt.lte(now);
    if early_end::Entity::find().filter(old.clone()).limit(1).one(&app.db).await?.is_some() {
        let txn = WriteTxn::begin(&app.store).await?;
        early_end::Entity::delete_many().filter(old).exec(&*txn).await?;
        txn.commit().await?;
    }
    Ok(())
}

//! Accounts: what each other site holds of a category, taken from by the messages that resolve holds.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use entities::{
    category::Category,
    foreign_hold::{self, Column},
};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder,
    sea_query::{Expr, ExprTrait},
};

use super::Sale;
use crate::{
    outbox::TicketAction,
    store::{Write, array, nullable_array, with_arrays},
};

/// A category of a match, and who holds there.
pub(super) type Account = (i32, Category, String);

/// The foreign holds of a transaction's accounts, changed in memory and written once.
#[derive(Default)]
pub(crate) struct Accounts {
    holds: BTreeMap<Account, Vec<foreign_hold::Model>>,
    changed: BTreeMap<i64, i32>,
    gone: BTreeSet<i64>,
}

impl Accounts {
    /// Reads the holds of the accounts that `sales` take from, oldest first, under the locks of their matches.
    pub(crate) async fn open<'a>(txn: &Write, sales: impl Iterator<Item = &'a Sale>) -> Result<Self, DbErr> {
        let names: BTreeSet<Account> =
            sales.filter(|sale| sale.action != TicketAction::Pending).map(Sale::account).collect();
        let mut accounts = Self::default();
        for row in held(txn, names).await? {
            accounts.holds.entry((row.match_number, row.category, row.sender.clone())).or_default().push(row);
        }

        Ok(accounts)
    }

    pub(super) fn add(&mut self, account: Account, quantity: i32, reference: Option<String>, ends_at: DateTime<Utc>) {
        let (match_number, category, sender) = account.clone();
        // An id of 0 marks what the table does not hold yet.
        let hold = foreign_hold::Model { id: 0, match_number, category, sender, reference, quantity, ends_at };
        self.holds.entry(account).or_default().push(hold);
    }

    /// Takes up to `quantity` from an account: from the hold of that reference first, then from the oldest.
    pub(super) fn take(&mut self, account: &Account, quantity: i32, reference: Option<&str>) -> i32 {
        let Some(holds) = self.holds.get_mut(account) else {
            return 0;
        };
        let named = holds.iter().position(|hold| reference.is_some() && hold.reference.as_deref() == reference);
        let mut missing = quantity;
        // The named one comes by a second time with what it has left, which is nothing or more than is missing.
        for place in named.into_iter().chain(0..holds.len()) {
            let hold = &mut holds[place];
            let part = std::cmp::min(hold.quantity, missing);
            if part == 0 {
                continue;
            }
            hold.quantity -= part;
            missing -= part;
            match (hold.id, hold.quantity) {
                (0, _) => {}
                (id, 0) => {
                    self.gone.insert(id);
                }
                (id, rest) => {
                    self.changed.insert(id, rest);
                }
            }
        }
        holds.retain(|hold| hold.quantity > 0);

        quantity - missing
    }

    /// Writes the changed holds; to be called after the book is closed, for new holds name stock that must exist.
    pub(crate) async fn close(self, txn: &Write) -> Result<(), DbErr> {
        let Self { holds, mut changed, gone } = self;
        changed.retain(|id, _| !gone.contains(id));
        let fresh = holds.into_values().flatten().filter(|hold| hold.id == 0).collect();
        insert(txn, fresh).await?;
        for (id, quantity) in changed {
            foreign_hold::Entity::update_many()
                .col_expr(Column::Quantity, Expr::value(quantity))
                .filter(Column::Id.eq(id))
                .exec(&**txn)
                .await?;
        }
        delete(txn, gone).await
    }
}

async fn held(txn: &Write, names: BTreeSet<Account>) -> Result<Vec<foreign_hold::Model>, DbErr> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    if txn.is_sqlite() {
        let key = Expr::tuple([Expr::col(Column::MatchNumber), Expr::col(Column::Category), Expr::col(Column::Sender)]);
        let keys = names.into_iter().map(|(number, category, sender)| (number, category.number(), sender));
        return foreign_hold::Entity::find().filter(key.in_tuples(keys)).order_by_asc(Column::Id).all(&**txn).await;
    }
    let found = with_arrays(
        r"SELECT held.* FROM unnest($1::text::int[], $2::text::smallint[], $3::text::text[])
            AS account (match_number, category, sender)
          CROSS JOIN LATERAL (
            SELECT * FROM foreign_holds WHERE match_number = account.match_number
            AND category = account.category AND sender = account.sender OFFSET 0
          ) AS held
          ORDER BY held.id",
        [
            array(names.iter().map(|name| name.0)),
            array(names.iter().map(|name| name.1.number())),
            array(names.iter().map(|name| &name.2)),
        ],
    );
    foreign_hold::Entity::find().from_raw_sql(found).all(&**txn).await
}

/// Writes new holds; their ids grow in their order.
async fn insert(txn: &Write, holds: Vec<foreign_hold::Model>) -> Result<(), DbErr> {
    if holds.is_empty() {
        return Ok(());
    }
    if txn.is_sqlite() {
        let rows = holds.into_iter().map(|hold| foreign_hold::ActiveModel {
            id: NotSet,
            match_number: Set(hold.match_number),
            category: Set(hold.category),
            sender: Set(hold.sender),
            reference: Set(hold.reference),
            quantity: Set(hold.quantity),
            ends_at: Set(hold.ends_at),
        });
        foreign_hold::Entity::insert_many(rows).exec_without_returning(&**txn).await?;
        return Ok(());
    }
    let holds = || holds.iter();
    let rows = with_arrays(
        r"INSERT INTO foreign_holds (match_number, category, sender, reference, quantity, ends_at)
          SELECT match_number, category, sender, reference, quantity, ends_at
          FROM unnest($1::text::int[], $2::text::smallint[], $3::text::text[], $4::text::text[], $5::text::int[],
            $6::text::timestamptz[]) WITH ORDINALITY
            AS given (match_number, category, sender, reference, quantity, ends_at, place)
          ORDER BY place",
        [
            array(holds().map(|hold| hold.match_number)),
            array(holds().map(|hold| hold.category.number())),
            array(holds().map(|hold| &hold.sender)),
            nullable_array(holds().map(|hold| hold.reference.as_ref())),
            array(holds().map(|hold| hold.quantity)),
            array(holds().map(|hold| hold.ends_at)),
        ],
    );
    txn.execute_raw(rows).await?;
    Ok(())
}

async fn delete(txn: &Write, ids: BTreeSet<i64>) -> Result<(), DbErr> {
    if ids.is_empty() {
        return Ok(());
    }
    if txn.is_sqlite() {
        foreign_hold::Entity::delete_many().filter(Column::Id.is_in(ids)).exec(&**txn).await?;
    } else {
        let gone = r"DELETE FROM foreign_holds WHERE id = ANY ($1::text::bigint[])";
        txn.execute_raw(with_arrays(gone, [array(ids)])).await?;
    }
    Ok(())
}

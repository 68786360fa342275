//! Rows: the holds that a batch can reach, and what is left of them written back.

use std::collections::{BTreeMap, HashMap};

use book::store::{WriteTxn, array, columns_of, nullable_array, with_arrays};
use entities::{
    category::Category,
    foreign_hold::{self, Column, Model},
};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, ConnectionTrait, DbBackend, DbErr, EntityTrait, QueryFilter, Statement,
};
use serde_json::json;

use super::{super::Account, Wanted};

/// Holds of an account that are read together, be they reached or not; few accounts have more and need a second look.
const PAGE: u32 = 64;

/// The oldest holds of an account, or of a name in it, that come after one.
struct Reach<'a> {
    account: &'a Account,
    name: Option<&'a str>,
    after: i64,
    most: u32,
}

/// The holds that can be reached, those of each account oldest first.
pub(super) async fn within_reach(txn: &WriteTxn, wanted: &BTreeMap<Account, Wanted>) -> Result<Vec<Model>, DbErr> {
    let page = |wanted: &Wanted| wanted.tickets.max(PAGE);
    let pages: Vec<Reach<'_>> =
        wanted.iter().map(|(account, wanted)| Reach { account, name: None, after: 0, most: page(wanted) }).collect();
    let mut rows = read(txn, pages).await?;

    let mut read_so_far = HashMap::<(i32, Category, &str), (u32, i64)>::new();
    for row in &rows {
        let (count, last) = read_so_far.entry((row.match_number, row.category, &row.sender)).or_default();
        *count += 1;
        *last = row.id;
    }
    let mut names = Vec::new();
    for (account, wanted) in wanted {
        match read_so_far.get(&(account.0, account.1, &account.2)) {
            // A full page: the account may have more, and the named holds among them.
            Some((count, last)) if *count >= page(wanted) => {
                names.extend((wanted.named.iter()).map(|(name, most)| Reach {
                    account,
                    name: Some(name),
                    after: *last,
                    most: *most,
                }))
            }
            _ => {}
        }
    }
    let named = read(txn, names).await?;
    rows.extend(named);

    Ok(rows)
}

/// Reads what is reached, all of it by names or none, in the order of age.
async fn read(txn: &WriteTxn, reaches: Vec<Reach<'_>>) -> Result<Vec<Model>, DbErr> {
    let Some(first) = reaches.first() else {
        return Ok(Vec::new());
    };
    let reference = if first.name.is_some() { ", reference" } else { "" };
    if txn.is_sqlite() {
        return read_from_sqlite(txn, reaches, reference).await;
    }
    let reached = format!("reach.match_number, reach.category, reach.sender{}", reference.replace(' ', " reach."));
    let key = format!("match_number, category, sender{reference}");
    let reaches = || reaches.iter();
    let [outer, inner] = ["held", "foreign_holds"].map(columns_of::<foreign_hold::Entity>);
    // Bounds and not equations: of rows that are alike but for their ids, Postgres would walk the ids of all accounts.
    let found = with_arrays(
        &format!(
            r"SELECT {outer}
            FROM unnest($1::text::int[], $2::text::smallint[], $3::text::text[], $4::text::text[], $5::text::bigint[],
                $6::text::bigint[]) AS reach (match_number, category, sender, reference, after, most)
            CROSS JOIN LATERAL (
                SELECT {inner} FROM foreign_holds WHERE ({key}, id) > ({reached}, reach.after) AND ({key}) <= ({reached})
                ORDER BY {key}, id LIMIT reach.most
            ) AS held
            ORDER BY held.id"
        ),
        [
            array(reaches().map(|reach| reach.account.0)),
            array(reaches().map(|reach| reach.account.1.number())),
            array(reaches().map(|reach| &reach.account.2)),
            nullable_array(reaches().map(|reach| reach.name)),
            array(reaches().map(|reach| reach.after)),
            array(reaches().map(|reach| reach.most)),
        ],
    );
    foreign_hold::Entity::find().from_raw_sql(found).all(&**txn).await
}

/// SQLite takes no limit from a column: what reaches about as far is read together.
async fn read_from_sqlite(txn: &WriteTxn, reaches: Vec<Reach<'_>>, reference: &str) -> Result<Vec<Model>, DbErr> {
    let of_name = if reference.is_empty() { "" } else { "AND own.reference = reach.reference" };
    let columns = columns_of::<foreign_hold::Entity>("held");
    let text = format!(
        r"SELECT {columns}
        FROM (SELECT value ->> 0 AS match_number, value ->> 1 AS category, value ->> 2 AS sender,
            value ->> 3 AS reference, value ->> 4 AS after FROM json_each($1)) AS reach
        CROSS JOIN foreign_holds AS held
        WHERE held.id IN (
            SELECT id FROM foreign_holds AS own WHERE own.match_number = reach.match_number
            AND own.category = reach.category AND own.sender = reach.sender {of_name} AND own.id > reach.after
            ORDER BY own.id LIMIT $2
        )
        ORDER BY held.id"
    );
    let mut by_most = BTreeMap::<u32, Vec<_>>::new();
    for Reach { account: (match_number, category, sender), name, after, most } in reaches {
        let key = json!([match_number, category.number(), sender, name, after]);
        by_most.entry(most.next_power_of_two()).or_default().push(key);
    }
    let mut rows = Vec::new();
    for (most, keys) in by_most {
        let values = [json!(keys).to_string().into(), most.into()];
        let found = Statement::from_sql_and_values(DbBackend::Sqlite, &text, values);
        rows.extend(foreign_hold::Entity::find().from_raw_sql(found).all(&**txn).await?);
    }
    Ok(rows)
}

/// Writes new holds; their ids grow in their order.
pub(super) async fn insert(txn: &WriteTxn, holds: Vec<Model>) -> Result<(), DbErr> {
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

/// Writes what is left of holds: their ids and quantities.
pub(super) async fn update(txn: &WriteTxn, left: Vec<(i64, i32)>) -> Result<(), DbErr> {
    if left.is_empty() {
        return Ok(());
    }
    let rows = if txn.is_sqlite() {
        let text = r"UPDATE foreign_holds SET quantity = given.value ->> 1 FROM json_each($1) AS given
            WHERE foreign_holds.id = given.value ->> 0";
        Statement::from_sql_and_values(DbBackend::Sqlite, text, [json!(left).to_string().into()])
    } else {
        with_arrays(
            r"UPDATE foreign_holds SET quantity = given.quantity
              FROM unnest($1::text::bigint[], $2::text::int[]) AS given (id, quantity)
              WHERE foreign_holds.id = given.id",
            [array(left.iter().map(|row| row.0)), array(left.iter().map(|row| row.1))],
        )
    };
    txn.execute_raw(rows).await?;
    Ok(())
}

pub(super) async fn delete(txn: &WriteTxn, ids: Vec<i64>) -> Result<(), DbErr> {
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

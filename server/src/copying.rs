//! Copying: what an embedded database has, taken into an empty Postgres, to go on from it there.
//!
//! Tables, columns and what refers to what are read from the databases themselves, so that a step that adds one needs nothing
//! here. All of it is one transaction of the target, which is looked through before it is committed.
//!
//! Invariant: the target ends with every row of the source and no other, or as it was.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use domain::{audit, inbox::EMBEDDED_SOURCE};
use entities::kafka_offset;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, EntityTrait, QueryFilter,
    QueryResult, Statement, TransactionTrait, Value,
    sea_query::{Expr, Query},
};
use uuid::Uuid;

use crate::{database::Steps, failure::Failure, output};

/// Rows of one statement: of the widest table far fewer values than the 65,535 that Postgres takes.
const PAGE: usize = 500;
/// What a row's place among the others of its table is called while it is read.
const PLACE: &str = "copied_from_place";
/// The migrator's own table.
const STEPS: &str = "seaql_migrations";
/// Types of columns whose values can be copied: see [`value`].
const KINDS: [&str; 10] = ["int2", "int4", "int8", "bool", "text", "varchar", "bpchar", "bytea", "uuid", "timestamptz"];
/// Filled by the steps themselves: what they put there gives way to the source's.
const FILLED_BY_STEPS: [&str; 1] = ["address_rule_revisions"];

const SOURCE_COLUMNS: &str = "SELECT tables.name AS table_name, columns.name AS column_name, columns.type AS kind
    FROM sqlite_master AS tables, pragma_table_info(tables.name) AS columns
    WHERE tables.type = 'table' AND tables.name NOT LIKE 'sqlite%' ORDER BY tables.name, columns.cid";

const TARGET_COLUMNS: &str =
    "SELECT table_name::text AS table_name, column_name::text AS column_name, udt_name::text AS kind
    FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
    WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' ORDER BY table_name, ordinal_position";

/// Which table refers to which.
const REFERENCES: &str = "SELECT child.relname::text AS child, parent.relname::text AS parent
    FROM pg_constraint JOIN pg_class AS child ON child.oid = conrelid JOIN pg_class AS parent ON parent.oid = confrelid
    WHERE contype = 'f' AND connamespace = current_schema()::regnamespace AND conrelid <> confrelid";

/// What was copied.
#[derive(Debug)]
pub(crate) struct Copied {
    /// Rows by table.
    pub(crate) rows: BTreeMap<String, u64>,
    /// What the audit says of source and copy alike.
    pub(crate) violations: Vec<String>,
}

/// A column of the target: its name, and the type that a value needs.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Column {
    name: String,
    kind: String,
}

/// Columns by table.
type Tables = BTreeMap<String, Vec<Column>>;

/// Copies everything from an embedded database that no program uses into an empty Postgres of the same steps.
///
/// # Errors
///
/// The target is not empty or is other than the source, or a database fails: then nothing was copied.
pub(crate) async fn copy(source: &DatabaseConnection, target: &DatabaseConnection) -> Result<Copied, Failure> {
    // What a command changes meanwhile, such as `matchday user promote`, is not seen.
    let from = source.begin().await?;
    let into = target.begin().await?;
    into.execute_unprepared("SET LOCAL idle_in_transaction_session_timeout = 0").await?;
    into.execute_unprepared("SET LOCAL lock_timeout = '10s'").await?;
    let tables = tables(&from, &into).await?;
    claim(&into, &tables).await?;

    let mut rows = BTreeMap::new();
    for table in in_order(&tables, &references(&into).await?)? {
        let columns = &tables[&table];
        rows.insert(table.clone(), copy_table(&from, &into, &table, columns).await?);
        go_on_counting(&from, &into, &table, columns).await?;
    }
    for (table, copied) in &rows {
        let (had, has) = (count(&from, table).await?, count(&into, table).await?);
        if had != has || has != *copied {
            return Err(Failure::Uncopied(format!("{table} has {had} rows, but {has} were copied to Postgres")));
        }
    }
    // The log of an embedded broker has ended with its program, which forgets such places at its next start.
    let of_embedded = kafka_offset::Column::Source.starts_with(EMBEDDED_SOURCE);
    kafka_offset::Entity::delete_many().filter(of_embedded).exec(&into).await?;

    let violations = audited(&from).await?;
    let of_copy = audited(&into).await?;
    if of_copy != violations {
        let what = of_copy.difference(&violations).cloned().collect::<Vec<_>>().join("\n  ");
        return Err(Failure::Uncopied(format!(
            "the audit finds errors in the copy that the embedded database does not have:\n  {what}"
        )));
    }
    into.commit().await?;
    from.rollback().await?;

    Ok(Copied { rows, violations: violations.into_iter().collect() })
}

/// Sees to it that both have the tables of this program, and of no other.
///
/// # Errors
///
/// One of them lacks steps, or has others than the other.
pub(crate) async fn compare_steps(source: &DatabaseConnection, target: &DatabaseConnection) -> Result<(), Failure> {
    let (here, there) = (Steps::of(source).await?, Steps::of(target).await?);
    for (which, steps, right) in [
        ("the embedded database", &here, "Run `matchday migrate up` without DATABASE_URL first."),
        ("the database of DATABASE_URL", &there, "Run `matchday migrate up` first."),
    ] {
        if !steps.missing.is_empty() {
            let missing = output::counted(steps.missing.len(), "migration", "migrations");
            return Err(Failure::Uncopied(format!("{which} lacks {missing}\n  {right}")));
        }
    }
    if here.unknown != there.unknown {
        let what = "one of the databases has migrations of a newer program, and the other has not";
        return Err(Failure::Uncopied(format!("{what}\n  Run `matchday migrate up` of the newest program on both.")));
    }
    Ok(())
}

/// The tables of both, which have to be the same.
async fn tables(from: &DatabaseTransaction, into: &DatabaseTransaction) -> Result<Tables, Failure> {
    let (had, tables) = (columns(from, SOURCE_COLUMNS).await?, columns(into, TARGET_COLUMNS).await?);
    let names = |tables: &Tables| -> BTreeSet<String> {
        tables.iter().flat_map(|(table, of)| of.iter().map(move |column| format!("{table}.{}", column.name))).collect()
    };
    let (had, has) = (names(&had), names(&tables));
    let differing: Vec<_> = had.symmetric_difference(&has).map(String::as_str).collect();
    if !differing.is_empty() {
        return Err(Failure::Uncopied(format!("only one of the databases has {}", differing.join(", "))));
    }
    let unknown = tables.values().flatten().find(|column| !KINDS.contains(&column.kind.as_str()));
    match unknown {
        None => Ok(tables),
        Some(Column { name, kind }) => {
            Err(Failure::Uncopied(format!("{name} has a type that can't be copied: {kind}")))
        }
    }
}

async fn columns(db: &DatabaseTransaction, sql: &str) -> Result<Tables, DbErr> {
    let mut tables = Tables::new();
    for row in ask(db, sql).await? {
        let (table, name, kind) =
            (row.try_get::<String>("", "table_name")?, row.try_get("", "column_name")?, row.try_get("", "kind")?);
        if table != STEPS {
            tables.entry(table).or_default().push(Column { name, kind });
        }
    }
    Ok(tables)
}

async fn references(into: &DatabaseTransaction) -> Result<Vec<(String, String)>, DbErr> {
    let rows = ask(into, REFERENCES).await?;
    rows.iter().map(|row| Ok((row.try_get("", "child")?, row.try_get("", "parent")?))).collect()
}

/// The tables, each after those that it refers to.
fn in_order(tables: &Tables, references: &[(String, String)]) -> Result<Vec<String>, Failure> {
    let (mut left, mut order): (BTreeSet<&String>, _) = (tables.keys().collect(), Vec::new());
    while !left.is_empty() {
        let waits = |table: &&String| references.iter().any(|(child, parent)| child == *table && left.contains(parent));
        let (waiting, next): (BTreeSet<_>, BTreeSet<_>) = left.iter().copied().partition(waits);
        if next.is_empty() {
            let what = waiting.into_iter().map(String::as_str).collect::<Vec<_>>().join(", ");
            return Err(Failure::Uncopied(format!("these tables reference each other in a circle: {what}")));
        }
        order.extend(next.into_iter().cloned());
        left = waiting;
    }
    Ok(order)
}

/// Keeps every other program from the tables until the end, and sees that there is nothing in them.
async fn claim(into: &DatabaseTransaction, tables: &Tables) -> Result<(), Failure> {
    let all = tables.keys().map(|table| quoted(table)).collect::<Vec<_>>().join(", ");
    into.execute_unprepared(&format!("LOCK TABLE {all} IN ACCESS EXCLUSIVE MODE")).await?;
    for table in FILLED_BY_STEPS {
        into.execute_unprepared(&format!("DELETE FROM {}", quoted(table))).await?;
    }
    let mut filled = Vec::new();
    for table in tables.keys() {
        let rows = count(into, table).await?;
        if rows > 0 {
            filled.push(format!("{table} ({rows})"));
        }
    }
    match filled.is_empty() {
        true => Ok(()),
        false => Err(Failure::Uncopied(format!(
            "the database of DATABASE_URL is not empty; it has rows in {}\n  Name a new database, after `matchday migrate up` and before the first start on it.",
            filled.join(", ")
        ))),
    }
}

/// Copies a table, oldest rows first, and says how many there were.
async fn copy_table(
    from: &DatabaseTransaction,
    into: &DatabaseTransaction,
    table: &str,
    columns: &[Column],
) -> Result<u64, Failure> {
    let names = columns.iter().map(|column| quoted(&column.name)).collect::<Vec<_>>().join(", ");
    let sql =
        format!("SELECT rowid AS {PLACE}, {names} FROM {} WHERE rowid > ? ORDER BY rowid LIMIT {PAGE}", quoted(table));
    let (mut place, mut copied) = (i64::MIN, 0);
    loop {
        let page = Statement::from_sql_and_values(DbBackend::Sqlite, &sql, [place.into()]);
        let rows = from.query_all_raw(page).await?;
        let Some(last) = rows.last() else { return Ok(copied) };
        place = last.try_get("", PLACE)?;
        let mut insert = Query::insert();
        insert.into_table(table.to_owned()).columns(columns.iter().map(|column| column.name.clone()));
        for row in &rows {
            let values = columns.iter().map(|column| value(row, column).map(Expr::value));
            insert.values_panic(values.collect::<Result<Vec<_>, _>>()?);
        }
        into.execute(&insert).await?;
        copied += rows.len() as u64;
    }
}

/// A value of the source as the target's column takes it, read as the program itself reads it.
fn value(row: &QueryResult, Column { name, kind }: &Column) -> Result<Value, DbErr> {
    Ok(match kind.as_str() {
        "int2" => row.try_get::<Option<i16>>("", name)?.into(),
        "int4" => row.try_get::<Option<i32>>("", name)?.into(),
        "int8" => row.try_get::<Option<i64>>("", name)?.into(),
        "bool" => row.try_get::<Option<bool>>("", name)?.into(),
        "text" | "varchar" | "bpchar" => row.try_get::<Option<String>>("", name)?.into(),
        "bytea" => row.try_get::<Option<Vec<u8>>>("", name)?.into(),
        "uuid" => row.try_get::<Option<Uuid>>("", name)?.into(),
        "timestamptz" => row.try_get::<Option<DateTime<Utc>>>("", name)?.into(),
        other => return Err(DbErr::Type(format!("{name} is of the type {other}"))),
    })
}

/// Has Postgres give numbers beyond those that the source has ever given, also to rows that are gone.
async fn go_on_counting(
    from: &DatabaseTransaction,
    into: &DatabaseTransaction,
    table: &str,
    columns: &[Column],
) -> Result<(), Failure> {
    for column in columns.iter().filter(|column| column.kind.starts_with("int")) {
        let sequence = Statement::from_sql_and_values(
            DbBackend::Postgres,
            "SELECT pg_get_serial_sequence($1, $2) AS sequence",
            [quoted(table).into(), column.name.clone().into()],
        );
        let sequence = into.query_one_raw(sequence).await?;
        let sequence = sequence.and_then(|row| row.try_get::<Option<String>>("", "sequence").ok().flatten());
        let Some(sequence) = sequence else { continue };
        let highest = format!("SELECT coalesce(max({}), 0) AS most FROM {}", quoted(&column.name), quoted(table));
        let given = format!("SELECT seq AS most FROM sqlite_sequence WHERE name = '{table}'");
        let mut last = 0;
        for sql in [highest, given] {
            for row in ask(from, &sql).await? {
                last = last.max(row.try_get::<i64>("", "most")?);
            }
        }
        if last > 0 {
            let set = "SELECT setval($1::text::regclass, $2)";
            let set = Statement::from_sql_and_values(DbBackend::Postgres, set, [sequence.into(), last.into()]);
            into.query_one_raw(set).await?;
        }
    }
    Ok(())
}

async fn count(db: &DatabaseTransaction, table: &str) -> Result<u64, DbErr> {
    let row = db.query_one_raw(statement(db, &format!("SELECT count(*) AS rows FROM {}", quoted(table)))).await?;
    let rows = row.map(|row| row.try_get::<i64>("", "rows")).transpose()?;
    Ok(rows.and_then(|rows| u64::try_from(rows).ok()).unwrap_or_default())
}

async fn audited(db: &DatabaseTransaction) -> Result<BTreeSet<String>, DbErr> {
    Ok(audit::violations(db).await?.into_iter().collect())
}

async fn ask(db: &DatabaseTransaction, sql: &str) -> Result<Vec<QueryResult>, DbErr> {
    db.query_all_raw(statement(db, sql)).await
}

fn statement(db: &DatabaseTransaction, sql: &str) -> Statement {
    Statement::from_string(db.get_database_backend(), sql)
}

/// A name as SQL takes it; names of tables and columns are our own.
fn quoted(name: &str) -> String {
    format!("\"{name}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(names: &[&str]) -> Tables {
        names.iter().map(|name| ((*name).to_owned(), Vec::new())).collect()
    }

    fn pairs(references: &[(&str, &str)]) -> Vec<(String, String)> {
        references.iter().map(|(child, parent)| ((*child).to_owned(), (*parent).to_owned())).collect()
    }

    #[test]
    fn a_table_comes_after_those_that_it_refers_to() {
        let tables = of(&["a", "b", "c", "d"]);

        let order = in_order(&tables, &pairs(&[("a", "b"), ("b", "d"), ("a", "c")])).expect("there is an order");

        assert_eq!(order, ["c", "d", "b", "a"]);
    }

    #[test]
    fn a_circle_is_named() {
        let circle = in_order(&of(&["a", "b", "c"]), &pairs(&[("a", "b"), ("b", "a")])).expect_err("there is no order");

        assert!(circle.to_string().contains("a, b"), "{circle}");
    }
}

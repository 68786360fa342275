//! The audit of what a run left.

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};

use crate::{Outcome, database::Database};

/// Fails where the invariants are broken, or where state and events disagree.
pub(crate) async fn check(database: &Database, holds: u64) -> Outcome {
    let db = database.pool().await?;
    let violations = domain::audit::violations(&db).await?;
    let rows = count(&db, "reservations").await?;
    db.close().await?;
    if !violations.is_empty() {
        return Err(format!("invariants are broken: {violations:#?}").into());
    }
    if rows < holds {
        return Err(format!("{holds} holds were acknowledged and {rows} are there").into());
    }
    Ok(())
}

/// Fails where a reservation has no event of its hold.
pub(crate) async fn events(database: &Database) -> Outcome {
    let db = database.pool().await?;
    let reservations = count(&db, "reservations").await?;
    let tickets = count(&db, "outbox WHERE event LIKE '%\"kind\":\"ticket\"%'").await?;
    db.close().await?;
    if reservations != tickets {
        return Err(format!("{reservations} reservations and {tickets} events of them").into());
    }
    Ok(())
}

/// Fails where a record of the run could not be applied.
pub(crate) async fn no_dead_letters(database: &Database) -> Outcome {
    let db = database.pool().await?;
    let letters = count(&db, "outbox WHERE event LIKE '%\"kind\":\"deadLetter\"%'").await?;
    db.close().await?;
    if letters > 0 {
        return Err(format!("{letters} records became dead letters").into());
    }
    Ok(())
}

pub(crate) async fn count(db: &DatabaseConnection, rows: &str) -> Outcome<u64> {
    let statement = Statement::from_string(db.get_database_backend(), format!("SELECT count(*) FROM {rows}"));
    let row = db.query_one_raw(statement).await?.ok_or("a count returned nothing")?;
    let count: i64 = match db.get_database_backend() {
        DbBackend::Sqlite => row.try_get_by_index::<i32>(0)?.into(),
        _ => row.try_get_by_index(0)?,
    };
    Ok(count.try_into()?)
}

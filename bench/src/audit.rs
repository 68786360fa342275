//! The audit of what a run left.

use std::collections::HashSet;

use entities::reservation;
use kafka::Config;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, EntityTrait, QuerySelect, Statement};
use uuid::Uuid;

use crate::{Outcome, database::Database, topics};

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

/// Fails where Kafka was not told of a hold, or of one that is not there.
pub(crate) async fn told(database: &Database, config: &Config) -> Outcome {
    let config = config.clone();
    let told = tokio::task::spawn_blocking(move || topics::holds(&config)).await??;
    let db = database.pool().await?;
    let column = reservation::Entity::find().select_only().column(reservation::Column::Id);
    let placed: HashSet<Uuid> = column.into_tuple::<Uuid>().all(&db).await?.into_iter().collect();
    db.close().await?;
    if told != placed {
        return Err(format!("{} holds were placed and {} told of", placed.len(), told.len()).into());
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

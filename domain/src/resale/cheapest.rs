//! The cheapest: of a match, the listing that costs least of those that can be ordered, kept for as long as the market does not change.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use entities::listing;
use sea_orm::{ConnectionTrait, DbErr, Statement};
use uuid::Uuid;

use super::{
    kept_pages::MarketState,
    market::{self, refresh},
};
use crate::App;

/// The cheapest open listings of matches that were asked for, none where a match has none.
type Known = HashMap<i32, Option<Arc<listing::Model>>>;

/// What is known of a state of the market.
#[derive(Default)]
pub struct Cheapest(Mutex<(MarketState, Known)>);

/// The cheapest listing of each of these matches that has one.
///
/// # Errors
/// The database does not answer.
pub async fn cheapest(app: &App, matches: &[i32]) -> Result<HashMap<i32, Arc<listing::Model>>, DbErr> {
    if matches.is_empty() || !app.settings.resale.enabled {
        return Ok(HashMap::new());
    }
    refresh(app).await?;
    let state = market::state(app);
    let unknown: Vec<i32> = {
        let mut kept = app.cheapest.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.0 != state {
            *kept = (state, HashMap::new());
        }
        matches.iter().copied().filter(|number| !kept.1.contains_key(number)).collect()
    };
    let read = if unknown.is_empty() { HashMap::new() } else { read(&app.db, &unknown).await? };
    let mut kept = app.cheapest.0.lock().unwrap_or_else(PoisonError::into_inner);
    // What was read is at least as new as the state that was known before.
    if kept.0 == state {
        kept.1.extend(unknown.iter().map(|number| (*number, read.get(number).map(Arc::clone))));
    }
    let found = |number: &i32| kept.1.get(number).cloned().flatten().or_else(|| read.get(number).map(Arc::clone));
    Ok(matches.iter().filter_map(|number| Some((*number, found(number)?))).collect())
}

/// One look into the index of open listings for each match, in one statement.
async fn read(db: &impl ConnectionTrait, matches: &[i32]) -> Result<HashMap<i32, Arc<listing::Model>>, DbErr> {
    let numbers: Vec<String> = matches.iter().map(i32::to_string).collect();
    let text = format!(
        "SELECT (SELECT listings.id FROM listings WHERE listings.match_number = matches.match_number \
         AND listings.state = 'OPEN' ORDER BY listings.price_minor, listings.id LIMIT 1) AS id \
         FROM matches WHERE matches.match_number IN ({})",
        numbers.join(", ")
    );
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), text)).await?;
    let mut ids = Vec::with_capacity(rows.len());
    for row in rows {
        ids.extend(row.try_get::<Option<Uuid>>("", "id")?);
    }
    let found = market::find_many(db, &ids).await?;
    Ok(found.into_iter().map(|row| (row.match_number, Arc::new(row))).collect())
}

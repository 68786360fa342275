//! Matches: what is on sale, as all may see it.
//!
//! A match comes with the master list, its facts follow it, and its version grows with every change that shows.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use book::match_state::MatchState;
use entities::{matches, stock};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};

use crate::App;

/// One match; `None` if the master list has not named it.
pub async fn find(app: &App, match_number: i32) -> Result<Option<Arc<MatchState>>, DbErr> {
    if let Some(state) = app.view.get(match_number) {
        return Ok(Some(state));
    }
    // It may have come through another instance since the view was compared with the database.
    let facts = matches::Entity::find_by_id(match_number).all(&app.db).await?;
    Ok(with_stock(&app.db, facts).await?.pop().map(|state| Arc::new(app.view.as_of_now(state))))
}

/// All matches as the database has them.
pub async fn snapshot(db: &impl ConnectionTrait) -> Result<Vec<MatchState>, DbErr> {
    let facts = matches::Entity::find().order_by_asc(matches::Column::MatchNumber).all(db).await?;
    with_stock(db, facts).await
}

/// The matches whose version is newer than the one in `known`, or that `known` lacks.
pub async fn changed_since(db: &impl ConnectionTrait, known: &HashMap<i32, i32>) -> Result<Vec<MatchState>, DbErr> {
    let facts = matches::Entity::find().all(db).await?;
    let newer = facts
        .into_iter()
        .filter(|facts| known.get(&facts.match_number).is_none_or(|version| *version < facts.version))
        .collect();
    with_stock(db, newer).await
}

/// Joins facts read first with counts read after: counts newer than their version are corrected by the next version.
async fn with_stock(db: &impl ConnectionTrait, facts: Vec<matches::Model>) -> Result<Vec<MatchState>, DbErr> {
    if facts.is_empty() {
        return Ok(Vec::new());
    }
    let stock = stock::Entity::find()
        .filter(stock::Column::MatchNumber.is_in(facts.iter().map(|facts| facts.match_number)))
        .order_by_asc(stock::Column::MatchNumber)
        .order_by_asc(stock::Column::Category)
        .all(db)
        .await?;
    let mut by_match = BTreeMap::<i32, Vec<&stock::Model>>::new();
    for stock in &stock {
        by_match.entry(stock.match_number).or_default().push(stock);
    }

    Ok(facts
        .iter()
        .map(|facts| MatchState::new(facts, by_match.remove(&facts.match_number).unwrap_or_default()))
        .collect())
}

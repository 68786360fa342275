//! Matches: what is on sale, as everybody may see it.
//!
//! A match comes with the master list, its facts follow it, and its version grows with every change that shows.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use chrono::{DateTime, Utc};
use entities::{category::Category, matches, stock};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};

use crate::App;

mod page;

pub use page::{Cursor, Filter, Page, Window, count, page};

/// Whether tickets can be had, and if not, whether that may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Availability {
    /// `sellable` is above 0.
    Available,
    /// All that is left is held by somebody and may come back.
    TemporarilyUnavailable,
    SoldOut,
}

/// Everything public about one match at one version. Its JSON is the availability topic's record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MatchState {
    pub match_number: i32,
    pub round_number: i32,
    pub date_utc: DateTime<Utc>,
    pub location: String,
    pub home_team: String,
    pub away_team: String,
    pub group: Option<String>,
    /// Only grows.
    pub version: i32,
    /// In the order of their numbers.
    pub categories: Vec<CategoryState>,
}

/// What is left of one category.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CategoryState {
    pub category: Category,
    pub price_minor: i64,
    /// Not sold by anybody.
    pub available: i32,
    /// Held by somebody, here or on another site.
    pub pending: i32,
}

impl CategoryState {
    pub fn sellable(&self) -> i32 {
        (self.available - self.pending).max(0)
    }

    pub fn availability(&self) -> Availability {
        if self.sellable() > 0 {
            Availability::Available
        } else if self.available > 0 {
            Availability::TemporarilyUnavailable
        } else {
            Availability::SoldOut
        }
    }
}

impl From<&stock::Model> for CategoryState {
    fn from(stock: &stock::Model) -> Self {
        Self {
            category: stock.category,
            price_minor: stock.price_minor,
            available: stock.available,
            pending: stock.held + stock.foreign_pending,
        }
    }
}

impl MatchState {
    /// Of the match as a whole: available while any category is, sold out once all are.
    pub fn availability(&self) -> Availability {
        let any = |wanted| self.categories.iter().any(|category| category.availability() == wanted);
        if any(Availability::Available) {
            Availability::Available
        } else if any(Availability::TemporarilyUnavailable) {
            Availability::TemporarilyUnavailable
        } else {
            Availability::SoldOut
        }
    }

    pub(crate) fn new<'a>(facts: &matches::Model, stock: impl IntoIterator<Item = &'a stock::Model>) -> Self {
        Self {
            match_number: facts.match_number,
            round_number: facts.round_number,
            date_utc: facts.date_utc,
            location: facts.location.clone(),
            home_team: facts.home_team.clone(),
            away_team: facts.away_team.clone(),
            group: facts.group_name.clone(),
            version: facts.version,
            categories: stock.into_iter().map(CategoryState::from).collect(),
        }
    }
}

/// One match; `None` if the master list has not named it.
pub async fn find(app: &App, match_number: i32) -> Result<Option<Arc<MatchState>>, DbErr> {
    if let Some(state) = app.view.get(match_number) {
        return Ok(Some(state));
    }
    // It may have come through another instance since the view was compared with the database.
    let facts = matches::Entity::find_by_id(match_number).all(&app.db).await?;
    Ok(with_stock(&app.db, facts).await?.pop().map(Arc::new))
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

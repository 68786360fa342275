//! The parking: sales of matches whose master-list record has not come yet, in the order in which they came.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use entities::{matches, parked_sale};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};

use super::Sale;
use crate::store::Write;

/// Matches looked after in one round at most.
const ROUND: u64 = 1_024;

/// What is parked for the matches of one transaction.
#[derive(Default)]
pub(crate) struct Parking {
    /// With the ids of their rows.
    waiting: BTreeMap<i32, Vec<(i64, Sale)>>,
    fresh: BTreeMap<i32, Vec<Sale>>,
    /// Rows that were read here: one that is parked meanwhile, by somebody who does not see the match yet, stays.
    left: Vec<i64>,
}

impl Parking {
    /// Reads what is parked for `numbers`, under the locks of those of them that have come.
    pub(crate) async fn open(txn: &Write, numbers: &BTreeSet<i32>) -> Result<Self, DbErr> {
        let rows = parked_sale::Entity::find()
            .filter(parked_sale::Column::MatchNumber.is_in(numbers.iter().copied()))
            .order_by_asc(parked_sale::Column::Id)
            .all(&**txn)
            .await?;
        let mut parking = Self::default();
        for row in rows {
            let sale = serde_json::from_str(&row.sale).map_err(|error| DbErr::Json(error.to_string()))?;
            parking.waiting.entry(row.match_number).or_default().push((row.id, sale));
        }

        Ok(parking)
    }

    pub(crate) fn sales(&self) -> impl Iterator<Item = &Sale> {
        self.waiting.values().flatten().map(|(_, sale)| sale)
    }

    pub(crate) fn enter(&mut self, sale: Sale) {
        self.fresh.entry(sale.match_number).or_default().push(sale);
    }

    /// Takes out all that waits for a match.
    pub(super) fn leave(&mut self, match_number: i32) -> Vec<Sale> {
        let mut sales = Vec::new();
        for (id, sale) in self.waiting.remove(&match_number).unwrap_or_default() {
            self.left.push(id);
            sales.push(sale);
        }
        sales.extend(self.fresh.remove(&match_number).unwrap_or_default());

        sales
    }

    pub(crate) async fn close(self, txn: &Write, now: DateTime<Utc>) -> Result<(), DbErr> {
        if !self.left.is_empty() {
            parked_sale::Entity::delete_many().filter(parked_sale::Column::Id.is_in(self.left)).exec(&**txn).await?;
        }
        let mut rows = Vec::new();
        for sale in self.fresh.into_values().flatten() {
            rows.push(parked_sale::ActiveModel {
                id: NotSet,
                match_number: Set(sale.match_number),
                sale: Set(serde_json::to_string(&sale).map_err(|error| DbErr::Json(error.to_string()))?),
                received_at: Set(now),
            });
        }
        if !rows.is_empty() {
            parked_sale::Entity::insert_many(rows).exec_without_returning(&**txn).await?;
        }
        Ok(())
    }
}

/// Matches that have come and for which something still is parked.
pub(super) async fn arrived(db: &impl ConnectionTrait) -> Result<BTreeSet<i32>, DbErr> {
    let known = matches::Entity::find().select_only().column(matches::Column::MatchNumber).into_query();
    let numbers: Vec<i32> = parked_sale::Entity::find()
        .select_only()
        .column(parked_sale::Column::MatchNumber)
        .distinct()
        .filter(parked_sale::Column::MatchNumber.in_subquery(known))
        .limit(ROUND)
        .into_tuple()
        .all(db)
        .await?;

    Ok(numbers.into_iter().collect())
}

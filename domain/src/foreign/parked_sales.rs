//! Parked sales: sales of matches whose master-list record has not come yet, in the order in which they came.
//!
//! Invariant: what waits is bounded, in all and of each sender, and for a time; what finds no room is a dead letter, and
//! what has waited in vain is counted.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use book::store::WriteTxn;
use chrono::{DateTime, Utc};
use entities::{matches, parked_sale};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, Query},
};

use super::{SHARED, Sale};
use crate::{App, settings::ParkedSalesBounds};

/// Matches looked after in one round at most.
const ROUND: u64 = 1_024;

/// Rows written in one statement: SQLite takes 32,766 parameters.
const PAGE: usize = 4_000;

/// How often what waits is counted.
const COUNT: chrono::Duration = chrono::Duration::seconds(10);

/// How much waits, as it was counted last.
#[derive(Default)]
pub(crate) struct ParkedSalesCount {
    sales: AtomicU64,
    at: Mutex<Option<DateTime<Utc>>>,
}

impl ParkedSalesCount {
    pub(crate) fn sales(&self) -> u64 {
        self.sales.load(Ordering::Relaxed)
    }

    fn is_due(&self, now: DateTime<Utc>) -> bool {
        let mut at = self.at.lock().unwrap_or_else(PoisonError::into_inner);
        // A clock that was set back says nothing.
        let due = at.is_none_or(|at| now < at || now - at >= COUNT);
        if due {
            *at = Some(now);
        }
        due
    }
}

/// How much waits, in all and of each sender.
struct Waiting {
    all: u64,
    senders: HashMap<String, u64>,
}

/// What is parked for the matches of one transaction.
#[derive(Default)]
pub(crate) struct ParkedSales {
    /// With the ids of their rows.
    waiting: BTreeMap<i32, Vec<(i64, Sale)>>,
    fresh: BTreeMap<i32, Vec<Sale>>,
    /// Rows that were read here: one that is parked meanwhile, by an instance that does not see the match yet, stays.
    left: Vec<i64>,
    /// How much waits for any match; read once it is asked for.
    waiting_anywhere: Option<Waiting>,
}

impl ParkedSales {
    /// Reads what is parked for `numbers`, under the locks of those of them that have come.
    pub(crate) async fn open(txn: &WriteTxn, numbers: &BTreeSet<i32>) -> Result<Self, DbErr> {
        let rows = parked_sale::Entity::find()
            .filter(parked_sale::Column::MatchNumber.is_in(numbers.iter().copied()))
            .order_by_asc(parked_sale::Column::Id)
            .all(&**txn)
            .await?;
        let mut parked = Self::default();
        for row in rows {
            let sale = serde_json::from_str(&row.sale).map_err(|error| DbErr::Json(error.to_string()))?;
            parked.waiting.entry(row.match_number).or_default().push((row.id, sale));
        }

        Ok(parked)
    }

    pub(crate) fn sales(&self) -> impl Iterator<Item = &Sale> + Clone {
        self.waiting.values().flatten().map(|(_, sale)| sale)
    }

    /// Parks a sale; `false` where no more may wait.
    pub(crate) async fn enter(
        &mut self,
        txn: &WriteTxn,
        bounds: &ParkedSalesBounds,
        sale: &Sale,
    ) -> Result<bool, DbErr> {
        let waiting = match &mut self.waiting_anywhere {
            Some(waiting) => waiting,
            unread => unread.insert(Waiting::read(txn).await?),
        };
        let of_sender = waiting.senders.entry(sender_of(sale).to_owned()).or_default();
        if waiting.all >= bounds.most || *of_sender >= bounds.most_of_sender {
            metrics::counter!("matchday_parked_sales_refused_total").increment(1);
            return Ok(false);
        }
        waiting.all += 1;
        *of_sender += 1;
        self.fresh.entry(sale.match_number).or_default().push(sale.clone());

        Ok(true)
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

    pub(crate) async fn close(self, txn: &WriteTxn, now: DateTime<Utc>) -> Result<(), DbErr> {
        for left in self.left.chunks(PAGE) {
            let rows = parked_sale::Entity::delete_many().filter(parked_sale::Column::Id.is_in(left.iter().copied()));
            rows.exec(&**txn).await?;
        }
        let mut rows = Vec::new();
        for sale in self.fresh.into_values().flatten() {
            rows.push(parked_sale::ActiveModel {
                id: NotSet,
                match_number: Set(sale.match_number),
                sender: Set(sender_of(&sale).to_owned()),
                sale: Set(serde_json::to_string(&sale).map_err(|error| DbErr::Json(error.to_string()))?),
                received_at: Set(now),
            });
        }
        for rows in rows.chunks(PAGE) {
            parked_sale::Entity::insert_many(rows.to_vec()).exec_without_returning(&**txn).await?;
        }
        Ok(())
    }
}

fn sender_of(sale: &Sale) -> &str {
    sale.sender.as_deref().unwrap_or(SHARED)
}

impl Waiting {
    async fn read(txn: &WriteTxn) -> Result<Self, DbErr> {
        let counts: Vec<(String, i64)> = parked_sale::Entity::find()
            .select_only()
            .column(parked_sale::Column::Sender)
            .column_as(parked_sale::Column::Id.count(), "waiting")
            .group_by(parked_sale::Column::Sender)
            .into_tuple()
            .all(&**txn)
            .await?;
        let senders: HashMap<String, u64> =
            counts.into_iter().map(|(sender, waiting)| (sender, u64::try_from(waiting).unwrap_or(0))).collect();

        Ok(Self { all: senders.values().sum(), senders })
    }
}

/// Forgets sales whose match has not come for too long, and counts what waits.
pub(crate) async fn thin(app: &App, now: DateTime<Utc>) -> Result<(), DbErr> {
    use parked_sale::Column;

    // Ids follow the order in which they came.
    let oldest = parked_sale::Entity::find().order_by_asc(Column::Id).limit(1).one(&app.db).await?;
    let kept_from = now - app.settings.parked_sales.kept;
    if oldest.is_some_and(|oldest| oldest.received_at < kept_from) {
        let txn = WriteTxn::begin(&app.store).await?;
        let gone = parked_sale::Entity::delete_many().filter(Column::ReceivedAt.lt(kept_from)).exec(&*txn).await?;
        txn.commit().await?;
        tracing::warn!(sales = gone.rows_affected, "parked sales dropped: their matches never came");
        metrics::counter!("matchday_parked_sales_given_up_total").increment(gone.rows_affected);
    }
    if app.parked_sales.is_due(now) {
        let waiting = parked_sale::Entity::find().count(&app.db).await?;
        app.parked_sales.sales.store(waiting, Ordering::Relaxed);
        #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
        metrics::gauge!("matchday_parked_sales").set(waiting as f64);
    }

    Ok(())
}

/// Matches that have come and for which something still is parked.
pub(super) async fn arrived(db: &impl ConnectionTrait) -> Result<BTreeSet<i32>, DbErr> {
    // Asked from the matches, which are few, whatever is parked.
    let waits = Query::select()
        .expr(Expr::val(1))
        .from(parked_sale::Entity)
        .and_where(
            Expr::col((parked_sale::Entity, parked_sale::Column::MatchNumber))
                .equals((matches::Entity, matches::Column::MatchNumber)),
        )
        .to_owned();
    let numbers: Vec<i32> = matches::Entity::find()
        .select_only()
        .column(matches::Column::MatchNumber)
        .filter(Expr::exists(waits))
        .limit(ROUND)
        .into_tuple()
        .all(db)
        .await?;

    Ok(numbers.into_iter().collect())
}

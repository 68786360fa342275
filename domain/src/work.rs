//! Work: rows that wait for their turn, each claimed by one instance at a time.
//!
//! An instance that claims a row moves its next turn on before it begins. Where it dies, another claims the row after
//! that; where the work fails, nothing needs to be written down. Each turn makes the wait before the next longer.
//!
//! Invariant: of the instances that have read the same row, one claims it.

use std::time::Duration;

use book::store::WriteTxn;
use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, QueryFilter,
    sea_query::{Expr, IntoCondition},
};

use crate::App;

/// Waits that double from `first` to `longest`.
#[derive(Debug, Clone, Copy)]
pub struct Backoff {
    pub first: Duration,
    pub longest: Duration,
}

impl Backoff {
    /// The wait after the first failure and `more`.
    pub fn wait(&self, more: u32) -> Duration {
        self.first.saturating_mul(2_u32.saturating_pow(more)).min(self.longest)
    }

    /// The next turn of a row that is claimed now, and was claimed `attempts` times before.
    pub(crate) fn next_at(&self, now: DateTime<Utc>, attempts: i32) -> DateTime<Utc> {
        now + self.wait(u32::try_from(attempts).unwrap_or_default())
    }
}

/// Claims the row that `is_row` describes and that was read with so many `attempts`, unless another instance has: no other
/// begins before `next_at`, whatever becomes of this one.
pub(crate) async fn claim<E: EntityTrait>(
    app: &App,
    is_row: impl IntoCondition,
    (attempts_column, attempts): (E::Column, i32),
    (next_at_column, next_at): (E::Column, DateTime<Utc>),
) -> Result<bool, DbErr> {
    let txn = WriteTxn::begin(&app.store).await?;
    let claimed = E::update_many()
        .col_expr(attempts_column, Expr::value(attempts.saturating_add(1)))
        .col_expr(next_at_column, Expr::value(next_at))
        .filter(is_row)
        .filter(attempts_column.eq(attempts))
        .exec(&*txn)
        .await?;
    txn.commit().await?;

    Ok(claimed.rows_affected == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_doubles_up_to_the_longest() {
        let backoff = Backoff { first: Duration::from_secs(30), longest: Duration::from_secs(300) };

        assert_eq!([0, 1, 2, 3, 4, u32::MAX].map(|more| backoff.wait(more).as_secs()), [30, 60, 120, 240, 300, 300]);
        let now = DateTime::UNIX_EPOCH;
        assert_eq!([-1, 0, 1, i32::MAX].map(|attempts| backoff.next_at(now, attempts).timestamp()), [30, 30, 60, 300]);
    }
}

//! Turns: payments on their way that are due to be compared with the gateway.
//!
//! An instance takes one for a while; where it dies, the next one takes it after that.

use std::time::Duration;

use book::store::Write;
use chrono::{DateTime, Utc};
use entities::payment::{self, State};
use sea_orm::{ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{PaymentError, drive, found, is_overdue, look, own_gateway::ours, settle};
use crate::{App, desk::report::News};

/// Payments, refunds, payouts or events taken in one round at most.
pub(crate) const ROUND: u64 = 64;

/// The wait before a payment is seen to once more; it doubles. Longer than the calls of one turn may take.
const FIRST_WAIT: Duration = Duration::from_secs(30);
const LONGEST_WAIT: Duration = Duration::from_secs(300);

/// Payments on their way whose turn has come, or whose hold is over.
pub(crate) async fn due(app: &App) -> Result<Vec<payment::Model>, DbErr> {
    payment::Entity::find()
        .filter(payment::Column::State.is_in(State::LIVE))
        .filter(payment::Column::NextAt.lte(app.clock.now()))
        .filter(ours(app))
        .order_by_asc(payment::Column::NextAt)
        .limit(ROUND)
        .all(&app.db)
        .await
}

pub(crate) async fn see_to(app: &App, row: payment::Model) -> Result<(), PaymentError> {
    if !take(app, &row, app.clock.now()).await? {
        return Ok(());
    }
    metrics::counter!("matchday_payments_kept_total").increment(1);
    let payment = look(app, &row).await?.payment;
    if payment.state == State::Open && is_overdue(app, &payment).await? {
        settle(app, &payment, News::Abandoned).await?;
        drive(app, found(app, payment.id).await?).await?;
    }
    Ok(())
}

/// The wait of somebody who takes what was taken so often before.
pub(super) fn wait(attempts: i32) -> Duration {
    let doubled = 2_u32.saturating_pow(u32::try_from(attempts).unwrap_or_default());
    FIRST_WAIT.saturating_mul(doubled).min(LONGEST_WAIT)
}

/// Takes a payment, unless another instance has: nobody else begins before the wait is over, whatever becomes of us. One
/// that waits for its payer is seen to at the end of its hold in any case.
async fn take(app: &App, row: &payment::Model, now: DateTime<Utc>) -> Result<bool, DbErr> {
    let mut next_at = now + wait(row.attempts);
    if row.state == State::Open && row.hold_ends_at > now {
        next_at = next_at.min(row.hold_ends_at);
    }
    let txn = Write::begin(&app.store).await?;
    let taken = payment::Entity::update_many()
        .set(payment::ActiveModel {
            attempts: Set(row.attempts.saturating_add(1)),
            next_at: Set(next_at),
            ..Default::default()
        })
        .filter(payment::Column::Id.eq(row.id))
        .filter(payment::Column::State.eq(row.state))
        .filter(payment::Column::Attempts.eq(row.attempts))
        .exec(&*txn)
        .await?;
    txn.commit().await?;

    Ok(taken.rows_affected == 1)
}

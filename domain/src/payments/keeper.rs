//! The keeper: sees to payments that somebody left on their way, and to what the gateway's events tell of.
//!
//! Every instance looks for payments that are due and takes each for a while: one that dies is followed by the next. A
//! payment that waits for its payer is compared with the gateway now and then, so that a lost event costs time and
//! nothing else; when its hold is over it is ended at the gateway, and the hold with it. Refunds that are due are asked
//! for in the same way.

use std::time::Duration;

use chrono::{DateTime, Utc};
use entities::payment::{self, State};
use futures_util::{StreamExt, stream};
use sea_orm::{ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use tokio_util::sync::CancellationToken;

use super::{PaymentError, drive, found, is_overdue, look, refunds, report::News, settle, webhooks};
use crate::{App, resale::payouts, store::Write};

/// How often an instance looks for payments that are due.
const PERIOD: Duration = Duration::from_millis(250);

/// Payments or events taken in one round, and seen to side by side, at most.
pub(super) const ROUND: u64 = 64;
const SIDE_BY_SIDE: usize = 8;

/// The wait before a payment is seen to once more; it doubles. Longer than the calls of one turn may take.
const FIRST_WAIT: Duration = Duration::from_secs(30);
const LONGEST_WAIT: Duration = Duration::from_secs(300);

/// Sees to payments until `shutdown`.
pub async fn run(app: &App, shutdown: CancellationToken) {
    while !shutdown.is_cancelled() {
        let full = match round(app).await {
            Ok(taken) => taken >= usize::try_from(ROUND).unwrap_or(usize::MAX),
            Err(error) => {
                tracing::warn!(%error, "payments can't be looked for; trying again");
                false
            }
        };
        if !full {
            tokio::select! {
                () = tokio::time::sleep(PERIOD) => {}
                () = app.wake.payments() => {}
                () = shutdown.cancelled() => {}
            }
        }
    }
}

/// Sees to what is due now, and says how many payments, refunds, payouts and events that were.
pub async fn round(app: &App) -> Result<usize, DbErr> {
    let told = webhooks::waiting(app).await?;
    let (due, owed, payouts) = (due(app).await?, refunds::due(app).await?, payouts::due(app, ROUND).await?);
    let taken = told.len() + due.len() + owed.len() + payouts.len();
    stream::iter(told).for_each_concurrent(SIDE_BY_SIDE, async |event| webhooks::see_to(app, event).await).await;
    stream::iter(due)
        .for_each_concurrent(SIDE_BY_SIDE, async |row| {
            if let Err(error) = see_to(app, row).await {
                tracing::warn!(%error, "a payment could not be seen to; trying again");
            }
        })
        .await;
    stream::iter(owed)
        .for_each_concurrent(SIDE_BY_SIDE, async |row| {
            if let Err(error) = refunds::see_to(app, row).await {
                tracing::warn!(%error, "a refund could not be seen to; trying again");
            }
        })
        .await;
    stream::iter(payouts)
        .for_each_concurrent(SIDE_BY_SIDE, async |row| {
            if let Err(error) = payouts::see_to(app, &row).await {
                tracing::warn!(%error, "a payout could not be seen to; trying again");
            }
        })
        .await;

    Ok(taken)
}

/// Payments on their way whose turn has come, or whose hold is over.
async fn due(app: &App) -> Result<Vec<payment::Model>, DbErr> {
    payment::Entity::find()
        .filter(payment::Column::State.is_in(State::LIVE))
        .filter(payment::Column::NextAt.lte(app.clock.now()))
        .order_by_asc(payment::Column::NextAt)
        .limit(ROUND)
        .all(&app.db)
        .await
}

async fn see_to(app: &App, row: payment::Model) -> Result<(), PaymentError> {
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
    let txn = Write::begin(app).await?;
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

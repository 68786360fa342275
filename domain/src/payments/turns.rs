//! Turns: payments on their way that are due to be compared with the gateway.
//!
//! An instance takes one for a while; where it dies, the next one takes it after that.

use std::time::Duration;

use chrono::{DateTime, Utc};
use entities::payment::{self, State};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{PaymentError, advance, is_overdue, own_gateway::ours, reload, settle, sync};
use crate::{
    App,
    desk::report::PaymentReport,
    work::{self, Backoff},
};

/// Payments, refunds, payouts or events taken in one round at most.
pub(crate) const ROUND: u64 = 64;

/// The wait before a payment is processed once more; it doubles. Longer than the calls of one turn may take.
const FIRST_WAIT: Duration = Duration::from_secs(30);
const LONGEST_WAIT: Duration = Duration::from_secs(300);
pub(super) const BACKOFF: Backoff = Backoff { first: FIRST_WAIT, longest: LONGEST_WAIT };

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

/// Compares a payment with the gateway, unless another instance does, and ends one whose hold is over.
pub(crate) async fn process(app: &App, row: payment::Model) -> Result<(), PaymentError> {
    if !take(app, &row, app.clock.now()).await? {
        return Ok(());
    }
    metrics::counter!("matchday_payments_kept_total").increment(1);
    let payment = sync(app, &row).await?.payment;
    if payment.state == State::Open && is_overdue(app, &payment).await? {
        settle(app, &payment, PaymentReport::Abandoned).await?;
        advance(app, reload(app, payment.id).await?).await?;
    }
    Ok(())
}

/// Takes a payment, unless another instance has: no other begins before the wait is over, whatever becomes of this one.
/// One that waits for its payer is processed at the end of its hold in any case.
async fn take(app: &App, row: &payment::Model, now: DateTime<Utc>) -> Result<bool, DbErr> {
    let mut next_at = BACKOFF.next_at(now, row.attempts);
    if row.state == State::Open && row.hold_ends_at > now {
        next_at = std::cmp::min(next_at, row.hold_ends_at);
    }
    let is_row = payment::Column::Id.eq(row.id).and(payment::Column::State.eq(row.state));
    let attempts = (payment::Column::Attempts, row.attempts);
    work::claim::<payment::Entity>(app, is_row, attempts, (payment::Column::NextAt, next_at)).await
}

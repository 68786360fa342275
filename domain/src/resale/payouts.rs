//! Payouts: the sellers' part of what their listings brought, on its way to them.
//!
//! The keeper takes one that is due, asks the gateway to transfer it by a key made of its id, and tries again later where
//! that fails: nothing is paid twice, and nothing is forgotten.

use std::time::Duration;

use book::store::WriteTxn;
use chrono::TimeDelta;
use entities::payout::{self, Column, State};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use crate::{
    App,
    accounts::Viewer,
    gateway::{GatewayError, Transfer},
    page::Page,
    work::{self, Backoff},
};

/// The wait before a transfer is tried once more; it doubles. Longer than a call may take.
const FIRST_WAIT: Duration = Duration::from_secs(30);
const LONGEST_WAIT: Duration = Duration::from_secs(3_600);
const BACKOFF: Backoff = Backoff { first: FIRST_WAIT, longest: LONGEST_WAIT };

/// Characters of a problem that are kept.
const MAX_PROBLEM: usize = 200;

/// A page of payouts, newest first, after the one of id `after`: `viewer`'s, or all sellers' for an admin.
pub async fn page(
    app: &App,
    viewer: Viewer,
    state: Option<State>,
    after: Option<Uuid>,
    limit: usize,
) -> Result<Page<payout::Model>, DbErr> {
    let mut query = payout::Entity::find();
    if !viewer.is_admin() {
        query = query.filter(Column::SellerId.eq(viewer.user_id));
    }
    if let Some(state) = state {
        query = query.filter(Column::State.eq(state));
    }
    if let Some(after) = after {
        query = query.filter(Column::Id.lt(after));
    }
    Page::of(&app.db, query.order_by_desc(Column::Id), limit).await
}

/// Payouts whose turn has come, at most `most`.
pub(crate) async fn due(app: &App, most: u64) -> Result<Vec<payout::Model>, DbErr> {
    payout::Entity::find()
        .filter(Column::State.eq(State::Due))
        .filter(Column::NextAt.lte(app.clock.now()))
        .order_by_asc(Column::NextAt)
        .limit(most)
        .all(&app.db)
        .await
}

/// Has the metrics tell how many are due, and since when the oldest is.
pub(crate) async fn measure(app: &App) -> Result<(), DbErr> {
    let due = || payout::Entity::find().filter(Column::State.eq(State::Due));
    let oldest = due().order_by_asc(Column::CreatedAt).one(&app.db).await?;
    let waited = oldest.map_or(TimeDelta::zero(), |row| app.clock.now() - row.created_at);
    let count = due().count(&app.db).await?;
    metrics::gauge!("matchday_payouts_due").set(u32::try_from(count).unwrap_or(u32::MAX));
    metrics::gauge!("matchday_payouts_oldest_due_seconds").set(u32::try_from(waited.num_seconds()).unwrap_or(0));
    Ok(())
}

/// Transfers a payout, unless another instance is at it.
pub(crate) async fn process(app: &App, row: &payout::Model) -> Result<(), DbErr> {
    let is_row = Column::Id.eq(row.id).and(Column::State.eq(State::Due));
    let next_at = (Column::NextAt, BACKOFF.next_at(app.clock.now(), row.attempts));
    if !work::claim::<payout::Entity>(app, is_row, (Column::Attempts, row.attempts), next_at).await? {
        return Ok(());
    }
    let transfer = Transfer {
        payout_id: row.id,
        seller_id: row.seller_id,
        amount_minor: row.amount_minor,
        key: format!("{}-transfer", row.id),
    };
    let answered = app.gateway.transfer(&transfer).await;
    let outcome = if answered.is_ok() { "paid" } else { "put_off" };
    metrics::counter!("matchday_payouts_total", "outcome" => outcome).increment(1);
    let change = match answered {
        Ok(gateway_id) => payout::ActiveModel {
            state: Set(State::Paid),
            gateway_id: Set(Some(gateway_id)),
            problem: Set(None),
            paid_at: Set(Some(app.clock.now())),
            ..Default::default()
        },
        Err(GatewayError::Refused { code }) => {
            tracing::warn!(payout = %row.id, code, "the payment provider refused a transfer; trying again later");
            let problem = code.chars().take(MAX_PROBLEM).collect();
            payout::ActiveModel { problem: Set(Some(problem)), ..Default::default() }
        }
        Err(error @ GatewayError::Unreachable(_)) => {
            tracing::warn!(payout = %row.id, %error, "transfer status unknown; asking again");
            return Ok(());
        }
    };
    let txn = WriteTxn::begin(&app.store).await?;
    payout::Entity::update_many()
        .set(change)
        .filter(Column::Id.eq(row.id))
        .filter(Column::State.eq(State::Due))
        .exec(&*txn)
        .await?;
    txn.commit().await
}

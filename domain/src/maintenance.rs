//! Maintenance: hears of keys that other instances made or ended, and lets go of what is needed no more.

use std::time::Duration;

use book::store::WriteTxn;
use chrono::TimeDelta;
use entities::session;
use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, QueryFilter,
    sea_query::{ExprTrait, Query},
};
use tokio_util::sync::CancellationToken;

use crate::{
    App,
    accounts::{codes, keys::AccessTokens, provider_sign_in, standing, throttle},
    analytics, keyring,
    tickets::{keys::TicketCodes, transfers},
};

/// How often an instance looks for keys that were made or ended elsewhere.
const PERIOD: Duration = Duration::from_secs(10);

/// One round in so many also lets go of what is over.
const ROUNDS: u32 = 60;

/// How long the tokens of a session that ended are remembered.
const ENDED: TimeDelta = TimeDelta::days(1);

/// Tokens that are let go of in one transaction, and transactions of one round, at most.
const BATCH: u64 = 1_000;
const BATCHES: usize = 50;

/// Keeps accounts in order until `shutdown`.
pub async fn run(app: &App, shutdown: CancellationToken) {
    let mut rounds = 0;
    while !shutdown.is_cancelled() {
        if let Err(error) = keyring::load::<AccessTokens>(app).await {
            tracing::warn!(%error, "signing keys can't be read; the known ones stay in use");
        }
        if let Err(error) = keyring::load::<TicketCodes>(app).await {
            tracing::warn!(%error, "ticket-signing keys can't be read; the known ones stay in use");
        }
        if rounds % ROUNDS == 0
            && let Err(error) = forget(app).await
        {
            tracing::warn!(%error, "ended sessions can't be deleted; trying again later");
        }
        rounds = rounds.wrapping_add(1);
        tokio::select! {
            () = tokio::time::sleep(PERIOD) => {}
            () = shutdown.cancelled() => {}
        }
    }
}

/// Deletes what is over: a refresh token that has expired is as unknown as one that never was, and so is one whose session
/// ended days ago. Tokens that were used up stay while their session goes on, for using one again ends it.
pub async fn forget(app: &App) -> Result<(), DbErr> {
    let txn = WriteTxn::begin(&app.store).await?;
    throttle::forget(app, &txn).await?;
    codes::forget(app, &txn).await?;
    standing::forget(app, &txn).await?;
    provider_sign_in::forget(app, &txn).await?;
    transfers::forget(app, &txn).await?;
    analytics::keep(app, &txn).await?;
    txn.commit().await?;

    let now = app.clock.now();
    let live = Query::select()
        .column(session::Column::Family)
        .from(session::Entity)
        .and_where(session::Column::EndedAt.is_null())
        .to_owned();
    let is_over = session::Column::EndedAt.lte(now - ENDED).and(session::Column::Family.not_in_subquery(live));
    for _ in 0..BATCHES {
        let over = Query::select()
            .column(session::Column::TokenHash)
            .from(session::Entity)
            .and_where(session::Column::ExpiresAt.lte(now).or(is_over.clone()))
            .limit(BATCH)
            .to_owned();
        let txn = WriteTxn::begin(&app.store).await?;
        let of_batch = session::Entity::delete_many().filter(session::Column::TokenHash.in_subquery(over));
        let gone = of_batch.exec(&*txn).await?.rows_affected;
        txn.commit().await?;
        if gone < BATCH {
            break;
        }
    }
    Ok(())
}

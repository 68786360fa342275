//! Upkeep: hears of keys that other instances made or ended, and lets go of what nobody needs any more.

use std::time::Duration;

use entities::session;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};
use tokio_util::sync::CancellationToken;

use super::{attempts, codes, keys};
use crate::{App, store::Write, tickets};

/// How often an instance looks for keys that were made or ended elsewhere.
const PERIOD: Duration = Duration::from_secs(10);

/// One round in so many also lets go of what is over.
const ROUNDS: u32 = 60;

/// Keeps accounts in order until `shutdown`.
pub async fn run(app: &App, shutdown: CancellationToken) {
    let mut rounds = 0;
    while !shutdown.is_cancelled() {
        if let Err(error) = keys::load(app).await {
            tracing::warn!(%error, "the signing keys can't be looked for; those known are used");
        }
        if let Err(error) = tickets::keys::load(app).await {
            tracing::warn!(%error, "the keys of tickets can't be looked for; those known are used");
        }
        if rounds % ROUNDS == 0
            && let Err(error) = forget(app).await
        {
            tracing::warn!(%error, "sessions that are over can't be let go of; trying again later");
        }
        rounds = rounds.wrapping_add(1);
        tokio::select! {
            () = tokio::time::sleep(PERIOD) => {}
            () = shutdown.cancelled() => {}
        }
    }
}

/// Deletes what is over: a refresh token that has expired is as unknown as one that never was.
pub async fn forget(app: &App) -> Result<(), DbErr> {
    let txn = Write::begin(app).await?;
    attempts::forget(app, &txn).await?;
    codes::forget(app, &txn).await?;
    session::Entity::delete_many().filter(session::Column::ExpiresAt.lte(app.clock.now())).exec(&*txn).await?;
    txn.commit().await
}

//! Expiry: holds end by the clock, with no visitor needed.
//!
//! Every instance looks for overdue holds and hands them to its desk; a hold that two of them find ends once. One whose
//! payment is under way ends with the payment ([`crate::payments`]), or here once that takes too long.
//! Holds of other sites that their senders did not resolve end here as well, and sales that were parked for a match
//! that has come meanwhile are applied.

use std::time::Duration;

use chrono::{DateTime, Utc};
use entities::reservation::{self, Status};
use futures_util::future::join_all;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{
    App,
    desk::{error::HoldError, expire_hold::ExpireHold},
    foreign, inbox,
};

/// How often the clock is compared with the next deadline; a hold outlives its deadline by little more.
const PERIOD: Duration = Duration::from_millis(200);

/// Holds ended in one round at most; a round that was full is followed by the next at once.
const ROUND: u64 = 1_024;

/// Ends overdue holds until `shutdown`.
pub async fn run(app: &App, shutdown: CancellationToken) {
    while !shutdown.is_cancelled() {
        let full = match round(app).await {
            Ok(ended) => ended >= usize::try_from(ROUND).unwrap_or(usize::MAX),
            Err(error) => {
                tracing::warn!(%error, "expired holds can't be read; trying again");
                false
            }
        };
        if !full {
            tokio::select! {
                () = tokio::time::sleep(PERIOD) => {}
                () = shutdown.cancelled() => {}
            }
        }
    }
}

/// Ends what is overdue now, and says how many holds of ours that were.
pub async fn round(app: &App) -> Result<usize, DbErr> {
    use reservation::Column;

    let now = app.clock.now();
    let mut overdue: Vec<(Uuid, i32)> = reservation::Entity::find()
        .select_only()
        .columns([Column::Id, Column::MatchNumber])
        .filter(Column::Status.eq(Status::Pending))
        .filter(Column::ExpiresAt.lte(now))
        .order_by_asc(Column::ExpiresAt)
        .limit(ROUND)
        .into_tuple()
        .all(&app.db)
        .await?;
    overdue.extend(forfeited(app, now).await?);
    let ended = join_all(overdue.iter().map(|(id, number)| app.desk.ask(*number, ExpireHold(*id)))).await;
    for result in &ended {
        match result {
            Ok(_) => metrics::counter!("matchday_holds_expired_total").increment(1),
            // A full desk is asked again in the next round.
            Err(HoldError::Busy { .. }) => {}
            Err(error) => tracing::warn!(%error, "an expired hold could not be ended"),
        }
    }
    foreign::end_stale(app, now).await?;
    foreign::unpark(app).await?;
    foreign::thin_parked(app, now).await?;
    inbox::seen::forget(app, now).await?;

    Ok(ended.len())
}

/// Holds whose payment could not be ended in time: the gateway was out of reach for longer than we wait.
async fn forfeited(app: &App, now: DateTime<Utc>) -> Result<Vec<(Uuid, i32)>, DbErr> {
    use reservation::Column;

    reservation::Entity::find()
        .select_only()
        .columns([Column::Id, Column::MatchNumber])
        .filter(Column::Status.eq(Status::AwaitingPayment))
        .filter(Column::ExpiresAt.lte(now - app.settings.payment_grace))
        .order_by_asc(Column::ExpiresAt)
        .limit(ROUND)
        .into_tuple()
        .all(&app.db)
        .await
}

//! The keeper: processes payments that were left on their way, and what the gateway's events tell of.
//!
//! Every instance looks for payments that are due and takes each for a while: one that dies is followed by the next. A
//! payment that waits for its payer is compared with the gateway now and then, so that the loss of an event about it costs
//! time and nothing else; when its hold is over it is ended at the gateway, and the hold with it. Refunds that are due are
//! asked for in the same way. A payment that rests is looked at when an event tells of it, and only then.

use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
use sea_orm::DbErr;
use tokio_util::sync::CancellationToken;

use crate::{
    App, foreign,
    payments::{
        reconciliation, refunds,
        turns::{self, ROUND},
        webhooks,
    },
    resale::payouts,
};

/// How often an instance looks for payments that are due.
const PERIOD: Duration = Duration::from_millis(250);

/// How often an instance counts what the operator has to look at.
const COUNTS: Duration = Duration::from_secs(60);

/// Payments or events processed side by side at most.
const SIDE_BY_SIDE: usize = 8;

/// Processes payments until `shutdown`.
pub async fn run(app: &App, shutdown: CancellationToken) {
    let mut counted = None;
    while !shutdown.is_cancelled() {
        if counted.is_none_or(|at: Instant| at.elapsed() >= COUNTS) {
            counted = Some(Instant::now());
            if let Err(error) = measure(app).await {
                tracing::warn!(%error, "payments that need attention can't be counted; trying again");
            }
        }
        let full = match round(app).await {
            Ok(taken) => taken >= usize::try_from(ROUND).unwrap_or(usize::MAX),
            Err(error) => {
                tracing::warn!(%error, "due payments can't be read; trying again");
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

/// Has the metrics tell what the operator has to look at.
pub async fn measure(app: &App) -> Result<(), DbErr> {
    foreign::measure(app).await?;
    payouts::measure(app).await?;
    reconciliation::measure(app).await
}

/// Processes what is due now, and says how many payments, refunds, payouts and events that were.
pub async fn round(app: &App) -> Result<usize, DbErr> {
    let events = webhooks::waiting(app).await?;
    let (due, owed, payouts) = (turns::due(app).await?, refunds::due(app).await?, payouts::due(app, ROUND).await?);
    let taken = events.len() + due.len() + owed.len() + payouts.len();
    stream::iter(events).for_each_concurrent(SIDE_BY_SIDE, async |event| webhooks::process(app, event).await).await;
    stream::iter(due)
        .for_each_concurrent(SIDE_BY_SIDE, async |row| {
            if let Err(error) = turns::process(app, row).await {
                tracing::warn!(%error, "a payment could not be processed; trying again");
            }
        })
        .await;
    stream::iter(owed)
        .for_each_concurrent(SIDE_BY_SIDE, async |row| {
            if let Err(error) = refunds::process(app, row).await {
                tracing::warn!(%error, "a refund could not be processed; trying again");
            }
        })
        .await;
    stream::iter(payouts)
        .for_each_concurrent(SIDE_BY_SIDE, async |row| {
            if let Err(error) = payouts::process(app, &row).await {
                tracing::warn!(%error, "a payout could not be processed; trying again");
            }
        })
        .await;

    Ok(taken)
}

//! The lake's tasks: it is opened, written, completed and kept in order, while the program sells whatever becomes of it.

use std::{sync::Arc, time::Duration};

use analytics::lake::{Lake, Location, S3Settings};
use book::clock::{Clock, SystemClock};
use bytes::Bytes;
use domain::App;
use http_body_util::Full;
use kafka::sink::Cut;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::{completion, sink::LakeSink, standing::Standing, training};
use crate::{config::Config, failure::Failure};

/// How often files are merged and erasures carried out.
const UPKEEP: Duration = Duration::from_secs(3_600);
/// What is in memory of rows that no file has, at most.
const BYTES: usize = 64 * 1024 * 1024;

/// Opens the lake that the settings name.
///
/// # Errors
///
/// It can't be reached, or keeps no promise that it is written by.
pub(crate) async fn open(config: &Config) -> Result<Lake, Failure> {
    Ok(Lake::open(&location(config), fetch::client::<Full<Bytes>>()).await?)
}

/// Opens it to be looked at: nothing is written.
///
/// # Errors
///
/// The settings name no place for one.
pub(crate) fn open_for_reading(config: &Config) -> Result<Lake, Failure> {
    Ok(Lake::open_for_reading(&location(config), fetch::client::<Full<Bytes>>())?)
}

fn location(config: &Config) -> Location {
    let lake = &config.lake;
    let exposed = |secret: &settings::secret::Secret| secret.expose().to_owned();
    Location {
        url: lake.place(&config.data_dir),
        s3: S3Settings {
            region: lake.region.clone(),
            endpoint: lake.endpoint.clone(),
            access_key_id: lake.access_key_id.clone(),
            secret_access_key: lake.secret_access_key.as_ref().map(exposed),
            session_token: lake.session_token.as_ref().map(exposed),
        },
    }
}

/// Writes the lake from Kafka until `stop`; completes it from the database of `app`, where there is one, at the start and whenever records
/// may be missing.
///
/// # Errors
///
/// The lake or Kafka, as a task that is started again.
pub(crate) async fn run(
    config: Config,
    exchange: kafka::Config,
    app: Option<Arc<App>>,
    standing: Arc<Standing>,
    stop: CancellationToken,
) -> Result<(), Failure> {
    let lake = match stop.run_until_cancelled(open(&config)).await {
        None => return Ok(()),
        Some(Ok(lake)) => lake,
        Some(Err(failure)) => {
            standing.note(Some(failure.to_string()));
            return Err(failure);
        }
    };
    standing.note(None);
    let incomplete = Arc::new(Notify::new());
    let sink = Arc::new(LakeSink::new(lake.clone(), &exchange, Arc::clone(&incomplete)));
    let cut = Cut { after: Duration::from_secs(config.lake.flush_seconds), bytes: BYTES };
    let reading = kafka::sink::run(exchange, sink, cut, Arc::clone(&standing.reading), stop.clone());
    let completing = async {
        if let Some(app) = &app {
            keep_complete(app, &lake, &incomplete, &standing).await;
        }
        std::future::pending::<()>().await;
    };
    tokio::select! {
        ended = reading => Ok(ended?),
        () = completing => Ok(()),
        () = keep_in_order(&lake, &standing) => Ok(()),
        () = training::keep_training(&lake, config.recommendations.training()) => Ok(()),
    }
}

/// Completes the lake now, and again whenever records may be missing.
async fn keep_complete(app: &App, lake: &Lake, incomplete: &Notify, standing: &Standing) {
    loop {
        match completion::complete(app, lake).await {
            Ok(completed) => {
                standing.note(None);
                tracing::debug!(?completed, "the lake is complete");
                incomplete.notified().await;
            }
            Err(error) => {
                tracing::warn!(%error, "the lake could not be completed from the database; trying again");
                standing.note(Some(error.to_string()));
                tokio::time::sleep(standing.patience).await;
            }
        }
    }
}

/// Merges files and carries out erasures, at once and then every hour.
async fn keep_in_order(lake: &Lake, standing: &Standing) {
    loop {
        match lake.compact(SystemClock.now()).await {
            Ok(compacted) => tracing::debug!(?compacted, "the lake is in order"),
            Err(error) => {
                metrics::counter!("matchday_lake_failures_total").increment(1);
                tracing::warn!(%error, "the lake's files could not be merged; trying again in an hour");
                standing.note(Some(error.to_string()));
            }
        }
        tokio::time::sleep(UPKEEP).await;
        standing.note(None);
    }
}

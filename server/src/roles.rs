//! The roles: what each command does, from the settings to the last line it prints.

mod addresses;
mod completions;
mod copy_database;
mod health;
mod keys;
mod lake;
mod man;
mod masterlist;
mod migrate;
mod models;
mod reference;
mod settings;
mod users;

use std::{
    fs,
    io::{self, Read},
    path::Path,
    pin::pin,
    sync::Arc,
};

use ::settings::problem::Problem;
use book::clock::SystemClock;
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

pub use self::{
    addresses::addresses,
    completions::completions,
    copy_database::copy_database,
    health::health,
    keys::keys,
    lake::lake,
    man::man,
    masterlist::masterlist,
    migrate::migrate,
    models::{models, train},
    reference::reference,
    settings::config,
    users::users,
};
use crate::{
    banner::Banner,
    config::{self, Config, Purpose},
    failure::Failure,
    fd_limit, lake_writer, run, shop,
    signals::Signals,
    telemetry,
};

/// Answers GraphQL and keeps the exchange running, until a signal; for visitors alone where the settings or the command
/// line say so.
///
/// # Errors
///
/// What kept it from starting or running on.
pub async fn serve(settings: Option<&Path>, visitors_only: bool) -> Result<(), Failure> {
    let mut config = config::load(Purpose::Api, settings)?.config;
    config.http.visitors_only |= visitors_only;
    telemetry::log(&config.log);
    warn(config.warnings());
    let connections = &mut config.transport.connections.max_connections;
    *connections = fd_limit::make_room_for(*connections, 1);
    let mut signals = Signals::listen()?;
    let listener = bind(&config.http.bind, "MATCHDAY_BIND").await?;
    let start = run::start(config.clone(), listener, Arc::new(SystemClock));
    let Some(running) = signals.unless(start).await.transpose()? else {
        return Ok(());
    };
    let (address, admin) = (running.address, running.admin);
    let (exchange, unreached, dates) = (running.exchange(), running.unreached(), running.calendar());
    let redis_answers = running.redis_answers();
    let mut serving = pin!(until_signalled(|stop| running.until(stop), signals));
    // It answers already while it looks which services do.
    let (exchange, unreached, dates) = tokio::select! {
        ended = &mut serving => return ended,
        reached = async { tokio::join!(exchange, unreached, dates) } => reached,
    };
    let banner = Banner { config: &config, address, admin, exchange: &exchange, unreached, dates };
    if let Err(error) = crate::output::line(&banner) {
        tracing::warn!(%error, "the start screen can't be written");
    }
    if unreached.redis {
        tokio::select! {
            ended = &mut serving => return ended,
            () = redis_answers => {}
        }
    }

    serving.await
}

/// Keeps the exchange and the expiry running, until a signal.
///
/// # Errors
///
/// What kept it from starting or running on.
pub async fn worker(settings: Option<&Path>) -> Result<(), Failure> {
    let config = config::load(Purpose::Api, settings)?.config;
    telemetry::log(&config.log);
    warn(config.warnings());
    if config.is_kafka_embedded() {
        return Err(Failure::WorkerAlone);
    }
    let mut signals = Signals::listen()?;
    let listener = bind(&config.worker.bind, "MATCHDAY_WORKER_BIND").await?;
    let start = run::start_worker(config, listener, Arc::new(SystemClock));
    let Some(running) = signals.unless(start).await.transpose()? else {
        return Ok(());
    };
    tracing::info!(health = %format!("http://{}/readyz", running.address), "worker started");

    until_signalled(|stop| running.until(stop), signals).await
}

/// Serves the pages alone, and asks an API elsewhere, until a signal.
///
/// # Errors
///
/// What kept it from starting.
pub async fn storefront(settings: Option<&Path>) -> Result<(), Failure> {
    let mut config = config::load(Purpose::Pages, settings)?.config;
    telemetry::log(&config.log);
    warn(config.warnings_of_pages());
    let connections = &mut config.transport.connections.max_connections;
    *connections = fd_limit::make_room_for(*connections, shop::FILES_OF_A_CONNECTION);
    let signals = Signals::listen()?;
    let listener = bind(&config.http.bind, "MATCHDAY_BIND").await?;
    let api = config.web.api_url.clone();
    let running = shop::start(config, listener).await?;
    let (address, admin) = (running.address, running.admin.unwrap_or(running.address));
    tracing::info!(
        shop = %format!("http://{address}/"),
        health = %format!("http://{admin}/readyz"),
        api,
        "storefront started"
    );

    until_signalled(|stop| running.until(stop), signals).await
}

/// Writes the lake from Kafka, until a signal.
///
/// # Errors
///
/// What kept it from starting.
pub async fn analytics(settings: Option<&Path>) -> Result<(), Failure> {
    let config = config::load(Purpose::Analytics, settings)?.config;
    telemetry::log(&config.log);
    if config.is_kafka_embedded() {
        return Err(Failure::AnalyticsAlone);
    }
    let signals = Signals::listen()?;
    let listener = bind(&config.lake.bind, "MATCHDAY_LAKE_BIND").await?;
    let running = lake_writer::start(config, listener).await?;
    tracing::info!(health = %format!("http://{}/readyz", running.address), "analytics started");

    until_signalled(|stop| running.until(stop), signals).await
}

/// Names the settings that are allowed and seldom meant.
fn warn(problems: Vec<Problem>) {
    for problem in problems {
        tracing::warn!(setting = problem.setting, "{}: {}", problem.wrong, problem.right);
    }
}

/// Prints the schema.
///
/// # Errors
///
/// Standard output is closed.
pub fn schema() -> Result<(), Failure> {
    Ok(crate::output::text(&schema::sdl())?)
}

/// Runs until the first signal, then ends in order, unless a second one comes.
async fn until_signalled<F>(
    run: impl FnOnce(WaitForCancellationFutureOwned) -> F,
    mut signals: Signals,
) -> Result<(), Failure>
where
    F: Future<Output = Result<(), Failure>>,
{
    let stop = CancellationToken::new();
    let mut done = pin!(run(stop.clone().cancelled_owned()));
    if let Some(done) = signals.unless(done.as_mut()).await {
        return done;
    }
    stop.cancel();
    signals.unless(done).await.unwrap_or(Err(Failure::Forced))
}

async fn bind(address: &str, setting: &'static str) -> Result<TcpListener, Failure> {
    let failed = |error| Failure::Bind { address: address.to_owned(), setting, error };
    TcpListener::bind(address).await.map_err(failed)
}

/// The settings of a command that does one thing and ends.
fn load(settings: Option<&Path>) -> Result<Config, Failure> {
    load_for(Purpose::Api, settings)
}

/// The same of a command that needs less than an API does.
fn load_for(purpose: Purpose, settings: Option<&Path>) -> Result<Config, Failure> {
    let config = config::load(purpose, settings)?.config;
    telemetry::log(&config.log);
    Ok(config)
}

/// The text of a file, or of standard input where it is `-`.
fn text_of(file: &Path) -> Result<String, Failure> {
    let text = if file == Path::new("-") {
        let mut text = String::new();
        io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        fs::read_to_string(file)
    };
    text.map_err(|error| Failure::Unreadable { path: file.to_path_buf(), error })
}

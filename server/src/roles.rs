//! The roles: what each command does, from the settings to the last line it prints.

mod addresses;
mod keys;
mod masterlist;
mod migrate;
mod settings;
mod users;

use std::{
    fs,
    io::{self, Read},
    path::Path,
    pin::pin,
    sync::Arc,
};

use domain::clock::SystemClock;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

pub use self::{
    addresses::addresses,
    keys::{keys, ticket_keys},
    masterlist::masterlist,
    migrate::migrate,
    settings::config,
    users::users,
};
use crate::{
    config::{self, Config},
    failure::Failure,
    files,
    run::{self, Running},
    screen::Screen,
    signals::Signals,
    telemetry,
};

/// Answers GraphQL and keeps the exchange running, until a signal.
///
/// # Errors
///
/// What kept it from starting or running on.
pub async fn serve(settings: Option<&Path>) -> Result<(), Failure> {
    let mut config = config::load(settings)?.config;
    telemetry::log(&config.log);
    let connections = &mut config.transport.connections.max_connections;
    *connections = files::make_room_for(*connections);
    let mut signals = Signals::listen()?;
    let listener = bind(&config.http.bind, "MATCHDAY_BIND").await?;
    let start = run::start(config.clone(), listener, Arc::new(SystemClock));
    let Some(running) = signals.unless(start).await.transpose()? else {
        return Ok(());
    };
    let screen = Screen { config: &config, address: running.address, exchange: &running.exchange };
    crate::output::line(&screen)?;

    until_signalled(running, signals).await
}

/// Keeps the exchange and the expiry running, until a signal.
///
/// # Errors
///
/// What kept it from starting or running on.
pub async fn worker(settings: Option<&Path>) -> Result<(), Failure> {
    let config = config::load(settings)?.config;
    telemetry::log(&config.log);
    let mut signals = Signals::listen()?;
    let listener = bind(&config.worker.bind, "MATCHDAY_WORKER_BIND").await?;
    let start = run::start_worker(config, listener, Arc::new(SystemClock));
    let Some(running) = signals.unless(start).await.transpose()? else {
        return Ok(());
    };
    tracing::info!(health = %format!("http://{}/readyz", running.address), "the worker runs");

    until_signalled(running, signals).await
}

/// Prints the schema.
///
/// # Errors
///
/// Standard output is closed.
pub fn schema() -> Result<(), Failure> {
    crate::output::text(&schema::sdl())
}

/// Runs until the first signal, then ends in order, unless a second one comes.
async fn until_signalled(running: Running, mut signals: Signals) -> Result<(), Failure> {
    let stop = CancellationToken::new();
    let mut done = pin!(running.until(stop.clone().cancelled_owned()));
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
    let config = config::load(settings)?.config;
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

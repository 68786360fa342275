//! The resources: what the program stands on, opened in order and closed in reverse.
//!
//! The database must answer and be migrated; Kafka and Redis may come later. Invariant: the embedded broker outlives its
//! clients, and the data folder's lock outlives everything.

use std::{sync::Arc, time::Duration};

use book::clock::{Clock, SystemClock};
use domain::{App, desk::Desk, inbox, mails::Mailer};
use gateways::Gateway;
use kafka::Status;
use limits::connection::Redis;
use settings::secret::Secret;

use crate::{
    broker::Exchange, config::Config, data_dir::DataDir, database, failure::Failure, mail, passes::Printer, provider,
};

/// What the program stands on.
pub(crate) struct Resources {
    pub(crate) app: Arc<App>,
    pub(crate) exchange: Arc<Exchange>,
    pub(crate) status: Arc<Status>,
    pub(crate) redis: Option<Redis>,
    pub(crate) mailer: Arc<dyn Mailer>,
    pub(crate) printer: Arc<Printer>,
    pub(crate) gateway: Gateway,
    /// The site's, from which others are derived.
    pub(crate) secret: Secret,
    pub(crate) data_dir: Arc<DataDir>,
}

impl Resources {
    /// Opens every resource that `config` names, embedded where it names none.
    pub(crate) async fn open(config: &Config, clock: Arc<dyn Clock>) -> Result<(Self, Desk), Failure> {
        let data_dir = DataDir::open(config)?;
        let connected = database::connect(config, &data_dir).await?;
        database::prepare(config, &connected.0).await?;
        let timeout = Duration::from_millis(config.redis.timeout_milliseconds);
        let redis = config.redis.url.as_ref().map(|url| Redis::open(url.expose(), timeout)).transpose()?;
        let printer = Printer::new(config.site_name().to_owned(), config.web.locale());
        let mailer = mail::mailer(config, &data_dir, &printer)?;
        let exchange = Exchange::open(config)?;
        let gateway = Gateway::open(config.gateway(), &connected.0)?;
        let secret = secret(config, &data_dir)?;
        let (app, desk) = app(config, connected, clock, &secret, &gateway)?;
        if exchange.is_embedded() {
            inbox::forget_embedded_sources(&app).await?;
        }
        let data_dir = Arc::new(data_dir);
        let resources =
            Self { app, exchange, status: Status::new(), redis, mailer, printer, gateway, secret, data_dir };

        Ok((resources, desk))
    }

    /// Closes the resources. Their users have ended.
    pub(crate) async fn close(self) {
        let Self { app, exchange, data_dir, .. } = self;
        if exchange.is_embedded() {
            data_dir.forget_broker();
            if tokio::task::spawn_blocking(move || exchange.close()).await.is_err() {
                tracing::warn!("the embedded broker ended in a panic");
            }
        }
        if let Err(error) = app.db.clone().close().await {
            tracing::warn!(%error, "the database could not be closed cleanly");
        }
    }
}

/// The app for a command that does one thing, also beside a running program.
pub(crate) async fn beside(config: &Config) -> Result<Arc<App>, Failure> {
    let data_dir = DataDir::beside(config)?;
    let connected = database::connect(config, &data_dir).await?;
    database::prepare(config, &connected.0).await?;
    over(config, connected, &data_dir)
}

/// The same over a database that is connected to already.
pub(crate) fn over(config: &Config, connected: database::Connected, data_dir: &DataDir) -> Result<Arc<App>, Failure> {
    // Nothing is reserved or paid: the desk may go, and no gateway is needed.
    let secret = secret(config, data_dir)?;
    let (app, _desk) = app(config, connected, Arc::new(SystemClock), &secret, &Gateway::Closed)?;

    Ok(app)
}

/// The site's secret: as configured, or made once and kept in the data folder.
fn secret(config: &Config, data_dir: &DataDir) -> Result<Secret, Failure> {
    match &config.accounts.jwt_secret {
        Some(secret) => Ok(secret.clone()),
        None => Ok(data_dir.jwt_secret()?),
    }
}

fn app(
    config: &Config,
    connected: database::Connected,
    clock: Arc<dyn Clock>,
    secret: &Secret,
    gateway: &Gateway,
) -> Result<(Arc<App>, Desk), Failure> {
    let mut keys = config.keys(secret);
    keys.provider = keys.provider.map(|provider| provider::with_client(provider, config));
    Ok(App::over(connected, clock, config.domain(), keys, gateway.shared()))
}

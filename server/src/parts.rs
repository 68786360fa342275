//! The parts: what the program stands on, opened in order and closed in reverse.
//!
//! The database must answer and be migrated; Kafka and Redis may come later. Invariant: the embedded broker outlives its
//! clients, and the data folder's lock outlives everything.

use std::{sync::Arc, time::Duration};

use domain::{
    App,
    accounts::Keys,
    app::RefundRule,
    clock::{Clock, SystemClock},
    desk::Desk,
    inbox,
    mails::Post,
};
use kafka::{Status, embedded::EmbeddedBroker};
use sea_orm::DatabaseConnection;

use crate::{
    broker,
    cache::Redis,
    config::{Config, secret::Secret, sections::Env},
    data_dir::DataDir,
    database,
    failure::Failure,
    mail,
    passes::Printer,
    payments::Gateway,
};

/// What the program stands on.
pub(crate) struct Parts {
    pub(crate) app: Arc<App>,
    pub(crate) exchange: kafka::Config,
    pub(crate) status: Arc<Status>,
    pub(crate) redis: Option<Redis>,
    pub(crate) post: Arc<dyn Post>,
    pub(crate) printer: Arc<Printer>,
    pub(crate) gateway: Gateway,
    /// The site's, from which others are derived.
    pub(crate) secret: Secret,
    broker: Option<EmbeddedBroker>,
    data_dir: DataDir,
}

impl Parts {
    /// Opens every part that `config` names, embedded where it names none.
    pub(crate) async fn open(config: &Config, clock: Arc<dyn Clock>) -> Result<(Self, Desk), Failure> {
        let data_dir = DataDir::open(config)?;
        let db = database::connect(config, &data_dir).await?;
        database::prepare(config, &db).await?;
        let redis = Redis::open(&config.redis)?;
        let printer = Printer::new(config.client_id.clone());
        let post = mail::post(config, &data_dir, &printer)?;
        let (exchange, broker) = broker::open(config).await?;
        if let Some(broker) = &broker {
            data_dir.note_broker(&broker.bootstrap)?;
        }
        let gateway = Gateway::open(config, &db)?;
        let secret = secret(config, &data_dir)?;
        let (app, desk) = app(config, db, clock, &secret, &gateway)?;
        if broker.is_some() {
            inbox::forget_embedded_sources(&app).await?;
        }
        let parts =
            Self { app, exchange, status: Status::new(), redis, post, printer, gateway, secret, broker, data_dir };

        Ok((parts, desk))
    }

    /// Closes the parts. Their users have ended.
    pub(crate) async fn close(self) {
        let Self { app, broker, data_dir, .. } = self;
        if let Some(broker) = broker {
            data_dir.forget_broker();
            // Ending the broker waits for its thread.
            if tokio::task::spawn_blocking(move || drop(broker)).await.is_err() {
                tracing::warn!("the embedded broker ended in a panic");
            }
        }
        if let Err(error) = app.db.clone().close().await {
            tracing::warn!(%error, "the database was not closed in order");
        }
    }
}

/// The app for a command that does one thing, also beside a running program.
pub(crate) async fn beside(config: &Config) -> Result<Arc<App>, Failure> {
    let data_dir = DataDir::beside(config)?;
    let db = database::connect(config, &data_dir).await?;
    database::prepare(config, &db).await?;
    // Nothing is reserved or paid: the desk may go, and no gateway is needed.
    let secret = secret(config, &data_dir)?;
    let (app, _desk) = app(config, db, Arc::new(SystemClock), &secret, &Gateway::Closed)?;

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
    db: DatabaseConnection,
    clock: Arc<dyn Clock>,
    secret: &Secret,
    gateway: &Gateway,
) -> Result<(Arc<App>, Desk), Failure> {
    let mut keys = Keys::new(secret.expose().as_bytes(), config.client_id.clone());
    keys.algorithm = config.accounts.token_algorithm.into();
    keys.access_lifetime = Duration::from_secs(config.accounts.access_token_seconds);
    keys.refresh_lifetime = Duration::from_secs(config.accounts.refresh_token_seconds);
    keys.provider = config.oidc.provider();
    let settings = domain::Settings {
        site: config.client_id.clone(),
        public_url: config.http.public_url.as_deref().map(|url| url.trim_end_matches('/').to_owned()),
        mails_of_holds: config.mail.holds,
        hold: Duration::from_secs(config.holds.seconds),
        payment_grace: Duration::from_secs(config.holds.payment_grace_seconds),
        foreign_hold: Duration::from_secs(config.holds.foreign_seconds),
        purchase_cap: i32::try_from(config.holds.purchase_cap).unwrap_or(i32::MAX),
        refunds: RefundRule { owner_allowed: config.refunds.owner_allowed, owner_cutoff: config.refund_cutoff() },
        resale: domain::resale::Rules {
            enabled: config.resale.enabled,
            outside_tickets: config.resale.outside_tickets,
            hold: Duration::from_secs(config.resale.hold_seconds),
            price_cap_percent: i64::from(config.resale.price_cap_percent),
            fee_percent: i64::from(config.resale.fee_percent),
            after_kick_off: config.resale.after_kick_off.unwrap_or(config.env == Env::Dev),
        },
        ..domain::Settings::default()
    };

    Ok(App::new(db, clock, settings, keys, gateway.shared()))
}

//! The configuration: read once from defaults, `matchday.toml` and the environment, judged whole, then never changed.
//!
//! Invariant: a loaded config is valid; what is wrong with one is reported all at once, naming each setting.

pub mod bots;
pub mod captcha;
mod limits;
pub mod oidc;
mod prices;
pub mod problem;
pub mod secret;
pub mod sections;
pub mod settings;
mod sources;
mod validate;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::Duration,
};

use figment::Figment;
use serde::{Deserialize, Serialize};

use bots::Bots;
use captcha::Captcha;
use limits::Limits;
use oidc::Oidc;
use problem::{Problem, Problems};
use secret::Secret;
use sections::{
    Accounts, Database, Env, Graphql, Holds, Http, Kafka, Log, Mail, Redis, Refunds, Resale, Security, Stripe, Worker,
};
use settings::SETTINGS;

/// The file that is read when no other is named.
const DEFAULT_FILE: &str = "matchday.toml";

/// Hours before kick-off at which owners can't give tickets back any more, in production where nothing else is set.
const REFUND_CUTOFF_HOURS: u64 = 48;

/// Everything that can be set, one section for each concern.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    pub env: Env,
    pub client_id: String,
    pub data_dir: PathBuf,
    pub http: Http,
    pub graphql: Graphql,
    pub worker: Worker,
    pub database: Database,
    pub redis: Redis,
    pub kafka: Kafka,
    pub accounts: Accounts,
    pub oidc: Oidc,
    pub mail: Mail,
    pub holds: Holds,
    pub refunds: Refunds,
    pub resale: Resale,
    pub limits: Limits,
    pub bots: Bots,
    pub captcha: Captcha,
    pub security: Security,
    pub stripe: Stripe,
    pub log: Log,
    pub transport: transport::config::Config,
}

impl Default for Config {
    fn default() -> Self {
        let mut transport = transport::config::Config::default();
        prices::complete(&mut transport.documents);
        Self {
            env: Env::default(),
            client_id: "matchday".to_owned(),
            data_dir: PathBuf::from("./data"),
            http: Http::default(),
            graphql: Graphql::default(),
            worker: Worker::default(),
            database: Database::default(),
            redis: Redis::default(),
            kafka: Kafka::default(),
            accounts: Accounts::default(),
            oidc: Oidc::default(),
            mail: Mail::default(),
            holds: Holds::default(),
            refunds: Refunds::default(),
            resale: Resale::default(),
            limits: Limits::default(),
            bots: Bots::default(),
            captcha: Captcha::default(),
            security: Security::default(),
            stripe: Stripe::default(),
            log: Log::default(),
            transport,
        }
    }
}

/// What takes money, as far as settings say.
#[derive(Debug, Clone, Copy)]
pub enum Payments<'a> {
    /// Stripe, by this key.
    Stripe(&'a Secret),
    /// The sandbox: play money.
    Play,
    /// Nobody: play money is for `dev`.
    None,
}

/// A valid config, and which source each setting came from.
#[derive(Debug)]
pub struct Loaded {
    pub config: Config,
    /// Names of sources by the path of the setting; what is absent is a default.
    pub sources: BTreeMap<String, String>,
}

/// Reads and judges the configuration from this process's environment.
///
/// # Errors
///
/// Everything that is wrong, at once.
pub fn load(file: Option<&Path>) -> Result<Loaded, Problems> {
    let variables: Vec<(String, String)> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.to_string_lossy().into_owned())))
        .collect();
    load_from(file, &variables)
}

/// Reads and judges the configuration: the defaults, then the file, then `variables`.
///
/// # Errors
///
/// Everything that is wrong, at once.
pub fn load_from(file: Option<&Path>, variables: &[(String, String)]) -> Result<Loaded, Problems> {
    let named = variables.iter().find(|(name, value)| name == settings::CONFIG_ENV && !value.is_empty());
    let named = file.map(Path::to_path_buf).or_else(|| named.map(|(_, value)| PathBuf::from(value)));
    let is_named = named.is_some();

    let mut problems = Vec::new();
    let path = named.unwrap_or_else(|| PathBuf::from(DEFAULT_FILE));
    let mut figment = Figment::new().merge(sources::file(&path, is_named, &mut problems));
    for layer in sources::environment(variables, &mut problems) {
        figment = figment.merge(layer);
    }
    let mut config = match figment.extract::<Config>() {
        Ok(config) => config,
        Err(errors) => {
            let shown = |error: figment::Error| {
                Problem::new(error.path.join("."), error.kind.to_string(), "see `matchday --help`.")
            };
            problems.extend(errors.into_iter().map(shown));
            return Err(Problems(problems));
        }
    };
    prices::complete(&mut config.transport.documents);
    config.limits.complete();
    config.bots.complete();
    problems.extend(validate::problems(&config));
    if !problems.is_empty() {
        return Err(Problems(problems));
    }
    let source = |path: &str| figment.find_metadata(path).map(|metadata| metadata.name.to_string());
    let sources = SETTINGS.iter().filter_map(|setting| Some((setting.path.clone(), source(&setting.path)?))).collect();

    Ok(Loaded { config, sources })
}

impl Config {
    /// Whether the database is the embedded one, so that one program at a time may use the data folder.
    pub fn is_database_embedded(&self) -> bool {
        self.database.url.is_none()
    }

    /// Whether the broker is the embedded one, which lives and dies with this process.
    pub fn is_kafka_embedded(&self) -> bool {
        self.kafka.brokers.is_none()
    }

    /// Whether a start brings the tables up to date.
    pub fn migrates_at_start(&self) -> bool {
        self.database.migrate.unwrap_or(self.env == Env::Dev)
    }

    /// What takes money.
    pub fn payments(&self) -> Payments<'_> {
        match &self.stripe.secret_key {
            Some(key) => Payments::Stripe(key),
            None if self.env == Env::Prod => Payments::None,
            None => Payments::Play,
        }
    }

    /// Whether clients may ask for the schema itself.
    pub fn shows_schema(&self) -> bool {
        self.graphql.introspection.unwrap_or(self.env == Env::Dev)
    }

    /// How long before kick-off owners may no longer give tickets back; none where they always may.
    pub fn refund_cutoff(&self) -> Option<Duration> {
        let unset = (self.env == Env::Prod).then_some(REFUND_CUTOFF_HOURS);
        self.refunds.owner_cutoff_hours.or(unset).map(|hours| Duration::from_secs(3_600 * hours))
    }

    /// Whether an error about an unknown name says which known ones are like it.
    pub fn suggests_names(&self) -> bool {
        self.graphql.suggestions.unwrap_or(self.env == Env::Dev)
    }
}

#[cfg(test)]
mod tests;

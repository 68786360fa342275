//! The configuration: read once from defaults, `matchday.toml` and the environment, judged whole, then never changed.
//!
//! Invariant: a loaded config is valid; what is wrong with one is reported all at once, naming each setting.

pub(crate) mod accounts;
mod admin;
pub mod catalog;
mod complaints;
mod database;
mod edge;
mod edge_rows;
mod forms;
mod graphql;
mod holds;
mod http;
mod kafka;
pub(crate) mod lake;
mod lines;
pub(crate) mod log;
mod mail;
mod names;
pub mod oidc;
pub(crate) mod otel;
pub(crate) mod recommendations;
mod redis;
mod refunds;
mod resale;
pub(crate) mod sales;
pub(crate) mod search;
pub mod site;
mod sources;
pub(crate) mod stripe;
mod tickets;
mod venues;
mod warnings;
pub(crate) mod web;
mod worker;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::Duration,
};

use domain::accounts::Keys;
use figment::Figment;
use security::config::{bots::Bots, captcha::Captcha, limits::Limits, prices, retention::Retention};
use serde::{Deserialize, Serialize};
use settings::{
    problem::{Problem, Problems},
    secret::Secret,
};

use self::{
    accounts::Accounts, admin::Admin, catalog::SETTINGS, database::Database, graphql::Graphql, holds::Holds,
    http::Http, kafka::Kafka, lake::Lake, log::Log, mail::Mail, oidc::Oidc, otel::Otel,
    recommendations::Recommendations, redis::Redis, refunds::Refunds, resale::Resale, sales::Sales, search::Search,
    site::Env, stripe::Stripe, tickets::Tickets, venues::Venues, web::Web, worker::Worker,
};

/// The file that is read when no other is named.
const DEFAULT_FILE: &str = "matchday.toml";

/// Everything that can be set, one section for each concern.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    pub env: Env,
    pub client_id: String,
    /// What visitors call the site; unset, its name to other sites.
    pub site_name: Option<String>,
    pub data_dir: PathBuf,
    pub http: Http,
    pub graphql: Graphql,
    pub admin: Admin,
    pub worker: Worker,
    pub database: Database,
    pub redis: Redis,
    pub kafka: Kafka,
    pub lake: Lake,
    pub accounts: Accounts,
    pub oidc: Oidc,
    pub mail: Mail,
    pub recommendations: Recommendations,
    pub search: Search,
    pub sales: Sales,
    pub venues: Venues,
    pub holds: Holds,
    pub refunds: Refunds,
    pub tickets: Tickets,
    pub resale: Resale,
    pub limits: Limits,
    pub bots: Bots,
    pub captcha: Captcha,
    pub security: Retention,
    pub stripe: Stripe,
    pub web: Web,
    pub log: Log,
    pub otel: Otel,
    pub transport: transport::config::Config,
}

impl Default for Config {
    fn default() -> Self {
        let mut transport = transport::config::Config::default();
        prices::complete(&mut transport.documents);
        Self {
            env: Env::default(),
            client_id: "matchday".to_owned(),
            site_name: None,
            data_dir: PathBuf::from("./data"),
            http: Http::default(),
            graphql: Graphql::default(),
            admin: Admin::default(),
            worker: Worker::default(),
            database: Database::default(),
            redis: Redis::default(),
            kafka: Kafka::default(),
            lake: Lake::default(),
            accounts: Accounts::default(),
            oidc: Oidc::default(),
            mail: Mail::default(),
            recommendations: Recommendations::default(),
            search: Search::default(),
            sales: Sales::default(),
            venues: Venues::default(),
            holds: Holds::default(),
            refunds: Refunds::default(),
            tickets: Tickets::default(),
            resale: Resale::default(),
            limits: Limits::default(),
            bots: Bots::default(),
            captcha: Captcha::default(),
            security: Retention::default(),
            stripe: Stripe::default(),
            web: Web::default(),
            log: Log::default(),
            otel: Otel::default(),
            transport,
        }
    }
}

/// What a config is for, which says what it has to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The API, and whatever stands on the same parts.
    Api,
    /// Pages alone, which stand on nothing but an API elsewhere.
    Pages,
    /// The lake alone: what is read from it, and learned.
    Lake,
    /// The lake, and Kafka from which it is written.
    Analytics,
    /// To ask a running program how it stands: where it listens, and no more.
    Health,
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
#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
pub fn load(purpose: Purpose, file: Option<&Path>) -> Result<Loaded, Problems> {
    let variables: Vec<(String, String)> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.to_string_lossy().into_owned())))
        .collect();
    load_as(purpose, file, &variables)
}

/// Reads and judges the configuration of the API: the defaults, then the file, then `variables`.
///
/// # Errors
///
/// Everything that is wrong, at once.
pub fn load_from(file: Option<&Path>, variables: &[(String, String)]) -> Result<Loaded, Problems> {
    load_as(Purpose::Api, file, variables)
}

/// The same of what a config is for.
///
/// # Errors
///
/// Everything that is wrong, at once.
pub fn load_as(purpose: Purpose, file: Option<&Path>, variables: &[(String, String)]) -> Result<Loaded, Problems> {
    let named = variables.iter().find(|(name, value)| name == catalog::CONFIG_ENV && !value.is_empty());
    let named = file.map(Path::to_path_buf).or_else(|| named.map(|(_, value)| PathBuf::from(value)));
    let is_named = named.is_some();

    let mut problems = Vec::new();
    let path = named.unwrap_or_else(|| PathBuf::from(DEFAULT_FILE));
    let (file, lines) = sources::file(&path, is_named, &mut problems);
    let mut figment = Figment::new().merge(file);
    for layer in sources::environment(variables, &mut problems) {
        figment = figment.merge(layer);
    }
    let mut config = match figment.extract::<Config>() {
        Ok(config) => config,
        Err(errors) => {
            problems.extend(
                errors.into_iter().map(|error| complaints::located(complaints::unread(&error), &figment, &lines)),
            );
            return Err(Problems(problems));
        }
    };
    prices::complete(&mut config.transport.documents);
    config.limits.complete();
    config.bots.complete();
    problems.extend(config.problems(purpose).into_iter().map(|problem| complaints::located(problem, &figment, &lines)));
    if !problems.is_empty() {
        return Err(Problems(problems));
    }
    let source = |path: &str| figment.find_metadata(path).map(|metadata| metadata.name.to_string());
    let sources = SETTINGS.iter().filter_map(|setting| Some((setting.path.clone(), source(&setting.path)?))).collect();

    Ok(Loaded { config, sources })
}

/// Variables without which production does not start.
pub(crate) fn required_in_production() -> Vec<String> {
    let production = Config { env: Env::Prod, ..Config::default() };
    let missing = production.problems(Purpose::Api).into_iter();
    let setting = |name: &str| catalog::by_env(name).or_else(|| catalog::by_path(name));
    missing.filter_map(|problem| Some(setting(&problem.setting)?.env.clone())).collect()
}

impl Config {
    /// The settings of the edge, with what the other settings mean for it.
    pub(crate) fn edge(&self) -> transport::config::Config {
        let mut edge = self.transport.clone();
        edge.documents.introspection = self.shows_schema();
        // A proxy may ask for the site by another name than its pages are known by.
        edge.sockets.allowed_origins.extend(self.http.public_url.clone());
        let by_tls = self.http.public_url.as_ref().is_some_and(|url| url.starts_with("https://"));
        edge.http.is_secure = self.env == Env::Prod && by_tls;
        let public_url = self.http.public_url.as_deref().map(|url| url.trim_end_matches('/'));
        let documented = public_url.filter(|_| self.web.docs);
        edge.http.error_docs = documented.map(|url| format!("{url}/docs/reference/errors"));
        edge
    }

    /// Everything that is wrong as a whole, which single values cannot show.
    fn problems(&self, purpose: Purpose) -> Vec<Problem> {
        let (env, mut found) = (self.env, Vec::new());
        self.http.problems(&mut found);
        self.admin.problems(&mut found);
        self.worker.problems(&mut found);
        self.lake.problems_of_bind(&mut found);
        if purpose == Purpose::Health {
            return found;
        }
        site::problems(self, &mut found);
        self.log.problems(&mut found);
        self.otel.problems(&mut found);
        if matches!(purpose, Purpose::Lake | Purpose::Analytics) {
            self.lake.problems(&mut found);
            if purpose == Purpose::Analytics {
                self.kafka.problems(env, &mut found);
            }
            return found;
        }
        self.venues.problems(&mut found);
        self.captcha.problems(&mut found);
        self.web.problems(&self.http, &mut found);
        self.oidc.problems(&self.http, &mut found);
        edge::problems(self, &mut found);
        if purpose == Purpose::Pages {
            self.web.problems_of_pages(&mut found);
            return found;
        }
        let largest_request = self.transport.documents.max_cost.max(self.transport.http.max_batch_cost);
        self.database.problems(env, &mut found);
        self.kafka.problems(env, &mut found);
        self.lake.problems(&mut found);
        self.redis.problems(env, &mut found);
        self.mail.problems(env, &mut found);
        self.accounts.problems(env, &mut found);
        self.stripe.problems(env, &mut found);
        self.limits.problems(largest_request, &mut found);
        self.bots.problems(&mut found);
        self.resale.problems(&mut found);
        self.search.problems(&mut found);
        names::problems(self, &mut found);
        found
    }

    /// What the settings say to the rooms that decide.
    pub(crate) fn domain(&self) -> domain::Settings {
        let mut settings = domain::Settings {
            site: self.client_id.clone(),
            name: self.site_name().to_owned(),
            locales: self.web.locales.clone(),
            public_url: self.http.public_url.as_deref().map(|url| url.trim_end_matches('/').to_owned()),
            mails_of_holds: self.mail.holds,
            patience: Duration::from_secs(self.graphql.request_seconds),
            verified_email_for_holds: self.accounts.asks_for_verified_emails(self.env),
            records_years: self.accounts.records_years,
            refunds: self.refunds.rule(self.env),
            time_zones: self.venues.time_zones(),
            sales_close: self.sales.close(),
            resale: self.resale.rules(),
            transfers: self.tickets.rules(),
            ..domain::Settings::default()
        };
        self.holds.apply(&mut settings);
        settings
    }

    /// What signs and judges tokens; `secret` is the site's.
    pub(crate) fn keys(&self, secret: &Secret) -> Keys {
        self.accounts.keys(secret, &self.client_id, self.oidc.provider())
    }

    /// What security is set to.
    pub(crate) fn security(&self) -> security::config::Config<'_> {
        security::config::Config {
            site: &self.client_id,
            key_prefix: &self.redis.key_prefix,
            limits: &self.limits,
            bots: &self.bots,
            captcha: &self.captcha,
            retention: &self.security,
            documents: &self.transport.documents,
        }
    }

    /// What visitors call the site.
    pub fn site_name(&self) -> &str {
        self.site_name.as_deref().unwrap_or(&self.client_id)
    }

    /// Whether the database is the embedded one, so that one program at a time may use the data folder.
    pub fn is_database_embedded(&self) -> bool {
        self.database.url.is_none()
    }

    /// Whether tickets of matches that have begun are sold.
    pub(crate) fn sells_after_kick_off(&self) -> bool {
        self.sales.close() == domain::settings::SalesClose::Never
    }

    /// Whether the broker is the embedded one, which lives and dies with this process.
    pub fn is_kafka_embedded(&self) -> bool {
        self.kafka.brokers.is_none()
    }

    /// Whether a start brings the tables up to date.
    pub fn migrates_at_start(&self) -> bool {
        self.database.migrate.unwrap_or(self.env == Env::Dev)
    }

    /// What takes money: Stripe by its key; without one play money, which is for `dev`.
    pub fn gateway(&self) -> gateways::Settings {
        let webhook_secret = self.stripe.webhook_secret.clone();
        match self.stripe.secret_key.clone() {
            Some(secret_key) => gateways::Settings::Stripe(gateways::stripe::Settings {
                secret_key,
                webhook_secret,
                api_base: self.stripe.api_base.clone(),
                timeout: Duration::from_secs(self.stripe.timeout_seconds),
                is_live: self.env == Env::Prod,
                publishable_key: self.stripe.publishable_key.clone(),
            }),
            None if self.env == Env::Prod => gateways::Settings::Closed,
            None => gateways::Settings::Sandbox(gateways::sandbox::Settings { webhook_secret }),
        }
    }

    /// Whether clients may ask for the schema itself.
    pub fn shows_schema(&self) -> bool {
        self.graphql.introspection.unwrap_or(self.env == Env::Dev)
    }

    /// Whether an error about an unknown name says which known ones are like it.
    pub fn suggests_names(&self) -> bool {
        self.graphql.suggestions.unwrap_or_else(|| self.shows_schema())
    }
}

#[cfg(test)]
mod tests;

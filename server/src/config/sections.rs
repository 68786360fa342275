//! The sections of the configuration: one small struct for each part of the program, units in the names.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::secret::{Secret, SecretUrl};

/// Where the program runs: `dev` forgives, `prod` refuses to start on embedded parts and weak secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Env {
    #[default]
    Dev,
    Prod,
}

impl Env {
    /// The name as settings and Kafka's topics spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Env::Dev => "dev",
            Env::Prod => "prod",
        }
    }
}

/// The HTTP address. How its connections are treated stands in the section `transport`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Http {
    pub bind: String,
    /// Where visitors reach the site: what links in answers and mails begin with.
    pub public_url: Option<String>,
}

impl Default for Http {
    fn default() -> Self {
        Self { bind: "127.0.0.1:8000".to_owned(), public_url: None }
    }
}

/// What the GraphQL endpoint tells of the schema; unset, `dev` tells all and `prod` nothing.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Graphql {
    pub introspection: Option<bool>,
    pub suggestions: Option<bool>,
}

/// The worker role's own address, for health and metrics only.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Worker {
    pub bind: String,
}

impl Default for Worker {
    fn default() -> Self {
        Self { bind: "127.0.0.1:8001".to_owned() }
    }
}

/// The database: Postgres where a URL is given, else SQLite in the data folder.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Database {
    pub url: Option<SecretUrl>,
    pub max_connections: u32,
    pub connect_timeout_seconds: u64,
    /// Whether a start brings the tables up to date; unset, `dev` does and `prod` does not.
    pub migrate: Option<bool>,
}

impl Default for Database {
    fn default() -> Self {
        Self { url: None, max_connections: 16, connect_timeout_seconds: 10, migrate: None }
    }
}

/// Redis, shared by the instances of a site; without a URL there is none.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Redis {
    pub url: Option<SecretUrl>,
    pub timeout_milliseconds: u64,
    /// Begins every key of ours, so that sites may share a Redis.
    pub key_prefix: String,
    /// How long a document that a client registered is kept after it was last asked for.
    pub document_seconds: u64,
}

impl Default for Redis {
    fn default() -> Self {
        Self { url: None, timeout_milliseconds: 1_000, key_prefix: "matchday".to_owned(), document_seconds: 24 * 3_600 }
    }
}

/// The Kafka brokers and topics; without brokers the program starts an embedded one.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Kafka {
    pub brokers: Option<String>,
    pub security_protocol: Option<String>,
    pub sasl_mechanism: Option<String>,
    pub sasl_username: Option<String>,
    pub sasl_password: Option<Secret>,
    pub ssl_ca_location: Option<PathBuf>,
    /// This instance's own name in the consumer group, kept over its restarts.
    pub instance_id: Option<String>,
    pub master_list_topic_prefix: String,
    pub ticket_sales_topic_prefix: String,
    pub availability_topic_prefix: String,
    pub dead_letters_topic_prefix: String,
    pub resale_topic_prefix: String,
    /// Partitions of the topics that the program creates.
    pub partitions: u32,
    /// Replicas of the topics that the program creates.
    pub replication: u32,
    /// Whether an embedded broker is given the bundled World Cup 2022 master list.
    pub bundled_master_list: bool,
}

impl Default for Kafka {
    fn default() -> Self {
        Self {
            brokers: None,
            security_protocol: None,
            sasl_mechanism: None,
            sasl_username: None,
            sasl_password: None,
            ssl_ca_location: None,
            instance_id: None,
            master_list_topic_prefix: "fifa-world-cup-2022-masterlist".to_owned(),
            ticket_sales_topic_prefix: "fifa-world-cup-2022-ticket-sales".to_owned(),
            availability_topic_prefix: "matchday-availability".to_owned(),
            dead_letters_topic_prefix: "matchday-dead-letters".to_owned(),
            resale_topic_prefix: "matchday-resale".to_owned(),
            partitions: 4,
            replication: 1,
            bundled_master_list: true,
        }
    }
}

/// Accounts: the secret behind the keys that sign access tokens, and how long a session lasts.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Accounts {
    /// Unset in `dev`, a random one is made once and kept in the data folder.
    pub jwt_secret: Option<Secret>,
    pub token_algorithm: TokenAlgorithm,
    pub access_token_seconds: u64,
    pub refresh_token_seconds: u64,
    pub cookies_same_site: SameSite,
}

impl Default for Accounts {
    fn default() -> Self {
        Self {
            jwt_secret: None,
            token_algorithm: TokenAlgorithm::EdDsa,
            access_token_seconds: 900,
            refresh_token_seconds: 30 * 24 * 3_600,
            cookies_same_site: SameSite::Strict,
        }
    }
}

/// Requests of which pages browsers send the cookies of a session with: those of the same site (a registrable domain and
/// all below it), links to it as well, or all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum SameSite {
    #[default]
    Strict,
    Lax,
    None,
}

impl From<SameSite> for &'static str {
    fn from(same_site: SameSite) -> Self {
        match same_site {
            SameSite::Strict => "Strict",
            SameSite::Lax => "Lax",
            SameSite::None => "None",
        }
    }
}

/// What signs access tokens: a pair whose public part anybody may have, or a secret that only instances know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum TokenAlgorithm {
    #[default]
    #[serde(rename = "EdDSA")]
    EdDsa,
    #[serde(rename = "HS256")]
    Hs256,
}

impl From<TokenAlgorithm> for entities::signing_key::Algorithm {
    fn from(algorithm: TokenAlgorithm) -> Self {
        match algorithm {
            TokenAlgorithm::EdDsa => Self::EdDsa,
            TokenAlgorithm::Hs256 => Self::Hs256,
        }
    }
}

/// Mail: where it is sent through and from; without a server it is kept in the data folder and shown in the log.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mail {
    pub smtp_url: Option<SecretUrl>,
    pub from: String,
    /// Pages of the site that take a code, which stands where these have `{code}`; unset, mails give the code alone.
    pub verify_url: Option<String>,
    pub reset_url: Option<String>,
    /// Whether fans are mailed of holds that they placed, or that expired.
    pub holds: bool,
}

impl Default for Mail {
    fn default() -> Self {
        Self {
            smtp_url: None,
            from: "Matchday <tickets@localhost>".to_owned(),
            verify_url: None,
            reset_url: None,
            holds: true,
        }
    }
}

/// How long tickets stay held unpaid, and how many one buyer may have of a match.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Holds {
    pub seconds: u64,
    /// How long after its time a hold is kept for a payment that the gateway can't be asked about.
    pub payment_grace_seconds: u64,
    /// How long another site's hold counts when that site never resolves it.
    pub foreign_seconds: u64,
    pub purchase_cap: u32,
}

impl Default for Holds {
    fn default() -> Self {
        Self { seconds: 900, payment_grace_seconds: 600, foreign_seconds: 1_800, purchase_cap: 6 }
    }
}

/// Which tickets their owners may give back by themselves.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Refunds {
    pub owner_allowed: bool,
    /// Hours before kick-off at which that ends; unset, `prod` takes 48 and `dev`, whose bundled matches were played in
    /// 2022, knows no end.
    pub owner_cutoff_hours: Option<u64>,
}

impl Default for Refunds {
    fn default() -> Self {
        Self { owner_allowed: true, owner_cutoff_hours: None }
    }
}

/// How fans sell to fans.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Resale {
    pub enabled: bool,
    /// Whether tickets can be offered that were issued elsewhere.
    pub outside_tickets: bool,
    /// How long an order locks its listing.
    pub hold_seconds: u64,
    /// The highest price, in hundredths of what the category cost at first.
    pub price_cap_percent: u32,
    /// What the site keeps of a price, in hundredths.
    pub fee_percent: u32,
    /// Whether a match that has begun goes on being sold; unset, `dev` does so and `prod` does not.
    pub after_kick_off: Option<bool>,
}

impl Default for Resale {
    fn default() -> Self {
        Self {
            enabled: true,
            outside_tickets: false,
            hold_seconds: 900,
            price_cap_percent: 110,
            fee_percent: 5,
            after_kick_off: None,
        }
    }
}

/// What is kept of the decisions of the security service.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Security {
    pub events_days: u32,
}

impl Default for Security {
    fn default() -> Self {
        Self { events_days: 14 }
    }
}

/// Stripe: its key, where it is and how long it may take; without a key, `dev` takes play money and `prod` none. The
/// webhook's secret is the sandbox's too.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Stripe {
    pub secret_key: Option<Secret>,
    pub webhook_secret: Option<Secret>,
    pub api_base: Option<String>,
    /// How long one call may take, all its tries together.
    pub timeout_seconds: u64,
}

impl Default for Stripe {
    fn default() -> Self {
        Self { secret_key: None, webhook_secret: None, api_base: None, timeout_seconds: 10 }
    }
}

/// What is logged and how it looks.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// `tracing` directives.
    pub filter: String,
    pub format: LogFormat,
}

impl Default for Log {
    fn default() -> Self {
        Self {
            filter: "info,sqlx=warn,sea_orm=warn,sea_orm_migration=warn,rdkafka=warn,librdkafka=warn".to_owned(),
            format: LogFormat::Auto,
        }
    }
}

/// The form of a log line: `auto` is `pretty` on a terminal and `json` elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    #[default]
    Auto,
    Pretty,
    Json,
}

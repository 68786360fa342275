//! How a role fails: what the user reads, and the exit code.

use std::{path::PathBuf, process::ExitCode};

use crate::config::problem::Problems;

/// Why a role did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error(transparent)]
    Settings(#[from] Problems),
    #[error("the data folder {} is in use by another matchday\n  Stop that one, or give this one its own with MATCHDAY_DATA_DIR.", .0.display())]
    DataDirInUse(PathBuf),
    #[error("the data folder {} cannot be used: {error}\n  MATCHDAY_DATA_DIR names it; it must be writable.", path.display())]
    DataDir { path: PathBuf, error: std::io::Error },
    #[error("cannot listen on {address}: {error}\n  {setting} names the address; port 0 takes a free one.")]
    Bind { address: String, setting: &'static str, error: std::io::Error },
    #[error("the database cannot be reached: {0}\n  DATABASE_URL names it.")]
    NoDatabase(String),
    #[error("the database failed: {0}")]
    Database(#[from] sea_orm::DbErr),
    #[error("the database lacks {0} migrations\n  Run `matchday migrate up`, or start with MATCHDAY_MIGRATE=true.")]
    Unmigrated(usize),
    #[error("{0}")]
    Kafka(#[from] kafka::Error),
    #[error("{0}")]
    KafkaConfig(#[from] kafka::config::ConfigError),
    #[error("the embedded broker lives inside a running `matchday`, and none runs on {}\n  Start one, or name the brokers with KAFKA_BROKERS.", .0.display())]
    NoEmbeddedBroker(PathBuf),
    #[error("{0}")]
    Accounts(#[from] domain::accounts::AccountError),
    #[error("{0}")]
    Tickets(#[from] domain::tickets::TicketError),
    #[error("there is no account with the email or id {0:?}")]
    NoAccount(String),
    #[error("there is no key {0:?} that has not ended\n  `matchday key list` names them.")]
    NoKey(String),
    #[error("{} cannot be read: {error}", path.display())]
    Unreadable { path: PathBuf, error: std::io::Error },
    #[error("the master list is wrong in {0} places; nothing was published")]
    WrongMasterlist(usize),
    #[error("the list is wrong in {0} places; nothing was changed\n  --skip-wrong imports the other lines.")]
    WrongAddressList(usize),
    #[error("{0}")]
    AddressRules(#[from] domain::address_rules::RuleError),
    #[error("{0}")]
    Metrics(#[from] metrics_exporter_prometheus::BuildError),
    #[error("a task ended that cannot be started again; the log says which")]
    TaskLost,
    #[error("stopped at once by a second signal; what was open was cut off")]
    Forced,
    #[error("transport.documents.trusted_manifest: {0}")]
    Manifest(#[from] transport::document::ManifestError),
    #[error("{0}")]
    Mail(String),
    #[error("Stripe can't be asked: {0}\n  STRIPE_SECRET_KEY and STRIPE_API_BASE name how.")]
    Stripe(String),
    #[error("limits.{name}: {error}")]
    Limits { name: &'static str, error: limits::PolicyError },
    #[error("bots.free.{name}: {error}")]
    Bots { name: &'static str, error: limits::PolicyError },
    #[error("REDIS_URL: {0}")]
    Redis(#[from] redis::RedisError),
    #[error("the system refuses: {0}")]
    System(#[from] std::io::Error),
}

impl Failure {
    /// 2 for what the user has to set right before anything can start, 1 for everything else.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Failure::Settings(_)
            | Failure::KafkaConfig(_)
            | Failure::Redis(_)
            | Failure::Mail(_)
            | Failure::Stripe(_)
            | Failure::Manifest(_) => ExitCode::from(2),
            _ => ExitCode::from(1),
        }
    }
}

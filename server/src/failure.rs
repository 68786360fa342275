//! How a role fails: what the user reads, and the exit code.

use std::{path::PathBuf, process::ExitCode};

use settings::problem::Problems;

use crate::output;

/// Why a role did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error(transparent)]
    Settings(#[from] Problems),
    #[error("the data folder {} is in use by another matchday\n  Stop that one, or give this one its own folder with MATCHDAY_DATA_DIR.", .0.display())]
    DataDirInUse(PathBuf),
    #[error("the data folder {} cannot be used: {error}\n  MATCHDAY_DATA_DIR sets it; it must be writable.", path.display())]
    DataDir { path: PathBuf, error: std::io::Error },
    #[error("cannot listen on {address}: {error}\n  {setting} sets the address; port 0 picks a free one.")]
    Bind { address: String, setting: &'static str, error: std::io::Error },
    #[error("the database cannot be reached: {0}\n  DATABASE_URL sets its address.")]
    NoDatabase(String),
    #[error("the database failed: {0}")]
    Database(#[from] sea_orm::DbErr),
    #[error("the database lacks {}\n  Run `matchday migrate up`, or start with MATCHDAY_MIGRATE=true.", output::counted(*.0, "migration", "migrations"))]
    Unmigrated(usize),
    #[error(
        "the database has migrations that this program does not know ({unknown}), and lacks {missing} of this program's\n  Run `matchday migrate up` of the newest version that uses this database."
    )]
    Diverged { missing: usize, unknown: String },
    #[error(
        "the database has migrations that only a newer version can revert: {0}\n  Run `matchday migrate down` of that version."
    )]
    StepsOfNewer(String),
    #[error("nothing was copied: {0}")]
    Uncopied(String),
    #[error(
        "the pooler at {0} gives each transaction another connection and does not follow prepared statements\n  Let DATABASE_URL name Postgres itself, a pooler in session mode, or PgBouncer 1.21 or newer with max_prepared_statements above 0."
    )]
    PooledTransactions(String),
    #[error("{0}")]
    Kafka(#[from] kafka::Error),
    #[error("{0}")]
    KafkaConfig(#[from] kafka::config::ConfigError),
    #[error("the embedded broker runs inside `matchday`, and no `matchday` runs on {}\n  Start one, or name the brokers with KAFKA_BROKERS.", .0.display())]
    NoEmbeddedBroker(PathBuf),
    #[error("{0}")]
    Accounts(#[from] domain::accounts::AccountError),
    #[error("{0}")]
    Keys(#[from] domain::keyring::KeyError),
    #[error("an account with the email {0:?} exists\n  `matchday user promote {0} --role …` changes its role.")]
    KnownEmail(String),
    #[error(
        "the account can't be deleted yet: {0}\n  `--force` goes past tickets, open listings and gifts; for money on its way, wait."
    )]
    NotSettled(String),
    #[error("there is no account with the email or id {0:?}")]
    NoAccount(String),
    #[error("the lake has no model {0:?}\n  `matchday model list` lists the models.")]
    NoModel(String),
    #[error("no model was trained: {0}")]
    Training(String),
    #[error("{0}")]
    TooLittleToLearn(String),
    #[error("no active key is called {0:?}\n  `matchday key list` lists the keys.")]
    NoKey(String),
    #[error("{} cannot be read: {error}", path.display())]
    Unreadable { path: PathBuf, error: std::io::Error },
    #[error("{} cannot be written: {error}", path.display())]
    Unwritable { path: PathBuf, error: std::io::Error },
    #[error(
        "{setting} is {address:?}, which can't be connected to\n  Give the address of the program with --at HOST:PORT, with the port that it listens on."
    )]
    NoAddress { setting: &'static str, address: String },
    #[error(
        "{url}: {error}\n  {setting} says that the program listens there; --at gives another address, --worker asks a worker."
    )]
    Unasked { url: String, setting: &'static str, error: fetch::FetchError },
    #[error("{url}: {said}")]
    Unready { url: String, said: String },
    #[error("the folder of MATCHDAY_WEB_OVERRIDES cannot be used: {0}")]
    Overrides(String),
    #[error("the master list is wrong in {}", places(*.0))]
    WrongMasterlist(usize),
    #[error("the master list is wrong in {}; nothing was published", places(*.0))]
    Unpublished(usize),
    #[error("the list is wrong in {}; nothing was changed\n  --skip-wrong imports the other lines.", places(*.0))]
    WrongAddressList(usize),
    #[error("{0}")]
    AddressRules(#[from] domain::address_rules::RuleError),
    #[error("{0}")]
    Metrics(#[from] metrics_exporter_prometheus::BuildError),
    #[error(
        "a worker needs real Kafka brokers: an embedded broker serves only the program that it runs in\n  Set KAFKA_BROKERS; with embedded parts, `matchday serve` does the worker's work."
    )]
    WorkerAlone,
    #[error(
        "`matchday analytics` needs real Kafka brokers: an embedded broker serves only the program that it runs in\n  Set KAFKA_BROKERS; with embedded parts, `matchday serve` writes the lake."
    )]
    AnalyticsAlone,
    #[error("the lake cannot be used: {0}\n  MATCHDAY_LAKE_URL says where it is.")]
    Lake(#[from] analytics::lake::LakeError),
    #[error(
        "an instance with --visitors-only leaves expiring holds, sending mails and publishing sales to workers, but {part} is embedded, so no worker can use it\n  Set {setting}, or leave out --visitors-only and MATCHDAY_VISITORS_ONLY so that `matchday serve` does all of it."
    )]
    VisitorsAlone { part: &'static str, setting: &'static str },
    #[error("a task ended that cannot be restarted; the log says which")]
    TaskLost,
    #[error("stopped at once by a second signal; open requests were cut off")]
    Forced,
    #[error("transport.documents.trusted_manifest: {0}")]
    Manifest(#[from] transport::document::ManifestError),
    #[error("{0}")]
    Contract(#[from] transport::document::ContractError),
    #[error("{0}")]
    Mail(String),
    #[error("{0}")]
    Gateway(#[from] gateways::OpenError),
    #[error("{0}")]
    Security(#[from] security::ConfigError),
    #[error("REDIS_URL: {0}")]
    Redis(#[from] redis::RedisError),
    #[error("the operating system refuses: {0}")]
    System(#[from] std::io::Error),
}

fn places(number: usize) -> String {
    output::counted(number, "place", "places")
}

impl Failure {
    /// 2 for what the user has to set right before anything can start, 1 for everything else.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Failure::Settings(_)
            | Failure::WorkerAlone
            | Failure::AnalyticsAlone
            | Failure::VisitorsAlone { .. }
            | Failure::PooledTransactions(_)
            | Failure::KafkaConfig(_)
            | Failure::Redis(_)
            | Failure::Mail(_)
            | Failure::Overrides(_)
            | Failure::NoAddress { .. }
            | Failure::Gateway(_)
            | Failure::Manifest(_) => ExitCode::from(2),
            _ => ExitCode::from(1),
        }
    }
}

//! The command line: the roles of the program, and a help that teaches its settings.

mod addresses;
mod analytics;
pub(crate) mod help;

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

pub use self::{
    addresses::{Address, AddressList, EffectName, Expiry},
    analytics::{LakeTask, ModelTask, Train},
};

/// Sells match tickets through one GraphQL endpoint and shows every buyer live what is left.
#[derive(Debug, Parser)]
#[command(name = "matchday", version = help::VERSION.as_str(), after_help = help::SHORT, after_long_help = help::LONG.as_str(), max_term_width = 100)]
pub struct Cli {
    /// Settings file; `MATCHDAY_CONFIG` does the same. Without either, `./matchday.toml` is read if it exists
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,

    #[command(subcommand)]
    pub role: Option<Role>,
}

/// What the program is to be, or to do once.
#[derive(Debug, Subcommand)]
pub enum Role {
    /// Serve GraphQL and the shop, and keep the exchange with Kafka running (the default without a command)
    Serve {
        /// Serve only visitors, and leave the exchange with Kafka, expiring holds, payments in progress and mails to
        /// workers; `MATCHDAY_VISITORS_ONLY` does the same
        #[arg(long)]
        visitors_only: bool,
    },
    /// Keep the exchange with Kafka running, expire holds and send mails, without serving GraphQL
    Worker,
    /// Serve only the fans' pages, from the API at `web.api_url`; needs no database, Kafka or Redis
    Storefront,
    /// Write the lake of bookings from Kafka; needs only Kafka and the lake. A site with an embedded broker writes it by itself
    Analytics,
    /// Show the lake of bookings, complete it from the database, or merge its files
    Lake {
        #[command(subcommand)]
        task: LakeTask,
    },
    /// Train the recommendations' model from the lake, and publish it if it is better than the one in use
    Train(Train),
    /// List the models of the lake, show one, or choose the one in use
    Model {
        #[command(subcommand)]
        task: ModelTask,
    },
    /// Apply, revert or list the database's migrations
    Migrate {
        #[command(subcommand)]
        step: Migrate,
    },
    /// Copy the embedded database of the data folder into the Postgres of `DATABASE_URL`, all of it or nothing. The target
    /// must be empty and migrated, and no `matchday` may run on the folder
    CopyDatabase,
    /// Print the GraphQL schema in SDL
    Schema,
    /// Check a master list, or publish it to the master-list topic
    Masterlist {
        #[command(subcommand)]
        task: Masterlist,
    },
    /// Rotate, list or retire the keys that sign access tokens; a running program follows within seconds
    Key {
        /// Act on the keys that sign tickets, instead of those that sign access tokens
        #[arg(long, global = true)]
        tickets: bool,
        #[command(subcommand)]
        task: Key,
    },
    /// Create, promote, disable, enable, export or erase an account; for the first admin, and for what people ask of the operator
    User {
        #[command(subcommand)]
        task: User,
    },
    /// Import address rules; a running program follows within a second
    Address {
        #[command(subcommand)]
        task: Address,
    },
    /// Print the settings in force, with secrets hidden, and where each comes from
    Config,
    /// Ask the program with the same settings whether it is ready; exits with 1 if it is not ready or not reachable
    Health(Health),
    /// Write the manual pages of all commands into a folder
    Man {
        /// Folder for the pages; created if it is missing
        #[arg(value_name = "DIR")]
        dir: PathBuf,
        /// The date on the pages; today if not given
        #[arg(long, value_name = "DATE", value_parser = date)]
        date: Option<NaiveDate>,
    },
    /// Write the reference pages (settings, errors, close codes, metrics, events, costs, rights, schema) into a folder, in
    /// Markdown
    Reference {
        /// Made if it is missing
        #[arg(value_name = "DIR")]
        dir: PathBuf,
        /// Write what a release keeps of its contract instead: the schema, the keys of settings, and records of Kafka
        #[arg(long)]
        contract: bool,
    },
    /// Print a shell's completion script for commands and options
    Completions {
        #[arg(value_enum, value_name = "SHELL")]
        shell: Shell,
    },
}

#[derive(Debug, Args)]
pub struct Health {
    /// Ask only whether the program is alive, not whether it is ready
    #[arg(long)]
    pub live: bool,
    /// Ask a worker, which listens on `worker.bind`
    #[arg(long)]
    pub worker: bool,
    /// Ask a writer of the lake, which listens on `lake.bind`
    #[arg(long, conflicts_with = "worker")]
    pub analytics: bool,
    /// Ask at this address instead of the one in the settings
    #[arg(long, value_name = "HOST:PORT", conflicts_with_all = ["worker", "analytics"])]
    pub at: Option<String>,
}

fn date(text: &str) -> Result<NaiveDate, &'static str> {
    text.parse().map_err(|_| "write a date such as 2026-12-31")
}

#[derive(Debug, Subcommand)]
pub enum Migrate {
    /// Apply the missing migrations
    Up {
        /// Apply at most this many
        #[arg(long, value_name = "N")]
        steps: Option<u32>,
    },
    /// Revert the newest migrations, including the data in their tables and columns
    Down {
        /// How many to revert
        #[arg(long, value_name = "N", default_value_t = 1)]
        steps: u32,
    },
    /// List applied and missing migrations; exits with 1 if one is missing
    Status,
}

#[derive(Debug, Subcommand)]
pub enum Masterlist {
    /// Report every wrong line of a master list, without publishing it
    Check(MasterlistFile),
    /// Check a master list and publish it if it has no errors
    Publish(MasterlistFile),
}

#[derive(Debug, Subcommand)]
pub enum Key {
    /// Create a new key. Old keys of access tokens end after their last token has expired, old keys of tickets do not end.
    Rotate {
        /// For stolen keys: everything that the old keys signed becomes invalid at once
        #[arg(long)]
        now: bool,
    },
    /// List the keys with their states
    List,
    /// End one key: everything that it signed becomes invalid at once
    Retire {
        #[arg(value_name = "KID", allow_hyphen_values = true)]
        kid: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum User {
    /// Create an account; generates and prints a password unless `--password-stdin` is given
    Create {
        #[arg(value_name = "EMAIL")]
        email: String,
        #[arg(long, value_enum, default_value_t = RoleName::Customer)]
        role: RoleName,
        /// Read the password from the first line of standard input
        #[arg(long)]
        password_stdin: bool,
    },
    /// Change an account's role, effective within a second. Not for roles that the identity provider assigns
    /// (`oidc.role_claim`): it would reset them within a minute
    Promote {
        /// The account's email, or its id if an account of the identity provider has the same email
        #[arg(value_name = "EMAIL")]
        email: String,
        #[arg(long, value_enum)]
        role: RoleName,
    },
    /// Block sign-in to an account, end its sessions and close its connections, within a second
    Disable {
        /// The account's email or id; some accounts of an identity provider have only an id
        #[arg(value_name = "EMAIL")]
        email: String,
    },
    /// Allow sign-in to a disabled account again
    Enable {
        /// The account's email or id
        #[arg(value_name = "EMAIL")]
        email: String,
    },
    /// Print everything that is recorded about an account, as JSON
    Export {
        /// The account's email or id
        #[arg(value_name = "EMAIL")]
        email: String,
    },
    /// Delete an account as its owner would with `deleteAccount`, and print what is kept
    Erase {
        /// The account's email or id
        #[arg(value_name = "EMAIL")]
        email: String,
        /// Also with valid tickets, open listings or offered gifts: tickets stay valid without a name, the others are taken back. Money
        /// on its way, and a listing that a buyer has ordered, prevent it always
        #[arg(long)]
        force: bool,
    },
}

/// What an account may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RoleName {
    /// Buys tickets
    Customer,
    /// Checks tickets at the gate
    Steward,
    /// Runs the site
    Admin,
}

#[derive(Debug, Args)]
pub struct MasterlistFile {
    /// JSON Lines (one match a line), or one JSON array of matches; - reads standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use clap::CommandFactory;

    use super::*;
    use crate::config::catalog::SETTINGS;

    fn parse(line: &str) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(line.split_whitespace())
    }

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn without_a_command_it_serves() {
        let cli = parse("matchday").expect("nothing is required");

        assert!(cli.role.is_none() && cli.config.is_none());
    }

    #[test]
    fn the_settings_file_is_named_before_or_after_the_role() {
        for line in ["matchday --config a.toml config", "matchday config --config a.toml"] {
            let cli = parse(line).expect("both places are right");
            assert_eq!(cli.config, Some(PathBuf::from("a.toml")), "{line}");
            assert!(matches!(cli.role, Some(Role::Config)));
        }
    }

    #[test]
    fn taking_back_migrations_takes_back_one_unless_told_otherwise() {
        let step = |line| match parse(line).expect("the line is right").role {
            Some(Role::Migrate { step }) => step,
            other => panic!("{other:?} is not migrate"),
        };

        assert!(matches!(step("matchday migrate down"), Migrate::Down { steps: 1 }));
        assert!(matches!(step("matchday migrate down --steps 3"), Migrate::Down { steps: 3 }));
        assert!(matches!(step("matchday migrate up"), Migrate::Up { steps: None }));
        assert!(matches!(step("matchday migrate status"), Migrate::Status));
    }

    #[test]
    fn an_end_is_a_time_or_some_hours_or_days_away() {
        let now = DateTime::UNIX_EPOCH;
        let seen = |text: &str| text.parse().map(|end: Expiry| end.seen_from(now).to_rfc3339());

        assert_eq!(seen("2026-12-31T00:00:00+01:00"), Ok("2026-12-30T23:00:00+00:00".to_owned()));
        assert_eq!(seen("12h"), Ok("1970-01-01T12:00:00+00:00".to_owned()));
        assert_eq!(seen("30d"), Ok("1970-01-31T00:00:00+00:00".to_owned()));
        for wrong in ["", "d", "30", "-1d", "30w", "3é", "65536d", "tomorrow"] {
            assert!(seen(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_manual_bears_a_date_that_is_one() {
        let given = |line| match parse(line).expect("the line is right").role {
            Some(Role::Man { date, .. }) => date.map(|date| date.to_string()),
            other => panic!("{other:?} is not man"),
        };

        assert_eq!(given("matchday man pages"), None);
        assert_eq!(given("matchday man pages --date 2026-11-29").as_deref(), Some("2026-11-29"));
        let wrong = parse("matchday man pages --date yesterday").expect_err("it is no date").to_string();
        assert!(wrong.contains("2026-12-31"), "{wrong}");
    }

    #[test]
    fn wrong_usage_exits_with_2() {
        let roleless = "matchday user promote ana@example.com";
        for line in ["matchday sell", "matchday migrate", "matchday masterlist publish", "matchday --confg x", roleless]
        {
            assert_eq!(parse(line).expect_err("the line is wrong").exit_code(), 2, "{line}");
        }
        assert!(parse(&format!("{roleless} --role steward")).is_ok(), "a role is named, never assumed");
    }

    #[test]
    fn the_long_help_names_every_setting_and_shows_examples() {
        let help = Cli::command().render_long_help().to_string();

        for setting in SETTINGS.iter() {
            assert!(help.contains(&setting.env), "{} is not explained", setting.env);
        }
        assert!(help.contains("matchday masterlist check") && help.contains("Exit codes:"));
    }
}

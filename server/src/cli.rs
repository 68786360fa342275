//! The command line: the roles of the program, and a help that teaches its settings.

pub(crate) mod help;

use std::{path::PathBuf, str::FromStr};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

/// Sells match tickets through one GraphQL endpoint and shows every buyer, live, what is left.
#[derive(Debug, Parser)]
#[command(name = "matchday", version = help::VERSION.as_str(), after_help = help::SHORT, after_long_help = help::LONG.as_str(), max_term_width = 100)]
pub struct Cli {
    /// Settings file; `MATCHDAY_CONFIG` does the same. Without either, `./matchday.toml` is read where there is one
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,

    #[command(subcommand)]
    pub role: Option<Role>,
}

/// What the program is to be, or to do once.
#[derive(Debug, Subcommand)]
pub enum Role {
    /// Answer GraphQL and keep the exchange with Kafka running (what happens without a command)
    Serve {
        /// Serve visitors alone, and leave the exchange with Kafka, the expiry of holds, payments under way and mails to
        /// workers; `MATCHDAY_VISITORS_ONLY` does the same
        #[arg(long)]
        visitors_only: bool,
    },
    /// Keep the exchange with Kafka, the expiry of holds and mails running, and answer no GraphQL
    Worker,
    /// Serve the fans' pages alone, and ask the API at `web.api_url`; needs no database, no Kafka and no Redis
    Storefront,
    /// Bring the database's tables up to date, back, or tell how they stand
    Migrate {
        #[command(subcommand)]
        step: Migrate,
    },
    /// Copy the embedded database of the data folder into the Postgres of `DATABASE_URL`, all of it or nothing; that one
    /// must be empty and migrated, and no program may be running on the folder
    CopyDatabase,
    /// Print the GraphQL schema in SDL
    Schema,
    /// Check a master list, or publish one to the master-list topic
    Masterlist {
        #[command(subcommand)]
        task: Masterlist,
    },
    /// Change, list or end the keys that sign access tokens; a running program follows within seconds
    Key {
        /// The keys that sign tickets, instead of those of access tokens
        #[arg(long, global = true)]
        tickets: bool,
        #[command(subcommand)]
        task: Key,
    },
    /// Open, promote, disable or enable an account; for the first admin, and for what no visitor can do
    User {
        #[command(subcommand)]
        task: User,
    },
    /// Import rules about addresses; a running program follows within a second
    Address {
        #[command(subcommand)]
        task: Address,
    },
    /// Print the settings in force, secrets hidden, and where each came from
    Config,
    /// Ask the program that runs by the same settings whether it is ready; exits with 1 where it is not, or not reached
    Health(Health),
    /// Write the manual pages of all commands into a folder
    Man {
        /// Made where it is missing
        #[arg(value_name = "DIR")]
        dir: PathBuf,
        /// The date that the pages bear; today's, if not given
        #[arg(long, value_name = "DATE", value_parser = date)]
        date: Option<NaiveDate>,
    },
    /// Print what completes commands and options in a shell
    Completions {
        #[arg(value_enum, value_name = "SHELL")]
        shell: Shell,
    },
}

#[derive(Debug, Args)]
pub struct Health {
    /// Ask only whether the program lives, not whether it is ready
    #[arg(long)]
    pub live: bool,
    /// Ask a worker, which listens on `worker.bind`
    #[arg(long)]
    pub worker: bool,
    /// Ask at this address, instead of where the settings say that the program listens
    #[arg(long, value_name = "HOST:PORT", conflicts_with = "worker")]
    pub at: Option<String>,
}

fn date(text: &str) -> Result<NaiveDate, &'static str> {
    text.parse().map_err(|_| "write a date such as 2026-12-31")
}

#[derive(Debug, Subcommand)]
pub enum Migrate {
    /// Apply what is missing
    Up {
        /// Apply this many steps and no more
        #[arg(long, value_name = "N")]
        steps: Option<u32>,
    },
    /// Take back the newest steps, and the data that they brought
    Down {
        /// How many to take back
        #[arg(long, value_name = "N", default_value_t = 1)]
        steps: u32,
    },
    /// List the steps, applied and missing; exits with 1 where one is missing
    Status,
}

#[derive(Debug, Subcommand)]
pub enum Masterlist {
    /// Read a master list and report every line that is wrong; publishes nothing
    Check(MasterlistFile),
    /// Check a master list and publish it, if all of it is right
    Publish(MasterlistFile),
}

#[derive(Debug, Subcommand)]
pub enum Key {
    /// Make a new key and let the old ones end when their last token has (those of tickets don't); signs nobody out
    Rotate {
        /// For keys that were stolen: what they signed is worth nothing from now on
        #[arg(long)]
        now: bool,
    },
    /// List the keys, and where each stands
    List,
    /// End one key: what it signed is worth nothing from now on
    Retire {
        #[arg(value_name = "KID", allow_hyphen_values = true)]
        kid: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum User {
    /// Open an account; a password is made and printed, unless one is given
    Create {
        #[arg(value_name = "EMAIL")]
        email: String,
        #[arg(long, value_enum, default_value_t = RoleName::Customer)]
        role: RoleName,
        /// Read the password from the first line of standard input
        #[arg(long)]
        password_stdin: bool,
    },
    /// Give an account a role, which counts within a second. Not where the identity provider says roles
    /// (`oidc.role_claim`): it would say otherwise within a minute
    Promote {
        /// Or its id, where an account of the identity provider has the same email
        #[arg(value_name = "EMAIL")]
        email: String,
        #[arg(long, value_enum)]
        role: RoleName,
    },
    /// Let nobody sign in to an account, end its sessions and close its connections, within a second
    Disable {
        /// Or its id, which is all that some accounts of an identity provider have
        #[arg(value_name = "EMAIL")]
        email: String,
    },
    /// Let the owner of a disabled account sign in again
    Enable {
        /// Or its id
        #[arg(value_name = "EMAIL")]
        email: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum Address {
    /// Make a rule for each network of a list, all of them or none; what an admin or another list has a rule for is left
    Import(AddressList),
}

#[derive(Debug, Args)]
pub struct AddressList {
    /// One network or address a line, comments after # or ; (such as netsets), or JSON lines with a `cidr` each (such as the DROP list); - reads standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    #[arg(long, value_enum, default_value_t = EffectName::Block)]
    pub effect: EffectName,
    /// For whoever asks later
    #[arg(long, value_name = "TEXT", default_value = "imported from a list")]
    pub reason: String,
    /// When the rules end by themselves: a time such as 2026-12-31T00:00:00Z, or after 12h or 30d
    #[arg(long, value_name = "WHEN")]
    pub expires: Option<Expiry>,
    /// Name the list: what an earlier import by this name made, and the file no longer names, is removed
    #[arg(long, value_name = "NAME")]
    pub replace_source: Option<String>,
    /// Leave out lines that are wrong, instead of importing nothing
    #[arg(long)]
    pub skip_wrong: bool,
    /// Tell what would change, and change nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// What becomes of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum EffectName {
    /// Their requests are refused
    Block,
    /// No other rule blocks them
    Allow,
}

/// An end, as a time or by how long it is away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expiry {
    At(DateTime<Utc>),
    In(TimeDelta),
}

impl Expiry {
    /// The time itself, seen from `now`.
    pub fn seen_from(self, now: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Self::At(time) => time,
            Self::In(away) => now + away,
        }
    }
}

impl FromStr for Expiry {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(time) = DateTime::parse_from_rfc3339(text) {
            return Ok(Self::At(time.to_utc()));
        }
        let wrong = "write a time such as 2026-12-31T00:00:00Z, or 12h or 30d";
        let (number, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or(wrong)?;
        // A longer time is no end, and would end beyond what dates can say.
        let number: u16 = number.parse().map_err(|_| wrong)?;
        match unit {
            "h" => Ok(Self::In(TimeDelta::hours(number.into()))),
            "d" => Ok(Self::In(TimeDelta::days(number.into()))),
            _ => Err(wrong),
        }
    }
}

/// What somebody may do.
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

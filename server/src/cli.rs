//! The command line: the roles of the program, and a help that teaches its settings.

use std::{fmt::Write as _, path::PathBuf, str::FromStr, sync::LazyLock};

use chrono::{DateTime, TimeDelta, Utc};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::config::catalog::SETTINGS;

/// Sells match tickets through one GraphQL endpoint and shows every buyer, live, what is left.
#[derive(Debug, Parser)]
#[command(name = "matchday", version, after_help = AFTER_HELP, after_long_help = AFTER_LONG_HELP.as_str(), max_term_width = 100)]
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

const AFTER_HELP: &str = "`matchday --help` shows examples and every setting.";

const EXAMPLES: &str = "\
Examples:
  matchday                        everything on this machine: SQLite, an embedded Kafka broker
  MATCHDAY_BIND=0.0.0.0:80 matchday
                                  the same, on port 80 of every address
  DATABASE_URL=postgres://… REDIS_URL=redis://… KAFKA_BROKERS=host:9092 matchday
                                  on real services; any number of instances side by side
  matchday serve --visitors-only  the same settings, for visitors alone; two of `matchday worker` do the rest
  MATCHDAY_WEB_API_URL=http://10.0.0.7:8000 matchday storefront
                                  the fans' pages alone, on an API that runs elsewhere
  matchday migrate up             bring the tables of DATABASE_URL up to date
  matchday copy-database          then take there what the embedded database has, to go on from it
  matchday masterlist check FILE  report every wrong line of a master list
  matchday user create ana@example.com --role admin
                                  the first admin; prints the password
  matchday key rotate             sign access tokens with a new key
  matchday address import drop.txt --replace-source drop --expires 7d
                                  block a list of networks until it is imported again
  matchday config                 what is in force, and where each setting came from

The wire format of a master list, one match a line:
  {\"matchNumber\":1,\"roundNumber\":1,\"dateUtc\":\"2022-11-20T16:00:00Z\",
   \"location\":\"Al Bayt Stadium\",\"homeTeam\":\"Qatar\",\"awayTeam\":\"Ecuador\",\"group\":\"A\",
   \"availability\":{\"category1\":{\"available\":20,\"pending\":0,\"price\":75}}}

Exit codes:
  0  done, or stopped by a signal and everything ended in order
  1  failed
  2  wrong usage or wrong settings; nothing was started";

/// Examples first, then every setting with its environment name; the edge's many limits by their names only.
static AFTER_LONG_HELP: LazyLock<String> = LazyLock::new(|| {
    let mut text = format!(
        "{EXAMPLES}\n\nSettings (defaults, then the settings file, then the environment; an empty variable is unset):\n"
    );
    let (edge, ours): (Vec<_>, Vec<_>) = SETTINGS.iter().partition(|setting| setting.path.starts_with("transport."));
    for setting in ours {
        write!(text, "  {}  [{}]\n        {}\n", setting.env, setting.path, setting.help)
            .expect("a String takes all text");
    }
    text.push_str(
        "\nLimits of the edge, in the section [transport] of the file; `matchday config` shows their values:\n",
    );
    for setting in edge {
        writeln!(text, "  {}", setting.env).expect("a String takes all text");
    }
    text
});

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

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

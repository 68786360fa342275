//! The commands about rules for addresses.

use std::{path::PathBuf, str::FromStr};

use chrono::{DateTime, TimeDelta, Utc};
use clap::{Args, Subcommand, ValueEnum};

#[derive(Debug, Subcommand)]
pub enum Address {
    /// Make a rule for each network of a list, all of them or none; keeps rules of admins and of other lists
    Import(AddressList),
}

#[derive(Debug, Args)]
pub struct AddressList {
    /// One network or address a line, comments after # or ; (such as netsets), or JSON lines with a `cidr` each (such as the DROP list); - reads standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    #[arg(long, value_enum, default_value_t = EffectName::Block)]
    pub effect: EffectName,
    /// Reason, shown to other admins
    #[arg(long, value_name = "TEXT", default_value = "imported from a list")]
    pub reason: String,
    /// When the rules expire: a time such as 2026-12-31T00:00:00Z, or a period such as 12h or 30d
    #[arg(long, value_name = "WHEN")]
    pub expires: Option<Expiry>,
    /// Name of the list: rules of an earlier import with this name that the file no longer contains are removed
    #[arg(long, value_name = "NAME")]
    pub replace_source: Option<String>,
    /// Skip wrong lines instead of importing nothing
    #[arg(long)]
    pub skip_wrong: bool,
    /// Print what would change without changing it
    #[arg(long)]
    pub dry_run: bool,
}

/// What happens to addresses.
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

//! Until when tickets are sold.

use std::time::Duration;

use domain::settings::SalesClose;
use serde::{Deserialize, Serialize};
use settings::row::{Kind, Row};

/// Minutes before kick-off at most: four weeks.
const EARLIEST: u64 = 40_320;

/// What stands for no end.
const NEVER: &str = "never";

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sales {
    pub close: Close,
}

impl Default for Sales {
    fn default() -> Self {
        Self { close: Close::MinutesBefore(0) }
    }
}

/// When the sale of a match ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Close {
    /// Minutes before kick-off.
    MinutesBefore(u64),
    /// `never`, the one word that its kind lets through.
    Word(String),
}

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    ("sales.close", "MATCHDAY_SALES_CLOSE", Kind::NumberOr(0, EARLIEST, NEVER), "minutes before kick-off at which the sale and the resale of a match end; or never"),
];

impl Sales {
    pub(super) fn close(&self) -> SalesClose {
        match &self.close {
            Close::MinutesBefore(minutes) => SalesClose::BeforeKickOff(Duration::from_secs(minutes * 60)),
            Close::Word(_) => SalesClose::Never,
        }
    }
}

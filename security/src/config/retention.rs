//! How long decisions are kept.

use serde::{Deserialize, Serialize};
use settings::row::{Kind, Row};

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Retention {
    pub events_days: u32,
}

impl Default for Retention {
    fn default() -> Self {
        Self { events_days: 14 }
    }
}

#[rustfmt::skip]
pub const ROWS: &[Row] = &[
    ("security.events_days", "MATCHDAY_SECURITY_EVENTS_DAYS", Kind::Number(1, 3_650), "how many days security events are kept"),
];

//! How often the model behind recommendations is trained.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use settings::row::{Kind, Row};

/// Hours at most: thirty days.
const LONGEST: u64 = 720;

/// What stands for no training but by `matchday train`.
const NEVER: &str = "never";

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Recommendations {
    pub train_hours: Every,
}

impl Default for Recommendations {
    fn default() -> Self {
        Self { train_hours: Every::Hours(24) }
    }
}

/// How often something is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Every {
    Hours(u64),
    /// `never`, the one word that its kind lets through.
    Word(String),
}

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    ("recommendations.train_hours", "MATCHDAY_RECOMMENDATIONS_TRAIN_HOURS", Kind::NumberOr(1, LONGEST, NEVER), "hours between two trainings of the recommendations' model by `matchday analytics` (embedded: by `matchday serve`); or never, which leaves it to `matchday train`"),
];

impl Recommendations {
    /// How long after one training the next begins; none where none does.
    pub(crate) fn training(&self) -> Option<Duration> {
        match &self.train_hours {
            Every::Hours(hours) => Some(Duration::from_secs(hours * 3_600)),
            Every::Word(_) => None,
        }
    }
}

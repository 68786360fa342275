//! The worker role's own address, for health and metrics only.

use serde::{Deserialize, Serialize};
use settings::{
    problem::Problem,
    row::{Kind, Row},
};

use super::forms;

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

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    ("worker.bind", "MATCHDAY_WORKER_BIND", Kind::Text, "address of the health and metrics endpoints of `matchday worker`"),
];

impl Worker {
    pub(super) fn problems(&self, found: &mut Vec<Problem>) {
        forms::bind("MATCHDAY_WORKER_BIND", &self.bind, found);
    }
}

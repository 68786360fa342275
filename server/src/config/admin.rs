//! The operators' address; unset, what stands there stands on the public one.

use serde::{Deserialize, Serialize};
use settings::{
    problem::Problem,
    row::{Kind, Row},
};

use super::forms;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Admin {
    pub bind: Option<String>,
}

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    ("admin.bind", "MATCHDAY_ADMIN_BIND", Kind::Text, "address of /metrics, /readyz and the details of /healthz for operators, such as 0.0.0.0:9000; unset: they are on the public address"),
];

impl Admin {
    pub(super) fn problems(&self, found: &mut Vec<Problem>) {
        if let Some(bind) = &self.bind {
            forms::bind("MATCHDAY_ADMIN_BIND", bind, found);
        }
    }
}

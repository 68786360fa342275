//! Which tickets their owners may give back by themselves.

use std::time::Duration;

use domain::settings::RefundRule;
use serde::{Deserialize, Serialize};
use settings::row::{Kind, Row};

use super::site::Env;

/// Hours before kick-off at which owners can't give tickets back any more, in production where nothing else is set.
const CUTOFF_HOURS: u64 = 48;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Refunds {
    pub owner_allowed: bool,
    /// Hours before kick-off at which that ends; unset, `prod` takes 48, and `dev` knows no end.
    pub owner_cutoff_hours: Option<u64>,
}

impl Default for Refunds {
    fn default() -> Self {
        Self { owner_allowed: true, owner_cutoff_hours: None }
    }
}

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    ("refunds.owner_allowed", "MATCHDAY_REFUNDS_OWNER_ALLOWED", Kind::Flag, "owners can refund valid tickets themselves; admins always can"),
    ("refunds.owner_cutoff_hours", "MATCHDAY_REFUNDS_OWNER_CUTOFF_HOURS", Kind::Number(0, 8_784), "how many hours before kick-off owners' refunds end; unset: 48 in prod, no end in dev"),
];

impl Refunds {
    pub(super) fn rule(&self, env: Env) -> RefundRule {
        let unset = (env == Env::Prod).then_some(CUTOFF_HOURS);
        let cutoff = self.owner_cutoff_hours.or(unset).map(|hours| Duration::from_secs(3_600 * hours));
        RefundRule { owner_allowed: self.owner_allowed, owner_cutoff: cutoff }
    }
}

//! How long tickets stay held unpaid, and how many one buyer may have of a match.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use settings::row::{DAY, Kind, Row};

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Holds {
    pub seconds: u64,
    /// How often a buyer may have more time to pay.
    pub extensions: u32,
    /// How much more; unset, as long again as the hold or the order had.
    pub extension_seconds: Option<u64>,
    /// How long after its time a hold is kept for a payment that the gateway can't be asked about.
    pub payment_grace_seconds: u64,
    /// How long another site's hold counts when that site never resolves it.
    pub foreign_seconds: u64,
    pub purchase_cap: u32,
    /// Refused cards after which a reservation, and for an hour a buyer, takes no further one.
    pub declines: u32,
    pub declines_per_hour: u32,
}

impl Default for Holds {
    fn default() -> Self {
        Self {
            seconds: 900,
            extensions: 1,
            extension_seconds: None,
            payment_grace_seconds: 600,
            foreign_seconds: 1_800,
            purchase_cap: 6,
            declines: 5,
            declines_per_hour: 10,
        }
    }
}

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    ("holds.seconds", "MATCHDAY_HOLD_SECONDS", Kind::Number(1, DAY), "time to pay for reserved tickets"),
    ("holds.extensions", "MATCHDAY_HOLDS_EXTENSIONS", Kind::Number(0, 10), "how often a buyer can get more time to pay, unless other buyers may be waiting; 0: never"),
    ("holds.extension_seconds", "MATCHDAY_HOLDS_EXTENSION_SECONDS", Kind::Number(1, DAY), "how much more time; unset: as much as the hold or the order had"),
    ("holds.payment_grace_seconds", "MATCHDAY_HOLDS_PAYMENT_GRACE_SECONDS", Kind::Number(0, DAY), "how much longer a hold is kept if the payment provider cannot be asked about its payment"),
    ("holds.foreign_seconds", "MATCHDAY_HOLDS_FOREIGN_SECONDS", Kind::Number(1, 7 * DAY), "time until an unresolved hold of another site ends"),
    ("holds.purchase_cap", "MATCHDAY_HOLDS_PURCHASE_CAP", Kind::Number(1, 1_000), "tickets of one match that one buyer can have"),
    ("holds.declines", "MATCHDAY_HOLDS_DECLINES", Kind::Number(1, 1_000), "declined cards after which a reservation takes no further card"),
    ("holds.declines_per_hour", "MATCHDAY_HOLDS_DECLINES_PER_HOUR", Kind::Number(1, 10_000), "declined cards of one buyer after which no card is taken for an hour"),
];

impl Holds {
    /// The longest that a hold may last unpaid.
    pub(super) fn longest(&self) -> u64 {
        self.seconds + u64::from(self.extensions) * self.extension_seconds.unwrap_or(self.seconds)
    }

    /// Says it to the rooms that decide on holds.
    pub(super) fn apply(&self, settings: &mut domain::Settings) {
        settings.hold = Duration::from_secs(self.seconds);
        settings.extensions = i32::try_from(self.extensions).unwrap_or(i32::MAX);
        settings.extension = self.extension_seconds.map(Duration::from_secs);
        settings.payment_grace = Duration::from_secs(self.payment_grace_seconds);
        settings.foreign_hold = Duration::from_secs(self.foreign_seconds);
        settings.purchase_cap = i32::try_from(self.purchase_cap).unwrap_or(i32::MAX);
        settings.declines_of_hold = usize::try_from(self.declines).unwrap_or(usize::MAX);
        settings.declines_of_hour = usize::try_from(self.declines_per_hour).unwrap_or(usize::MAX);
    }
}

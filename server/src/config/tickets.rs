//! Whether and how fans give tickets to others.

use std::time::Duration;

use domain::settings::TransferRules;
use serde::{Deserialize, Serialize};
use settings::row::{Kind, Row};

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tickets {
    pub transfers: bool,
    /// How often one ticket may be given on.
    pub transfers_per_ticket: u64,
    /// How long a ticket is offered to whom it is given, at most.
    pub transfer_hours: u64,
}

impl Default for Tickets {
    fn default() -> Self {
        Self { transfers: true, transfers_per_ticket: 3, transfer_hours: 72 }
    }
}

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    ("tickets.transfers", "MATCHDAY_TICKETS_TRANSFERS", Kind::Flag, "holders can give valid tickets to others for free"),
    ("tickets.transfers_per_ticket", "MATCHDAY_TICKETS_TRANSFERS_PER_TICKET", Kind::Number(1, 100), "how often one ticket can be given"),
    ("tickets.transfer_hours", "MATCHDAY_TICKETS_TRANSFER_HOURS", Kind::Number(1, 8_784), "how long a transfer can be accepted; it ends with the sale of the match in any case"),
];

impl Tickets {
    pub(super) fn rules(&self) -> TransferRules {
        TransferRules {
            enabled: self.transfers,
            most_of_ticket: self.transfers_per_ticket,
            life: Duration::from_secs(3_600 * self.transfer_hours),
        }
    }
}

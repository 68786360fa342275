//! How fans sell to fans.

use std::time::Duration;

use domain::settings::ResaleRules;
use serde::{Deserialize, Serialize};
use settings::{
    problem::Problem,
    row::{DAY, Kind, Row},
};

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Resale {
    pub enabled: bool,
    /// Whether tickets can be offered that were issued elsewhere.
    pub outside_tickets: bool,
    /// How long an order locks its listing.
    pub hold_seconds: u64,
    /// The highest price, in hundredths of what the category cost at first.
    pub price_cap_percent: u32,
    /// The lowest, likewise: a ticket that goes for nothing here is paid for elsewhere.
    pub price_floor_percent: u32,
    /// What the site keeps of a price, in hundredths.
    pub fee_percent: u32,
    /// Orders that one buyer may have unpaid, of all matches and of one.
    pub live_orders: u32,
    pub live_orders_per_match: u32,
    /// How long a buyer who did not pay an order waits, once its time is over, before ordering the same listing again; twice
    /// as long after each further one.
    pub reorder_wait_seconds: u64,
}

impl Default for Resale {
    fn default() -> Self {
        Self {
            enabled: true,
            outside_tickets: false,
            hold_seconds: 900,
            price_cap_percent: 110,
            price_floor_percent: 20,
            fee_percent: 5,
            live_orders: 8,
            live_orders_per_match: 4,
            reorder_wait_seconds: 900,
        }
    }
}

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    ("resale.enabled", "MATCHDAY_RESALE_ENABLED", Kind::Flag, "fans can sell tickets to fans"),
    ("resale.outside_tickets", "MATCHDAY_RESALE_OUTSIDE_TICKETS", Kind::Flag, "fans can also offer tickets that another seller issued"),
    ("resale.hold_seconds", "MATCHDAY_RESALE_HOLD_SECONDS", Kind::Number(1, DAY), "time to pay for an ordered listing"),
    ("resale.price_cap_percent", "MATCHDAY_RESALE_PRICE_CAP_PERCENT", Kind::Number(1, 10_000), "highest price of a listing, in percent of the category's first price"),
    ("resale.price_floor_percent", "MATCHDAY_RESALE_PRICE_FLOOR_PERCENT", Kind::Number(0, 10_000), "lowest price of a listing, in percent of the category's first price"),
    ("resale.fee_percent", "MATCHDAY_RESALE_FEE_PERCENT", Kind::Number(0, 50), "the site's fee, in percent of the price"),
    ("resale.live_orders", "MATCHDAY_RESALE_LIVE_ORDERS", Kind::Number(1, 1_000), "listings that one buyer can have ordered and not paid"),
    ("resale.live_orders_per_match", "MATCHDAY_RESALE_LIVE_ORDERS_PER_MATCH", Kind::Number(1, 1_000), "listings of one match that one buyer can have ordered and not paid"),
    ("resale.reorder_wait_seconds", "MATCHDAY_RESALE_REORDER_WAIT_SECONDS", Kind::Number(0, DAY), "how long a buyer who did not pay an order must wait to order the same listing again; twice as long each time, a day at most; 0: no wait"),
];

impl Resale {
    /// A listing must have some price.
    pub(super) fn problems(&self, found: &mut Vec<Problem>) {
        let (floor, cap) = (self.price_floor_percent, self.price_cap_percent);
        if floor > cap {
            let wrong = format!("{floor} is above resale.price_cap_percent, {cap}");
            found.push(Problem::new("resale.price_floor_percent", wrong, "set it to at most that."));
        }
    }

    pub(super) fn rules(&self) -> ResaleRules {
        ResaleRules {
            enabled: self.enabled,
            outside_tickets: self.outside_tickets,
            hold: Duration::from_secs(self.hold_seconds),
            price_cap_percent: i64::from(self.price_cap_percent),
            price_floor_percent: i64::from(self.price_floor_percent),
            live_orders: self.live_orders.into(),
            live_orders_of_match: self.live_orders_per_match.into(),
            reorder_wait: Some(self.reorder_wait_seconds).filter(|wait| *wait > 0).map(Duration::from_secs),
            fee_percent: i64::from(self.fee_percent),
        }
    }
}

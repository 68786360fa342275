//! Settings: how this site sells.

use std::time::Duration;

use chrono::{DateTime, Utc};

/// How this site sells. Times are wall-clock times of the app's clock.
#[derive(Debug, Clone)]
pub struct Settings {
    /// This site's name among the sellers (`CLIENT_ID`).
    pub site: String,
    /// What links to this site begin with, without a slash at the end; without it they begin with the path.
    pub public_url: Option<String>,
    /// Whether fans are mailed of holds that they placed, or that expired.
    pub mails_of_holds: bool,
    /// How long a fan may hold tickets before paying.
    pub hold: Duration,
    /// How long after its time a hold is kept for a payment that the gateway can't be asked about.
    pub payment_grace: Duration,
    /// How long another site's unresolved hold counts.
    pub foreign_hold: Duration,
    /// Tickets of one match that one fan may hold and own together.
    pub purchase_cap: i32,
    /// Whether a fan who holds or orders tickets must have shown that their email is theirs.
    pub verified_email_for_holds: bool,
    /// Refused cards after which a hold, and for an hour a fan, takes no further one.
    pub declines_of_hold: usize,
    pub declines_of_hour: usize,
    pub refunds: RefundRule,
    /// How much other sites' sales may wait for matches that are not known yet.
    pub parked_sales: ParkedSalesBounds,
    /// How fans sell to fans.
    pub resale: ResaleRules,
    /// How long a client waits for an answer: what it asked for is rolled back after that, and not done behind its back.
    pub patience: Duration,
    /// Writers working side by side on different matches; 1 on SQLite, which has one writer.
    pub lanes: usize,
    /// Requests that may wait in one lane before further ones are refused.
    pub lane_queue: usize,
    /// Requests decided in one transaction at most.
    pub batch: usize,
}

/// Which tickets fans may give back by themselves. The site's staff gives back any that are valid.
#[derive(Debug, Clone)]
pub struct RefundRule {
    pub owner_allowed: bool,
    /// How long before kick-off that ends; it does not, where none is set.
    pub owner_cutoff: Option<Duration>,
}

impl Default for RefundRule {
    fn default() -> Self {
        Self { owner_allowed: true, owner_cutoff: None }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            site: "matchday".to_owned(),
            public_url: None,
            mails_of_holds: true,
            hold: Duration::from_secs(15 * 60),
            payment_grace: Duration::from_secs(10 * 60),
            foreign_hold: Duration::from_secs(30 * 60),
            purchase_cap: 6,
            verified_email_for_holds: false,
            declines_of_hold: 5,
            declines_of_hour: 10,
            refunds: RefundRule::default(),
            parked_sales: ParkedSalesBounds::default(),
            resale: ResaleRules::default(),
            patience: Duration::from_secs(10),
            lanes: 4,
            lane_queue: 4_096,
            batch: 256,
        }
    }
}

/// The site's terms of resale.
#[derive(Debug, Clone)]
pub struct ResaleRules {
    /// Whether anything can be offered or ordered.
    pub enabled: bool,
    /// Whether tickets can be offered that were issued elsewhere.
    pub outside_tickets: bool,
    /// How long an order locks its listing.
    pub hold: Duration,
    /// The highest and the lowest price, in hundredths of what the category cost at first.
    pub price_cap_percent: i64,
    pub price_floor_percent: i64,
    /// What the site keeps, in hundredths of the price.
    pub fee_percent: i64,
    /// Orders that one buyer may have unpaid: of all matches, and of one.
    pub live_orders: u64,
    pub live_orders_of_match: u64,
    /// How long a buyer who did not pay an order waits, once its time is over, before they order the same listing
    /// again; twice as long after each further one. None, where no buyer waits.
    pub reorder_wait: Option<Duration>,
    /// Whether a match that has begun goes on being sold.
    pub after_kick_off: bool,
}

impl Default for ResaleRules {
    fn default() -> Self {
        Self {
            enabled: true,
            outside_tickets: false,
            hold: Duration::from_secs(15 * 60),
            price_cap_percent: 110,
            price_floor_percent: 20,
            fee_percent: 5,
            live_orders: 8,
            live_orders_of_match: 4,
            reorder_wait: Some(Duration::from_secs(15 * 60)),
            after_kick_off: false,
        }
    }
}

impl ResaleRules {
    /// Whether it is too late for a match that begins at `kick_off`.
    pub(crate) fn is_over(&self, kick_off: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        !self.after_kick_off && kick_off <= now
    }
}

/// How much may wait for matches that are not known. A site that starts late reads its master list within seconds, and
/// a site that may write to the sales topic can name matches that never come.
#[derive(Debug, Clone)]
pub struct ParkedSalesBounds {
    pub most: u64,
    pub most_of_sender: u64,
    /// How long a sale waits.
    pub kept: Duration,
}

impl Default for ParkedSalesBounds {
    fn default() -> Self {
        Self { most: 100_000, most_of_sender: 25_000, kept: Duration::from_secs(7 * 24 * 60 * 60) }
    }
}

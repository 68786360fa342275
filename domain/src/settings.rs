//! Settings: how this site sells.

use std::{collections::HashMap, sync::Arc, time::Duration};

use book::Book;
use chrono::{DateTime, Utc};
use entities::reservation;

/// How this site sells. Times are wall-clock times of the app's clock.
#[derive(Debug, Clone)]
pub struct Settings {
    /// This site's name among the sellers (`CLIENT_ID`).
    pub site: String,
    /// What visitors call it.
    pub name: String,
    /// Its languages, as BCP 47 names them; the first is for those who ask for no other.
    pub locales: Vec<String>,
    /// What links to this site begin with, without a slash at the end; without it they begin with the path.
    pub public_url: Option<String>,
    /// Whether fans are mailed of holds that they placed, or that expired.
    pub mails_of_holds: bool,
    /// Where matches are played, by the clock.
    pub time_zones: TimeZones,
    /// When the sale of a match ends.
    pub sales_close: SalesClose,
    /// How long a fan may hold tickets before paying.
    pub hold: Duration,
    /// How often a fan may have more time, and how much: as long again as the hold or the order had, where none is set.
    pub extensions: i32,
    pub extension: Option<Duration>,
    /// How long after its time a hold is kept for a payment that the gateway can't be asked about.
    pub payment_grace: Duration,
    /// How long another site's unresolved hold counts.
    pub foreign_hold: Duration,
    /// Tickets of one match that one fan may hold and own together.
    pub purchase_cap: i32,
    /// Whether a fan who holds or orders tickets must have shown that their email is theirs.
    pub verified_email_for_holds: bool,
    /// For how many years after its own the law makes this site keep a record of its books, where its operator says so.
    pub records_years: Option<u32>,
    /// Refused cards after which a hold, and for an hour a fan, takes no further one.
    pub declines_of_hold: usize,
    pub declines_of_hour: usize,
    pub refunds: RefundRule,
    /// How much other sites' sales may wait for matches that are not known yet.
    pub parked_sales: ParkedSalesBounds,
    /// How fans sell to fans.
    pub resale: ResaleRules,
    /// How fans give tickets to others.
    pub transfers: TransferRules,
    /// How long a client waits for an answer: what it asked for is rolled back after that, and not done behind its back.
    pub patience: Duration,
    /// Writers working side by side on different matches; 1 on SQLite, which has one writer.
    pub lanes: usize,
    /// Requests that may wait in one lane before further ones are refused.
    pub lane_queue: usize,
    /// Requests decided in one transaction at most.
    pub batch: usize,
}

impl Settings {
    /// How much more time a hold or an order is given at once.
    pub(crate) fn extension(&self, row: &reservation::Model) -> Duration {
        if row.listing_id.is_some() { self.extension_of_order() } else { self.extension_of_hold() }
    }

    pub fn extension_of_hold(&self) -> Duration {
        self.extension.unwrap_or(self.hold)
    }

    pub fn extension_of_order(&self) -> Duration {
        self.extension.unwrap_or(self.resale.hold)
    }
}

/// The time zones of venues, by their IANA names.
#[derive(Debug, Clone)]
pub struct TimeZones {
    default: Arc<str>,
    of_venues: HashMap<String, Arc<str>>,
}

impl Default for TimeZones {
    fn default() -> Self {
        Self::new("Asia/Qatar", [])
    }
}

impl TimeZones {
    /// The zone of each of these venues, whose letter case does not matter, and of all others.
    pub fn new<'a>(default: &str, of_venues: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let of_venues = of_venues.into_iter().map(|(venue, zone)| (venue.trim().to_lowercase(), zone.into()));
        Self { default: default.into(), of_venues: of_venues.collect() }
    }

    pub fn of(&self, venue: &str) -> Arc<str> {
        let own = if self.of_venues.is_empty() { None } else { self.of_venues.get(&venue.trim().to_lowercase()) };
        Arc::clone(own.unwrap_or(&self.default))
    }
}

/// When the sale of a match ends, and the resale with it. What is held or ordered by then may still be paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SalesClose {
    BeforeKickOff(Duration),
    Never,
}

impl Default for SalesClose {
    fn default() -> Self {
        Self::BeforeKickOff(Duration::ZERO)
    }
}

impl SalesClose {
    /// When the sale of a match ends that begins at `kick_off`: at this instant it is over.
    pub fn of(self, kick_off: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match self {
            Self::BeforeKickOff(before) => Some(kick_off - before),
            Self::Never => None,
        }
    }

    /// Whether the time of a match that begins at `kick_off` has come.
    pub fn has_come(self, kick_off: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        self.of(kick_off).is_some_and(|close| close <= now)
    }

    /// Whether the sale of a match is over under its lock: its time has come by this instance's clock, or an instance has
    /// closed it by its own.
    pub(crate) fn is_over(self, book: &Book, match_number: i32, now: DateTime<Utc>) -> bool {
        book.is_closed(match_number) || book.kick_off(match_number).is_some_and(|kick_off| self.has_come(kick_off, now))
    }
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
            name: "matchday".to_owned(),
            locales: vec!["en".to_owned()],
            public_url: None,
            mails_of_holds: true,
            time_zones: TimeZones::default(),
            sales_close: SalesClose::default(),
            hold: Duration::from_secs(15 * 60),
            extensions: 1,
            extension: None,
            payment_grace: Duration::from_secs(10 * 60),
            foreign_hold: Duration::from_secs(30 * 60),
            purchase_cap: 6,
            verified_email_for_holds: false,
            records_years: None,
            declines_of_hold: 5,
            declines_of_hour: 10,
            refunds: RefundRule::default(),
            parked_sales: ParkedSalesBounds::default(),
            resale: ResaleRules::default(),
            transfers: TransferRules::default(),
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
        }
    }
}

/// How fans give tickets to others, for nothing.
#[derive(Debug, Clone)]
pub struct TransferRules {
    /// Whether any can be given or accepted.
    pub enabled: bool,
    /// How often one ticket may change hands so.
    pub most_of_ticket: u64,
    /// How long one is offered at most; it ends with the sale of its match in any case.
    pub life: Duration,
}

impl Default for TransferRules {
    fn default() -> Self {
        Self { enabled: true, most_of_ticket: 3, life: Duration::from_secs(72 * 60 * 60) }
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

//! Documents: what is searched, as the caller tells it, and the changes that keep an index like its source.
//!
//! A document is a whole state with a version that grows; of two the newer counts, in whatever order they arrive.

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// What a hit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DocumentId {
    /// By its number in the master list.
    Match(i32),
    Listing(Uuid),
}

/// A match of the master list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatchDocument {
    pub number: i32,
    /// 1 to 3 are the group stage.
    pub round: i32,
    pub kick_off: DateTime<Utc>,
    /// The venue's, by its IANA name; UTC where that is not known.
    pub time_zone: String,
    /// As the master list has it, also where the team is not known yet: `1A`, `TBA`.
    pub home_team: String,
    pub away_team: String,
    pub venue: String,
    /// None where the house does not know it; those of the World Cup 2022 are known here.
    pub city: Option<String>,
    /// `A` to `L`; none in the knockout rounds.
    pub group: Option<String>,
    pub categories: Vec<CategoryDocument>,
    /// Whether its sale has ended.
    pub is_closed: bool,
    pub version: i64,
}

/// A price category of a match, as the site sells it itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CategoryDocument {
    pub category: i32,
    /// In minor units of the site's currency.
    pub price_minor: i64,
    pub availability: Availability,
}

/// A listing that can be ordered now. One that is locked, sold or withdrawn is gone from the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListingDocument {
    pub id: Uuid,
    pub match_number: i32,
    pub category: i32,
    /// What its buyer pays, in minor units of the site's currency.
    pub price_minor: i64,
    pub title: String,
    pub description: Option<String>,
    pub version: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Availability {
    Available,
    TemporarilyUnavailable,
    SoldOut,
    Closed,
}

/// Who sells what a hit offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Source {
    /// The site itself: hits that are matches.
    Stock,
    /// A fan: hits that are listings.
    Resale,
}

/// What happened to a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    Match(MatchDocument),
    Listing(ListingDocument),
    /// The match is no longer in the master list.
    MatchGone {
        number: i32,
        version: i64,
    },
    /// The listing can't be ordered any more, or not now.
    ListingGone {
        id: Uuid,
        version: i64,
    },
}

impl Change {
    pub fn id(&self) -> DocumentId {
        match self {
            Self::Match(document) => DocumentId::Match(document.number),
            Self::Listing(document) => DocumentId::Listing(document.id),
            Self::MatchGone { number, .. } => DocumentId::Match(*number),
            Self::ListingGone { id, .. } => DocumentId::Listing(*id),
        }
    }

    pub fn version(&self) -> i64 {
        match self {
            Self::Match(document) => document.version,
            Self::Listing(document) => document.version,
            Self::MatchGone { version, .. } | Self::ListingGone { version, .. } => *version,
        }
    }
}

impl MatchDocument {
    /// Whether the site has a ticket of it to sell now.
    pub fn is_sellable(&self) -> bool {
        let is_available = |category: &CategoryDocument| category.availability == Availability::Available;
        !self.is_closed && self.categories.iter().any(is_available)
    }

    /// The lowest price of what can be bought, of everything where nothing can.
    pub fn price_minor(&self) -> i64 {
        let prices = |available: bool| {
            let categories = self.categories.iter();
            let of = categories.filter(move |category| !available || category.availability == Availability::Available);
            of.map(|category| category.price_minor).min()
        };
        prices(true).or_else(|| prices(false)).unwrap_or(i64::MAX)
    }
}

//! What is asked of a search.

use async_graphql::{Enum, InputObject};
use entities::category::Category;
use rust_decimal::RoundingStrategy;
use search::{
    document,
    filter::{FacetField, Filter},
    request::Sort,
};

use crate::{
    availability::AvailabilityStatus,
    error::ApiError,
    money::{self, Exact},
};

/// Values of one condition at most.
const VALUES_MAX: usize = 100;

/// Who sells what was found.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "document::Source")]
pub enum SearchSource {
    /// The site itself: matches.
    Stock,
    /// Other fans: listings.
    Resale,
}

/// The order of what was found. What has every word of the query comes before what has some.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum SearchSort {
    /// The best first: fewest typos, most words, teams before venues before titles, what can be bought, the next to kick off.
    Relevance,
    /// The next to kick off first.
    KickOff,
    /// Lowest price first.
    PriceAsc,
    /// Highest price first.
    PriceDesc,
}

impl From<SearchSort> for Sort {
    fn from(sort: SearchSort) -> Self {
        match sort {
            SearchSort::Relevance => Self::Relevance,
            SearchSort::KickOff => Self::KickOff,
            SearchSort::PriceAsc => Self::Price,
            SearchSort::PriceDesc => Self::PriceDescending,
        }
    }
}

/// What is counted of what was found.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "FacetField")]
pub enum SearchFacetField {
    /// The teams that play.
    Team,
    /// The venues.
    Venue,
    /// The rounds.
    Round,
    /// The groups.
    Group,
    /// The price categories.
    Category,
    /// The prices, in steps.
    Price,
    /// Whether tickets can be reserved.
    Availability,
    /// Who sells.
    Source,
}

/// Which of what was found to return; all conditions must hold, and of several values of one condition one. At most 100 values
/// a condition.
#[derive(InputObject, Default)]
pub struct SearchFilter {
    /// Teams that play at home or away, as the master list names them.
    teams: Option<Vec<String>>,
    /// Venues, as the master list names them.
    venues: Option<Vec<String>>,
    /// Rounds: 1 to 3 are the group stage, then the knockout rounds.
    rounds: Option<Vec<i32>>,
    /// Groups, "A" to "H".
    groups: Option<Vec<String>>,
    /// Numbers of matches: these, and listings of them.
    match_numbers: Option<Vec<i32>>,
    /// Price categories: 1, 2 or 3.
    categories: Option<Vec<i32>>,
    /// The minimum price.
    price_min: Option<Exact>,
    /// The maximum price.
    price_max: Option<Exact>,
    /// Whether tickets of a category can be reserved; a listing is `AVAILABLE`.
    availability: Option<Vec<AvailabilityStatus>>,
    /// Who sells: matches, listings or, by default, both.
    sources: Option<Vec<SearchSource>>,
}

impl TryFrom<SearchFilter> for Filter {
    type Error = ApiError;

    fn try_from(asked: SearchFilter) -> Result<Self, ApiError> {
        let categories = few("categories", asked.categories)?;
        if let Some(wrong) = categories.iter().find(|number| Category::from_number(**number).is_none()) {
            return Err(ApiError::bad_input("categories", format!("`categories` has {wrong}; it must be 1, 2 or 3")));
        }
        let minor =
            |name, price: Option<Exact>, rounding| price.map(|price| money::minor(name, price, rounding)).transpose();
        Ok(Self {
            teams: few("teams", asked.teams)?,
            venues: few("venues", asked.venues)?,
            rounds: few("rounds", asked.rounds)?,
            groups: few("groups", asked.groups)?,
            matches: few("matchNumbers", asked.match_numbers)?,
            categories,
            price_from_minor: minor("priceMin", asked.price_min, RoundingStrategy::AwayFromZero)?,
            price_to_minor: minor("priceMax", asked.price_max, RoundingStrategy::ToZero)?,
            availability: few("availability", asked.availability)?.into_iter().map(availability).collect(),
            sources: few("sources", asked.sources)?.into_iter().map(Into::into).collect(),
        })
    }
}

pub(super) fn few<T>(name: &str, values: Option<Vec<T>>) -> Result<Vec<T>, ApiError> {
    let values = values.unwrap_or_default();
    match values.len() {
        ..=VALUES_MAX => Ok(values),
        count => Err(ApiError::bad_input(name, format!("`{name}` has {count} values; {VALUES_MAX} are allowed"))),
    }
}

pub(super) fn availability(status: AvailabilityStatus) -> document::Availability {
    match status {
        AvailabilityStatus::Available => document::Availability::Available,
        AvailabilityStatus::TemporarilyUnavailable => document::Availability::TemporarilyUnavailable,
        AvailabilityStatus::SoldOut => document::Availability::SoldOut,
        AvailabilityStatus::Closed => document::Availability::Closed,
    }
}

//! What is sent about listings.

use async_graphql::{ID, InputObject};
use domain::resale::{Price, market::Filter};
use entities::category::Category;
use rust_decimal::RoundingStrategy;

use crate::{
    error::ApiError,
    ids,
    money::{self, Exact},
};

/// Which listings to return; all conditions must hold.
#[derive(InputObject, Default)]
pub struct ListingFilter {
    /// The number of the match.
    pub(super) match_number: Option<i32>,
    /// A team that plays at home or away; letter case does not matter.
    pub(super) team: Option<String>,
    /// The price category: 1, 2 or 3.
    pub(super) category: Option<i32>,
    /// The minimum price.
    pub(super) price_min: Option<Exact>,
    /// The maximum price.
    pub(super) price_max: Option<Exact>,
    /// The seller's id.
    pub(super) seller_id: Option<ID>,
}

impl TryFrom<ListingFilter> for Filter {
    type Error = ApiError;

    fn try_from(filter: ListingFilter) -> Result<Self, ApiError> {
        let category = |number| {
            let wrong = || ApiError::bad_input("category", format!("`category` is {number}; it must be 1, 2 or 3"));
            Category::from_number(number).ok_or_else(wrong)
        };
        Ok(Self {
            match_number: filter.match_number,
            team: filter.team,
            category: filter.category.map(category).transpose()?,
            price_min: filter
                .price_min
                .map(|price| money::minor("priceMin", price, RoundingStrategy::AwayFromZero))
                .transpose()?,
            price_max: filter
                .price_max
                .map(|price| money::minor("priceMax", price, RoundingStrategy::ToZero))
                .transpose()?,
            seller_id: filter.seller_id.as_ref().map(|id| ids::user("sellerId", id)).transpose()?,
        })
    }
}

/// The price of a listing.
#[derive(InputObject)]
pub struct PriceInput {
    /// The amount in units of the currency, such as "80.00": above 0, at most two decimals, within the site's price
    /// limits.
    pub(super) amount: Exact,
    /// The ISO 4217 code of the site's currency, which is the only one and the default.
    pub(super) currency: Option<String>,
}

impl From<PriceInput> for Price {
    fn from(PriceInput { amount, currency }: PriceInput) -> Self {
        Self { amount: amount.0, currency }
    }
}

/// A ticket that another seller issued.
#[derive(InputObject)]
pub(super) struct OutsideTicketInput {
    /// The number of the match that the ticket is for.
    pub(super) match_number: i32,
    /// The price category: 1, 2 or 3.
    pub(super) category: i32,
}

/// A ticket to offer for resale, and its price.
#[derive(InputObject)]
pub(super) struct CreateListingInput {
    /// The id of a valid ticket of yours. Give either this or `outside`.
    pub(super) ticket_id: Option<ID>,
    /// A ticket that another seller issued, if the site allows it (`site.resale.outsideTickets`). Its title and
    /// description say what it is.
    pub(super) outside: Option<OutsideTicketInput>,
    /// 1 to 100 characters.
    pub(super) title: String,
    /// At most 1000 characters.
    pub(super) description: Option<String>,
    /// The price that the buyer pays.
    pub(super) price: PriceInput,
    /// Your own name for this attempt, 1 to 128 visible ASCII characters. A repeated request with the same key and
    /// input returns the same listing.
    pub(super) idempotency_key: Option<String>,
}

/// What to change of a listing. Fields that are left out stay as they are.
#[derive(InputObject)]
pub(super) struct UpdateListingInput {
    /// The listing's id.
    pub(super) id: ID,
    /// The version that you saw.
    pub(super) version: i32,
    /// 1 to 100 characters.
    pub(super) title: Option<String>,
    /// At most 1000 characters; an empty text removes the description.
    pub(super) description: Option<String>,
    /// The price that the buyer pays.
    pub(super) price: Option<PriceInput>,
}

/// The listing to withdraw.
#[derive(InputObject)]
pub(super) struct WithdrawListingInput {
    /// The listing's id.
    pub(super) id: ID,
    /// The version that you saw; any version is withdrawn if left out.
    pub(super) version: Option<i32>,
}

//! What is left of a category, as clients see it.

use async_graphql::{Enum, Object, resolver_utils::EnumType};
use book::match_state::{Availability, CategoryState, MatchState};

use crate::{
    json_plan::{self, Below, Plan, Written},
    money::Money,
};

/// Whether tickets can be reserved, and if not, whether that may change.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "Availability")]
pub enum AvailabilityStatus {
    /// Tickets can be reserved now.
    Available,
    /// Other buyers hold all unsold tickets; some may come back.
    TemporarilyUnavailable,
    /// No tickets are left.
    SoldOut,
    /// The sale has ended, whatever is left.
    Closed,
}

/// One price class of a match, and what is left of it.
pub struct TicketCategory {
    state: CategoryState,
    availability: Availability,
}

impl TicketCategory {
    /// The price classes of a match, in the order of their numbers.
    pub fn all_of(state: &MatchState) -> impl Iterator<Item = Self> {
        let of =
            |category: &CategoryState| Self { state: category.clone(), availability: state.availability_of(category) };
        state.categories.iter().map(of)
    }

    pub(crate) fn number(&self) -> i32 {
        self.state.category.number()
    }
}

/// A price category of a match, and what is left of it.
#[Object]
impl TicketCategory {
    /// The number of the category: 1, 2 or 3.
    async fn category(&self) -> i32 {
        self.state.category.number()
    }

    /// The price of one ticket.
    async fn price(&self) -> Money {
        Money::from_minor(self.state.price_minor)
    }

    /// Tickets that no site has sold.
    async fn available(&self) -> i32 {
        self.state.available
    }

    /// Tickets that buyers hold and have not paid yet, on this site or on another.
    async fn pending(&self) -> i32 {
        self.state.pending
    }

    /// Tickets that can be reserved now: `available - pending`, never below 0.
    async fn sellable(&self) -> i32 {
        self.state.sellable()
    }

    /// Whether tickets of the category can be reserved.
    async fn status(&self) -> AvailabilityStatus {
        self.availability.into()
    }
}

/// What can be selected of a price class.
pub enum CategoryField {
    Category,
    Price(Plan<Money>),
    Available,
    Pending,
    Sellable,
    Status,
}

impl Written for TicketCategory {
    type Field = CategoryField;

    fn field(name: &str, below: &Below<'_>) -> Option<CategoryField> {
        match name {
            "category" => below.leaf(CategoryField::Category),
            "price" => Plan::of(below).map(CategoryField::Price),
            "available" => below.leaf(CategoryField::Available),
            "pending" => below.leaf(CategoryField::Pending),
            "sellable" => below.leaf(CategoryField::Sellable),
            "status" => below.leaf(CategoryField::Status),
            _ => None,
        }
    }

    fn write(&self, field: &CategoryField, out: &mut Vec<u8>) {
        match field {
            CategoryField::Category => json_plan::json(out, &self.state.category.number()),
            CategoryField::Price(plan) => plan.write(&Money::from_minor(self.state.price_minor), out),
            CategoryField::Available => json_plan::json(out, &self.state.available),
            CategoryField::Pending => json_plan::json(out, &self.state.pending),
            CategoryField::Sellable => json_plan::json(out, &self.state.sellable()),
            CategoryField::Status => {
                let status = AvailabilityStatus::from(self.availability);
                let named = AvailabilityStatus::items().iter().find(|item| item.value == status);
                json_plan::json(out, &named.map(|item| item.name));
            }
        }
    }
}

//! Listings, whose JSON is written where they stand in a list that is.

use async_graphql::{ID, resolver_utils::EnumType};

use super::{Listing, ListingState};
use crate::{
    ids::NodeId,
    json_plan::{self, Below, Plan, Written},
    money::Money,
    time,
};

/// What can be selected of a listing without asking who selects it or for another row.
pub enum ListingField {
    Id,
    State,
    Category,
    Title,
    Description,
    Price(Plan<Money>),
    Fee(Plan<Money>),
    IsOutside,
    Withdrawing,
    CreatedAt,
    Version,
}

impl Written for Listing {
    type Field = ListingField;

    fn field(name: &str, below: &Below<'_>) -> Option<ListingField> {
        let leaf = match name {
            "price" => return Plan::of(below).map(ListingField::Price),
            "fee" => return Plan::of(below).map(ListingField::Fee),
            "id" => ListingField::Id,
            "state" => ListingField::State,
            "category" => ListingField::Category,
            "title" => ListingField::Title,
            "description" => ListingField::Description,
            "isOutside" => ListingField::IsOutside,
            "withdrawing" => ListingField::Withdrawing,
            "createdAt" => ListingField::CreatedAt,
            "version" => ListingField::Version,
            _ => return None,
        };
        below.leaf(leaf)
    }

    fn write(&self, field: &ListingField, out: &mut Vec<u8>) {
        let row = &self.0;
        match field {
            ListingField::Id => json_plan::json(out, &ID::from(NodeId::Listing(row.id)).0),
            ListingField::State => {
                let state = ListingState::from(row.state);
                let named = ListingState::items().iter().find(|item| item.value == state);
                json_plan::json(out, &named.map(|item| item.name));
            }
            ListingField::Category => json_plan::json(out, &row.category.number()),
            ListingField::Title => json_plan::json(out, &row.title),
            ListingField::Description => json_plan::json(out, &row.description),
            ListingField::Price(plan) => plan.write(&Money::from_minor(row.price_minor), out),
            ListingField::Fee(plan) => plan.write(&Money::from_minor(row.fee_minor), out),
            ListingField::IsOutside => json_plan::json(out, &row.ticket_id.is_none()),
            ListingField::Withdrawing => json_plan::json(out, &row.withdrawing),
            ListingField::CreatedAt => time::write(row.created_at, out),
            ListingField::Version => json_plan::json(out, &row.version),
        }
    }
}

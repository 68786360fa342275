//! Recommendations, whose JSON is written.

use async_graphql::resolver_utils::EnumType;

use super::{Recommendation, RecommendationReason, RecommendationReasonKind};
use crate::{
    availability::TicketCategory,
    json_plan::{self, Below, Plan, Written},
    listings::Listing,
    matches::Match,
};

/// What can be selected of a recommendation.
pub enum RecommendationField {
    Match(Plan<Match>),
    Category(Plan<TicketCategory>),
    Listing(Plan<Listing>),
    BecauseOf(Plan<RecommendationReason>),
}

impl Written for Recommendation {
    type Field = RecommendationField;

    fn field(name: &str, below: &Below<'_>) -> Option<RecommendationField> {
        match name {
            "match" => Plan::of(below).map(RecommendationField::Match),
            "category" => Plan::of(below).map(RecommendationField::Category),
            "listing" => Plan::of(below).map(RecommendationField::Listing),
            "becauseOf" => Plan::of(below).map(RecommendationField::BecauseOf),
            _ => None,
        }
    }

    fn write(&self, field: &RecommendationField, out: &mut Vec<u8>) {
        match field {
            RecommendationField::Match(plan) => plan.write(&self.shown, out),
            RecommendationField::Category(plan) => plan.write_or_null(self.to_reserve().as_ref(), out),
            RecommendationField::Listing(plan) => plan.write_or_null(self.to_order().as_ref(), out),
            RecommendationField::BecauseOf(plan) => plan.write_all(self.reasons(), out),
        }
    }
}

/// What can be selected of a reason.
pub enum ReasonField {
    Kind,
    Team,
    Country,
    Match(Plan<Match>),
}

impl Written for RecommendationReason {
    type Field = ReasonField;

    fn field(name: &str, below: &Below<'_>) -> Option<ReasonField> {
        match name {
            "kind" => below.leaf(ReasonField::Kind),
            "team" => below.leaf(ReasonField::Team),
            "country" => below.leaf(ReasonField::Country),
            "match" => Plan::of(below).map(ReasonField::Match),
            _ => None,
        }
    }

    fn write(&self, field: &ReasonField, out: &mut Vec<u8>) {
        match field {
            ReasonField::Kind => {
                let kind = RecommendationReasonKind::from(self.reason().kind);
                let named = RecommendationReasonKind::items().iter().find(|item| item.value == kind);
                json_plan::json(out, &named.map(|item| item.name));
            }
            ReasonField::Team => json_plan::json(out, &self.reason().team),
            ReasonField::Country => json_plan::json(out, &self.reason().country),
            ReasonField::Match(plan) => plan.write_or_null(self.chosen().as_ref(), out),
        }
    }
}

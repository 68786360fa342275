//! The schema: the roots merged, and what is answered and pushed without executing it again.

use std::sync::Arc;

use async_graphql::{MergedObject, Schema as GraphQlSchema, SchemaBuilder};
use domain::App;
use resolvers::{
    accounts::{AccountMutation, AccountQuery},
    address_rules::{AddressRuleMutation, AddressRuleQuery},
    captcha::{CaptchaMutation, CaptchaQuery},
    gate::{GateMutation, GateQuery},
    limits::LimitQuery,
    listings::{ListingMutation, ListingQuery},
    matches::MatchQuery,
    node::NodeQuery,
    orders::{OrderMutation, OrderQuery},
    payments::{PaymentMutation, PaymentQuery},
    payouts::PayoutQuery,
    reservations::{ReservationMutation, ReservationQuery},
    security_events::SecurityEventQuery,
    tickets::TicketQuery,
};
use subscriptions::{hub::Hub, root::Subscriptions};

mod answers;
mod asked;
mod live;
mod nulls;
mod refusals;

pub use answers::{Answered, Answers};
pub use asked::Asked;
pub use live::{Live, Rendered};
pub use nulls::complete;
pub use refusals::Refusals;
pub use resolvers::written::encoded;

#[derive(MergedObject, Default)]
pub struct Query(
    MatchQuery,
    AccountQuery,
    ReservationQuery,
    PaymentQuery,
    TicketQuery,
    GateQuery,
    ListingQuery,
    OrderQuery,
    PayoutQuery,
    AddressRuleQuery,
    SecurityEventQuery,
    CaptchaQuery,
    LimitQuery,
    NodeQuery,
);

#[derive(MergedObject, Default)]
pub struct Mutation(
    AccountMutation,
    ReservationMutation,
    PaymentMutation,
    GateMutation,
    ListingMutation,
    OrderMutation,
    AddressRuleMutation,
    CaptchaMutation,
);

pub type Schema = GraphQlSchema<Query, Mutation, Subscriptions>;

/// The schema over an app, its subscriptions fed by `hub`.
pub fn build(app: Arc<App>, hub: Arc<Hub>) -> Schema {
    roots().data(app).data(hub).finish()
}

/// The public contract in GraphQL's schema language, as committed in `schema.graphql`.
pub fn sdl() -> String {
    roots().finish().sdl()
}

fn roots() -> SchemaBuilder<Query, Mutation, Subscriptions> {
    // What the edge admits is bounded there, before it is parsed; nothing is bounded twice.
    Schema::build(Query::default(), Mutation::default(), Subscriptions)
}

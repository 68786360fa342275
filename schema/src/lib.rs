//! The schema: the roots merged, fields collected, and what is answered and pushed without executing it again.

use std::sync::Arc;

use async_graphql::{
    MergedObject, Request, Response, SDLExportOptions, Schema as GraphQlSchema, SchemaBuilder, ValidationMode,
};
use domain::App;
use futures_util::{FutureExt, StreamExt, future::BoxFuture, stream::BoxStream};
use resolvers::{
    accounts::{AccountMutation, AccountQuery},
    address_rules::{AddressRuleMutation, AddressRuleQuery},
    captcha::{self, CaptchaMutation, CaptchaQuery},
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
    site::SiteQuery,
    ticket_transfers::TicketTransferQuery,
    tickets::{TicketMutation, TicketQuery},
};
use subscriptions::{hub::Hub, root::Subscriptions};

mod collected;
mod completion;
mod contract;
mod execution;
mod parsed_operation;
mod refusal_cache;
mod response_cache;
mod shared_rendering;

pub use collected::Collected;
pub use parsed_operation::ParsedOperation;
pub use refusal_cache::RefusalCache;
pub use response_cache::{CacheResult, ResponseCache};
pub use shared_rendering::{Rendered, SharedRendering};

#[derive(MergedObject, Default)]
pub struct Query(
    SiteQuery,
    MatchQuery,
    AccountQuery,
    ReservationQuery,
    PaymentQuery,
    TicketQuery,
    TicketTransferQuery,
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
    TicketMutation,
    GateMutation,
    ListingMutation,
    OrderMutation,
    AddressRuleMutation,
    CaptchaMutation,
);

/// What executes requests. Cheap to clone.
///
/// Its futures are boxed here: the code of a future is compiled where it is polled, and this one is of all resolvers.
#[derive(Clone)]
pub struct Schema(GraphQlSchema<Query, Mutation, Subscriptions>);

impl Schema {
    /// Executes a query or a mutation.
    pub fn execute(&self, request: Request) -> BoxFuture<'_, Response> {
        self.0.execute(request).boxed()
    }

    /// Executes a subscription.
    pub fn execute_stream(&self, request: Request) -> BoxStream<'static, Response> {
        self.0.execute_stream(request).boxed()
    }
}

/// The schema over an app, its subscriptions fed by `hub`; without `captchas` no captcha is asked for or judged.
pub fn build(app: Arc<App>, hub: Arc<Hub>, captchas: Option<captcha::Shared>) -> Schema {
    let mut roots = roots().data(app).data(hub);
    if let Some(captchas) = captchas {
        roots = roots.data(captchas);
    }
    Schema(roots.finish())
}

/// The public contract in GraphQL's schema language, as committed in `schema.graphql`.
pub fn sdl() -> String {
    roots().finish().sdl_with_options(SDLExportOptions::new().include_specified_by())
}

fn roots() -> SchemaBuilder<Query, Mutation, Subscriptions> {
    // What the edge admits is bounded and validated there, once a document; nothing is judged twice.
    GraphQlSchema::build(Query::default(), Mutation::default(), Subscriptions).validation_mode(ValidationMode::Fast)
}

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
    finder::Finder,
    gate::{GateMutation, GateQuery},
    limits::LimitQuery,
    listings::{ListingMutation, ListingQuery},
    matches::MatchQuery,
    models::Models,
    node::NodeQuery,
    orders::{OrderMutation, OrderQuery},
    payments::{PaymentMutation, PaymentQuery},
    payouts::PayoutQuery,
    personal_data::{PersonalDataMutation, PersonalDataQuery},
    recommendations::RecommendationQuery,
    reservations::{ReservationMutation, ReservationQuery},
    search::SearchQuery,
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
pub use response_cache::{Audience, CacheResult, PublicQuestion, ResponseCache};
pub use shared_rendering::{Rendered, SharedRendering};

/// The operations that read data. The fields of one request are executed at the same time.
#[derive(MergedObject, Default)]
pub struct Query(
    SiteQuery,
    MatchQuery,
    AccountQuery,
    PersonalDataQuery,
    ReservationQuery,
    PaymentQuery,
    TicketQuery,
    TicketTransferQuery,
    GateQuery,
    ListingQuery,
    OrderQuery,
    PayoutQuery,
    RecommendationQuery,
    SearchQuery,
    AddressRuleQuery,
    SecurityEventQuery,
    CaptchaQuery,
    LimitQuery,
    NodeQuery,
);

/// The operations that change data. The fields of one request are executed one after another.
#[derive(MergedObject, Default)]
pub struct Mutation(
    AccountMutation,
    PersonalDataMutation,
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
pub fn build(
    app: Arc<App>,
    hub: Arc<Hub>,
    models: Arc<Models>,
    finder: Arc<Finder>,
    captchas: Option<captcha::Shared>,
) -> Schema {
    let mut roots = roots().data(app).data(hub).data(models).data(finder);
    if let Some(captchas) = captchas {
        roots = roots.data(captchas);
    }
    Schema(roots.finish())
}

/// What the schema says of itself. The library answers introspection with a text of its own, which completion replaces.
pub(crate) const DESCRIPTION: &str = "The API of a Matchday site. It sells tickets for matches, lets fans resell them and \
     give them away, and checks them at the gate. Ids are opaque, times are RFC 3339 in UTC, and amounts are decimal \
     strings. Every error has a stable `extensions.code`.";

/// Columns of a comment.
const COLUMNS: usize = 118;

/// The public contract in GraphQL's schema language, as committed in `schema.graphql`.
///
/// The schema's own description is a comment there: parsers that Rust clients use do not read it as a string.
pub fn sdl() -> String {
    let mut described = String::new();
    let mut column = COLUMNS;
    for word in DESCRIPTION.split(' ') {
        column += 1 + word.len();
        if column > COLUMNS {
            described.push_str("\n#");
            column = 1 + word.len();
        }
        described.push(' ');
        described.push_str(word);
    }
    let printed = roots().finish().sdl_with_options(SDLExportOptions::new().include_specified_by());
    printed.replace("\nschema {", &format!("{described}\nschema {{"))
}

fn roots() -> SchemaBuilder<Query, Mutation, Subscriptions> {
    // What the edge admits is bounded and validated there, once a document; nothing is judged twice.
    GraphQlSchema::build(Query::default(), Mutation::default(), Subscriptions).validation_mode(ValidationMode::Fast)
}

//! async-graphql with the subscriptions of async-graphql-axum as they are shipped, on types derived as the program's are.

use std::sync::Arc;

use async_graphql::{EmptyMutation, Enum, Object, Schema, Subscription};
use async_graphql_axum::GraphQLSubscription;
use axum::Router;
use book::match_state::{CategoryState, MatchState};
use futures_util::{Stream, StreamExt as _, stream};
use tokio::sync::broadcast;

use crate::{changes::state, peers::Records};

/// Changes that a subscriber may be behind.
const BEHIND: usize = 16;

/// Subscriptions to what comes from Kafka.
pub(super) fn subscription(records: Records) -> Router {
    let (sender, _) = broadcast::channel::<Arc<MatchState>>(BEHIND);
    let told = sender.clone();
    tokio::spawn(records.follow(move |payload| {
        if let Ok(kafka::codec::AvailabilityRecord { state, .. }) = kafka::codec::read_availability(&payload) {
            // Nobody may be listening yet.
            let _ = told.send(Arc::new(state));
        }
    }));
    let schema = Schema::build(Query, EmptyMutation, Changes(sender)).finish();
    Router::new().route_service("/graphql", GraphQLSubscription::new(schema))
}

struct Query;

#[Object]
impl Query {
    async fn ready(&self) -> bool {
        true
    }
}

struct Changes(broadcast::Sender<Arc<MatchState>>);

#[Subscription]
impl Changes {
    async fn availability(&self, match_numbers: Vec<i32>) -> impl Stream<Item = MatchAvailability> + use<> {
        let changes = stream::unfold(self.0.subscribe(), |mut changes| async move {
            changes.recv().await.ok().map(|state| (state, changes))
        });
        stream::iter([Arc::new(state(1))])
            .chain(changes)
            .filter(move |state| std::future::ready(match_numbers.contains(&state.match_number)))
            .map(MatchAvailability)
    }
}

struct MatchAvailability(Arc<MatchState>);

#[Object]
impl MatchAvailability {
    async fn match_number(&self) -> i32 {
        self.0.match_number
    }

    async fn version(&self) -> i32 {
        self.0.version
    }

    async fn categories(&self) -> Vec<TicketCategory> {
        self.0.categories.iter().cloned().map(TicketCategory).collect()
    }
}

struct TicketCategory(CategoryState);

#[Object]
impl TicketCategory {
    async fn category(&self) -> i32 {
        self.0.category.number()
    }

    async fn available(&self) -> i32 {
        self.0.available
    }

    async fn pending(&self) -> i32 {
        self.0.pending
    }

    async fn sellable(&self) -> i32 {
        self.0.sellable()
    }

    async fn status(&self) -> AvailabilityStatus {
        self.0.availability().into()
    }
}

#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "book::match_state::Availability")]
enum AvailabilityStatus {
    Available,
    TemporarilyUnavailable,
    SoldOut,
    Closed,
}

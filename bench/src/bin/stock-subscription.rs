//! async-graphql-axum's subscriptions in a program as their users write one: nothing is set, and the allocator is the
//! system's.

use bench::{Outcome, peers};

#[tokio::main]
async fn main() -> Outcome {
    peers::stock_subscription().await
}

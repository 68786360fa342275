//! GraphQL over HTTP, request by request.

#![expect(
    clippy::disallowed_methods,
    reason = "tests run tasks, read addresses and look at the machine's clock by themselves"
)]

#[path = "http/batches.rs"]
mod batches;
#[path = "http/browsers.rs"]
mod browsers;
#[path = "http/caching.rs"]
mod caching;
#[path = "http/harness.rs"]
mod harness;
#[path = "http/negotiation.rs"]
mod negotiation;
#[path = "http/refusals.rs"]
mod refusals;
#[path = "http/requests.rs"]
mod requests;
#[path = "toy/gateway.rs"]
#[expect(dead_code, reason = "the toy is shared with tests that steer it more")]
mod toy;

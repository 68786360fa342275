//! The exchange over the embedded broker: what one site publishes, another reads, and nothing is doubled on the way.

#![expect(
    clippy::disallowed_methods,
    reason = "tests run tasks, read addresses and look at the machine's clock by themselves"
)]

#[path = "exchange/broker.rs"]
mod broker;
#[path = "exchange/hearing.rs"]
mod hearing;
#[path = "exchange/site.rs"]
mod site;
#[path = "exchange/telling.rs"]
mod telling;

//! What tests of every crate need: waiting on a condition, and services that can be taken away. Knows none of our crates.

#![expect(
    clippy::disallowed_methods,
    reason = "tests run tasks, read addresses and look at the machine's clock by themselves"
)]

pub mod folder;
pub mod own_redis;
pub mod ports;
pub mod routes;
pub mod wait;
pub mod way;

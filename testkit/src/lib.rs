//! What tests of every crate need: waiting on a condition, services that can be taken away, and the visitors of a rolling
//! restart. Knows none of our crates.

#![expect(
    clippy::disallowed_methods,
    reason = "tests run tasks, read addresses and look at the machine's clock by themselves"
)]

pub mod folder;
pub mod own_redis;
pub mod ports;
pub mod rolling;
pub mod routes;
pub mod wait;
pub mod way;

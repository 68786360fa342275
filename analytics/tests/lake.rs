//! The lake as its callers see it: what was given is there once, whatever died on the way.

#![expect(
    clippy::disallowed_methods,
    reason = "tests run tasks, read addresses and look at the machine's clock by themselves"
)]

#[path = "lake/concurrent.rs"]
mod concurrent;
#[path = "lake/erasures.rs"]
mod erasures;
#[path = "lake/failing.rs"]
mod failing;
#[path = "lake/fixtures.rs"]
mod fixtures;
#[path = "lake/histories.rs"]
mod histories;
#[path = "lake/locations.rs"]
mod locations;
#[path = "lake/losses.rs"]
mod losses;
#[path = "lake/models.rs"]
mod models;
#[path = "lake/moto.rs"]
mod moto;
#[path = "lake/raw.rs"]
mod raw;
#[path = "lake/tables.rs"]
mod tables;
#[path = "lake/world.rs"]
mod world;

//! The exchange with the other sites, and between the instances of this one, over Kafka.
//!
//! The only crate that knows rdkafka. `relay` publishes the outbox, `consumer` applies what others say, `feed` follows
//! the availability of matches, `sink` hands on what analytics keeps, `lookout` sees whether other instances do the first two, `embedded` is the broker of a
//! start with nothing installed.

mod clients;
pub mod codec;
pub mod config;
pub mod consumer;
pub mod embedded;
mod error;
pub mod feed;
pub mod lookout;
pub mod masterlist;
mod record;
pub mod relay;
pub mod setup;
pub mod sink;
pub mod status;
pub mod topics;
mod traced;

pub use config::Config;
pub use error::Error;
pub use status::Status;

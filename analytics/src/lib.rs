//! Analytics: the lake of bookings, and what is learned from it.
//!
//! `rows` is what is written down: a booking's whole state at a version, what was on sale, what other sites sold. `lake` keeps rows in
//! Parquet files, exactly once; `model` learns from them what fans choose, ranks what is on sale, and says why. Knows no database, no
//! Kafka and no GraphQL.

pub mod lake;
pub mod model;
pub mod rows;

//! What is open, and what it occupies: the quotas of users and addresses, the way out of each address, gauges.
//!
//! It knows no protocol. Invariant: whatever was claimed is given back when its claim is dropped.

pub(crate) mod departures;
pub(crate) mod exits;
pub(crate) mod gauges;
pub(crate) mod quotas;
pub(crate) mod tasks;

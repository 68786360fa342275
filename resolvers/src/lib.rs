//! GraphQL's side of the house: types, queries and mutations, one file a noun.
//!
//! A resolver reads the context, makes one domain call, converts. Its doc comment is the schema's description.

pub mod accounts;
pub mod address_rules;
pub mod availability;
pub mod captcha;
pub mod context;
pub mod cookies;
pub mod counted_actions;
pub mod error;
pub mod gate;
pub mod ids;
pub mod json_plan;
pub mod limits;
pub mod listings;
pub mod loaders;
pub mod matches;
pub mod money;
pub mod node;
pub mod orders;
pub mod outcomes;
pub mod pagination;
pub mod payments;
pub mod payouts;
pub mod reservations;
pub mod security_events;
pub mod site;
pub mod ticket_transfers;
pub mod tickets;
pub mod time;

//! GraphQL's side of the house: types, queries and mutations, one file a noun.
//!
//! A resolver reads the context, makes one domain call, converts. Its doc comment is the schema's description.

pub mod accounts;
pub mod address_rules;
pub mod availability;
pub mod captcha;
mod connections;
pub mod context;
pub mod cookies;
pub mod counted_actions;
pub mod error;
pub mod finder;
pub mod gate;
pub mod ids;
pub mod json_plan;
pub mod limits;
pub mod listings;
pub mod loaders;
pub mod matches;
pub mod models;
pub mod money;
pub mod node;
pub mod orders;
pub mod outcomes;
pub mod pagination;
pub mod payments;
pub mod payouts;
pub mod personal_data;
mod rankings;
pub mod recommendations;
pub mod reservations;
pub mod search;
pub mod security_events;
pub mod site;
pub mod ticket_transfers;
pub mod tickets;
pub mod time;

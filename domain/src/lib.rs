//! What Matchday does: matches, reservations, tickets, accounts, and the exchange with other sites.
//!
//! No GraphQL, HTTP, Kafka, Redis or Stripe type is known here. A function takes the app first, then the viewer, then
//! the input; it owns its transaction, and the events that tell of a change commit with the change.

pub mod accounts;
pub mod address_rules;
pub mod app;
pub mod audit;
pub mod book;
pub mod clock;
pub mod desk;
pub mod expiry;
pub mod faults;
pub mod foreign;
pub mod inbox;
pub mod leases;
pub mod mails;
pub mod masterlist;
pub mod matches;
pub mod outbox;
pub mod payments;
pub mod resale;
pub mod reservations;
pub mod security_events;
pub mod store;
pub mod tickets;
pub mod view;

pub use app::{App, Settings};

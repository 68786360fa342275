//! What Matchday does: matches, reservations, tickets, accounts, and the exchange with other sites.
//!
//! No GraphQL, HTTP, Kafka, Redis or Stripe type is known here. A function takes the app first, then the viewer, then
//! the input; it owns its transaction, and the events that tell of a change commit with the change.
//!
//! A function whose error is `DbErr`, and the variant `Store` of an error, fail where the database does, and only there:
//! `book::store::is_transient` says whether it passes. What was not committed has not happened; a commit whose answer was lost may
//! have, and then the same idempotency key tells. A key is spent by what was done under it alone: whatever is refused before
//! leaves it free.

pub mod accounts;
pub mod address_rules;
pub mod analytics;
pub mod app;
pub mod audit;
pub mod closing;
pub mod desk;
pub mod expiry;
pub mod faults;
pub mod field_errors;
pub mod foreign;
pub mod gateway;
pub mod history;
pub mod idempotency;
pub mod inbox;
pub mod keeper;
pub mod keyring;
pub mod leases;
pub mod lookup;
pub mod mails;
pub mod maintenance;
pub mod matches;
pub mod page;
pub mod payments;
pub mod resale;
pub mod reservations;
pub mod security_events;
pub mod settings;
pub mod taste;
pub mod text;
pub mod tickets;
pub mod view;
pub mod wake;
pub mod work;

pub use app::App;
pub use settings::Settings;

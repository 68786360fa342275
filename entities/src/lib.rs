//! The tables as SeaORM sees them, one file each, and the words that columns share.
//!
//! Entities know no rule: what may happen to a row stands in `domain`.

pub mod account_change;
pub mod account_code;
pub mod address_rule;
pub mod address_rule_revision;
pub mod analytics_erasure;
pub mod analytics_subject;
pub mod attempt;
pub mod booking_event;
pub mod category;
pub mod dispute;
pub mod early_end;
pub mod erased_identity;
pub mod event_fingerprint;
pub mod external_identity;
pub mod foreign_hold;
pub mod kafka_offset;
pub mod known_network;
pub mod lease;
pub mod listing;
pub mod mail;
pub mod matches;
pub mod money;
pub mod outbox;
pub mod parked_sale;
pub mod payment;
pub mod payment_change;
pub mod payout;
pub mod provider_session;
pub mod refund;
pub mod reservation;
pub mod sandbox_intent;
pub mod sandbox_refund;
pub mod sandbox_transfer;
pub mod security_event;
pub mod session;
pub mod signing_key;
pub mod stock;
pub mod ticket;
pub mod ticket_key;
pub mod ticket_transfer;
pub mod user;
pub mod webhook_event;
pub mod write_probe;

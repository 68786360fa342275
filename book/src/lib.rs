//! The locked transaction: everything that changes together when tickets are held, sold, given back or sold on.
//!
//! A transaction begins on the [`store`], locks its matches by opening a [`Book`], changes counts, reservations and
//! listings in it, payments in the [`ledger`], tickets by [`ticket_rows`], and closes them: rows, versions, mails and the
//! events of the [`outbox`] commit together. Nothing here decides who may do what, and no error here is a user's.

pub mod booking_state;
pub mod clock;
pub mod handover;
pub mod ledger;
pub mod listing_state;
pub mod mail_queue;
pub mod master_list;
pub mod match_state;
pub mod outbox;
pub mod patience;
pub mod payment_states;
pub mod reservation_rows;
pub mod store;
pub mod ticket_rows;

mod book;

pub use book::{Book, Remaining, Shown, StockKey};

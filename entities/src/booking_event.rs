//! The outbox of bookings: what analytics reads, waiting for the broker. It has a table of its own, so that a topic of bookings that takes
//! nothing holds up no event of the exchange, and a program that does not know them publishes what it knows.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "booking_events")]
pub struct Model {
    /// Those of one reservation are written under the lock of its match, so their ids grow in the order of their commits.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// A list of `book::outbox::bookings::BookingEvent` as JSON, of one transaction. No person is in it.
    pub event: String,
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

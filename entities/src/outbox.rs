//! The outbox: events committed with the state they tell of, waiting for the broker.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "outbox")]
pub struct Model {
    /// Events of one match are written under its lock, so their ids grow in the order of their commits.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// `book::outbox::Event` as JSON.
    pub event: String,
    pub created_at: DateTimeUtc,
    /// The span that it belongs to (W3C Trace Context), where that is traced.
    pub traceparent: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

//! A foreign hold: tickets another site says it holds, until it says more or the hold grows stale.

use sea_orm::entity::prelude::*;

use crate::category::Category;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "foreign_holds")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub match_number: i32,
    pub category: Category,
    /// The holding site's name; empty for the shared account of senders that give none.
    pub sender: String,
    /// The sender's own name for the hold, where it gave one.
    pub reference: Option<String>,
    /// Tickets still held, above 0.
    pub quantity: i32,
    pub ends_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

//! An early end: what a message of another site could not take from its hold, because it was read before the hold began.

use sea_orm::entity::prelude::*;

use crate::category::Category;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "early_ends")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub match_number: i32,
    pub category: Category,
    /// The site's name; empty for senders that give none.
    pub sender: String,
    /// The sender's own name for the hold.
    pub reference: String,
    /// Tickets that the hold opens less with, above 0.
    pub quantity: i32,
    /// When the hold would have ended by itself.
    pub ends_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

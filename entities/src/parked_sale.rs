//! A parked sale: another site's message about a match whose master-list record has not come yet.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "parked_sales")]
pub struct Model {
    /// Sales of a match are applied in this order.
    #[sea_orm(primary_key)]
    pub id: i64,
    pub match_number: i32,
    /// The sending site's name; empty where it gives none.
    pub sender: String,
    /// `domain::foreign::Sale` as JSON.
    pub sale: String,
    pub received_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

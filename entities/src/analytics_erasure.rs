//! A pseudonym that no fan has any more, kept for a lake that missed the record of it.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "analytics_erasures")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject: Uuid,
    pub erased_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

//! An event of another site that was applied, known by a hash of its sender and of the sender's own name for it.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "event_fingerprints")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub fingerprint: Uuid,
    pub seen_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

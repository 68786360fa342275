//! An identity of the provider whose account was erased: its tokens from before open no other.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "erased_identities")]
pub struct Model {
    /// Of issuer and subject: a hash, so that the table names neither.
    #[sea_orm(primary_key, auto_increment = false)]
    pub fingerprint: String,
    pub erased_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

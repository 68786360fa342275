//! Networks from which the owner of an account has signed in.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "known_networks")]
pub struct Model {
    /// Of which email and which network: a hash, so that the table lists neither.
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject: String,
    pub last_at: DateTimeUtc,
    /// Whose, so that it goes with them; none of a row of a version before.
    pub user_id: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

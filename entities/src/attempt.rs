//! Attempts to show a password: how many in a row were wrong, of one account or from one address.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "attempts")]
pub struct Model {
    /// Whose: a hash, so that the table lists no emails.
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject: String,
    /// Wrong ones and those under way.
    pub failures: i32,
    pub last_at: DateTimeUtc,
    /// Before this time nothing is tried.
    pub next_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

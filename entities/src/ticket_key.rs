//! A key that signs tickets: its public part in the clear, its private part sealed by the site's secret.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ticket_keys")]
pub struct Model {
    /// Of two instances that make a key at once, one has to take the other's.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i32,
    /// The key's name: base64url of the bytes that codes call it by.
    #[sea_orm(unique)]
    pub kid: String,
    /// Base64url.
    pub public_key: String,
    /// The private part, `domain::tickets` seals and opens it.
    pub sealed: String,
    pub created_at: DateTimeUtc,
    /// It is published from the start, and signs from then on.
    pub signs_from: DateTimeUtc,
    /// What it signed opens nothing from then on; `None` while nobody ended it.
    pub ends_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

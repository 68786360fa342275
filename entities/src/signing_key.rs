//! A key that signs access tokens: its public part in the clear, its private part sealed by the site's secret.

use sea_orm::entity::prelude::*;

/// How a key signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(8))")]
pub enum Algorithm {
    #[sea_orm(string_value = "EdDSA")]
    EdDsa,
    #[sea_orm(string_value = "HS256")]
    Hs256,
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "signing_keys")]
pub struct Model {
    /// Of two instances that make a key at once, one has to take the other's.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i32,
    /// The key's name in tokens.
    #[sea_orm(unique)]
    pub kid: String,
    pub algorithm: Algorithm,
    /// Base64url; `None` for HS256, which has no public part.
    pub public_key: Option<String>,
    /// The private part, `domain::accounts` seals and opens it.
    pub sealed: String,
    pub created_at: DateTimeUtc,
    /// It is known to everybody from the start, and signs from then on.
    pub signs_from: DateTimeUtc,
    /// Its tokens are worth nothing from then on; `None` while nobody ended it.
    pub ends_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

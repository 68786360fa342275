//! A rule about a network of addresses: whether its visitors are blocked, or always let in.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(8))", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    Block,
    Allow,
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "address_rules")]
pub struct Model {
    /// UUID v7: grows with time.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// As `10.0.0.0/8`, the bits beyond the prefix zero; a network has one rule.
    #[sea_orm(unique)]
    pub network: String,
    pub effect: Effect,
    pub reason: String,
    /// The admin who made it; none where it was imported.
    pub created_by: Option<Uuid>,
    pub created_at: DateTimeUtc,
    pub expires_at: Option<DateTimeUtc>,
    /// Name of the list that it came from.
    pub source: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

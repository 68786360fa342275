//! A dispute: a payer asks their bank for the money of a payment back. Kept as the gateway tells of it, never deleted.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(20))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    /// The payer's bank asks, and takes nothing yet.
    Inquiry,
    /// The payer's bank has taken the money back, until it is decided whose it is.
    Open,
    /// The money is ours again.
    Won,
    /// The money is the payer's.
    Lost,
    /// It ended without the money moving.
    Closed,
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "disputes")]
pub struct Model {
    /// The gateway's name for it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub payment_id: Uuid,
    /// In minor units.
    pub amount_minor: i64,
    pub state: State,
    /// Why, in the gateway's words.
    pub reason: String,
    pub opened_at: DateTimeUtc,
    /// When we heard of a change of it last.
    pub changed_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

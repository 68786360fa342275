//! A webhook event of the payment gateway: what it is about, and what became of it. A hint, never a truth.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(20))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Outcome {
    /// Its payment was compared with the gateway.
    Settled,
    /// It names a payment that we do not know.
    Orphaned,
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_events")]
pub struct Model {
    /// The gateway's name for the event.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub kind: String,
    pub payment_id: Uuid,
    pub received_at: DateTimeUtc,
    /// None while it waits.
    pub outcome: Option<Outcome>,
    /// How often the gateway could not be asked about it.
    pub attempts: i32,
    /// Nobody sees to it before this time; none while nobody has tried.
    pub next_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

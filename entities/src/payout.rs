//! A payout: what a seller gets for a sold listing. Never deleted.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(20))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    Due,
    Paid,
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "payouts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Unique: a listing is sold once.
    pub listing_id: Uuid,
    pub order_id: Uuid,
    pub seller_id: Uuid,
    /// The price less the site's fee, in minor units.
    pub amount_minor: i64,
    pub state: State,
    /// The gateway's name for the transfer.
    pub gateway_id: Option<String>,
    /// Why the last try failed, in the gateway's words.
    pub problem: Option<String>,
    pub created_at: DateTimeUtc,
    pub paid_at: Option<DateTimeUtc>,
    /// How often somebody has begun the transfer.
    pub attempts: i32,
    /// Nobody begins before this time.
    pub next_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

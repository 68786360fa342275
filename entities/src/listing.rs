//! A listing: a ticket that its owner offers for resale. Never deleted.

use sea_orm::entity::prelude::*;

use crate::category::Category;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(20))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    /// It can be ordered.
    Open,
    /// Somebody has ordered it, and may pay until `locked_until`.
    Locked,
    Sold,
    /// Taken back by its seller.
    Withdrawn,
}

impl State {
    /// The states of a listing that is on the market.
    pub const LIVE: [Self; 2] = [Self::Open, Self::Locked];

    pub fn is_live(self) -> bool {
        Self::LIVE.contains(&self)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "listings")]
pub struct Model {
    /// Version 7: grows with the time at which it was offered.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub seller_id: Uuid,
    /// As its seller was called when it was offered.
    pub seller_name: Option<String>,
    /// None for one that was issued elsewhere.
    pub ticket_id: Option<Uuid>,
    pub match_number: i32,
    pub category: Category,
    pub title: String,
    pub description: Option<String>,
    /// What its buyer pays, in minor units.
    pub price_minor: i64,
    /// What the site keeps of the price.
    pub fee_minor: i64,
    pub state: State,
    /// Grows by one with every change that shows.
    pub version: i32,
    /// The order that has locked or bought it; set exactly while it is locked or sold.
    pub order_id: Option<Uuid>,
    /// Set exactly while it is locked.
    pub locked_until: Option<DateTimeUtc>,
    /// Whether its seller takes it back as soon as the order that has locked it is over.
    pub withdrawing: bool,
    pub created_at: DateTimeUtc,
    /// The seller's own name for the attempt to offer it; unique per seller.
    pub idempotency_key: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

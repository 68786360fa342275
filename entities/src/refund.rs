//! A refund: money of a payment on its way back, or back. A payment has any number of them. Never deleted.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(20))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    /// Owed; the gateway is asked for it until it answers, and while it says that the money is on its way.
    Due,
    /// The money is back.
    Done,
    /// The gateway will not give it back; somebody has to see to it.
    Refused,
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "refunds")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub payment_id: Uuid,
    /// In minor units.
    pub amount_minor: i64,
    pub state: State,
    /// The gateway's name for it, once it has taken it on.
    pub gateway_id: Option<String>,
    pub created_at: DateTimeUtc,
    pub done_at: Option<DateTimeUtc>,
    /// Who asked for it; nobody, where money was taken for nothing.
    pub asked_by: Option<Uuid>,
    /// Why, in their words.
    pub reason: Option<String>,
    /// Why the gateway refused it last, in its words.
    pub refusal_code: Option<String>,
    /// How often the gateway has refused it: asked again after that, it is asked under another key.
    pub refusals: i32,
    /// How often somebody has seen to it since its last change.
    pub attempts: i32,
    /// Nobody sees to it by themselves before this time.
    pub next_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

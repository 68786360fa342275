//! A change of a payment, written once with the change and never touched again.

use sea_orm::entity::prelude::*;

use crate::payment::State;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "payment_changes")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub payment_id: Uuid,
    /// What happened, in the words of the state machine.
    pub event: String,
    /// None for the first change, which made the payment.
    pub from_state: Option<State>,
    pub to_state: State,
    pub at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

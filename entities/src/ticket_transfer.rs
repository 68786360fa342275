//! A transfer: a ticket that its holder gives to the reader of an email, for nothing. Never deleted.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(20))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    /// It can be accepted, unless its time is over or its ticket is not what was offered any more.
    Pending,
    Accepted,
    /// Taken back by its giver, or by the site's staff.
    Cancelled,
    /// Its time was over, or its ticket was used, offered for resale, refunded or frozen first.
    Lapsed,
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ticket_transfers")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Unique among those that are pending.
    pub ticket_id: Uuid,
    pub giver_id: Uuid,
    /// The email that it was offered to; as `masked` shows it once that is over.
    pub recipient: String,
    /// The version at which the ticket was offered: at a later one there is nothing to accept.
    pub ticket_version: i32,
    pub state: State,
    /// Who has accepted it; set exactly when it is accepted.
    pub taker_id: Option<Uuid>,
    pub created_at: DateTimeUtc,
    pub expires_at: DateTimeUtc,
    /// Set exactly when it is not pending any more.
    pub ended_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

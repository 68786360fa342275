//! A ticket: one seat's worth of a paid reservation. Never deleted.

use sea_orm::entity::prelude::*;

use crate::category::Category;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(20))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// Its newest code opens the gate, once, unless it is frozen.
    Valid,
    /// Offered for resale: no code of it opens the gate until it is withdrawn, which gives it a new one.
    Listed,
    /// Sold to another fan, who has a ticket of their own for it.
    Transferred,
    /// Its bearer is inside.
    Used,
    /// Its price went back, or is about to.
    Refunded,
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "tickets")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The reservation, or the order of a listing, that paid for it.
    pub reservation_id: Uuid,
    /// Which of the reservation's tickets it is, from 1; unique with the reservation.
    pub seat: i32,
    /// Whose it is.
    pub user_id: Uuid,
    pub match_number: i32,
    pub category: Category,
    /// What its holder paid for it, in minor units.
    pub price_minor: i64,
    pub status: Status,
    /// The version of its newest code; codes of earlier versions open nothing.
    pub version: i32,
    pub holder_name: Option<String>,
    /// The ticket that became this one by a resale.
    pub origin_id: Option<Uuid>,
    pub issued_at: DateTimeUtc,
    /// When its status or its version changed last.
    pub changed_at: DateTimeUtc,
    /// When, by which device and in which of its scans somebody came in by it; set exactly when it is used.
    pub used_at: Option<DateTimeUtc>,
    pub used_by: Option<String>,
    pub used_nonce: Option<String>,
    /// Since when, and by whom of the staff, it is kept out of the gate, whatever its status; none while it is not.
    pub frozen_at: Option<DateTimeUtc>,
    pub frozen_by: Option<Uuid>,
    /// The version of its last code that was an earlier holder's; 0 where none has given it to another.
    pub given_version: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

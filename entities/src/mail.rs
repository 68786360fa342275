//! A mail that waits to be sent: what it is about and to whom; its text and its code are made when it is sent.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(20))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Kind {
    VerifyEmail,
    ResetPassword,
    PasswordChanged,
    HoldPlaced,
    HoldExpired,
    Paid,
    Refunded,
    ListingSold,
    /// To the reader of an email, with or without an account, whom a ticket is offered to.
    TicketOffered,
    /// To the giver, once it is accepted.
    TicketAccepted,
    /// To the email that an account had which is erased.
    AccountDeleted,
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mails")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub kind: Kind,
    /// Lower-cased as in `users`; of no account, where a mail was asked for to an unknown email, or a ticket offered to one.
    pub email_key: String,
    /// The reservation that it is about.
    pub reservation_id: Option<Uuid>,
    /// The transfer of a ticket that it is about.
    pub transfer_id: Option<Uuid>,
    pub created_at: DateTimeUtc,
    /// How often somebody has begun to send it.
    pub attempts: i32,
    /// Nobody begins before this time.
    pub next_at: DateTimeUtc,
    /// Its reader's language, where no account says so any more.
    pub locale: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

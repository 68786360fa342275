//! A user: somebody with an account.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "lowercase")]
pub enum Role {
    Customer,
    Steward,
    Admin,
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "users")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// As typed at sign-up, or as an identity provider vouches for it; empty where it vouches for none.
    pub email: String,
    /// Lower-cased; what must be unique. Of an account that signs in at a provider, what no email can be.
    #[sea_orm(unique)]
    pub email_key: String,
    /// A PHC string; empty where no password is known here.
    pub password_hash: String,
    pub display_name: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// The site's language that they have chosen, as BCP 47 names it.
    pub locale: Option<String>,
    pub role: Role,
    /// When it was shown that the email is theirs.
    pub verified_at: Option<DateTimeUtc>,
    /// Since when they may not sign in.
    pub disabled_at: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
    /// Whether what they book may be learned from, under a pseudonym; see `analytics_subject`.
    pub personalised: bool,
    /// When all that says who they are was deleted: the row stays for the books that name its id.
    pub erased_at: Option<DateTimeUtc>,
}

impl Model {
    /// Of an account that signs in at an identity provider no password is known here.
    pub fn has_password(&self) -> bool {
        !self.password_hash.is_empty()
    }
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

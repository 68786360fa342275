//! A session that a browser began at an identity provider: whose it is, and what goes on with it.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "provider_sessions")]
pub struct Model {
    /// SHA-256 of what the browser names it by, hexadecimal.
    #[sea_orm(primary_key, auto_increment = false)]
    pub handle_hash: String,
    /// SHA-256 of the `state` that it was begun with, which begins no other.
    #[sea_orm(unique)]
    pub state_hash: String,
    /// Unset until the provider has said who they are.
    pub user_id: Option<Uuid>,
    /// The provider's, sealed; none where it gives none.
    pub refresh_token: Option<String>,
    /// The provider's token that was given to the browser last, sealed.
    pub access_token: Option<String>,
    pub renewed_at: Option<DateTimeUtc>,
    /// Until then an instance is asking the provider for the next token.
    pub renewing_until: Option<DateTimeUtc>,
    pub expires_at: DateTimeUtc,
    pub ended_at: Option<DateTimeUtc>,
    /// When its user showed the provider who they are, where the provider says so.
    pub signed_in_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

//! Sessions that browsers began at an identity provider.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("provider_sessions")
                    .col(string_len("handle_hash", 64).primary_key())
                    .col(string_len_uniq("state_hash", 64))
                    .col(uuid_null("user_id"))
                    .col(text_null("refresh_token"))
                    .col(text_null("access_token"))
                    .col(timestamp_with_time_zone_null("renewed_at"))
                    .col(timestamp_with_time_zone_null("renewing_until"))
                    .col(timestamp_with_time_zone("expires_at"))
                    .col(timestamp_with_time_zone_null("ended_at"))
                    .foreign_key(ForeignKey::create().from("provider_sessions", "user_id").to("users", "id"))
                    .to_owned(),
            )
            .await?;
        for column in ["user_id", "expires_at"] {
            let index = Index::create()
                .name(format!("provider_sessions_{column}"))
                .table("provider_sessions")
                .col(column)
                .to_owned();
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("provider_sessions").to_owned()).await
    }
}

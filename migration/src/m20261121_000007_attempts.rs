//! Attempts to sign in, and the way from a user to their sessions.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("attempts")
                    .col(string_len("subject", 64).primary_key())
                    .col(integer("failures"))
                    .col(timestamp_with_time_zone("last_at"))
                    .col(timestamp_with_time_zone("next_at"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(Index::create().name("sessions_by_user").table("sessions").col("user_id").to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name("sessions_by_user").table("sessions").to_owned()).await?;
        manager.drop_table(Table::drop().table("attempts").to_owned()).await
    }
}

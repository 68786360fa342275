//! Events of other sites that were applied, so that one that is published twice counts once.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("seen_events")
                    .col(string("sender"))
                    .col(string("event_id"))
                    .col(timestamp_with_time_zone("seen_at"))
                    .primary_key(Index::create().col("sender").col("event_id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(Index::create().name("seen_events_by_time").table("seen_events").col("seen_at").to_owned())
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("seen_events").to_owned()).await
    }
}

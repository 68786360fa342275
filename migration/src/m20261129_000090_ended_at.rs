//! When a hold ended, by its sale or without one.
//!
//! The column is empty where the hold goes on, and where it ended before this step or at an instance of the version before.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let ended_at = timestamp_with_time_zone_null("ended_at").take();
        manager.alter_table(Table::alter().table("reservations").add_column(ended_at).to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("reservations").drop_column("ended_at").to_owned()).await
    }
}

//! Mails that are about a reservation.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("mails").add_column(uuid_null("reservation_id")).to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Nobody could write them without knowing what they are about.
        manager.get_connection().execute_unprepared("DELETE FROM mails WHERE reservation_id IS NOT NULL").await?;
        manager.alter_table(Table::alter().table("mails").drop_column("reservation_id").to_owned()).await
    }
}

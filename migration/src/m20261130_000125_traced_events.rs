//! The span that an event of the outbox belongs to.
//!
//! The column may be empty, so that instances of the version before go on.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let traceparent = string_len_null("traceparent", 55).take();
        manager.alter_table(Table::alter().table("outbox").add_column(traceparent).to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("outbox").drop_column("traceparent").to_owned()).await
    }
}

//! Cards that were refused to a payment which waits for another one.
//!
//! The column is added with a default, so that instances of the version before go on.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let declines = integer("declines").default(0).take();
        manager.alter_table(Table::alter().table("payments").add_column(declines).to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("payments").drop_column("declines").to_owned()).await
    }
}

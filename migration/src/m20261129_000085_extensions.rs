//! How often the buyer of a hold was given more time.
//!
//! The column is added with a default, so that instances of the version before go on.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let extensions = integer("extensions").default(0).take();
        manager.alter_table(Table::alter().table("reservations").add_column(extensions).to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("reservations").drop_column("extensions").to_owned()).await
    }
}

//! Which of the site's languages a fan has chosen.
//!
//! The column may be empty, so that instances of the version before go on.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let locale = string_len_null("locale", 16).take();
        manager.alter_table(Table::alter().table("users").add_column(locale).to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("users").drop_column("locale").to_owned()).await
    }
}

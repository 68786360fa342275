//! Matches whose sale has ended, and what is still offered of one.
//!
//! The column is added with a default, so that instances of the version before go on.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let closed = boolean("closed").default(false).take();
        manager.alter_table(Table::alter().table("matches").add_column(closed).to_owned()).await?;
        // What leaves the market when the sale of its match ends.
        let open = "CREATE INDEX listings_open_by_match ON listings (match_number) WHERE state = 'OPEN'";
        manager.get_connection().execute_unprepared(open).await?;

        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name("listings_open_by_match").table("listings").to_owned()).await?;
        manager.alter_table(Table::alter().table("matches").drop_column("closed").to_owned()).await
    }
}

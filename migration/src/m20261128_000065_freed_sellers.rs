//! Sellers who want their listing back once its buyer's payment is over; and a fan's payments by time, for refused cards.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const INDEX: &str = "payments_by_user";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = boolean("withdrawing").default(false).to_owned();
        manager.alter_table(Table::alter().table("listings").add_column(column).to_owned()).await?;
        let index = Index::create().name(INDEX).table("payments").col("user_id").col("created_at").to_owned();
        manager.create_index(index).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name(INDEX).table("payments").to_owned()).await?;
        manager.alter_table(Table::alter().table("listings").drop_column("withdrawing").to_owned()).await
    }
}

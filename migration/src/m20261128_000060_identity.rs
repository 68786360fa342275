//! What changed of accounts, as instances hear of it, and where owners of accounts sign in from.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("account_changes")
                    .col(big_pk_auto("id"))
                    .col(uuid("user_id"))
                    .col(timestamp_with_time_zone("at"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("known_networks")
                    .col(string_len("subject", 64).primary_key())
                    .col(timestamp_with_time_zone("last_at"))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("known_networks").to_owned()).await?;
        manager.drop_table(Table::drop().table("account_changes").to_owned()).await
    }
}

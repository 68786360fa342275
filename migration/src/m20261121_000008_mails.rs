//! Mails that wait to be sent, and the codes that were sent in them.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .alter_table(
                Table::alter().table("users").add_column(timestamp_with_time_zone_null("verified_at")).to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("account_codes")
                    .col(string_len("code_hash", 64).primary_key())
                    .col(uuid("user_id"))
                    .col(string_len("purpose", 20))
                    .col(timestamp_with_time_zone("expires_at"))
                    .foreign_key(ForeignKey::create().from("account_codes", "user_id").to("users", "id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create().name("account_codes_by_user").table("account_codes").col("user_id").to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("mails")
                    .col(big_pk_auto("id"))
                    .col(string_len("kind", 20))
                    .col(string("email_key"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(integer("attempts"))
                    .col(timestamp_with_time_zone("next_at"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(Index::create().name("mails_by_time").table("mails").col("next_at").to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("mails").to_owned()).await?;
        manager.drop_table(Table::drop().table("account_codes").to_owned()).await?;
        manager.alter_table(Table::alter().table("users").drop_column("verified_at").to_owned()).await
    }
}

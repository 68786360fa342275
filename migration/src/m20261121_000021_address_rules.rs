//! Which addresses are blocked and which always let in, and how often that changed.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("address_rules")
                    .col(uuid("id").primary_key())
                    .col(string_len_uniq("network", 43))
                    .col(string_len("effect", 8))
                    .col(string_len("reason", 500))
                    .col(uuid_null("created_by"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone_null("expires_at"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("address_rule_revisions")
                    .col(small_integer("id").primary_key())
                    .col(big_integer("revision"))
                    .to_owned(),
            )
            .await?;
        let insert = Query::insert()
            .into_table("address_rule_revisions")
            .columns(["id", "revision"])
            .values_panic([1.into(), 0.into()])
            .to_owned();
        manager.execute(insert).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("address_rule_revisions").to_owned()).await?;
        manager.drop_table(Table::drop().table("address_rules").to_owned()).await
    }
}

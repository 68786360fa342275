//! Refunds with lives of their own: several of one payment, each asked for until it is done or refused for good.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Due at once: whatever was owed before this step has waited long enough.
const LONG_AGO: &str = "2026-11-25 00:00:00+00:00";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in [
            uuid_null("asked_by").take(),
            string_len_null("reason", 200).take(),
            string_len_null("refusal_code", 128).take(),
            integer("refusals").default(0).take(),
            integer("attempts").default(0).take(),
            timestamp_with_time_zone("next_at").default(LONG_AGO).take(),
        ] {
            manager.alter_table(Table::alter().table("refunds").add_column(column).to_owned()).await?;
        }
        // What is to be seen to next, and what the gateway will not do.
        let open = "CREATE INDEX refunds_open ON refunds (state, next_at) WHERE state <> 'DONE'";
        manager.get_connection().execute_unprepared(open).await?;

        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name("refunds_open").table("refunds").to_owned()).await?;
        for column in ["next_at", "attempts", "refusals", "refusal_code", "reason", "asked_by"] {
            manager.alter_table(Table::alter().table("refunds").drop_column(column).to_owned()).await?;
        }
        Ok(())
    }
}

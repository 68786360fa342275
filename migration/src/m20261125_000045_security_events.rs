//! Decisions of the security service, counted by the minute.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("security_events")
                    .col(uuid("id").primary_key())
                    .col(string_len("kind", 20))
                    .col(string_len("detail", 200))
                    .col(string_len_null("network", 43))
                    .col(uuid_null("user_id"))
                    .col(string_len("subject", 64))
                    .col(timestamp_with_time_zone("minute"))
                    .col(big_integer("count"))
                    .col(timestamp_with_time_zone("first_at"))
                    .col(timestamp_with_time_zone("last_at"))
                    .col(timestamp_with_time_zone("updated_at"))
                    .check(Expr::cust("count > 0"))
                    .to_owned(),
            )
            .await?;
        for statement in [
            // All instances count together.
            "CREATE UNIQUE INDEX security_events_by_subject ON security_events (subject, minute)",
            // A list of one kind, newest first.
            "CREATE INDEX security_events_by_kind ON security_events (kind, id)",
            // What followers have not seen yet.
            "CREATE INDEX security_events_by_update ON security_events (updated_at)",
            // What is old.
            "CREATE INDEX security_events_by_minute ON security_events (minute)",
        ] {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("security_events").to_owned()).await
    }
}

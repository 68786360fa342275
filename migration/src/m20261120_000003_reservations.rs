//! Reservations.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("reservations")
                    .col(uuid("id").primary_key())
                    .col(uuid("user_id"))
                    .col(integer("match_number"))
                    .col(small_integer("category"))
                    .col(integer("quantity"))
                    .col(big_integer("unit_price_minor"))
                    .col(string_len("status", 20))
                    .col(string_len_null("cancel_reason", 20))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone("expires_at"))
                    .col(integer("version"))
                    .col(string_len_null("idempotency_key", 128))
                    // No foreign keys: a hold is placed by a transaction that has locked and changed its stock, for the
                    // owner of a token that we signed. Checking each row against both again cost more than inserting
                    // it, see docs/performance.md.
                    .check(Expr::cust("quantity > 0"))
                    .check(Expr::cust("(status = 'CANCELLED') = (cancel_reason IS NOT NULL)"))
                    .to_owned(),
            )
            .await?;
        for statement in [
            // One attempt a key, whatever instance it reaches.
            "CREATE UNIQUE INDEX reservations_by_key ON reservations (user_id, idempotency_key) WHERE idempotency_key IS NOT NULL",
            // The purchase cap counts a fan's tickets of a match.
            "CREATE INDEX reservations_by_fan_and_match ON reservations (user_id, match_number)",
            // A fan's list, newest first: ids are UUID v7 and grow with time.
            "CREATE INDEX reservations_by_fan ON reservations (user_id, id)",
            // The next hold to expire.
            "CREATE INDEX reservations_by_deadline ON reservations (expires_at) WHERE status = 'PENDING'",
            // The newest unpaid holds of a category, which give way to a foreign sale.
            "CREATE INDEX reservations_live ON reservations (match_number, category, id) WHERE status IN ('PENDING', 'AWAITING_PAYMENT')",
        ] {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("reservations").to_owned()).await
    }
}

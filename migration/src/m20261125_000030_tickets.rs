//! Tickets; and reservations that are orders of a listing, or of which seats were given back.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in [uuid_null("listing_id").take(), integer("returned").default(0).take()] {
            let added = Table::alter().table("reservations").add_column(column).to_owned();
            manager.alter_table(added).await?;
        }
        manager
            .create_table(
                Table::create()
                    .table("tickets")
                    .col(uuid("id").primary_key())
                    .col(uuid("reservation_id"))
                    .col(integer("seat"))
                    .col(uuid("user_id"))
                    .col(integer("match_number"))
                    .col(small_integer("category"))
                    .col(big_integer("price_minor"))
                    .col(string_len("status", 20))
                    .col(integer("version"))
                    .col(string_len_null("holder_name", 200))
                    .col(uuid_null("origin_id"))
                    .col(timestamp_with_time_zone("issued_at"))
                    .col(timestamp_with_time_zone("changed_at"))
                    .col(timestamp_with_time_zone_null("used_at"))
                    .col(string_len_null("used_by", 128))
                    .col(string_len_null("used_nonce", 128))
                    .foreign_key(ForeignKey::create().from("tickets", "reservation_id").to("reservations", "id"))
                    .check(Expr::cust("seat > 0"))
                    .check(Expr::cust("price_minor >= 0"))
                    .check(Expr::cust("(status = 'USED') = (used_at IS NOT NULL)"))
                    .to_owned(),
            )
            .await?;
        for statement in [
            // A seat is issued once, whoever hears first that it is paid.
            "CREATE UNIQUE INDEX tickets_by_seat ON tickets (reservation_id, seat)",
            // A fan's list, newest first.
            "CREATE INDEX tickets_by_fan ON tickets (user_id, id)",
            // What gates that were offline have to hear.
            "CREATE INDEX tickets_by_change ON tickets (changed_at)",
            // A ticket is sold on once.
            "CREATE UNIQUE INDEX tickets_by_origin ON tickets (origin_id) WHERE origin_id IS NOT NULL",
        ] {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("tickets").to_owned()).await?;
        for column in ["returned", "listing_id"] {
            manager.alter_table(Table::alter().table("reservations").drop_column(column).to_owned()).await?;
        }
        Ok(())
    }
}

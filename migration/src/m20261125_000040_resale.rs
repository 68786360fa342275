//! Resale: listings, what their sellers get, and the sandbox's transfers; and one live order a listing.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [listings(), payouts(), transfers()] {
            manager.create_table(table).await?;
        }
        for statement in [
            // A listing is ordered by one at a time, whoever is asked.
            "CREATE UNIQUE INDEX reservations_by_listing ON reservations (listing_id) WHERE listing_id IS NOT NULL AND status IN ('PENDING', 'AWAITING_PAYMENT')",
            // A fan's orders, newest first.
            "CREATE INDEX reservations_orders_by_fan ON reservations (user_id, id) WHERE listing_id IS NOT NULL",
            // A ticket is offered once at a time.
            "CREATE UNIQUE INDEX listings_by_ticket ON listings (ticket_id) WHERE ticket_id IS NOT NULL AND state IN ('OPEN', 'LOCKED')",
            // One attempt a key, whatever instance it reaches.
            "CREATE UNIQUE INDEX listings_by_key ON listings (seller_id, idempotency_key) WHERE idempotency_key IS NOT NULL",
            // A seller's list, newest first.
            "CREATE INDEX listings_by_seller ON listings (seller_id, id)",
            // The market, by price and by age.
            "CREATE INDEX listings_live_by_price ON listings (price_minor, id) WHERE state IN ('OPEN', 'LOCKED')",
            "CREATE INDEX listings_live ON listings (id) WHERE state IN ('OPEN', 'LOCKED')",
            "CREATE INDEX payouts_by_seller ON payouts (seller_id, id)",
            // What is to be transferred next.
            "CREATE INDEX payouts_due ON payouts (next_at) WHERE state = 'DUE'",
        ] {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for index in ["reservations_orders_by_fan", "reservations_by_listing"] {
            manager.drop_index(Index::drop().name(index).table("reservations").to_owned()).await?;
        }
        for table in ["sandbox_transfers", "payouts", "listings"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

fn listings() -> TableCreateStatement {
    Table::create()
        .table("listings")
        .col(uuid("id").primary_key())
        .col(uuid("seller_id"))
        .col(string_len_null("seller_name", 100))
        .col(uuid_null("ticket_id"))
        .col(integer("match_number"))
        .col(small_integer("category"))
        .col(string_len("title", 100))
        .col(string_len_null("description", 1_000))
        .col(big_integer("price_minor"))
        .col(big_integer("fee_minor"))
        .col(string_len("state", 20))
        .col(integer("version"))
        .col(uuid_null("order_id"))
        .col(timestamp_with_time_zone_null("locked_until"))
        .col(timestamp_with_time_zone("created_at"))
        .col(string_len_null("idempotency_key", 128))
        .foreign_key(ForeignKey::create().from("listings", "ticket_id").to("tickets", "id"))
        .check(Expr::cust("price_minor > 0"))
        .check(Expr::cust("fee_minor >= 0 AND fee_minor < price_minor"))
        .check(Expr::cust("(state IN ('LOCKED', 'SOLD')) = (order_id IS NOT NULL)"))
        .check(Expr::cust("(state = 'LOCKED') = (locked_until IS NOT NULL)"))
        .to_owned()
}

fn payouts() -> TableCreateStatement {
    Table::create()
        .table("payouts")
        .col(uuid("id").primary_key())
        .col(uuid("listing_id").unique_key())
        .col(uuid("order_id"))
        .col(uuid("seller_id"))
        .col(big_integer("amount_minor"))
        .col(string_len("state", 20))
        .col(string_len_null("gateway_id", 255))
        .col(string_len_null("problem", 255))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone_null("paid_at"))
        .col(integer("attempts"))
        .col(timestamp_with_time_zone("next_at"))
        .foreign_key(ForeignKey::create().from("payouts", "listing_id").to("listings", "id"))
        .foreign_key(ForeignKey::create().from("payouts", "order_id").to("reservations", "id"))
        .check(Expr::cust("amount_minor > 0"))
        .check(Expr::cust("(state = 'PAID') = (paid_at IS NOT NULL)"))
        .to_owned()
}

fn transfers() -> TableCreateStatement {
    Table::create()
        .table("sandbox_transfers")
        .col(string_len("id", 64).primary_key())
        .col(string_len("idempotency_key", 128).unique_key())
        .col(uuid("seller_id"))
        .col(big_integer("amount_minor"))
        .to_owned()
}

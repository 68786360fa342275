//! Payments, their changes, refunds, the gateway's events, the sandbox's memory; and seats that were taken back.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let returned = Table::alter().table("stock").add_column(integer("returned").default(0)).to_owned();
        manager.alter_table(returned).await?;
        for table in [payments(), changes(), refunds(), webhook_events(), sandbox_intents()] {
            manager.create_table(table).await?;
        }
        for statement in [
            // One attempt a key, whatever instance it reaches.
            "CREATE UNIQUE INDEX payments_by_key ON payments (user_id, idempotency_key) WHERE idempotency_key IS NOT NULL",
            "CREATE INDEX payments_by_reservation ON payments (reservation_id)",
            // What is to be seen to next.
            "CREATE INDEX payments_due ON payments (next_at) WHERE state IN ('CREATED', 'OPEN', 'CONFIRMED', 'VOIDING', 'REFUNDING')",
            "CREATE INDEX payment_changes_by_payment ON payment_changes (payment_id)",
            "CREATE INDEX refunds_by_payment ON refunds (payment_id)",
            "CREATE INDEX webhook_events_waiting ON webhook_events (received_at) WHERE outcome IS NULL",
            "CREATE INDEX webhook_events_by_time ON webhook_events (received_at)",
            // Holds whose time is over while their payment is under way.
            "CREATE INDEX reservations_unpaid_by_deadline ON reservations (expires_at) WHERE status = 'AWAITING_PAYMENT'",
        ] {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_index(Index::drop().name("reservations_unpaid_by_deadline").table("reservations").to_owned())
            .await?;
        for table in ["sandbox_intents", "webhook_events", "refunds", "payment_changes", "payments"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        manager.alter_table(Table::alter().table("stock").drop_column("returned").to_owned()).await
    }
}

fn payments() -> TableCreateStatement {
    Table::create()
        .table("payments")
        .col(uuid("id").primary_key())
        .col(uuid("reservation_id"))
        .col(uuid("user_id"))
        .col(integer("match_number"))
        .col(big_integer("amount_minor"))
        .col(string_len_null("method", 128))
        .col(string_len_null("idempotency_key", 128))
        .col(string_len_null("intent_id", 255))
        .col(string_len("state", 20))
        .col(string_len_null("decline_code", 128))
        .col(timestamp_with_time_zone("hold_ends_at"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("updated_at"))
        .col(integer("attempts"))
        .col(timestamp_with_time_zone("next_at"))
        .foreign_key(ForeignKey::create().from("payments", "reservation_id").to("reservations", "id"))
        .check(Expr::cust("amount_minor > 0"))
        .to_owned()
}

fn changes() -> TableCreateStatement {
    Table::create()
        .table("payment_changes")
        .col(big_pk_auto("id"))
        .col(uuid("payment_id"))
        .col(string_len("event", 30))
        .col(string_len_null("from_state", 20))
        .col(string_len("to_state", 20))
        .col(timestamp_with_time_zone("at"))
        .foreign_key(ForeignKey::create().from("payment_changes", "payment_id").to("payments", "id"))
        .to_owned()
}

fn refunds() -> TableCreateStatement {
    Table::create()
        .table("refunds")
        .col(uuid("id").primary_key())
        .col(uuid("payment_id"))
        .col(big_integer("amount_minor"))
        .col(string_len("state", 20))
        .col(string_len_null("gateway_id", 255))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone_null("done_at"))
        .foreign_key(ForeignKey::create().from("refunds", "payment_id").to("payments", "id"))
        .check(Expr::cust("amount_minor > 0"))
        .to_owned()
}

fn webhook_events() -> TableCreateStatement {
    Table::create()
        .table("webhook_events")
        .col(string_len("id", 255).primary_key())
        .col(string_len("kind", 100))
        .col(uuid("payment_id"))
        .col(timestamp_with_time_zone("received_at"))
        .col(string_len_null("outcome", 20))
        .to_owned()
}

fn sandbox_intents() -> TableCreateStatement {
    Table::create()
        .table("sandbox_intents")
        .col(string_len("id", 64).primary_key())
        .col(string_len("idempotency_key", 128).unique_key())
        .col(uuid("payment_id"))
        .col(big_integer("amount_minor"))
        .col(string_len("client_secret", 128))
        .col(string_len("status", 30))
        .col(string_len_null("decline_code", 128))
        .col(string_len_null("refund_id", 64))
        .to_owned()
}

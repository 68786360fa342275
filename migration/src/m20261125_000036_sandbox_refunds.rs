//! The sandbox gives money back in parts, each once a key, and never more than it took.
//!
//! Its table of payments is made anew, with what is in it: a column that went and came back would not stand where it did.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let kept = "CREATE TABLE sandbox_kept AS SELECT * FROM sandbox_intents";
        manager.get_connection().execute_unprepared(kept).await?;
        manager.drop_table(Table::drop().table("sandbox_intents").to_owned()).await?;
        manager.create_table(intents(big_integer("refunded_minor"))).await?;
        manager.create_table(refunds()).await?;
        for statement in [
            "INSERT INTO sandbox_intents SELECT id, idempotency_key, payment_id, amount_minor, client_secret, status,
             decline_code, CASE WHEN refund_id IS NULL THEN 0 ELSE amount_minor END FROM sandbox_kept",
            "INSERT INTO sandbox_refunds (id, idempotency_key, intent_id, amount_minor)
             SELECT refund_id, refund_id, id, amount_minor FROM sandbox_kept WHERE refund_id IS NOT NULL",
            "DROP TABLE sandbox_kept",
        ] {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let kept = "CREATE TABLE sandbox_kept AS SELECT id, idempotency_key, payment_id, amount_minor, client_secret,
            status, decline_code, (SELECT max(id) FROM sandbox_refunds WHERE intent_id = sandbox_intents.id) AS refund_id
            FROM sandbox_intents";
        manager.get_connection().execute_unprepared(kept).await?;
        for table in ["sandbox_refunds", "sandbox_intents"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        manager.create_table(intents(string_len_null("refund_id", 64))).await?;
        for statement in ["INSERT INTO sandbox_intents SELECT * FROM sandbox_kept", "DROP TABLE sandbox_kept"] {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }
}

fn intents(back: ColumnDef) -> TableCreateStatement {
    Table::create()
        .table("sandbox_intents")
        .col(string_len("id", 64).primary_key())
        .col(string_len("idempotency_key", 128).unique_key())
        .col(uuid("payment_id"))
        .col(big_integer("amount_minor"))
        .col(string_len("client_secret", 128))
        .col(string_len("status", 30))
        .col(string_len_null("decline_code", 128))
        .col(back)
        .to_owned()
}

fn refunds() -> TableCreateStatement {
    Table::create()
        .table("sandbox_refunds")
        .col(string_len("id", 64).primary_key())
        .col(string_len("idempotency_key", 128).unique_key())
        .col(string_len("intent_id", 64))
        .col(big_integer("amount_minor"))
        .foreign_key(ForeignKey::create().from("sandbox_refunds", "intent_id").to("sandbox_intents", "id"))
        .check(Expr::cust("amount_minor > 0"))
        .to_owned()
}

//! Money that moves at the gateway without us: what was captured, what others gave back, disputes; events that wait for a
//! gateway that can't be asked; and tickets that the staff keeps out of the gate.
//!
//! Everything is added and may be empty, so that instances of the version before go on.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

fn columns() -> [(&'static str, &'static str, ColumnDef); 6] {
    [
        ("payments", "captured_minor", big_integer_null("captured_minor").take()),
        ("payments", "elsewhere_minor", big_integer_null("elsewhere_minor").take()),
        ("webhook_events", "attempts", integer("attempts").default(0).take()),
        ("webhook_events", "next_at", timestamp_with_time_zone_null("next_at").take()),
        ("tickets", "frozen_at", timestamp_with_time_zone_null("frozen_at").take()),
        ("tickets", "frozen_by", uuid_null("frozen_by").take()),
    ]
}

const INDEXES: [(&str, &str, &str); 4] = [
    // Events name a payment as the gateway does.
    ("payments_by_intent", "payments", "(intent_id) WHERE intent_id IS NOT NULL"),
    // What somebody has to look at.
    ("payments_elsewhere", "payments", "(updated_at) WHERE elsewhere_minor > 0"),
    ("payments_otherwise", "payments", "(updated_at) WHERE captured_minor <> amount_minor"),
    ("disputes_by_payment", "disputes", "(payment_id)"),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, _, column) in columns() {
            manager.alter_table(Table::alter().table(table).add_column(column).to_owned()).await?;
        }
        manager.create_table(disputes()).await?;
        for (name, table, of) in INDEXES {
            manager.get_connection().execute_unprepared(&format!("CREATE INDEX {name} ON {table} {of}")).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, table, _) in INDEXES {
            manager.drop_index(Index::drop().name(name).table(table).to_owned()).await?;
        }
        manager.drop_table(Table::drop().table("disputes").to_owned()).await?;
        for (table, name, _) in columns().into_iter().rev() {
            manager.alter_table(Table::alter().table(table).drop_column(name).to_owned()).await?;
        }
        Ok(())
    }
}

fn disputes() -> TableCreateStatement {
    Table::create()
        .table("disputes")
        .col(string_len("id", 255).primary_key())
        .col(uuid("payment_id"))
        .col(big_integer("amount_minor"))
        .col(string_len("state", 20))
        .col(string_len("reason", 128))
        .col(timestamp_with_time_zone("opened_at"))
        .col(timestamp_with_time_zone("changed_at"))
        .foreign_key(ForeignKey::create().from("disputes", "payment_id").to("payments", "id"))
        .to_owned()
}

//! What is exchanged with the broker and the other sites: outbox, offsets, their holds, parked sales, leases.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const TABLES: [&str; 5] = ["leases", "parked_sales", "kafka_offsets", "foreign_holds", "outbox"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [outbox(), foreign_holds(), kafka_offsets(), parked_sales(), leases()] {
            manager.create_table(table).await?;
        }
        for (name, table, columns) in [
            ("foreign_holds_by_account", "foreign_holds", ["match_number", "category", "sender"].as_slice()),
            ("foreign_holds_by_end", "foreign_holds", &["ends_at"]),
            ("parked_sales_by_match", "parked_sales", &["match_number"]),
        ] {
            let mut index = Index::create().name(name).table(table).to_owned();
            for column in columns {
                index.col(*column);
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in TABLES {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

fn outbox() -> TableCreateStatement {
    Table::create()
        .table("outbox")
        .col(big_pk_auto("id"))
        .col(text("event"))
        .col(timestamp_with_time_zone("created_at"))
        .to_owned()
}

fn foreign_holds() -> TableCreateStatement {
    Table::create()
        .table("foreign_holds")
        .col(big_pk_auto("id"))
        .col(integer("match_number"))
        .col(small_integer("category"))
        .col(string("sender"))
        .col(string_null("reference"))
        .col(integer("quantity"))
        .col(timestamp_with_time_zone("ends_at"))
        .check(Expr::cust("quantity > 0"))
        .foreign_key(
            ForeignKey::create()
                .from("foreign_holds", ("match_number", "category"))
                .to("stock", ("match_number", "category")),
        )
        .to_owned()
}

fn kafka_offsets() -> TableCreateStatement {
    Table::create()
        .table("kafka_offsets")
        .col(string("source"))
        .col(string("topic"))
        .col(integer("partition"))
        .col(big_integer("next_offset"))
        .primary_key(Index::create().col("source").col("topic").col("partition"))
        .to_owned()
}

fn parked_sales() -> TableCreateStatement {
    Table::create()
        .table("parked_sales")
        .col(big_pk_auto("id"))
        .col(integer("match_number"))
        .col(text("sale"))
        .col(timestamp_with_time_zone("received_at"))
        .to_owned()
}

fn leases() -> TableCreateStatement {
    Table::create()
        .table("leases")
        .col(string("name").primary_key())
        .col(uuid("holder"))
        .col(timestamp_with_time_zone("until"))
        .to_owned()
}

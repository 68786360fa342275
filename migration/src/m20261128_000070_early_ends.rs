//! Ends of other sites' holds that were read before the holds began; and who sent what is parked.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("early_ends")
                    .col(big_pk_auto("id"))
                    .col(integer("match_number"))
                    .col(small_integer("category"))
                    .col(string("sender"))
                    .col(string("reference"))
                    .col(integer("quantity"))
                    .col(timestamp_with_time_zone("ends_at"))
                    .check(Expr::cust("quantity > 0"))
                    .to_owned(),
            )
            .await?;
        for (name, column) in [("early_ends_by_match", "match_number"), ("early_ends_by_end", "ends_at")] {
            manager.create_index(Index::create().name(name).table("early_ends").col(column).to_owned()).await?;
        }
        // A program of the version before goes on parking without it.
        let sender = string("sender").default("").to_owned();
        manager.alter_table(Table::alter().table("parked_sales").add_column(sender).to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("parked_sales").drop_column("sender").to_owned()).await?;
        manager.drop_table(Table::drop().table("early_ends").to_owned()).await
    }
}

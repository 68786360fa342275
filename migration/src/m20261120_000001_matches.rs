//! Matches and their stock.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("matches")
                    .col(integer("match_number").primary_key())
                    .col(integer("round_number"))
                    .col(timestamp_with_time_zone("date_utc"))
                    .col(string("location"))
                    .col(string("home_team"))
                    .col(string("away_team"))
                    .col(string_null("group_name"))
                    .col(integer("version"))
                    .to_owned(),
            )
            .await?;
        // The order of every list of matches.
        manager
            .create_index(
                Index::create()
                    .name("matches_by_kick_off")
                    .table("matches")
                    .col("date_utc")
                    .col("match_number")
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("stock")
                    .col(integer("match_number"))
                    .col(small_integer("category"))
                    .col(big_integer("price_minor"))
                    .col(integer("given"))
                    .col(integer("available"))
                    .col(integer("held"))
                    .col(integer("foreign_pending"))
                    .col(integer("sold"))
                    .col(integer("foreign_sold"))
                    .col(integer("deficit"))
                    .primary_key(Index::create().col("match_number").col("category"))
                    .foreign_key(ForeignKey::create().from("stock", "match_number").to("matches", "match_number"))
                    // The last line behind the code: a step that oversells can't commit.
                    .check(Expr::cust(
                        "held >= 0 AND held <= available AND foreign_pending >= 0 AND sold >= 0 AND foreign_sold >= 0",
                    ))
                    .check(Expr::cust("available >= 0 AND deficit >= 0 AND (available = 0 OR deficit = 0)"))
                    .check(Expr::cust("given - sold - foreign_sold = available - deficit"))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("stock").to_owned()).await?;
        manager.drop_table(Table::drop().table("matches").to_owned()).await
    }
}

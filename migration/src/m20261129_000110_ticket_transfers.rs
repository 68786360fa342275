//! Tickets that their holders give to others, and the mails that offer them.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let given = integer("given_version").default(0).take();
        manager.alter_table(Table::alter().table("tickets").add_column(given).to_owned()).await?;
        manager.alter_table(Table::alter().table("mails").add_column(uuid_null("transfer_id")).to_owned()).await?;
        manager
            .create_table(
                Table::create()
                    .table("ticket_transfers")
                    .col(uuid("id").primary_key())
                    .col(uuid("ticket_id"))
                    .col(uuid("giver_id"))
                    .col(string_len("recipient", 254))
                    .col(integer("ticket_version"))
                    .col(string_len("state", 20))
                    .col(uuid_null("taker_id"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone("expires_at"))
                    .col(timestamp_with_time_zone_null("ended_at"))
                    .foreign_key(ForeignKey::create().from("ticket_transfers", "ticket_id").to("tickets", "id"))
                    .foreign_key(ForeignKey::create().from("ticket_transfers", "giver_id").to("users", "id"))
                    .foreign_key(ForeignKey::create().from("ticket_transfers", "taker_id").to("users", "id"))
                    .check(Expr::cust("(state = 'ACCEPTED') = (taker_id IS NOT NULL)"))
                    .check(Expr::cust("(state = 'PENDING') = (ended_at IS NULL)"))
                    .to_owned(),
            )
            .await?;
        for statement in [
            // A ticket is offered to one reader at a time.
            "CREATE UNIQUE INDEX ticket_transfers_pending ON ticket_transfers (ticket_id) WHERE state = 'PENDING'",
            // What became of a ticket.
            "CREATE INDEX ticket_transfers_by_ticket ON ticket_transfers (ticket_id, id)",
            // How much one fan has offered lately.
            "CREATE INDEX ticket_transfers_by_giver ON ticket_transfers (giver_id, created_at)",
        ] {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // The version before cannot write them.
        manager.get_connection().execute_unprepared("DELETE FROM mails WHERE transfer_id IS NOT NULL").await?;
        manager.drop_table(Table::drop().table("ticket_transfers").to_owned()).await?;
        manager.alter_table(Table::alter().table("mails").drop_column("transfer_id").to_owned()).await?;
        manager.alter_table(Table::alter().table("tickets").drop_column("given_version").to_owned()).await
    }
}

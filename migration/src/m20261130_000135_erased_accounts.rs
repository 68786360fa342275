//! Accounts that were erased: when, whose tokens of an identity provider open no account anew, which networks are known as whose, when a
//! browser's visitor signed in at the provider, and in which language a mail goes to an email that has no account any more.
//!
//! The columns may be empty and the table is new, so that instances of the version before go on.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in columns() {
            manager.alter_table(Table::alter().table(table).add_column(column).to_owned()).await?;
        }
        let of_user = Index::create().name("known_networks_by_user").table("known_networks").col("user_id").to_owned();
        manager.create_index(of_user).await?;
        manager
            .create_table(
                Table::create()
                    .table("erased_identities")
                    .col(string_len("fingerprint", 64).primary_key())
                    .col(timestamp_with_time_zone("erased_at"))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("erased_identities").to_owned()).await?;
        manager.drop_index(Index::drop().name("known_networks_by_user").table("known_networks").to_owned()).await?;
        for (table, column) in columns() {
            let column = column.get_column_name();
            manager.alter_table(Table::alter().table(table).drop_column(column).to_owned()).await?;
        }
        Ok(())
    }
}

fn columns() -> [(&'static str, ColumnDef); 4] {
    [
        ("users", timestamp_with_time_zone_null("erased_at").take()),
        ("known_networks", uuid_null("user_id").take()),
        ("provider_sessions", timestamp_with_time_zone_null("signed_in_at").take()),
        ("mails", string_len_null("locale", 16).take()),
    ]
}

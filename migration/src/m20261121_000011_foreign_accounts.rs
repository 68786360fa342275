//! Another site's holds of a category, however many, are found by their age and by their names.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const ACCOUNT: [&str; 3] = ["match_number", "category", "sender"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_index(index("foreign_holds_by_age", &["id"])).await?;
        manager.create_index(index("foreign_holds_by_name", &["reference", "id"])).await?;
        manager.drop_index(Index::drop().name("foreign_holds_by_account").table("foreign_holds").to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_index(index("foreign_holds_by_account", &[])).await?;
        manager.drop_index(Index::drop().name("foreign_holds_by_name").table("foreign_holds").to_owned()).await?;
        manager.drop_index(Index::drop().name("foreign_holds_by_age").table("foreign_holds").to_owned()).await
    }
}

/// An index of accounts, and of something within each.
fn index(name: &str, within: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create().name(name).table("foreign_holds").to_owned();
    for column in ACCOUNT.iter().chain(within) {
        index.col(*column);
    }
    index
}

//! Which gateway a payment is of: another one would know nothing of it, and say so.
//!
//! What the sandbox knows is in this database; what has a gateway's name and is not there is Stripe's. The rest has been told
//! to no gateway as far as we know. The column may be empty, so that instances of the version before go on.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const KNOWN: [&str; 2] = [
    "UPDATE payments SET gateway = 'SANDBOX' WHERE EXISTS \
     (SELECT 1 FROM sandbox_intents WHERE sandbox_intents.payment_id = payments.id)",
    "UPDATE payments SET gateway = 'STRIPE' WHERE gateway IS NULL AND intent_id IS NOT NULL",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let gateway = string_len_null("gateway", 32).take();
        manager.alter_table(Table::alter().table("payments").add_column(gateway).to_owned()).await?;
        for known in KNOWN {
            manager.get_connection().execute_unprepared(known).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("payments").drop_column("gateway").to_owned()).await
    }
}

//! Analytics: the pseudonyms of fans, those that were erased, who objects, and the bookings that wait for the broker.
//!
//! The column has a default and the tables are new, so that instances of the version before go on. A fan who signs up there meanwhile gets a
//! pseudonym a while later.

use sea_orm_migration::{prelude::*, schema::*, sea_orm::DbBackend};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const TABLES: [&str; 3] = ["booking_events", "analytics_erasures", "analytics_subjects"];

/// Since the account was opened: a pseudonym is of what is placed from then on.
const FILL: &str = "INSERT INTO analytics_subjects (user_id, subject, created_at)
    SELECT id, gen_random_uuid(), created_at FROM users";

const FILL_SQLITE: &str = "INSERT INTO analytics_subjects (user_id, subject, created_at)
    SELECT id, randomblob(16), created_at FROM users";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let personalised = boolean("personalised").default(true).take();
        manager.alter_table(Table::alter().table("users").add_column(personalised).to_owned()).await?;
        for table in [subjects(), erasures(), booking_events()] {
            manager.create_table(table).await?;
        }
        let fill = if manager.get_database_backend() == DbBackend::Sqlite { FILL_SQLITE } else { FILL };
        manager.get_connection().execute_unprepared(fill).await?;

        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in TABLES {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        manager.alter_table(Table::alter().table("users").drop_column("personalised").to_owned()).await
    }
}

fn subjects() -> TableCreateStatement {
    Table::create()
        .table("analytics_subjects")
        .col(uuid("user_id").primary_key())
        .col(uuid_uniq("subject"))
        .col(timestamp_with_time_zone("created_at"))
        .foreign_key(ForeignKey::create().from("analytics_subjects", "user_id").to("users", "id"))
        .to_owned()
}

fn erasures() -> TableCreateStatement {
    Table::create()
        .table("analytics_erasures")
        .col(uuid("subject").primary_key())
        .col(timestamp_with_time_zone("erased_at"))
        .to_owned()
}

fn booking_events() -> TableCreateStatement {
    Table::create()
        .table("booking_events")
        .col(big_pk_auto("id"))
        .col(text("event"))
        .col(timestamp_with_time_zone("created_at"))
        .to_owned()
}

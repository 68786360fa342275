//! Events that were seen are known by a hash of 128 bits in place of two texts: a row and its place in the index take a
//! third of the room.

use sea_orm_migration::{
    prelude::*,
    schema::*,
    sea_orm::{
        ConnectionTrait, FromQueryResult,
        prelude::{DateTimeUtc, Uuid},
    },
};
use sha2::{Digest, Sha256};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Rows carried over by one statement.
const PAGE: u64 = 1_000;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// Carries over what was seen: an event may come again right after the step.
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("event_fingerprints")
                    .col(uuid("fingerprint").primary_key())
                    .col(timestamp_with_time_zone("seen_at"))
                    .to_owned(),
            )
            .await?;
        carry_over(manager).await?;
        manager.drop_table(Table::drop().table("seen_events").to_owned()).await?;
        index_by_time(manager, "event_fingerprints").await
    }

    /// A hash does not tell its name: what was seen is forgotten.
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("event_fingerprints").to_owned()).await?;
        manager
            .create_table(
                Table::create()
                    .table("seen_events")
                    .col(string("sender"))
                    .col(string("event_id"))
                    .col(timestamp_with_time_zone("seen_at"))
                    .primary_key(Index::create().col("sender").col("event_id"))
                    .to_owned(),
            )
            .await?;
        index_by_time(manager, "seen_events").await
    }
}

async fn index_by_time(manager: &SchemaManager<'_>, table: &str) -> Result<(), DbErr> {
    let index = Index::create().name(format!("{table}_by_time")).table(table.to_owned()).col("seen_at").to_owned();
    manager.create_index(index).await
}

#[derive(FromQueryResult)]
struct Seen {
    sender: String,
    event_id: String,
    seen_at: DateTimeUtc,
}

impl Seen {
    fn fingerprint(&self) -> Uuid {
        let hash = Sha256::new()
            .chain_update((self.sender.len() as u64).to_be_bytes())
            .chain_update(&self.sender)
            .chain_update(&self.event_id)
            .finalize();
        Uuid::from_slice(&hash[..16]).expect("16 bytes were cut off")
    }
}

async fn carry_over(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let db = manager.get_connection();
    let name = || Expr::tuple([Expr::col("sender"), Expr::col("event_id")]);
    // No event is named by two empty texts.
    let mut last = (String::new(), String::new());
    loop {
        let page = Query::select()
            .columns(["sender", "event_id", "seen_at"])
            .from("seen_events")
            .and_where(name().gt(Expr::tuple([last.0.into(), last.1.into()])))
            .order_by("sender", Order::Asc)
            .order_by("event_id", Order::Asc)
            .limit(PAGE)
            .to_owned();
        let seen: Vec<Seen> = Seen::find_by_statement(db.get_database_backend().build(&page)).all(db).await?;
        let Some(newest) = seen.last() else {
            return Ok(());
        };
        last = (newest.sender.clone(), newest.event_id.clone());
        let mut rows = Query::insert().into_table("event_fingerprints").columns(["fingerprint", "seen_at"]).to_owned();
        for seen in &seen {
            rows.values_panic([seen.fingerprint().into(), seen.seen_at.into()]);
        }
        db.execute(&rows).await?;
    }
}

//! Erasure: a fan who is forgotten is in no file, whichever order the partitions are read in.

use std::{collections::BTreeSet, fs::File, path::PathBuf};

use ::analytics::lake::Table;
use arrow_array::FixedSizeBinaryArray;
use book::store::WriteTxn;
use domain::{App, analytics};
use entities::analytics_subject;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use sea_orm::EntityTrait;
use testkit::wait::{PATIENCE, eventually};
use tests::{Site, World};
use uuid::Uuid;

use super::{Writer, agrees, bookings_published, command, fans, lake, live, rows, with_lake};

async fn subjects(app: &App) -> Vec<(Uuid, Uuid)> {
    let rows = analytics_subject::Entity::find().all(&app.db).await.expect("pseudonyms can be read");
    rows.into_iter().map(|row| (row.user_id, row.subject)).collect()
}

async fn forget(app: &App, user_id: Uuid) -> Uuid {
    let txn = WriteTxn::begin(&app.store).await.expect("a transaction begins");
    let forgotten = analytics::forget(&txn, user_id, app.clock.now()).await.expect("a fan can be forgotten");
    txn.commit().await.expect("it can be committed");
    forgotten.expect("they had a pseudonym")
}

/// The pseudonyms in the files themselves, whatever is marked.
pub(super) fn in_files(world: &World) -> BTreeSet<Uuid> {
    let mut found = BTreeSet::new();
    let folder = PathBuf::from(world.setting("MATCHDAY_LAKE_URL")).join("bookings");
    for date in std::fs::read_dir(folder).into_iter().flatten() {
        for file in std::fs::read_dir(date.expect("the folder can be read").path()).into_iter().flatten() {
            // One that was merged away meanwhile is in another.
            let Ok(file) = File::open(file.expect("the folder can be read").path()) else { continue };
            let reader = ParquetRecordBatchReaderBuilder::try_new(file).expect("it is Parquet").build();
            for batch in reader.expect("it can be read") {
                let batch = batch.expect("it can be read");
                let subjects = batch.column_by_name("subject").expect("there is the column");
                let subjects = subjects.as_any().downcast_ref::<FixedSizeBinaryArray>().expect("it has 16 bytes");
                found.extend(subjects.iter().flatten().map(|bytes| Uuid::from_slice(bytes).expect("it has 16 bytes")));
            }
        }
    }
    found
}

/// Fans book, some leave, and the files forget them.
async fn whoever_leaves_is_in_no_file(world: &World, site: &Site) {
    site.on_sale(1, 1_000).await;
    let fans = fans(site).await;
    live(&fans, 40).await;
    let (lake, known) = (lake(world).await, subjects(&site.app).await);
    bookings_published(&site.app).await;
    agrees(&lake, &site.app).await;
    let before = rows(&lake, Table::Bookings).await;
    let written = in_files(world);
    let (user_id, leaving) = *known.iter().find(|(_, subject)| written.contains(subject)).expect("one has booked");

    assert_eq!(forget(&site.app, user_id).await, leaving);
    live(&fans, 10).await;
    bookings_published(&site.app).await;
    agrees(&lake, &site.app).await;
    let is_marked = || async { lake.status().await.is_ok_and(|status| status.erasures > 0) };
    eventually(3 * PATIENCE, "the erasure has reached the lake", is_marked).await;

    eventually(3 * PATIENCE, "no file has them", || async {
        let (succeeded, said) = command(world, &["lake", "compact"]).await;
        assert!(succeeded, "{said}");
        !in_files(world).contains(&leaving)
    })
    .await;
    assert!(rows(&lake, Table::Bookings).await >= before, "what they booked is counted as before");
    agrees(&lake, &site.app).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_leaves_an_embedded_site_is_in_no_file() {
    let world = with_lake(World::embedded());
    let site = world.start().await;
    whoever_leaves_is_in_no_file(&world, &site).await;
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_leaves_a_site_on_services_is_in_no_file() {
    let world = with_lake(World::services().await);
    let site = world.start().await;
    let writer = Writer::start(&world).await;
    whoever_leaves_is_in_no_file(&world, &site).await;
    writer.stop().await;
    site.finish().await;
}

//! Several at once on one partition, and on one lake.

use std::{collections::BTreeMap, sync::Arc};

use analytics::{
    lake::{Appended, Lake, Part, Rows, Table},
    rows::Booking,
};
use futures_util::future::join_all;
use object_store::ObjectStore;
use testkit::folder::Folder;
use uuid::Uuid;

use crate::{
    failing::{Conditions, Failing},
    moto::Moto,
    raw,
    world::{CLUSTER, booking, day, memory, noon, open, part, view},
};

fn log() -> Vec<Booking> {
    (0..120)
        .map(|number| booking(number % 40, 1 + i32::try_from(number / 40).expect("it is small"), Some(number % 5)))
        .collect()
}

/// Reads a partition to its end as its only owner would.
async fn own(lake: &Lake, log: &[Booking], cut: usize) -> usize {
    let mut refused = 0;
    loop {
        let next = lake.next_offset(Table::Bookings, CLUSTER, 0).await.expect("the lake answers").unwrap_or_default();
        let first = usize::try_from(next).expect("it is an offset");
        if first >= log.len() {
            return refused;
        }
        let rows = log[first..log.len().min(first + cut)].to_vec();
        match lake.append(&part(0, next, day(0), rows)).await.expect("the lake takes it") {
            Appended::Written => {}
            Appended::Taken => refused += 1,
        }
    }
}

async fn race(store: Arc<dyn ObjectStore>) -> usize {
    let (lake, log) = (open(&store).await, log());

    let owners = join_all([2, 3, 5, 7].map(|cut| own(&lake, &log, cut))).await;

    let expected: BTreeMap<Uuid, _> = log.iter().map(|state| (state.reservation_id, state.clone())).collect();
    assert_eq!(view(&lake).await, expected);
    let rows = raw::bookings(&store).await.len();
    assert_eq!(rows, log.len(), "no record was written twice");
    owners.iter().sum()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn owners_of_one_partition_at_once_write_each_record_once() {
    let folder = Folder::new(&format!("lake-{}", Uuid::new_v4()));
    let local = object_store::local::LocalFileSystem::new_with_prefix(folder.path()).expect("the folder is there");

    let refused = race(memory()).await + race(Arc::new(local)).await;

    assert!(refused > 0, "they met");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn owners_of_one_partition_of_a_bucket_write_each_record_once() {
    let moto = Moto::start().await;

    let refused = race(moto.bucket().await).await;

    assert!(refused > 0, "they met");
}

#[tokio::test]
async fn a_second_owner_that_cuts_elsewhere_is_refused_and_goes_on_behind() {
    let store = memory();
    let lake = open(&store).await;
    let rows = log();

    let first = lake.append(&part(0, 0, day(0), rows[0..4].to_vec())).await.expect("the lake takes it");
    let second = lake.append(&part(0, 0, day(0), rows[0..9].to_vec())).await.expect("the lake answers");
    let again = lake.append(&part(0, 0, day(0), rows[0..4].to_vec())).await.expect("the lake answers");

    assert_eq!((first, second, again), (Appended::Written, Appended::Taken, Appended::Taken));
    assert_eq!(lake.next_offset(Table::Bookings, CLUSTER, 0).await.expect("the lake answers"), Some(4));
}

#[tokio::test]
async fn offsets_are_of_a_cluster_and_a_partition_and_a_table() {
    let store = memory();
    let lake = open(&store).await;
    let next = |table, cluster, partition| lake.next_offset(table, cluster, partition);

    lake.append(&part(3, 7, day(0), log()[0..2].to_vec())).await.expect("the lake takes it");
    let empty =
        Part { first_offset: 9, last_offset: 20, rows: Rows::Bookings(Vec::new()), ..part(3, 9, day(0), Vec::new()) };
    lake.append(&empty).await.expect("the lake takes it");

    assert_eq!(next(Table::Bookings, CLUSTER, 3).await.expect("the lake answers"), Some(21));
    assert_eq!(next(Table::Bookings, CLUSTER, 30).await.expect("the lake answers"), None);
    assert_eq!(next(Table::Bookings, "another", 3).await.expect("the lake answers"), None);
    assert_eq!(next(Table::Sales, CLUSTER, 3).await.expect("the lake answers"), None);
    assert!(next(Table::Sales, "no/name", 3).await.is_err());
    let backwards = Part { last_offset: 8, ..empty };
    assert!(lake.append(&backwards).await.is_err());
}

#[tokio::test]
async fn what_is_merged_says_how_far_it_goes() {
    let store = memory();
    let (lake, rows) = (open(&store).await, log());
    for (first, last, date) in [(0_u32, 4, 0), (4, 9, 0), (9, 10, 0), (10, 12, 1)] {
        let rows = rows[first as usize..last].to_vec();
        lake.append(&part(0, first.into(), day(date), rows)).await.expect("the lake takes it");
    }

    let done = lake.compact(noon(day(1))).await.expect("the lake is compacted");

    assert_eq!((done.files_replaced, done.files_written), (3, 1), "the second day is not over");
    let paths: Vec<_> = raw::files(&store, "bookings").await.into_iter().map(|(path, _)| path).collect();
    assert_eq!(
        paths,
        [
            format!("bookings/date=2026-11-20/{CLUSTER}-p00-000000000000-000000000009-g0001.parquet"),
            format!("bookings/date=2026-11-21/{CLUSTER}-p00-000000000010.parquet"),
        ]
    );
    assert_eq!(lake.next_offset(Table::Bookings, CLUSTER, 0).await.expect("the lake answers"), Some(12));
    let again = lake.compact(noon(day(5))).await.expect("the lake is compacted");
    assert_eq!(again.files_written, 0, "a day of one file is left alone");
}

#[tokio::test]
async fn today_is_merged_where_it_has_many_files() {
    let store = memory();
    let (lake, rows) = (open(&store).await, log());
    for first in 0..32_u32 {
        lake.append(&part(0, first.into(), day(0), vec![rows[first as usize].clone()]))
            .await
            .expect("the lake takes it");
    }

    let few = lake.compact(noon(day(0))).await.expect("the lake is compacted");
    lake.append(&part(0, 32, day(0), rows[32..34].to_vec())).await.expect("the lake takes it");
    let many = lake.compact(noon(day(0))).await.expect("the lake is compacted");

    assert_eq!((few.files_written, many.files_replaced, many.files_written), (0, 33, 1));
    assert_eq!(lake.next_offset(Table::Bookings, CLUSTER, 0).await.expect("the lake answers"), Some(34));
}

#[tokio::test]
async fn a_list_that_was_torn_by_a_compaction_misses_nothing() {
    let store = memory();
    let (lake, rows) = (open(&store).await, log());
    for first in 0..4_u32 {
        lake.append(&part(0, first.into(), day(0), vec![rows[first as usize].clone()]))
            .await
            .expect("the lake takes it");
    }
    let failing = Failing::breaking(&store, Conditions::Kept);
    let torn = Lake::over(Arc::new(failing.clone())).await.expect("the store is fit");
    // Merged files come before it, and parts behind it.
    let after = format!("bookings/date=2026-11-20/{CLUSTER}-p00-000000000000-~");

    let compact = async move { lake.compact(noon(day(2))).await.map(drop).expect("the lake is compacted") };
    failing.tear(after, Box::pin(compact));
    let next = torn.next_offset(Table::Bookings, CLUSTER, 0).await.expect("the lake answers");

    assert_eq!(raw::files(&store, "bookings").await.len(), 1, "it was compacted between the pages");
    assert_eq!(next, Some(4));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_and_compactions_at_once_see_everything_once() {
    let store = memory();
    let (lake, rows) = (open(&store).await, log());
    let mut expected = BTreeMap::new();
    for (number, rows) in rows.chunks(3).enumerate() {
        let first = i64::try_from(number * 3).expect("it is small");
        lake.append(&part(0, first, day(0), rows.to_vec())).await.expect("the lake takes it");
        expected.extend(rows.iter().map(|state| (state.reservation_id, state.clone())));
    }

    let compact = || async {
        lake.compact(noon(day(2))).await.expect("two at once do no harm");
    };
    let read = || async {
        for _ in 0..20 {
            assert_eq!(view(&lake).await, expected);
        }
    };
    tokio::join!(read(), compact(), compact(), read(), compact());

    assert_eq!(view(&lake).await, expected);
}

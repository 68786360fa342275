//! Brokers that forget and brokers that are replaced: what they no longer tell is completed, and each booking is there once.

use std::{collections::BTreeSet, sync::Arc};

use analytics::{
    lake::{Appended, Lake, Part, Table},
    rows::Booking,
};
use object_store::ObjectStore;

use crate::{
    raw,
    world::{CLUSTER, booking, day, memory, noon, open, part, view},
};

/// The cluster that takes the place of the first one.
const ANOTHER: &str = "TUFub3RoZXJDbHVzdGVySQ";

/// Twelve bookings in their first states.
fn log() -> Vec<Booking> {
    (0..12).map(|reservation| booking(reservation, 1, Some(reservation % 3))).collect()
}

async fn next(lake: &Lake, cluster: &str) -> Option<i64> {
    lake.next_offset(Table::Bookings, cluster, 0).await.expect("the lake answers")
}

async fn append(lake: &Lake, part: &Part) -> Appended {
    lake.append(part).await.expect("the lake takes it")
}

/// The view has these states, and the files have each of them, before and after a compaction.
async fn has(store: &Arc<dyn ObjectStore>, lake: &Lake, states: &[Booking]) {
    for is_compacted in [false, true] {
        if is_compacted {
            lake.compact(noon(day(9))).await.expect("the lake is compacted");
        }
        let (read, rows) = (view(lake).await, raw::bookings(store).await);
        assert_eq!(read.into_values().collect::<Vec<_>>(), states, "compacted: {is_compacted}");
        let of_files: BTreeSet<_> = rows.iter().map(|(id, version, _)| (*id, *version)).collect();
        assert!(states.iter().all(|state| of_files.contains(&(state.reservation_id, state.version))));
    }
}

#[tokio::test]
async fn what_the_broker_dropped_before_it_was_read_comes_from_the_database_once() {
    let store = memory();
    let (lake, log) = (open(&store).await, log());
    append(&lake, &part(0, 0, day(0), log[0..4].to_vec())).await;
    // The broker has dropped what had the offsets 4 to 7.
    append(&lake, &part(0, 8, day(0), log[8..12].to_vec())).await;
    assert_eq!(view(&lake).await.len(), 8);

    let completed = lake.complete(&log).await.expect("the lake takes it");
    let again = lake.complete(&log).await.expect("the lake answers");

    assert_eq!((completed, again), (4, 0));
    assert_eq!(raw::bookings(&store).await.len(), 12, "each is in the files once");
    has(&store, &lake, &log).await;
    assert_eq!(
        next(&lake, CLUSTER).await,
        Some(12),
        "what is completed has no offset, and what follows the gap is read on"
    );
}

#[tokio::test]
async fn a_writer_that_had_read_them_in_time_may_still_write_what_was_completed_meanwhile() {
    let store = memory();
    let (lake, log) = (open(&store).await, log());
    append(&lake, &part(0, 0, day(0), log[0..4].to_vec())).await;
    append(&lake, &part(0, 8, day(0), log[8..12].to_vec())).await;
    lake.complete(&log).await.expect("the lake takes it");

    let late = append(&lake, &part(0, 4, day(0), log[4..8].to_vec())).await;

    assert_eq!(late, Appended::Written);
    has(&store, &lake, &log).await;
    assert_eq!(next(&lake, CLUSTER).await, Some(12));
}

#[tokio::test]
async fn a_cluster_that_takes_the_place_of_another_is_read_from_its_beginning_and_each_booking_is_there_once() {
    let store = memory();
    let (lake, log) = (open(&store).await, log());
    append(&lake, &part(0, 0, day(0), log[0..6].to_vec())).await;
    assert_eq!((next(&lake, CLUSTER).await, next(&lake, ANOTHER).await), (Some(6), None));

    // It tells again of some that the one before told of, at offsets of its own, and of later states.
    let later = booking(0, 2, Some(0));
    let rows = [&log[3..9], std::slice::from_ref(&later)].concat();
    let of_another = Part { cluster: ANOTHER.to_owned(), ..part(0, 0, day(1), rows) };
    let first = append(&lake, &of_another).await;
    let again = append(&lake, &of_another).await;
    let states: Vec<_> = std::iter::once(later).chain(log[1..].iter().cloned()).collect();
    let completed = lake.complete(&states).await.expect("the lake takes it");

    assert_eq!((first, again), (Appended::Written, Appended::Taken), "no offset of another cluster is in its way");
    assert_eq!(completed, 3, "what neither of them told");
    has(&store, &lake, &states).await;
    assert_eq!((next(&lake, CLUSTER).await, next(&lake, ANOTHER).await), (Some(6), Some(7)));
}

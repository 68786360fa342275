//! Who was erased is in no file, and does not come back.

use std::sync::Arc;

use analytics::lake::{Columns, Lake, Table};
use chrono::{Days, Utc};

use crate::{
    failing::{Death, Failing},
    raw,
    world::{CLUSTER, booking, day, memory, noon, open, part, subject, view},
};

#[tokio::test]
async fn an_erased_fan_is_in_no_file_and_only_the_fan_is_gone() {
    let store = memory();
    let lake = open(&store).await;
    lake.append(&part(0, 0, day(0), vec![booking(1, 1, Some(1)), booking(2, 1, Some(2))])).await.expect("taken");
    lake.append(&part(0, 2, day(1), vec![booking(1, 2, Some(1)), booking(3, 1, None)])).await.expect("taken");
    lake.append(&part(1, 0, Utc::now().date_naive(), vec![booking(4, 1, Some(1))])).await.expect("taken");
    let before = view(&lake).await;
    assert!(raw::knows(&store, subject(1)).await);

    lake.mark_erased(subject(1)).await.expect("the lake takes it");
    let at_once = view(&lake).await;
    let done = lake.compact(Utc::now()).await.expect("the lake is compacted");
    let after = view(&lake).await;

    assert_eq!((done.rows_erased, done.markers_removed), (3, 0));
    assert!(!raw::knows(&store, subject(1)).await);
    assert!(raw::knows(&store, subject(2)).await, "only who was erased is gone");
    assert_eq!(at_once, after, "readers leave it out as soon as it is marked");
    let mut expected = before;
    for state in expected.values_mut().filter(|state| state.subject == Some(subject(1))) {
        (state.subject, state.country) = (None, None);
    }
    assert_eq!(after, expected);
    assert_eq!(lake.next_offset(Table::Bookings, CLUSTER, 1).await.expect("the lake answers"), Some(1));
    assert_eq!(lake.status().await.expect("the lake answers").erasures, 1);
}

#[tokio::test]
async fn a_marker_stays_until_nothing_of_its_fan_can_be_written_any_more() {
    let store = memory();
    let lake = open(&store).await;
    let erase = async |days| lake.compact(Utc::now() + Days::new(days)).await.expect("the lake is compacted");
    lake.append(&part(0, 0, day(0), vec![booking(1, 1, Some(1))])).await.expect("taken");
    lake.mark_erased(subject(1)).await.expect("the lake takes it");
    erase(0).await;
    let nothing_found = erase(29).await;

    // A writer that was behind, and a compaction that had read a file before it was rewritten.
    lake.append(&part(1, 0, day(0), vec![booking(2, 1, Some(1))])).await.expect("taken");
    lake.append(&part(0, 0, day(0), vec![booking(1, 1, Some(1))])).await.expect("the first one was replaced");
    assert!(raw::knows(&store, subject(1)).await);
    assert!(view(&lake).await.values().all(|state| state.subject.is_none()));
    let late = erase(29).await;

    assert_eq!((nothing_found.rows_erased, nothing_found.markers_removed), (0, 0));
    assert_eq!((late.rows_erased, late.markers_removed), (2, 0));
    assert!(!raw::knows(&store, subject(1)).await);
    assert_eq!(erase(31).await.markers_removed, 1);
    assert_eq!(lake.status().await.expect("the lake answers").erasures, 0);
}

#[tokio::test]
async fn a_marker_outlives_a_compaction_that_still_found_its_fan() {
    let store = memory();
    let lake = open(&store).await;
    lake.append(&part(0, 0, day(0), vec![booking(1, 1, Some(1))])).await.expect("taken");
    lake.mark_erased(subject(1)).await.expect("the lake takes it");

    let first = lake.compact(Utc::now() + Days::new(40)).await.expect("the lake is compacted");
    let second = lake.compact(Utc::now() + Days::new(40)).await.expect("the lake is compacted");

    assert_eq!((first.rows_erased, first.markers_removed), (1, 0));
    assert_eq!((second.rows_erased, second.markers_removed), (0, 1));
}

#[tokio::test]
async fn a_double_that_names_nobody_wins_over_one_that_does() {
    let store = memory();
    let lake = open(&store).await;
    let named = booking(1, 1, Some(1));
    let mut nameless = named.clone();
    (nameless.subject, nameless.country) = (None, None);
    lake.append(&part(0, 0, day(0), vec![named.clone()])).await.expect("taken");
    lake.append(&part(0, 1, day(0), vec![nameless])).await.expect("taken");
    lake.append(&part(0, 2, day(0), vec![named])).await.expect("taken");

    lake.compact(noon(day(3))).await.expect("the lake is compacted");

    assert_eq!(raw::bookings(&store).await.len(), 1);
    assert!(!raw::knows(&store, subject(1)).await);
}

#[tokio::test]
async fn an_erasure_that_is_interrupted_is_finished_by_the_next_compaction() {
    for at in 0.. {
        let store = memory();
        let lake = open(&store).await;
        for (first, date) in [(0, 0), (1, 1), (2, 2)] {
            let row = booking(u32::try_from(first).expect("it is small"), 1, Some(1));
            lake.append(&part(0, first, day(date), vec![row])).await.expect("taken");
        }
        lake.mark_erased(subject(1)).await.expect("the lake takes it");
        let failing = Failing::dying(&store, at, Death::After);

        let opened = Lake::over(Arc::new(failing.clone())).await;
        if let Ok(dying) = opened {
            let _ = dying.compact(Utc::now()).await;
        }
        lake.compact(Utc::now()).await.expect("the lake is compacted");

        assert!(!raw::knows(&store, subject(1)).await, "died at write {at}");
        assert_eq!(lake.read_bookings(Columns::All, drop).await.expect("the lake is read"), 3);
        if !failing.is_dead() {
            break;
        }
    }
}

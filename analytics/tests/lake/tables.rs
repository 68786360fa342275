//! What is written is read: every table, some columns, what the database adds.

use std::{collections::BTreeMap, sync::Arc};

use analytics::{
    lake::{Columns, Next, Part, Rows, Table},
    rows::{Booking, MatchOnSale, Sale},
};
use arrow_array::{ArrayRef, Int32Array, Int64Array, RecordBatch};
use chrono::{DateTime, Utc};
use object_store::{ObjectStoreExt, PutPayload, path::Path};
use parquet::arrow::ArrowWriter;

use crate::{
    raw,
    world::{CLUSTER, booking, day, match_on_sale, memory, noon, open, part, sale, view},
};

fn of(rows: Rows, first_offset: i64) -> Part {
    let last_offset = first_offset + i64::try_from(rows.len()).expect("tests have few rows") - 1;
    Part { cluster: CLUSTER.to_owned(), partition: 0, first_offset, last_offset, date: day(1), rows }
}

#[tokio::test]
async fn rows_of_every_table_come_back_as_they_were() {
    let store = memory();
    let lake = open(&store).await;
    let bookings: Vec<_> = (0..40).map(|number| booking(number, 1, (number % 3 > 0).then_some(number))).collect();
    let matches: Vec<_> = (0..6).flat_map(|number| [match_on_sale(number, 1), match_on_sale(number, 2)]).collect();
    let sales: Vec<_> = (0..9).map(|offset| sale(0, offset)).collect();

    for part in [
        of(Rows::Bookings(bookings.clone()), 0),
        of(Rows::Matches(matches.clone()), 0),
        of(Rows::Sales(sales.clone()), 0),
        of(Rows::Sales(sales[3..].to_vec()), 50),
    ] {
        lake.append(&part).await.expect("the lake takes it");
    }

    for compacted in [false, true] {
        let (mut of_matches, mut of_sales) = (Vec::new(), Vec::new());
        let counts = (
            lake.read_matches(|row: MatchOnSale| of_matches.push(row)).await.expect("the lake is read"),
            lake.read_sales(|row: Sale| of_sales.push(row)).await.expect("the lake is read"),
        );
        of_matches.sort_by_key(|row| (row.match_number, row.version));
        of_sales.sort_by_key(|row| row.record_offset);
        assert_eq!(view(&lake).await.into_values().collect::<Vec<_>>(), bookings, "{compacted}");
        assert_eq!((of_matches, of_sales), (matches.clone(), sales.clone()), "{compacted}");
        assert_eq!(counts, (matches.len(), sales.len()));
        lake.compact(noon(day(3))).await.expect("the lake is compacted");
    }
}

#[tokio::test]
async fn the_newest_version_of_a_booking_is_the_one_that_is_read() {
    let store = memory();
    let lake = open(&store).await;
    lake.append(&part(0, 0, day(0), vec![booking(1, 3, Some(1)), booking(2, 1, None)])).await.expect("taken");
    lake.append(&part(0, 2, day(1), vec![booking(1, 2, Some(1)), booking(1, 1, Some(1))])).await.expect("taken");
    lake.append(&part(1, 0, day(0), vec![booking(2, 2, None), booking(2, 2, None)])).await.expect("taken");

    let read: Vec<_> = view(&lake).await.into_values().collect();

    assert_eq!(read, [booking(1, 3, Some(1)), booking(2, 2, None)]);
}

#[tokio::test]
async fn only_the_columns_that_are_asked_for_are_read() {
    let store = memory();
    let lake = open(&store).await;
    let row = booking(1, 2, Some(1));
    lake.append(&part(0, 0, day(0), vec![row.clone()])).await.expect("the lake takes it");

    let mut read = Vec::new();
    let columns = Columns::Only(&["match_number", "placed_at"]);
    lake.read_bookings(columns, |row| read.push(row)).await.expect("the lake is read");
    let unknown = lake.read_bookings(Columns::Only(&["email"]), drop).await;

    let nothing = DateTime::<Utc>::default();
    let expected = Booking {
        at: nothing,
        country: None,
        category: 0,
        quantity: 0,
        returned: 0,
        cancel_reason: None,
        unit_price_minor: 0,
        ..row
    };
    assert_eq!(read, [expected]);
    assert!(unknown.expect_err("there is none").to_string().starts_with("there is no column email of bookings, but"));
}

#[tokio::test]
async fn the_database_completes_what_kafka_did_not_tell_and_only_that() {
    let store = memory();
    let lake = open(&store).await;
    lake.append(&part(0, 0, day(0), vec![booking(1, 1, Some(1)), booking(2, 1, None)])).await.expect("taken");
    let states = [booking(1, 2, Some(1)), booking(2, 1, None), booking(3, 4, Some(2))];

    let first = lake.complete(&states).await.expect("the lake takes it");
    let second = lake.complete(&states).await.expect("the lake answers");
    let read = view(&lake).await;

    assert_eq!((first, second), (2, 0));
    assert_eq!(read.into_values().collect::<Vec<_>>(), states);
    let dates: Vec<_> =
        raw::files(&store, "bookings").await.into_iter().map(|(path, _)| path[..24].to_owned()).collect();
    assert_eq!(dates, ["bookings/date=2026-11-20", "bookings/date=2026-11-20", "bookings/date=2026-11-21"]);
    let matches = [match_on_sale(1, 1), match_on_sale(1, 2)];
    assert_eq!(lake.complete_matches(&matches).await.expect("the lake takes it"), 2);
    assert_eq!(lake.complete_matches(&matches).await.expect("the lake answers"), 0);
}

#[tokio::test]
async fn completions_of_a_day_are_merged_too() {
    let store = memory();
    let lake = open(&store).await;
    for reservation in [3, 6, 9] {
        lake.complete(&[booking(reservation, 1, None)]).await.expect("the lake takes it");
    }

    let done = lake.compact(noon(day(3))).await.expect("the lake is compacted");

    assert_eq!((done.files_replaced, done.files_written), (3, 1));
    assert_eq!(view(&lake).await.len(), 3);
    assert_eq!(lake.compact(noon(day(3))).await.expect("the lake is compacted").files_written, 0);
}

#[tokio::test]
async fn the_status_counts_what_is_there() {
    let store = memory();
    let lake = open(&store).await;
    lake.append(&part(0, 0, day(0), vec![booking(1, 1, Some(1)), booking(2, 1, None)])).await.expect("taken");
    lake.append(&part(0, 2, day(4), vec![booking(1, 2, Some(1))])).await.expect("taken");
    lake.append(&part(1, 7, day(2), vec![booking(5, 2, Some(1))])).await.expect("taken");
    lake.complete(&[booking(9, 1, None)]).await.expect("the lake takes it");

    let status = lake.status().await.expect("the lake answers");

    let bookings = &status.tables[0];
    assert_eq!((bookings.table, bookings.files, bookings.rows), (Table::Bookings, 4, 5));
    assert_eq!((bookings.oldest, bookings.newest), (Some(day(0)), Some(day(4))));
    let next = |partition, offset| Next { cluster: CLUSTER.to_owned(), partition, offset };
    assert_eq!(bookings.next, [next(0, 3), next(1, 8)]);
    let bytes: usize = raw::files(&store, "bookings").await.iter().map(|(_, bytes)| bytes.len()).sum();
    assert_eq!(bookings.bytes, u64::try_from(bytes).expect("it is small"));
    assert_eq!((status.tables[1].rows, status.tables[2].files, status.erasures), (0, 0, 0));
}

/// The bookings of a lake in other columns: some left out, some instead or beside them.
async fn rewritten(lacking: &str, beside: Option<(&str, ArrayRef)>) -> Result<Vec<Booking>, String> {
    let store = memory();
    let lake = open(&store).await;
    lake.append(&part(0, 0, day(0), vec![booking(1, 1, Some(1))])).await.expect("the lake takes it");
    let (path, bytes) = raw::files(&store, "bookings").await.remove(0);
    let batch = raw::batches(&bytes).remove(0);
    let schema = batch.schema();
    let kept = schema.fields().iter().map(|field| field.name().clone()).zip(batch.columns().to_vec());
    let kept = kept.filter(|(name, _)| name != lacking).map(|(name, array)| (name, array, true));
    let beside = beside.map(|(name, array)| (name.to_owned(), array, true));
    let batch = RecordBatch::try_from_iter_with_nullable(kept.chain(beside)).expect("it is a batch");
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), None).expect("it can be written");
    writer.write(&batch).expect("it can be written");
    let bytes = writer.into_inner().expect("it can be written");
    store.put(&Path::from(path), PutPayload::from(bytes)).await.expect("the store takes it");
    let mut rows = Vec::new();
    let read = lake.read_bookings(Columns::All, |row| rows.push(row)).await;
    read.map(|_| rows).map_err(|error| error.to_string())
}

#[tokio::test]
async fn files_of_other_versions_are_read_and_files_of_other_types_are_not() {
    let later: ArrayRef = Arc::new(Int32Array::from_iter_values([7]));
    let long: ArrayRef = Arc::new(Int64Array::from_iter_values([1]));
    let expected = booking(1, 1, Some(1));

    let with_more = rewritten("", Some(("later", later))).await;
    let with_less = rewritten("country", None).await;
    let without = rewritten("quantity", None).await.expect_err("each row has one");
    let retyped = rewritten("version", Some(("version", long))).await.expect_err("it is an int");

    assert_eq!(with_more, Ok(vec![expected.clone()]));
    assert_eq!(with_less, Ok(vec![Booking { country: None, ..expected }]));
    assert!(without.ends_with("has no column quantity"), "{without}");
    assert!(retyped.ends_with("has a column version of the type Int64 instead of Int32"), "{retyped}");
}

#[tokio::test]
async fn what_is_not_the_lakes_is_left_alone_and_what_is_broken_is_named() {
    let store = memory();
    let lake = open(&store).await;
    let put = async |path: &str, text: &'static str| {
        store.put(&Path::from(path), PutPayload::from_static(text.as_bytes())).await.expect("the store takes it");
    };
    put("bookings/_SUCCESS", "").await;
    put("bookings/v=2/date=2026-11-20/c-p00-000000000001.parquet", "of a later version").await;
    put("bookings/date=2026-11-20/part-00000-c000.snappy.parquet", "another program's").await;
    assert_eq!(view(&lake).await, BTreeMap::new());
    lake.compact(noon(day(9))).await.expect("there is nothing to do");
    assert_eq!(raw::objects(&store).await.len(), 7);

    put("bookings/date=2026-11-20/c-p00-000000000001.parquet", "not one of Parquet").await;
    let broken = lake.read_bookings(Columns::All, drop).await.expect_err("it is broken").to_string();

    assert!(
        broken.starts_with("the file bookings/date=2026-11-20/c-p00-000000000001.parquet of the lake is not"),
        "{broken}"
    );
}

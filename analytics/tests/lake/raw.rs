//! What is in a store, read without the lake's own reader.

use std::{collections::BTreeMap, sync::Arc};

use arrow_array::{Array, FixedSizeBinaryArray, Int32Array, RecordBatch};
use bytes::Bytes;
use futures_util::TryStreamExt;
use object_store::{ObjectStore, ObjectStoreExt};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use uuid::Uuid;

/// Every object, by its path.
pub(crate) async fn objects(store: &Arc<dyn ObjectStore>) -> BTreeMap<String, Bytes> {
    let found: Vec<_> = store.list(None).try_collect().await.expect("the store lists");
    let mut objects = BTreeMap::new();
    for meta in found {
        let bytes = store.get(&meta.location).await.expect("it is there").bytes().await.expect("it can be read");
        objects.insert(meta.location.to_string(), bytes);
    }
    objects
}

/// The Parquet files of a table, in the order of their paths.
pub(crate) async fn files(store: &Arc<dyn ObjectStore>, table: &str) -> Vec<(String, Bytes)> {
    let of_table = |path: &str| path.starts_with(&format!("{table}/date=")) && path.ends_with(".parquet");
    let is_empty = |path: &str| path.contains("schema-v");
    objects(store).await.into_iter().filter(|(path, _)| of_table(path) && !is_empty(path)).collect()
}

pub(crate) fn batches(bytes: &Bytes) -> Vec<RecordBatch> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(bytes.clone()).expect("it is a Parquet file");
    reader.build().expect("it can be decoded").map(|batch| batch.expect("it can be decoded")).collect()
}

/// What a file's footer says under a key.
pub(crate) fn note(bytes: &Bytes, key: &str) -> Option<String> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(bytes.clone()).expect("it is a Parquet file");
    let notes = reader.metadata().file_metadata().key_value_metadata().expect("it has notes");
    notes.iter().find(|note| note.key == key).and_then(|note| note.value.clone())
}

/// Every row of the bookings: its id, version and subject, doubles too.
pub(crate) async fn bookings(store: &Arc<dyn ObjectStore>) -> Vec<(Uuid, i32, Option<Uuid>)> {
    let mut rows = Vec::new();
    for (_, bytes) in files(store, "bookings").await {
        for batch in batches(&bytes) {
            let (ids, subjects) = (column(&batch, "reservation_id"), column(&batch, "subject"));
            let versions: &Int32Array =
                batch.column_by_name("version").expect("it is there").as_any().downcast_ref().expect("it is an int");
            for row in 0..batch.num_rows() {
                let id = Uuid::from_slice(ids.value(row)).expect("it has 16 bytes");
                let subject = subjects.is_valid(row).then(|| Uuid::from_slice(subjects.value(row)));
                rows.push((id, versions.value(row), subject.transpose().expect("it has 16 bytes")));
            }
        }
    }
    rows
}

fn column<'a>(batch: &'a RecordBatch, name: &str) -> &'a FixedSizeBinaryArray {
    batch.column_by_name(name).expect("it is there").as_any().downcast_ref().expect("it is of ids")
}

/// Whether 16 bytes stand anywhere in what is stored, as they are or as text.
pub(crate) async fn knows(store: &Arc<dyn ObjectStore>, subject: Uuid) -> bool {
    let texts =
        [subject.as_bytes().to_vec(), subject.to_string().into_bytes(), subject.simple().to_string().into_bytes()];
    let holds = |bytes: &[u8]| texts.iter().any(|text| bytes.windows(text.len()).any(|window| window == text));
    let decoded = bookings(store).await.iter().any(|(_, _, of_row)| *of_row == Some(subject));
    decoded || objects(store).await.values().any(|bytes| holds(bytes))
}

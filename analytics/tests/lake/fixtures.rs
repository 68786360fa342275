//! Files of each version of the schema, as they were written then, are read for good.
//!
//! `cargo run -p analytics --example lake -- fixture DIR` writes such a folder when the version changes; those of older ones stay as they are.

use std::{collections::BTreeMap, path::PathBuf};

use analytics::{
    lake::{Columns, Lake, Location, S3Settings},
    rows::Booking,
};
use object_store::{ObjectStore, local::LocalFileSystem};
use serde_json::Value;

use crate::{moto::client, raw};

fn folders() -> Vec<PathBuf> {
    let fixtures = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/lake/fixtures");
    let entries = fixtures.read_dir().expect("there are fixtures").map(|entry| entry.expect("it can be read").path());
    entries.filter(|path| path.is_dir()).collect()
}

#[tokio::test]
async fn the_lake_of_every_version_is_read() {
    let folders = folders();
    assert!(!folders.is_empty());
    for folder in folders {
        let text = std::fs::read_to_string(folder.join("expected.json")).expect("it says what is in it");
        let expected: Value = serde_json::from_str(&text).expect("it is JSON");
        let location = Location { url: folder.display().to_string(), s3: S3Settings::default() };
        let lake = Lake::open_for_reading(&location, client()).expect("it is a folder");

        let mut bookings = BTreeMap::new();
        lake.read_bookings(Columns::All, |row| drop(bookings.insert(row.reservation_id, row)))
            .await
            .expect("it is read");
        let (mut matches, mut sales) = (0, 0);
        lake.read_matches(|_| matches += 1).await.expect("it is read");
        lake.read_sales(|_| sales += 1).await.expect("it is read");

        let of_then: Vec<Booking> =
            serde_json::from_value(expected["bookings"].clone()).expect("they are states of bookings");
        assert_eq!(bookings.into_values().collect::<Vec<_>>(), of_then, "{}", folder.display());
        let counts = [&expected["matches"], &expected["sales"]].map(|rows| rows.as_array().map_or(0, Vec::len));
        assert_eq!([matches, sales], counts);
    }
}

#[tokio::test]
async fn the_files_of_a_version_say_which_it_is() {
    for folder in folders() {
        let version = folder.file_name().and_then(|name| name.to_str()).expect("it has a name").trim_start_matches('v');
        let store = LocalFileSystem::new_with_prefix(&folder).expect("it is a folder");
        let store: std::sync::Arc<dyn ObjectStore> = std::sync::Arc::new(store);
        for (path, bytes) in raw::files(&store, "bookings").await {
            assert_eq!(raw::note(&bytes, "matchday.schema").as_deref(), Some(version), "{path}");
        }
    }
}

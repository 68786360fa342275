//! Models beside the rows.

use std::sync::Arc;

use analytics::lake::LakeError;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload, path::Path};

use crate::world::{memory, open};

#[tokio::test]
async fn a_model_is_written_once_and_chosen_by_its_version() {
    let store = memory();
    let lake = open(&store).await;
    assert_eq!(lake.current_model().await.expect("the lake answers"), None);

    lake.put_model("2026-11-30.1", r#"{"a":1}"#.into()).await.expect("it is new");
    lake.put_model("2026-11-30.1", r#"{"a":1}"#.into()).await.expect("it is the same");
    let other = lake.put_model("2026-11-30.1", r#"{"a":2}"#.into()).await;
    lake.put_model("2026-11-30.2", r#"{"a":3}"#.into()).await.expect("it is new");
    let chosen = lake.set_current_model("2026-11-30.1").await.expect("it is kept");

    assert!(matches!(other, Err(LakeError::Model { .. })), "{other:?}");
    let (current, json) = lake.current_model().await.expect("the lake answers").expect("one was chosen");
    assert_eq!((&current, json), (&chosen, r#"{"a":1}"#.into()));
    assert_eq!(lake.current_version().await.expect("the lake answers"), Some(chosen));
    let mut versions: Vec<_> =
        lake.models().await.expect("the lake answers").into_iter().map(|kept| kept.version).collect();
    versions.sort();
    assert_eq!(versions, ["2026-11-30.1", "2026-11-30.2"]);
    lake.set_current_model("2026-11-30.2").await.expect("it is kept");
    assert_eq!(lake.current_model().await.expect("the lake answers").expect("one was chosen").1, r#"{"a":3}"#);
}

#[tokio::test]
async fn a_model_that_is_not_kept_or_not_the_one_that_was_chosen_is_refused() {
    let store = memory();
    let lake = open(&store).await;
    lake.put_model("m", "{}".into()).await.expect("it is new");
    lake.set_current_model("m").await.expect("it is kept");

    assert!(lake.set_current_model("other").await.is_err());
    assert_eq!(lake.model("other").await.expect("the lake answers"), None);
    for version in ["", "a/b", "../m", "ü", &"a".repeat(65)] {
        assert!(lake.model(version).await.is_err(), "{version}");
    }

    let overwrite = async |path: &str, text: &'static str| {
        let store: &Arc<dyn ObjectStore> = &store;
        store.put(&Path::from(path), PutPayload::from_static(text.as_bytes())).await.expect("the store takes it");
    };
    overwrite("models/m.json", "[]").await;
    let changed = lake.current_model().await.expect_err("it is not the one").to_string();
    assert_eq!(changed, "the model m is the current one, and its file is not the one that was chosen");
    overwrite("models/current", "m").await;
    assert!(lake.current_model().await.is_err());
}

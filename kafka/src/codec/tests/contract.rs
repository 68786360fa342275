//! The contract of releases: what they wrote is still read, and what is written has all that they wrote.

use std::{fs, path::Path};

use serde_json::Value;

use super::*;
use crate::codec::examples::{Example, examples};

/// Records of releases that this program must be able to read: those of its own series of versions.
fn released() -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/contracts");
    let mut records = Vec::new();
    for release in fs::read_dir(folder).expect("the contracts are there") {
        let release = release.expect("the contracts can be listed");
        let version = release.file_name().to_string_lossy().into_owned();
        let Ok(text) = fs::read_to_string(release.path().join("events.jsonl")) else { continue };
        if series(&version) == series(env!("CARGO_PKG_VERSION")) {
            let record = |line: &str| (version.clone(), serde_json::from_str(line).expect("a record is JSON"));
            records.extend(text.lines().map(record));
        }
    }
    records
}

/// Versions of one series keep the contract: those before 1.0 have the second number as their major one.
fn series(version: &str) -> (&str, &str) {
    let mut numbers = version.split('.');
    let (major, minor) = (numbers.next().unwrap_or_default(), numbers.next().unwrap_or_default());
    if major == "0" { (major, minor) } else { (major, "") }
}

fn now() -> Vec<Value> {
    examples(&topics()).expect("examples can be written").iter().map(Example::kept).collect()
}

#[test]
fn what_released_programs_wrote_is_read() {
    let records = released();
    assert!(records.len() >= 9, "{}", records.len());
    for (version, record) in records {
        let payload = record["value"].to_string();
        let topic = record["topic"].as_str().expect("it has a topic");
        let headers = record["headers"].as_object().expect("they are an object").iter();
        let headers: Vec<(&str, &str)> =
            headers.map(|(name, value)| (name.as_str(), value.as_str().expect("headers are texts"))).collect();
        let title = format!("{} of {version}", record["title"]);

        if topic == topics().availability {
            read_availability(payload.as_bytes()).unwrap_or_else(|error| panic!("{title}: {error}"));
        } else if topic == topics().master_list {
            let read = read_from(topic, &headers, payload.as_bytes());
            assert!(matches!(read, Message::MasterList(_)), "{title}: {read:?}");
        } else if topic == topics().ticket_sales {
            assert_eq!(read_from(topic, &headers, payload.as_bytes()), Message::Own, "{title}");
            let by_another =
                headers.iter().map(|(name, value)| (*name, if *name == CLIENT_ID { "another" } else { *value }));
            let read = read_from(topic, &by_another.collect::<Vec<_>>(), payload.as_bytes());
            assert!(matches!(read, Message::Sale(_)), "{title}: {read:?}");
        }
    }
}

#[test]
fn what_is_written_has_all_that_released_programs_wrote() {
    let now = now();
    for (version, record) in released() {
        let title = &record["title"];
        let same = now.iter().find(|example| example["title"] == *title && example["topic"] == record["topic"]);
        let same = same.unwrap_or_else(|| panic!("{version} wrote {title} to {}", record["topic"]));

        assert_eq!(lost(&record, same, ""), [""; 0], "{title} of {version}: see docs/reference/versioning.md");
    }
}

#[test]
fn a_lost_key_and_another_kind_of_value_are_seen() {
    let before = serde_json::json!({ "a": 1, "b": { "c": "x", "d": [{ "e": true }] } });
    let after = serde_json::json!({ "a": "1", "b": { "d": [{ "f": true }], "g": 1 } });

    assert_eq!(lost(&before, &after, ""), ["/a", "/b/c", "/b/d/0/e"]);
    assert_eq!(lost(&before, &before, ""), [""; 0]);
}

/// Places of values that are not there any more, or of another kind.
fn lost(before: &Value, after: &Value, place: &str) -> Vec<String> {
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => (before.iter())
            .flat_map(|(key, value)| lost(value, after.get(key).unwrap_or(&Value::Null), &format!("{place}/{key}")))
            .collect(),
        (Value::Array(before), Value::Array(after)) => (before.iter().zip(after).enumerate())
            .flat_map(|(index, (before, after))| lost(before, after, &format!("{place}/{index}")))
            .collect(),
        // What may be null was null in one example and not in another.
        (Value::Null, _) => Vec::new(),
        (before, after) if std::mem::discriminant(before) == std::mem::discriminant(after) => Vec::new(),
        _ => vec![place.to_owned()],
    }
}

//! Changes, many at once: each with the version of its listing, of which the newest counts in whatever order they come.

use search::store::StoredChange;
use serde::Deserialize;
use serde_json::{Value, json};

use http::StatusCode;

use crate::{
    index::{CATEGORY, DESCRIPTION, ID, MATCH, PRICE, TITLE},
    node::{Trouble, Wrong},
};

/// Changes that are told at once, and their bytes.
const CHANGES_MAX: usize = 1_000;
const BYTES_MAX: usize = 4 << 20;

/// The bodies by which changes are told.
pub(crate) fn bodies(changes: &[StoredChange]) -> Vec<String> {
    let mut bodies = Vec::new();
    let (mut body, mut count) = (String::new(), 0);
    for change in changes {
        let lines = lines(change);
        if count == CHANGES_MAX || (count > 0 && body.len() + lines.len() > BYTES_MAX) {
            bodies.push(std::mem::take(&mut body));
            count = 0;
        }
        body.push_str(&lines);
        count += 1;
    }
    bodies.extend((count > 0).then_some(body));
    bodies
}

fn lines(change: &StoredChange) -> String {
    // Of equal versions the later counts, as it does in one process.
    let meta = |id: String, version: i64| json!({ "_id": id, "version": version, "version_type": "external_gte" });
    match change {
        StoredChange::Gone { id, version } => format!("{}\n", json!({ "delete": meta(id.to_string(), *version) })),
        StoredChange::Listing(listing) => {
            let id = listing.id.to_string();
            let document = json!({
                ID: id,
                MATCH: listing.match_number,
                CATEGORY: listing.category,
                PRICE: listing.price_minor,
                TITLE: listing.title,
                DESCRIPTION: listing.description,
            });
            format!("{}\n{document}\n", json!({ "index": meta(id, listing.version) }))
        }
    }
}

#[derive(Debug, Deserialize)]
struct Outcome {
    errors: bool,
    items: Vec<serde_json::Map<String, Value>>,
}

#[derive(Debug, Deserialize)]
struct Item {
    status: u16,
    error: Option<Wrong>,
}

/// What became of changes. That a newer version is known already is no trouble, nor that what is gone was never there.
pub(crate) fn outcome(answer: &[u8]) -> Result<(), Trouble> {
    let outcome: Outcome = serde_json::from_slice(answer)?;
    if !outcome.errors {
        return Ok(());
    }
    let mut worst = None;
    for item in outcome.items.into_iter().flat_map(|item| item.into_iter().map(|(_, item)| item)) {
        let item: Item = serde_json::from_value(item)?;
        let status = StatusCode::from_u16(item.status).map_err(|_| Trouble::Incomplete("a status"))?;
        if let Some(wrong) = item.error.filter(|_| status != StatusCode::CONFLICT) {
            let refused = Trouble::Refused { status, kind: wrong.kind };
            // What does not pass by itself is told before what does.
            if worst.as_ref().is_none_or(Trouble::is_passing) {
                worst = Some(refused);
            }
        }
    }
    worst.map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests {
    use search::store::StoredListing;
    use uuid::Uuid;

    use super::*;

    fn listing(words: usize) -> StoredChange {
        StoredChange::Listing(StoredListing {
            id: Uuid::from_u128(7),
            match_number: 3,
            category: 2,
            price_minor: 14_000,
            version: 5,
            title: vec!["quiet".to_owned()],
            description: vec!["x".repeat(30); words],
        })
    }

    #[test]
    fn a_change_has_the_version_of_its_listing() {
        let gone = StoredChange::Gone { id: Uuid::from_u128(8), version: 6 };

        let bodies = bodies(&[listing(1), gone]);

        assert_eq!(
            bodies,
            [concat!(
                r#"{"index":{"_id":"00000000-0000-0000-0000-000000000007","version":5,"version_type":"external_gte"}}"#,
                "\n",
                r#"{"category":2,"description":["xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"],"id":"00000000-0000-0000-0000-000000000007","#,
                r#""match":3,"price_minor":14000,"title":["quiet"]}"#,
                "\n",
                r#"{"delete":{"_id":"00000000-0000-0000-0000-000000000008","version":6,"version_type":"external_gte"}}"#,
                "\n",
            )]
        );
    }

    #[test]
    fn bodies_are_bounded_in_number_and_in_bytes() {
        let lengths = |changes: Vec<StoredChange>| bodies(&changes).iter().map(String::len).collect::<Vec<_>>();

        assert_eq!(lengths(Vec::new()), [0; 0]);
        assert_eq!(lengths(vec![listing(1); CHANGES_MAX * 2 + 1]).len(), 3);
        let long = lengths(vec![listing(400); CHANGES_MAX]);
        assert!(long.len() > 1 && long.iter().all(|length| *length <= BYTES_MAX), "{long:?}");
    }

    #[test]
    fn an_older_version_is_no_trouble_and_everything_else_is() {
        let item =
            |status: u16, kind: &str| format!(r#"{{"index":{{"status":{status},"error":{{"type":"{kind}"}}}}}}"#);
        let answer = |items: &[String]| format!(r#"{{"errors":true,"items":[{}]}}"#, items.join(","));
        let of = |items: &[String]| outcome(answer(items).as_bytes());

        let gone = r#"{"delete":{"status":404,"result":"not_found"}}"#.to_owned();
        assert!(of(&[item(409, "version_conflict_engine_exception"), gone]).is_ok());
        assert!(outcome(br#"{"errors":false,"items":[]}"#).is_ok());

        let busy = item(429, "opensearch_rejected_execution_exception");
        assert!(of(std::slice::from_ref(&busy)).is_err_and(|trouble| trouble.is_passing()));
        let strict = item(400, "strict_dynamic_mapping_exception");
        for items in [[busy.clone(), strict.clone()], [strict, busy]] {
            assert!(of(&items).is_err_and(|trouble| !trouble.is_passing()), "what stays is told first");
        }
        assert!(matches!(outcome(b"<html>"), Err(Trouble::Unreadable(_))));
    }
}

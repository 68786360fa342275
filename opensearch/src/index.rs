//! The index: its name, its fields, and how soon what is written is found.

use serde_json::{Value, json};

/// Grows when what is in a document changes, so that instances of two versions of the program each have an index of their own.
const FORMAT: u32 = 1;

pub(crate) const ID: &str = "id";
pub(crate) const MATCH: &str = "match";
pub(crate) const CATEGORY: &str = "category";
pub(crate) const PRICE: &str = "price_minor";
pub(crate) const TITLE: &str = "title";
pub(crate) const DESCRIPTION: &str = "description";

/// Changes are gathered for 200 ms before they are written; with this they are found within a second.
const REFRESHED: &str = "500ms";
/// How long it is known what has gone, and at which version.
const GONE_IS_KNOWN: &str = "1h";

pub(crate) struct Names {
    pub(crate) index: String,
    /// What is read and written by: an index that was deleted is not made again by what is written to it, with fields as OpenSearch guesses.
    pub(crate) alias: String,
}

impl Names {
    pub(crate) fn of(prefix: &str) -> Self {
        let alias = format!("{prefix}-listings-{FORMAT}");
        Self { index: format!("{alias}-1"), alias }
    }

    /// Where changes are written.
    pub(crate) fn bulk(&self) -> String {
        format!("{}/_bulk?require_alias=true", self.alias)
    }
}

/// How the index is made.
pub(crate) fn definition(names: &Names) -> Value {
    // Words are folded already, and only looked up.
    let words = json!({ "type": "keyword", "doc_values": false, "norms": false });
    json!({
        "aliases": { &names.alias: {} },
        "settings": {
            "index": {
                "auto_expand_replicas": "0-1",
                "refresh_interval": REFRESHED,
                "gc_deletes": GONE_IS_KNOWN,
            },
        },
        "mappings": {
            "dynamic": "strict",
            "properties": {
                ID: { "type": "keyword" },
                MATCH: { "type": "integer" },
                CATEGORY: { "type": "integer" },
                PRICE: { "type": "long" },
                TITLE: words,
                DESCRIPTION: words,
            },
        },
    })
}

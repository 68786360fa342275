//! The refusal cache: the answers to requests for tickets of which nothing is left or whose sale is over, kept for as long as that is known
//! to be so.
//!
//! When a final sells out, fans ask on for a while, most of them in the same words. They are all refused alike, so
//! the first of them is executed and the others are handed what it was answered.
//!
//! Invariant: an answer is handed out only while the view would refuse the request at the edition of the match that it was
//! refused at.

use std::sync::Arc;

use async_graphql::Response;
use book::match_state::Edition;
use bytes::Bytes;
use domain::App;
use metrics::{Counter, counter};
use quick_cache::sync::Cache;
use resolvers::{context::Refused, outcomes};

use crate::parsed_operation::{OperationKey, ParsedOperation};

/// Different requests kept at once, in words or in what is asked for; the least used give way.
const WISHES: usize = 1_024;

/// A request longer than this, its variables included, is executed each time.
const LONGEST: usize = 4 * 1_024;

/// Answers to refused requests, handed out as `K`, which is made once for each.
pub struct RefusalCache<K> {
    app: Arc<App>,
    entries: Cache<OperationKey, Entry<K>>,
    handed_out: Counter,
}

#[derive(Clone)]
struct Entry<K> {
    match_number: i32,
    edition: Edition,
    encoded: K,
    /// Holds that were refused by this code.
    refused: Counter,
}

impl<K: Clone + From<Bytes>> RefusalCache<K> {
    /// Make it after the metrics recorder is installed, which its counter is resolved from.
    pub fn new(app: Arc<App>) -> Self {
        Self { app, entries: Cache::new(WISHES), handed_out: counter!("matchday_holds_refused_early_total") }
    }

    /// Whether it is one request for a hold and nothing else, so that [`Self::find`] may be asked for those who are
    /// signed in.
    pub fn are_for(parsed: &ParsedOperation<'_>) -> bool {
        let mut key = None;
        let is_one = parsed.root_fields_all(|field| {
            let found = &field.response_key().node;
            field.name.node == "reserve" && key.get_or_insert(found) == &found
        });
        is_one && key.is_some()
    }

    /// What this request was answered before, if it would be refused in the same words now.
    pub fn find(&self, parsed: &ParsedOperation<'_>) -> Option<K> {
        let entry = self.entries.get(&parsed.key())?;
        let shown = self.app.view.fresh(entry.match_number)?;
        if shown.edition() != entry.edition {
            return None;
        }
        self.handed_out.increment(1);
        entry.refused.increment(1);

        Some(entry.encoded)
    }

    /// Keeps what a request was answered, where `refused` has noted that every fan is answered so.
    pub fn keep(
        &self,
        parsed: &ParsedOperation<'_>,
        refused: &Refused,
        response: &Response,
        encode: impl FnOnce() -> Bytes,
    ) {
        let Some((match_number, edition, code)) = refused.noted() else { return };
        let key = parsed.key();
        // What the edge adds to a single answer belongs to that one alone.
        let is_plain = response.errors.len() == 1 && response.extensions.is_empty() && response.http_headers.is_empty();
        if is_plain && key.bytes() <= LONGEST {
            let refused = outcomes::holds(code.as_str());
            self.entries.insert(key, Entry { match_number, edition, encoded: K::from(encode()), refused });
        }
    }
}

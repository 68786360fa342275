//! OpenSearch: where the listings of a market are searched that is too large for the memory of each instance.
//!
//! One index has the folded words, the prices and the matches of all open listings. Several instances write the same changes to it, in any
//! order: each document has the version of its listing, and of two the newer counts. What a query means is worked out by `search`; here it
//! becomes JSON, and a hit's rank is read back from its score.
//!
//! Invariant: an answer is whole or an error. A node that is late, overloaded or without one of its shards finds nothing, rather than some.

mod address;
mod answers;
mod bulk;
#[cfg(test)]
mod fake;
mod index;
mod node;
mod query;
mod score;

use std::collections::HashMap;

use async_trait::async_trait;
use search::{
    page::SearchError,
    store::{Answer, ListingStore, StoredChange, StoredSearch, Term},
};
use serde_json::{Value, json};
use uuid::Uuid;

pub use address::{Address, AddressError};

use crate::{
    index::Names,
    node::{Node, Trouble},
    score::Scale,
};

/// Documents of a page when all of them are looked at; more than that an index does not answer unless it is told to.
const PAGE: usize = 10_000;

/// Listings in an index of OpenSearch.
pub struct OpenSearch {
    node: Node,
    names: Names,
}

impl OpenSearch {
    /// Listings of the site whose indexes begin with `prefix`; nothing is asked yet.
    pub fn new(address: Address, prefix: &str) -> Self {
        Self { node: Node::new(address), names: Names::of(prefix) }
    }

    /// The index if it is not there.
    async fn create(&self) -> Result<(), Trouble> {
        let created = self.node.put(&self.names.index, &index::definition(&self.names)).await;
        match created {
            Err(Trouble::Refused { kind, .. }) if kind == "resource_already_exists_exception" => Ok(()),
            other => other.map(|_| ()),
        }
    }

    async fn refresh(&self) -> Result<(), Trouble> {
        self.node.write(&format!("{}/_refresh", self.names.alias), String::new()).await.map(|_| ())
    }

    /// The answers of several searches, each with what is to be found where.
    async fn searches(&self, bodies: &[Value]) -> Result<Vec<answers::Searched>, Trouble> {
        let header = json!({ "index": self.names.alias, "allow_partial_search_results": false });
        let lines: String = bodies.iter().map(|body| format!("{header}\n{body}\n")).collect();
        answers::searches(&self.node.ask("_msearch", lines).await?, bodies.len())
    }

    async fn seen(&self) -> Result<HashMap<Uuid, i64>, Trouble> {
        let (mut seen, mut after) = (HashMap::new(), String::new());
        loop {
            let body = query::all_after(&after, PAGE);
            let path = format!("{}/_search?allow_partial_search_results=false", self.names.alias);
            let page = answers::versions(&self.node.write(&path, body.to_string()).await?)?;
            let Some((last, _)) = page.last() else { return Ok(seen) };
            after = last.to_string();
            seen.extend(page);
        }
    }
}

#[async_trait]
impl ListingStore for OpenSearch {
    async fn apply(&self, changes: Vec<StoredChange>) -> Result<(), SearchError> {
        for body in bulk::bodies(&changes) {
            self.node.write_patiently(&self.names.bulk(), body, bulk::outcome).await?;
        }
        Ok(())
    }

    async fn versions(&self) -> Result<HashMap<Uuid, i64>, SearchError> {
        self.create().await?;
        self.refresh().await?;
        Ok(self.seen().await?)
    }

    async fn settle(&self) -> Result<(), SearchError> {
        Ok(self.refresh().await?)
    }

    async fn has_terms(&self, terms: &[Term]) -> Result<Vec<bool>, SearchError> {
        let bodies: Vec<Value> = terms.iter().map(query::any_with).collect();
        Ok(self.searches(&bodies).await?.iter().map(|searched| !searched.hits.is_empty()).collect())
    }

    async fn find(&self, search: &StoredSearch) -> Result<Answer, SearchError> {
        let scale = Scale::of(search);
        let levels = search.levels.iter().map(|level| query::level(search, level, &scale));
        let tallies = (!search.tallies.is_empty()).then(|| query::tallies(search));
        let bodies: Vec<Value> = levels.chain(tallies).collect();
        let searched = self.searches(&bodies).await?;
        let (of_levels, of_tallies) = searched.split_at(search.levels.len());
        let mut answer = Answer::default();
        for (level, searched) in search.levels.iter().zip(of_levels) {
            for hit in &searched.hits {
                answer.hits.push(hit.read(search.sort, level.missing, &scale)?);
            }
        }
        for searched in of_tallies {
            answer.tallies = searched.tallies(&search.tallies)?;
        }
        Ok(answer)
    }

    async fn finds_any(&self, search: &StoredSearch) -> Result<bool, SearchError> {
        let searched = self.searches(&[query::any(search)]).await?;
        Ok(searched.iter().any(|searched| !searched.hits.is_empty()))
    }

    async fn words(&self, id: Uuid) -> Result<Vec<String>, SearchError> {
        let searched = self.searches(&[query::words_of(id)]).await?;
        Ok(searched.into_iter().flat_map(|searched| searched.hits).flat_map(answers::SearchedHit::words).collect())
    }
}

impl From<Trouble> for SearchError {
    fn from(trouble: Trouble) -> Self {
        Self::Engine(trouble.to_string())
    }
}

#[cfg(test)]
mod tests {
    use search::{
        divided::DividedEngine,
        document::{Availability, CategoryDocument, Change, MatchDocument},
        engine::Engine,
        filter::Filter,
        request::{Request, Sort},
    };

    use super::*;
    use crate::fake::Fake;

    fn a_match() -> Change {
        Change::Match(MatchDocument {
            number: 7,
            round: 1,
            kick_off: "2022-11-23T10:00:00Z".parse().expect("a time"),
            time_zone: "Asia/Qatar".to_owned(),
            home_team: "Morocco".to_owned(),
            away_team: "Croatia".to_owned(),
            venue: "Al Bayt Stadium".to_owned(),
            city: None,
            group: Some("Group F".to_owned()),
            categories: vec![CategoryDocument { category: 1, price_minor: 900, availability: Availability::Available }],
            is_closed: false,
            version: 1,
        })
    }

    fn request() -> Request {
        Request {
            query: "quiet".to_owned(),
            filter: Filter::default(),
            facets: Vec::new(),
            counts_total: false,
            sort: Sort::Relevance,
            first: 5,
            after: None,
            now: "2022-11-23T08:00:00Z".parse().expect("a time"),
        }
    }

    /// What a fan is told whose words a node answers so.
    async fn told(answers: &[(u16, &str)]) -> Result<usize, String> {
        let node = Fake::answering(answers).await;
        let engine = DividedEngine::new(OpenSearch::new(node.address(), "matchday"));
        engine.apply(vec![a_match()]).await.map_err(|error| error.to_string())?;
        let page = engine.search(&request()).await;
        page.map(|page| page.hits.len()).map_err(|error| error.to_string())
    }

    const SHARDS: &str = r#""timed_out":false,"_shards":{"total":1,"failed":0}"#;

    fn with(answer: &str) -> String {
        format!(r#"{{"responses":[{{{answer}}}]}}"#)
    }

    #[tokio::test]
    async fn a_whole_answer_is_told() {
        let id = Uuid::from_u128(9);
        let known = with(&format!(r#"{SHARDS},"hits":{{"hits":[{{"_id":"{id}"}}]}}"#));
        let hit = format!(r#"{{"_id":"{id}","sort":[8.0,900,"{id}"],"fields":{{"match":[7]}}}}"#);
        let found = with(&format!(r#"{SHARDS},"hits":{{"hits":[{hit}]}}"#));

        assert_eq!(told(&[(200, &known), (200, &found)]).await, Ok(1));
    }

    #[tokio::test]
    async fn what_is_not_whole_is_an_error_and_no_page() {
        let hits = r#""hits":{"hits":[]}"#;
        let late = with(&format!(r#""timed_out":true,"_shards":{{"total":1,"failed":0}},{hits}"#));
        let partial = with(&format!(r#""timed_out":false,"_shards":{{"total":5,"failed":2}},{hits}"#));
        let failed = with(r#""error":{"type":"search_phase_execution_exception","reason":"secret"},"status":503"#);
        let refused = r#"{"error":{"type":"index_not_found_exception","reason":"secret"},"status":404}"#;
        let busy = r#"{"error":{"type":"opensearch_rejected_execution_exception","reason":"secret"},"status":429}"#;
        for (status, answer, told_so) in [
            (
                200,
                "<html>secret</html>",
                "the answer is not what OpenSearch answers: expected value at line 1 column 1",
            ),
            (200, "{}", "the answer is not what OpenSearch answers: missing field `responses` at line 1 column 2"),
            (200, r#"{"responses":[]}"#, "the answer lacks some of the searches"),
            (200, &with(SHARDS), "the answer lacks its hits"),
            (200, &with(hits), "the answer lacks its shards"),
            (200, &late, "the search was not done in time"),
            (200, &partial, "2 of 5 shards did not answer"),
            (200, &failed, "responded with 503 Service Unavailable: search_phase_execution_exception"),
            (404, refused, "responded with 404 Not Found: index_not_found_exception"),
            (429, busy, "responded with 429 Too Many Requests: opensearch_rejected_execution_exception"),
            (503, "secret", "responded with 503 Service Unavailable: without a reason"),
        ] {
            let expected = Err(format!("the search engine does not answer: {told_so}"));
            assert_eq!(told(&[(status, answer)]).await, expected, "{answer}");
        }
    }

    #[tokio::test]
    async fn hits_that_lack_something_are_an_error() {
        let id = Uuid::from_u128(9);
        let known = with(&format!(r#"{SHARDS},"hits":{{"hits":[{{"_id":"{id}"}}]}}"#));
        for hit in [
            format!(r#"{{"_id":"no id","sort":[8.0,900,"{id}"],"fields":{{"match":[7]}}}}"#),
            format!(r#"{{"_id":"{id}","sort":[8.0,900,"{id}"]}}"#),
            format!(r#"{{"_id":"{id}","sort":[8.5,900,"{id}"],"fields":{{"match":[7]}}}}"#),
            format!(r#"{{"_id":"{id}","sort":[-1,900,"{id}"],"fields":{{"match":[7]}}}}"#),
            format!(r#"{{"_id":"{id}","sort":[],"fields":{{"match":[7]}}}}"#),
        ] {
            let found = with(&format!(r#"{SHARDS},"hits":{{"hits":[{hit}]}}"#));
            assert!(told(&[(200, &known), (200, &found)]).await.is_err(), "{hit}");
        }
    }

    #[tokio::test]
    async fn what_a_node_is_too_busy_for_is_told_again_and_other_trouble_is_not() {
        let gone = || vec![StoredChange::Gone { id: Uuid::nil(), version: 3 }];
        let fine = r#"{"errors":false,"items":[]}"#;
        let item = r#"{"errors":true,"items":[{"delete":{"status":429,"error":{"type":"rejected"}}}]}"#;
        for busy in [(429, ""), (503, ""), (200, item)] {
            let node = Fake::answering(&[busy, busy, (200, fine)]).await;
            let store = OpenSearch::new(node.address(), "matchday");
            assert!(store.apply(gone()).await.is_ok(), "{busy:?}");
            assert_eq!(node.asked(), 3);
        }
        let node = Fake::answering(&[(400, ""), (200, fine)]).await;
        assert!(OpenSearch::new(node.address(), "matchday").apply(gone()).await.is_err());
        assert_eq!(node.asked(), 1);
        let node = Fake::answering(&[(429, "")]).await;
        assert!(OpenSearch::new(node.address(), "matchday").apply(gone()).await.is_err(), "not for ever");
        assert_eq!(node.asked(), 5);
    }
}

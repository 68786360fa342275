//! Answers: what a node found, if it found all of it.

use search::{
    request::Sort,
    store::{FitParts, StoredHit, Tally, TallyBy},
};
use serde::Deserialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use http::StatusCode;

use crate::{
    node::{Trouble, Wrong},
    query::PARTS,
    score::Scale,
};

#[derive(Debug, Deserialize)]
struct Answers {
    responses: Vec<Response>,
}

#[derive(Debug, Deserialize)]
struct Response {
    status: Option<u16>,
    error: Option<Wrong>,
    #[serde(default)]
    timed_out: bool,
    #[serde(rename = "_shards")]
    shards: Option<Shards>,
    hits: Option<Hits>,
    #[serde(default)]
    aggregations: Map<String, Value>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
struct Shards {
    total: u64,
    failed: u64,
}

#[derive(Debug, Deserialize)]
struct Hits {
    hits: Vec<SearchedHit>,
}

/// What one search found.
#[derive(Debug)]
pub(crate) struct Searched {
    pub(crate) hits: Vec<SearchedHit>,
    aggregations: Map<String, Value>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct SearchedHit {
    #[serde(rename = "_id")]
    id: Uuid,
    #[serde(rename = "_version")]
    version: Option<i64>,
    #[serde(default)]
    sort: Vec<Value>,
    #[serde(default)]
    fields: Fields,
    #[serde(rename = "_source", default)]
    source: Source,
}

#[derive(Debug, Default, Deserialize)]
struct Fields {
    #[serde(default, rename = "match")]
    matches: Vec<i32>,
}

#[derive(Debug, Default, Deserialize)]
struct Source {
    #[serde(default)]
    title: Vec<String>,
    #[serde(default)]
    description: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Counted {
    doc_count: usize,
    #[serde(rename = "parts")]
    parted: Option<Parted>,
}

#[derive(Debug, Deserialize)]
struct Parted {
    buckets: Vec<Bucket>,
    #[serde(default)]
    sum_other_doc_count: usize,
}

#[derive(Debug, Deserialize)]
struct Bucket {
    key: Value,
    doc_count: usize,
}

/// What several searches found.
pub(crate) fn searches(answer: &[u8], asked: usize) -> Result<Vec<Searched>, Trouble> {
    let answers: Answers = serde_json::from_slice(answer)?;
    if answers.responses.len() != asked {
        return Err(Trouble::Incomplete("some of the searches"));
    }
    answers.responses.into_iter().map(whole).collect()
}

/// The versions of all listings of a page, in the order of their ids.
pub(crate) fn versions(answer: &[u8]) -> Result<Vec<(Uuid, i64)>, Trouble> {
    let searched = whole(serde_json::from_slice(answer)?)?;
    let version = |hit: SearchedHit| Ok((hit.id, hit.version.ok_or(Trouble::Incomplete("a version"))?));
    searched.hits.into_iter().map(version).collect()
}

/// An answer, if all shards gave theirs and had the time to.
fn whole(response: Response) -> Result<Searched, Trouble> {
    if let Some(wrong) = response.error {
        let status = response.status.and_then(|status| StatusCode::from_u16(status).ok());
        return Err(Trouble::Refused { status: status.unwrap_or(StatusCode::BAD_GATEWAY), kind: wrong.kind });
    }
    if response.timed_out {
        return Err(Trouble::TimedOut);
    }
    let Shards { total, failed } = response.shards.ok_or(Trouble::Incomplete("its shards"))?;
    if failed > 0 {
        return Err(Trouble::ShardsFailed { failed, total });
    }
    let hits = response.hits.ok_or(Trouble::Incomplete("its hits"))?.hits;
    Ok(Searched { hits, aggregations: response.aggregations })
}

impl Searched {
    /// The counts of each tally.
    pub(crate) fn tallies(&self, tallies: &[Tally]) -> Result<Vec<Vec<(i64, usize)>>, Trouble> {
        tallies.iter().enumerate().map(|(at, tally)| self.tally(at, tally)).collect()
    }

    fn tally(&self, at: usize, tally: &Tally) -> Result<Vec<(i64, usize)>, Trouble> {
        let counted = self.aggregations.get(&at.to_string()).ok_or(Trouble::Incomplete("a count"))?;
        let counted: Counted = Counted::deserialize(counted)?;
        if tally.by == TallyBy::All {
            return Ok(vec![(0, counted.doc_count)]);
        }
        let parted = counted.parted.ok_or(Trouble::Incomplete(PARTS))?;
        if parted.sum_other_doc_count > 0 {
            return Err(Trouble::Incomplete("some values of a facet"));
        }
        let key = |key: &Value| key.as_i64().or_else(|| key.as_str()?.parse().ok()).ok_or(Trouble::Incomplete("a key"));
        parted.buckets.iter().map(|bucket| Ok((key(&bucket.key)?, bucket.doc_count))).collect()
    }
}

impl SearchedHit {
    /// The hit with how well it fits, of what was sorted by score, price and id, or by the price before the score.
    pub(crate) fn read(&self, sort: Sort, missing: u8, scale: &Scale) -> Result<StoredHit, Trouble> {
        let (score, price) = match (sort, self.sort.as_slice()) {
            (Sort::Relevance | Sort::KickOff, [score, price, _])
            | (Sort::Price | Sort::PriceDescending, [price, score, _]) => (score, price),
            _ => return Err(Trouble::Incomplete("what hits are sorted by")),
        };
        let fit: FitParts =
            scale.fit(missing, score.as_f64().and_then(whole_number).ok_or(Trouble::Incomplete("a score"))?);
        Ok(StoredHit {
            id: self.id,
            match_number: *self.fields.matches.first().ok_or(Trouble::Incomplete("a match"))?,
            price_minor: price.as_i64().ok_or(Trouble::Incomplete("a price"))?,
            missing,
            fit,
        })
    }

    pub(crate) fn words(self) -> Vec<String> {
        self.source.title.into_iter().chain(self.source.description).collect()
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is a whole number of 32 bits then")]
fn whole_number(score: f64) -> Option<u32> {
    (score.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&score)).then_some(score as u32)
}

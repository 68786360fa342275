//! The bundled World Cup 2022 and the listings of the judged queries, as documents.

use chrono::{DateTime, Utc};
use search::{
    document::{Availability, CategoryDocument, Change, DocumentId, ListingDocument, MatchDocument},
    engine::MemoryEngine,
    filter::Filter,
    page::Page,
    request::{Request, Sort},
};
use uuid::Uuid;

const MATCHES: &str = include_str!("../../../server/data/world-cup-2022.jsonl");
const LISTINGS: &str = include_str!("../../judgements/listings.tsv");

/// When the judged queries are asked.
pub(crate) fn now() -> DateTime<Utc> {
    "2022-11-23T08:00:00Z".parse().expect("a time")
}

pub(crate) fn matches() -> Vec<MatchDocument> {
    MATCHES.lines().map(match_of).collect()
}

fn match_of(line: &str) -> MatchDocument {
    let row: serde_json::Value = serde_json::from_str(line).expect("JSON");
    let text = |key: &str| row[key].as_str().map(ToOwned::to_owned);
    let number = |key: &str| row[key].as_i64().and_then(|number| i32::try_from(number).ok()).expect("a number");
    let categories = (1..=3).map(|category| CategoryDocument {
        category,
        price_minor: row["availability"][format!("category{category}")]["price"].as_i64().expect("a price") * 100,
        availability: Availability::Available,
    });
    MatchDocument {
        number: number("matchNumber"),
        round: number("roundNumber"),
        kick_off: row["dateUtc"].as_str().and_then(|at| at.parse().ok()).expect("a time"),
        time_zone: "Asia/Qatar".to_owned(),
        home_team: text("homeTeam").expect("a team"),
        away_team: text("awayTeam").expect("a team"),
        venue: text("location").expect("a venue"),
        city: None,
        group: text("group"),
        categories: categories.collect(),
        is_closed: false,
        version: 1,
    }
}

/// The id of a listing of the judgements, as `L07`.
pub(crate) fn listing_id(name: &str) -> Uuid {
    Uuid::from_u128(name.trim_start_matches('L').parse().expect("a number"))
}

pub(crate) fn listings() -> Vec<ListingDocument> {
    let rows = LISTINGS.lines().skip(1).map(|row| row.split('\t').collect::<Vec<_>>());
    let listing = |row: Vec<&str>| ListingDocument {
        id: listing_id(row[0]),
        match_number: row[1].parse().expect("a match"),
        category: row[2].parse().expect("a category"),
        price_minor: row[3].parse::<i64>().expect("a price") * 100,
        title: row[4].to_owned(),
        description: Some(row[5].to_owned()),
        version: 1,
    };
    rows.map(listing).collect()
}

pub(crate) fn documents() -> Vec<Change> {
    matches().into_iter().map(Change::Match).chain(listings().into_iter().map(Change::Listing)).collect()
}

pub(crate) fn engine() -> MemoryEngine {
    let engine = MemoryEngine::default();
    engine.apply_now(documents());
    engine
}

pub(crate) fn request(query: &str) -> Request {
    Request {
        query: query.to_owned(),
        filter: Filter::default(),
        facets: Vec::new(),
        counts_total: false,
        sort: Sort::Relevance,
        first: 20,
        after: None,
        now: now(),
    }
}

pub(crate) fn search(engine: &MemoryEngine, query: &str) -> Page {
    engine.search_now(&request(query)).expect("a request without a cursor")
}

/// Hits as the judgements name them: numbers of matches, ids of listings.
pub(crate) fn names(page: &Page) -> Vec<String> {
    let name = |id: DocumentId| match id {
        DocumentId::Match(number) => number.to_string(),
        DocumentId::Listing(id) => format!("L{:02}", id.as_u128()),
    };
    page.hits.iter().map(|hit| name(hit.id)).collect()
}

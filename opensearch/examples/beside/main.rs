//! What `bench search` sets beside each other: the judged market and queries for rivals, and what our own engines make of them.
//!
//!     cargo run --release -p opensearch --example beside -- ours 20000
//!
//! The engine in this process is asked, and OpenSearch by ours if `SEARCH_URL` names a node.

#[path = "../../../search/tests/search/judged.rs"]
mod judged;
#[path = "../../../search/examples/search/market.rs"]
#[expect(dead_code, reason = "rivals are not asked what is hostile")]
mod market;
#[path = "../../../search/tests/search/world.rs"]
#[expect(dead_code, reason = "tests use more of it")]
mod world;

use std::{
    collections::{BTreeMap, HashMap},
    process::ExitCode,
    time::Instant,
};

use judged::{Half, judgements, sums};
use opensearch::{Address, OpenSearch};
use search::{
    divided::DividedEngine,
    document::{Change, ListingDocument, MatchDocument},
    engine::{Engine, MemoryEngine},
    filter::FacetField,
    request::Request,
};
use serde_json::{Value, json};
use tokio::runtime::{Handle, Runtime};

/// Of the index in OpenSearch.
const PREFIX: &str = "bench";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["documents", listings] => documents(listings.parse().unwrap_or_default()),
        ["queries"] => queries(),
        ["ours", listings] => {
            let runtime = Runtime::new().expect("threads can be started");
            runtime.block_on(ours(listings.parse().unwrap_or_default()));
        }
        _ => {
            eprintln!("beside documents LISTINGS\nbeside queries\nbeside ours LISTINGS");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn market(listings: u32) -> Vec<Change> {
    world::documents().into_iter().chain(market::listings(listings)).collect()
}

/// A document a line, as a site that uses a rival would index it: a listing with the names of its match.
fn documents(listings: u32) {
    let matches: HashMap<i32, MatchDocument> = world::matches().into_iter().map(|of| (of.number, of)).collect();
    let judged = world::documents().len();
    for (at, change) in market(listings).into_iter().enumerate() {
        let document = match change {
            Change::Match(of) => fields(&of, None),
            Change::Listing(listing) => fields(&matches[&listing.match_number], Some((&listing, at < judged))),
            Change::MatchGone { .. } | Change::ListingGone { .. } => continue,
        };
        println!("{document}");
    }
}

fn fields(of: &MatchDocument, listing: Option<(&ListingDocument, bool)>) -> Value {
    let kick_off = jiff::Timestamp::from_second(of.kick_off.timestamp()).unwrap_or_default();
    let day = kick_off.in_tz(&of.time_zone).map(|day| day.strftime("%A %-d %B %Y %F").to_string()).unwrap_or_default();
    let id = match listing {
        None => of.number.to_string(),
        Some((listing, true)) => format!("L{:02}", listing.id.as_u128()),
        Some((listing, false)) => listing.id.to_string(),
    };
    json!({
        "id": id,
        "teams": format!("{} {}", of.home_team, of.away_team),
        "venue": of.venue,
        "stage": format!("{} round {} match {}", of.group.as_deref().unwrap_or_default(), of.round, of.number),
        "day": day,
        "title": listing.map(|(listing, _)| listing.title.as_str()),
        "description": listing.and_then(|(listing, _)| listing.description.as_deref()),
    })
}

fn queries() {
    for judged in judgements(Half::Unseen) {
        println!("{}", json!({ "class": judged.class, "query": judged.query, "answers": judged.answers }));
    }
}

async fn ours(listings: u32) {
    let memory = MemoryEngine::default();
    let start = Instant::now();
    memory.apply_now(market(listings));
    println!(
        "{}",
        told("in process", &json!({ "filled_ms": start.elapsed().as_millis() }), &memory, &world::engine()).await
    );

    #[expect(clippy::disallowed_methods, reason = "a benchmark is told by its environment where the node is")]
    let Some(address) = std::env::var("SEARCH_URL").ok().and_then(|url| url.parse::<Address>().ok()) else { return };
    let engine = || DividedEngine::new(OpenSearch::new(address.clone(), PREFIX));
    let judged = engine();
    fill(&judged, world::documents()).await;
    let sums = classes(&judged);
    let large = engine();
    let filled = fill(&large, market(listings)).await;
    // As an instance does that starts beside others.
    let again = engine();
    let started = fill(&again, market(listings)).await;
    let times = json!({ "filled_ms": filled, "started_again_ms": started });
    println!("{}", timed("OpenSearch, asked by ours", &times, &large, sums).await);
    fill(&large, Vec::new()).await;
}

async fn fill(engine: &impl Engine, documents: Vec<Change>) -> u128 {
    let start = Instant::now();
    let mut rebuild = engine.begin_rebuild().await.expect("the node answers");
    for changes in documents.chunks(1_000) {
        rebuild.add(changes.to_vec()).await.expect("the node answers");
    }
    rebuild.finish().await.expect("the node answers");
    start.elapsed().as_millis()
}

async fn told(name: &str, more: &Value, large: &impl Engine, judged: &impl Engine) -> Value {
    timed(name, more, large, classes(judged)).await
}

/// Successes by class of the unseen half.
fn classes(engine: &impl Engine) -> BTreeMap<&'static str, [usize; 3]> {
    let found = |query: &str| {
        let request = world::request(query);
        let page = tokio::task::block_in_place(|| Handle::current().block_on(engine.search(&request)));
        world::names(&page.expect("the node answers"))
    };
    let sums = sums(Half::Unseen, found);
    sums.into_iter().map(|(class, of)| (class, [of.queries, of.at_1, of.at_3])).collect()
}

async fn timed(name: &str, more: &Value, engine: &impl Engine, classes: BTreeMap<&'static str, [usize; 3]>) -> Value {
    let queries: Vec<Request> = judgements(Half::Unseen).iter().map(|judged| world::request(&judged.query)).collect();
    let counted =
        |request: &Request| Request { counts_total: true, facets: FacetField::ALL.to_vec(), ..request.clone() };
    let counted: Vec<Request> = queries.iter().map(counted).collect();
    let (hits, with_counts) = (times(engine, &queries).await, times(engine, &counted).await);
    json!({ "engine": name, "classes": classes, "hits_ms": hits, "with_count_and_facets_ms": with_counts, "more": more })
}

/// The median and the 99th percentile, in milliseconds; a first round warms up.
async fn times(engine: &impl Engine, requests: &[Request]) -> [f64; 2] {
    let mut taken = Vec::new();
    for round in 0..2 {
        for request in requests {
            let start = Instant::now();
            engine.search(request).await.expect("the node answers");
            taken.extend((round > 0).then(|| start.elapsed().as_secs_f64() * 1e3));
        }
    }
    taken.sort_by(f64::total_cmp);
    [taken[taken.len() / 2], taken[taken.len() * 99 / 100]]
}

//! Searches a large market, and measures it.
//!
//!     cargo run --release -p search --example search -- measure 100000
//!     cargo run --release -p search --example search -- ask "germny lusail"
//!     cargo run --release -p search --example search -- judge

#[path = "../../tests/search/judged.rs"]
mod judged;
mod market;
#[path = "../../tests/search/processor.rs"]
mod processor;
#[path = "../../tests/search/world.rs"]
mod world;

use std::{
    hint::black_box,
    process::ExitCode,
    time::{Duration, Instant},
};

use judged::{Half, judgements, sums};
use search::{document::Change, engine::MemoryEngine, filter::FacetField, page::Page, request::Request};

/// How often each query is asked.
const ROUNDS: usize = 5;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["measure", listings] if listings.parse::<u32>().is_ok() => measure(listings.parse().unwrap_or_default()),
        ["ask", query] => ask(query),
        ["judge"] => judge(),
        _ => {
            eprintln!("search measure LISTINGS\nsearch ask QUERY\nsearch judge");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn ask(query: &str) {
    let engine = world::engine();
    let page = world::search(&engine, query);
    println!("{}", world::names(&page).join(" "));
    println!("{:?} {:?}", page.corrected_query, page.advice);
}

/// Of the half that may be looked at, each query whose first hit is not right.
fn judge() {
    let engine = world::engine();
    for (class, of_class) in sums(Half::Tuning, |query| world::names(&world::search(&engine, query))) {
        println!("{class}: {} queries, {} right at 1, {} at 3", of_class.queries, of_class.at_1, of_class.at_3);
    }
}

fn measure(listings: u32) {
    let names = Instant::now();
    black_box(world::engine());
    println!("names read and the judged market indexed: {} ms", names.elapsed().as_millis());

    let memory_before = resident();
    let changes = market::listings(listings);
    let (start, spent) = (Instant::now(), processor::time());
    let engine = MemoryEngine::default();
    engine.apply_now(world::documents());
    engine.apply_now(changes);
    let (clock, spent) = (start.elapsed().as_millis(), (processor::time() - spent).as_millis());
    println!("{} documents indexed in {clock} ms, {spent} ms of the processor", engine.documents());
    println!(
        "resident memory grew by {} MB with what was used to make the documents",
        (resident().saturating_sub(memory_before)) >> 20
    );

    let queries: Vec<Request> = [Half::Tuning, Half::Unseen]
        .into_iter()
        .flat_map(judgements)
        .map(|judged| world::request(&judged.query))
        .collect();
    let counted =
        |request: &Request| Request { counts_total: true, facets: FacetField::ALL.to_vec(), ..request.clone() };
    println!("{} queries, {ROUNDS} times each, 20 hits a page; milliseconds", queries.len());
    times("hits alone", &engine, &queries);
    times("hits, count and 8 facets", &engine, &queries.iter().map(counted).collect::<Vec<_>>());
    let hostile = market::hostile().iter().map(|query| counted(&world::request(query))).collect::<Vec<_>>();
    times("hostile, with count and facets", &engine, &hostile);
    changes_one_by_one(&engine, listings);
}

fn times(what: &str, engine: &MemoryEngine, requests: &[Request]) {
    let mut taken: Vec<(Duration, &str)> = Vec::new();
    for _ in 0..ROUNDS {
        for request in requests {
            let start = Instant::now();
            let page: Page = engine.search_now(request).expect("a request without a cursor");
            taken.push((start.elapsed(), &request.query));
            black_box(page);
        }
    }
    taken.sort();
    let at = |share: usize| taken[(taken.len() * share / 1_000).min(taken.len() - 1)].0.as_secs_f64() * 1e3;
    println!("{what}: p50 {:.2}, p90 {:.2}, p99 {:.2}, max {:.2}", at(500), at(900), at(990), at(1_000));
    let slowest: String = taken.last().map_or("", |(_, query)| query).chars().take(40).collect();
    println!("    the slowest: {slowest:?}");
}

/// What one event of the feed costs, sold and offered again.
fn changes_one_by_one(engine: &MemoryEngine, listings: u32) {
    let again: Vec<Change> = market::listings(1_000.min(listings));
    let start = processor::time();
    let count = again.len();
    for change in again {
        let gone = match &change {
            Change::Listing(listing) => Change::ListingGone { id: listing.id, version: listing.version },
            _ => continue,
        };
        engine.apply_now(vec![gone]);
        engine.apply_now(vec![change]);
    }
    println!("a change takes {} µs", (processor::time() - start).as_micros() / (2 * count.max(1) as u128));
}

/// Resident memory of this process in bytes, as Linux tells it.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kilobytes| kilobytes.parse::<usize>().ok()).unwrap_or_default() << 10
}

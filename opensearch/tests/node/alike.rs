//! What is found, counted and told is what the engine in this process finds, counts and tells.

use proptest::{prelude::*, test_runner::TestRunner};
use search::{document::Change, engine::MemoryEngine, filter::FacetField, request::Request};

use crate::{
    asked::{SORTS, everything, request, told},
    judged::{Half, judgements, sums},
    promised::assert_promised,
    site::{Site, search},
    world,
};

fn counted(query: &str) -> Request {
    Request { counts_total: true, facets: FacetField::ALL.to_vec(), ..world::request(query) }
}

fn in_process(documents: Vec<Change>) -> MemoryEngine {
    let engine = MemoryEngine::default();
    engine.apply_now(documents);
    engine
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a node: scripts/services start-opensearch, then SEARCH_URL is in scripts/services env"]
async fn the_judged_queries_find_what_was_meant() {
    let site = Site::new();
    let there = site.instance(world::documents()).await;
    let here = world::engine();
    let runtime = tokio::runtime::Handle::current();
    let found = |query: &str| {
        let request = world::request(query);
        world::names(&tokio::task::block_in_place(|| runtime.block_on(search(&there, &request))))
    };

    assert_promised(&sums(Half::Tuning, found), 0);
    assert_promised(&sums(Half::Unseen, found), 1);
    for half in [Half::Tuning, Half::Unseen] {
        let mut differ = Vec::new();
        for judged in judgements(half) {
            let request = counted(&judged.query);
            let here = here.search_now(&request).expect("a request without a cursor");
            if told(&here) != told(&search(&there, &request).await) {
                // Of the unseen half no single result is shown.
                differ.push(if half == Half::Tuning { judged.query } else { String::new() });
            }
        }
        assert!(differ.is_empty(), "{} queries differ: {differ:?}", differ.len());
    }
    site.leave().await;
}

#[tokio::test]
#[ignore = "needs a node: scripts/services start-opensearch, then SEARCH_URL is in scripts/services env"]
async fn pages_are_the_same_in_every_order_and_a_cursor_of_one_is_the_others() {
    let site = Site::new();
    let there = site.instance(everything()).await;
    let here = in_process(everything());

    for query in ["quiet seat", "quiet armchair", "qiuet corner", "seat group a", "brazil", "lusail seat 20"] {
        for sort in SORTS {
            let mut request = Request { first: 17, sort, ..world::request(query) };
            for page_number in 0.. {
                let expected = here.search_now(&request).expect("a cursor of this search");
                let page = search(&there, &request).await;
                assert_eq!(told(&page), told(&expected), "{query}, {sort:?}, page {page_number}");
                if !page.has_next_page {
                    break;
                }
                request.after = page.hits.last().map(|hit| hit.cursor.clone());
            }
        }
    }
    site.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a node: scripts/services start-opensearch, then SEARCH_URL is in scripts/services env"]
async fn whatever_is_asked_is_answered_alike() {
    let site = Site::new();
    let there = site.instance(everything()).await;
    let here = in_process(everything());
    let runtime = tokio::runtime::Handle::current();
    let answered = |request: &Request| tokio::task::block_in_place(|| runtime.block_on(search(&there, request)));

    let mut runner = TestRunner::new(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) });
    let outcome = runner.run(&request(), |request| {
        let expected = here.search_now(&request).expect("a request without a cursor");
        prop_assert_eq!(told(&answered(&request)), told(&expected));
        if let Some(hit) = expected.hits.last() {
            let next = Request { after: Some(hit.cursor.clone()), ..request };
            prop_assert_eq!(told(&answered(&next)), told(&here.search_now(&next).expect("a cursor of this search")));
        }
        Ok(())
    });

    assert!(outcome.is_ok(), "{outcome:?}");
    site.leave().await;
}

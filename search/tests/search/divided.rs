//! Listings in a store are found as those in this process are. The store here is a simple one; a node of OpenSearch is asked the same by the
//! tests of its crate.

use std::sync::LazyLock;

use proptest::prelude::*;
use search::{
    divided::DividedEngine,
    document::{Change, DocumentId},
    engine::{Engine, MemoryEngine},
    filter::FacetField,
    request::Request,
};
use tokio::runtime::Runtime;

use crate::{
    asked::{SORTS, everything, request, told},
    changes::{as_from_a_source, change, newest},
    judged::{Half, judgements},
    simple_store::SimpleStore,
    world,
};

type Divided = DividedEngine<SimpleStore>;

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("threads can be started"));

fn divided(documents: Vec<Change>) -> Divided {
    let engine = Divided::new(SimpleStore::default());
    rebuild(&engine, documents);
    engine
}

fn rebuild(engine: &Divided, documents: Vec<Change>) {
    RUNTIME.block_on(async {
        let mut rebuild = engine.begin_rebuild().await.expect("the store answers");
        rebuild.add(documents).await.expect("the store answers");
        rebuild.finish().await.expect("the store answers");
    });
}

fn here(documents: Vec<Change>) -> MemoryEngine {
    let engine = MemoryEngine::default();
    engine.apply_now(documents);
    engine
}

fn answered(engine: &Divided, request: &Request) -> String {
    told(&RUNTIME.block_on(engine.search(request)).expect("a cursor of this search"))
}

fn expected(engine: &MemoryEngine, request: &Request) -> String {
    told(&engine.search_now(request).expect("a cursor of this search"))
}

#[test]
fn the_judged_queries_are_answered_alike() {
    let (there, here) = (divided(world::documents()), world::engine());
    for half in [Half::Tuning, Half::Unseen] {
        let mut differ = 0;
        for judged in judgements(half) {
            let request = world::request(&judged.query);
            differ += usize::from(answered(&there, &request) != expected(&here, &request));
        }
        assert_eq!(differ, 0);
    }
}

#[test]
fn pages_are_the_same_in_every_order() {
    let (there, here) = (divided(everything()), here(everything()));
    for query in ["quiet seat", "quiet armchair", "qiuet corner", "seat group a", "brazil", "lusail seat 20"] {
        for sort in SORTS {
            let mut request = Request { first: 17, sort, ..world::request(query) };
            loop {
                let page = here.search_now(&request).expect("a cursor of this search");
                assert_eq!(answered(&there, &request), told(&page), "{query}, {sort:?}");
                if !page.has_next_page {
                    break;
                }
                request.after = page.hits.last().map(|hit| hit.cursor.clone());
            }
        }
    }
}

#[test]
fn whatever_is_asked_is_answered_alike_also_behind_a_hit_whose_match_has_moved() {
    let (there, before) = (divided(everything()), here(everything()));
    let moved = |change: Change| match change {
        Change::Match(of) => {
            let kick_off = of.kick_off + chrono::TimeDelta::hours(of.number.rem_euclid(5).into());
            Change::Match(search::document::MatchDocument { kick_off, version: 2, ..of })
        }
        other => other,
    };
    let after: Vec<Change> = everything().into_iter().map(moved).collect();
    let (there_after, here_after) = (divided(after.clone()), here(after));

    proptest!(ProptestConfig::with_cases(1_000), |(request in request())| {
        prop_assert_eq!(answered(&there, &request), expected(&before, &request));
        let page = before.search_now(&request).expect("a request without a cursor");
        for hit in page.hits.first().into_iter().chain(page.hits.last()) {
            let next = Request { after: Some(hit.cursor.clone()), ..request.clone() };
            prop_assert_eq!(answered(&there, &next), expected(&before, &next));
            prop_assert_eq!(answered(&there_after, &next), expected(&here_after, &next));
        }
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn a_history_ends_as_what_is_newest_with_and_without_a_rebuild(
        changes in proptest::collection::vec(change(), 1..60).prop_map(as_from_a_source).prop_shuffle(),
        cut in 0_usize..60,
        batch in 1_usize..9,
    ) {
        let queries = ["quiet", "seat", "lusail", "group a", "日本側", "oberang", "group stage"];
        let requests = queries.map(|query| Request {
            counts_total: true,
            facets: FacetField::ALL.to_vec(),
            ..world::request(query)
        });
        let fresh = here(newest(&changes));
        let told = divided(Vec::new());
        for batch in changes.chunks(batch) {
            RUNTIME.block_on(told.apply(batch.to_vec())).expect("the store answers");
        }
        // An instance that heard a part of it, and then read the source.
        let rebuilt = divided(Vec::new());
        let before = changes[..cut.min(changes.len())].to_vec();
        RUNTIME.block_on(rebuilt.apply(before)).expect("the store answers");
        rebuild(&rebuilt, newest(&changes));
        for request in &requests {
            prop_assert_eq!(answered(&told, request), expected(&fresh, request));
            prop_assert_eq!(answered(&rebuilt, request), expected(&fresh, request));
        }
    }
}

#[test]
fn what_another_instance_tells_while_the_source_is_read_stays() {
    let there = divided(world::documents());
    let id = world::listing_id("L15");
    let newer = world::listings().into_iter().find(|listing| listing.id == id).expect("it is judged");
    let newer = search::document::ListingDocument { version: 9, ..newer };
    let without: Vec<Change> =
        world::documents().into_iter().filter(|change| change.id() != DocumentId::Listing(id)).collect();

    RUNTIME.block_on(async {
        let mut rebuild = there.begin_rebuild().await.expect("the store answers");
        there.apply(vec![Change::Listing(newer)]).await.expect("the store answers");
        rebuild.add(without.clone()).await.expect("the store answers");
        rebuild.finish().await.expect("the store answers");
    });
    let hits = || RUNTIME.block_on(there.search(&world::request("wheelchair"))).expect("the store answers").hits.len();
    assert_eq!(hits(), 1);

    rebuild(&there, without);
    assert_eq!(hits(), 0, "nobody has told of it since");
}

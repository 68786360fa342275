//! What is found while listings come and go, told by several instances in any order.

use std::time::Duration;

use proptest::{prelude::*, test_runner::TestRunner};
use search::{
    document::{Change, ListingDocument},
    engine::{Engine, MemoryEngine},
    filter::{FacetField, Filter},
    request::Request,
};

use crate::{
    asked::told,
    changes::{as_from_a_source, change, newest},
    site::{Site, search, until},
    world,
};

fn quiet(version: i64) -> ListingDocument {
    ListingDocument {
        title: "Quiet seat".to_owned(),
        price_minor: version * 1_000,
        version,
        ..world::listings().remove(0)
    }
}

/// The versions in which the listing is found, by their prices.
async fn quiet_versions(engine: &impl Engine) -> Vec<i64> {
    let mut found = Vec::new();
    for version in 1..10 {
        let price = Some(version * 1_000);
        let filter = Filter { price_from_minor: price, price_to_minor: price, ..Filter::default() };
        let request = Request { filter, ..world::request("quiet seat") };
        found.extend(search(engine, &request).await.hits.first().map(|_| version));
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a node: scripts/services start-opensearch, then SEARCH_URL is in scripts/services env"]
async fn a_random_history_told_by_two_instances_ends_as_what_is_newest() {
    let runtime = tokio::runtime::Handle::current();
    let queries = ["quiet", "seat", "lusail", "group a", "日本側", "oberang", "group stage", "quiet aisle"];
    let requests: Vec<Request> = queries
        .iter()
        .map(|query| Request { counts_total: true, facets: FacetField::ALL.to_vec(), ..world::request(query) })
        .collect();
    let history = proptest::collection::vec(change(), 1..60).prop_map(as_from_a_source).prop_shuffle();
    let histories = (history, 0_usize..60, 1_usize..9);

    let mut runner = TestRunner::new(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(20) });
    let outcome = runner.run(&histories, |(changes, cut, batch)| {
        let fresh = MemoryEngine::default();
        fresh.apply_now(newest(&changes));
        let told_there = async {
            let site = Site::new();
            let (one, other) = (site.instance(Vec::new()).await, site.instance(Vec::new()).await);
            let (first, last) = changes.split_at(cut.min(changes.len()));
            // The second hears of it in another order.
            let tell_one = async {
                for batch in first.chunks(batch).chain(last.chunks(batch)) {
                    one.apply(batch.to_vec()).await.expect("the node answers");
                }
            };
            let tell_other = async {
                for batch in last.chunks(batch).chain(first.chunks(batch)) {
                    other.apply(batch.to_vec()).await.expect("the node answers");
                }
            };
            tokio::join!(tell_one, tell_other);
            site.settle().await;
            let mut told_there = Vec::new();
            for request in &requests {
                told_there.push([told(&search(&one, request).await), told(&search(&other, request).await)]);
            }
            // A third reads the source when all is over.
            let third = site.instance(newest(&changes)).await;
            for (request, told_there) in requests.iter().zip(&told_there) {
                assert_eq!(told(&search(&third, request).await), told_there[0]);
            }
            site.leave().await;
            told_there
        };
        let told_there = tokio::task::block_in_place(|| runtime.block_on(told_there));
        for (request, told_there) in requests.iter().zip(told_there) {
            let expected = told(&fresh.search_now(request).expect("a request without a cursor"));
            prop_assert_eq!(told_there, [expected.clone(), expected]);
        }
        Ok(())
    });

    assert!(outcome.is_ok(), "{outcome:?}");
}

#[tokio::test]
#[ignore = "needs a node: scripts/services start-opensearch, then SEARCH_URL is in scripts/services env"]
async fn a_late_state_neither_replaces_a_newer_one_nor_brings_back_what_is_gone() {
    let site = Site::new();
    let engine = site.instance(world::documents()).await;
    let id = quiet(1).id;

    for version in [5, 3] {
        engine.apply(vec![Change::Listing(quiet(version))]).await.expect("the node answers");
    }
    site.settle().await;
    assert_eq!(quiet_versions(&engine).await, [5]);

    engine.apply(vec![Change::ListingGone { id, version: 7 }]).await.expect("the node answers");
    engine.apply(vec![Change::Listing(quiet(6))]).await.expect("the node answers");
    site.settle().await;
    assert_eq!(quiet_versions(&engine).await, [0; 0]);

    engine.apply(vec![Change::Listing(quiet(8))]).await.expect("the node answers");
    engine.apply(vec![Change::ListingGone { id, version: 7 }]).await.expect("the node answers");
    site.settle().await;
    assert_eq!(quiet_versions(&engine).await, [8]);
    site.leave().await;
}

#[tokio::test]
#[ignore = "needs a node: scripts/services start-opensearch, then SEARCH_URL is in scripts/services env"]
async fn an_instance_that_starts_takes_away_what_has_gone_and_nothing_else() {
    let site = Site::new();
    let running = site.instance(world::documents()).await;
    let without = |name: &str| {
        let id = world::listing_id(name);
        world::documents().into_iter().filter(move |change| !matches!(change, Change::Listing(of) if of.id == id))
    };

    // What another tells of while the source is read stays, though the source did not have it.
    let starting = search::divided::DividedEngine::new(site.store());
    let mut rebuild = starting.begin_rebuild().await.expect("the node answers");
    running.apply(vec![Change::Listing(quiet(9))]).await.expect("the node answers");
    assert_eq!(search(&running, &world::request("wheelchair")).await.hits.len(), 1, "it is searched meanwhile");
    let source = without("L15").filter(|change| !matches!(change, Change::Listing(of) if of.id == quiet(9).id));
    rebuild.add(source.collect()).await.expect("the node answers");
    rebuild.finish().await.expect("the node answers");

    for engine in [&running, &starting] {
        assert_eq!(search(engine, &world::request("wheelchair")).await.hits.len(), 0);
        assert_eq!(search(engine, &world::request("mariachi")).await.hits.len(), 1);
        assert_eq!(quiet_versions(engine).await, [9]);
    }
    site.leave().await;
}

#[tokio::test]
#[ignore = "needs a node: scripts/services start-opensearch, then SEARCH_URL is in scripts/services env"]
async fn what_changed_is_found_soon_without_being_asked_for() {
    let site = Site::new();
    let engine = site.instance(world::documents()).await;

    engine.apply(vec![Change::Listing(quiet(4))]).await.expect("the node answers");
    let request = world::request("quiet seat");
    let taken = until(Duration::from_secs(30), || async { !search(&engine, &request).await.hits.is_empty() }).await;

    println!("a change was found after {taken:?}");
    site.leave().await;
}

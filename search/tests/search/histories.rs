//! Random histories: whatever happens, and in whatever order it is heard of, an index ends as one that is built anew.

use proptest::prelude::*;
use search::{
    document::Change,
    engine::{MemoryEngine, RebuildError},
};

use crate::{
    changes::{as_from_a_source, change, newest},
    world,
};

fn found(engine: &MemoryEngine) -> Vec<Vec<String>> {
    let queries = ["quiet", "seat", "lusail", "group a", "日本側", "oberang", "group stage"];
    queries.iter().map(|query| world::names(&world::search(engine, query))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn an_index_ends_as_one_that_is_built_anew(
        changes in proptest::collection::vec(change(), 1..60).prop_map(as_from_a_source).prop_shuffle(),
        cut in 0_usize..60,
        batch in 1_usize..9,
    ) {
        let fresh = MemoryEngine::default();
        fresh.apply_now(newest(&changes));

        let kept = MemoryEngine::default();
        changes.chunks(batch).for_each(|batch| kept.apply_now(batch.to_vec()));
        prop_assert_eq!(kept.digest(), fresh.digest());
        prop_assert_eq!(kept.documents(), fresh.documents());
        prop_assert_eq!(found(&kept), found(&fresh));

        // The source is read in the middle of all that, and the rest arrives while the index is rebuilt.
        let (before, after) = changes.split_at(cut.min(changes.len()));
        let rebuilt = MemoryEngine::default();
        rebuilt.apply_now(before.to_vec());
        let mut rebuild = rebuilt.rebuild();
        after.iter().for_each(|change| rebuilt.apply_now(vec![change.clone()]));
        rebuild.add(newest(&changes));
        rebuild.finish().expect("nothing came between");
        prop_assert_eq!(rebuilt.digest(), fresh.digest());
    }
}

#[test]
fn what_arrives_during_a_rebuild_is_not_lost() {
    let engine = world::engine();
    let mut rebuild = engine.rebuild();
    rebuild.add(world::documents());
    engine.apply_now(vec![Change::ListingGone { id: world::listing_id("L15"), version: 2 }]);
    assert_eq!(world::search(&engine, "wheelchair").hits.len(), 0, "the old index goes on");
    rebuild.finish().expect("nothing came between");
    assert_eq!(world::search(&engine, "wheelchair").hits.len(), 0);
    assert_eq!(world::search(&engine, "mariachi").hits.len(), 1);
}

#[test]
fn of_two_rebuilds_the_newer_replaces_the_index() {
    let engine = world::engine();
    let (mut first, mut second) = (engine.rebuild(), engine.rebuild());
    first.add(world::documents());
    second.add(world::documents());
    engine.apply_now(vec![Change::ListingGone { id: world::listing_id("L15"), version: 2 }]);
    assert!(matches!(first.finish(), Err(RebuildError::Overtaken)), "it lacks what arrived before the second began");
    assert!(second.finish().is_ok());
    assert_eq!(engine.documents(), 103);
}

#[test]
fn an_empty_engine_finds_nothing() {
    let page = world::search(&MemoryEngine::default(), "brazil");
    assert_eq!(page.hits.len(), 0);
}

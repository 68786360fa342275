//! Queries of those who want it to be slow, wrong or dead.

use std::time::Duration;

use proptest::prelude::*;
use search::{
    cost::{self, Cost},
    filter::FacetField,
    query::{Query, WORDS_MAX},
    request::Request,
    words::LETTERS_MAX,
};

use crate::{processor, world};

/// Of the processor, on a slow machine; a query that is not bounded takes longer.
const BOUND: Duration = Duration::from_millis(300);

fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("brazil ".to_owned()),
        Just("日本韓国".to_owned()),
        Just("대한민국".to_owned()),
        Just("المغرب ".to_owned()),
        Just("\u{202e}\u{2066}\u{200b}\u{feff}".to_owned()),
        Just("z\u{335}\u{322}\u{31b}".to_owned()),
        Just("😀🏴\u{e0067}\u{e0062}🇧".to_owned()),
        Just("ﷺ㍿⑯½".to_owned()),
        Just("title:\"a\" OR *~2^9 [a TO z] ".to_owned()),
        Just("2022-11-20 31/31 20 nov ".to_owned()),
        "\\PC{0,40}",
        ".{0,20}",
    ];
    (proptest::collection::vec(piece, 1..8), 1_usize..400).prop_map(|(pieces, times)| {
        let mut text = pieces.concat().repeat(times);
        let end = text.char_indices().map(|(at, _)| at).take_while(|at| *at <= 10_000).last().unwrap_or_default();
        text.truncate(end);
        text
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn every_query_is_answered_within_its_bounds(query in pieces()) {
        let engine = world::engine();
        let request = Request { facets: FacetField::ALL.to_vec(), counts_total: true, ..world::request(&query) };
        let start = processor::time();
        let page = engine.search_now(&request).expect("a request without a cursor");
        let taken = processor::time() - start;
        prop_assert!(taken < BOUND, "{:?}", taken);
        prop_assert!(page.hits.len() <= 20);
        prop_assert!(page.advice.is_some() == page.hits.is_empty());

        let understood = Query::understand(&query, &[]);
        prop_assert!(understood.words.len() <= WORDS_MAX);
        prop_assert!(understood.words.iter().all(|typed| typed.word.text.chars().count() <= LETTERS_MAX + 1));
        prop_assert!(cost::of(&request) <= Cost::MAX);
        let marked: String = page.highlighter.text(&query).into_iter().map(|piece| piece.text).collect();
        prop_assert_eq!(marked, query);
    }
}

#[test]
fn there_is_no_syntax() {
    let engine = world::engine();
    let plain = world::names(&world::search(&engine, "brazil serbia"));
    for query in
        ["+brazil -serbia", "brazil AND serbia", "\"brazil\" (serbia)", "brazil^9 serbia~2", "<b>brazil</b> <i>serbia"]
    {
        assert_eq!(world::names(&world::search(&engine, query))[0], plain[0], "{query}");
    }
}

#[test]
fn a_query_costs_what_it_takes() {
    let of = |query: &str| cost::of(&world::request(query));
    assert!(of("brazil") < of("brazil lusail"));
    assert!(of("brazil lusail") < of(&"brazil ".repeat(WORDS_MAX)));
    assert_eq!(of(&"brazil ".repeat(WORDS_MAX)), of(&"brazil ".repeat(1_500)), "what is not read costs nothing");
    let plain = world::request("brazil");
    assert!(cost::of(&plain) < cost::of(&Request { counts_total: true, ..plain.clone() }));
    assert!(cost::of(&plain) < cost::of(&Request { facets: vec![FacetField::Team], ..plain.clone() }));
    let widest = Request {
        query: "brazil ".repeat(1_500),
        facets: FacetField::ALL.repeat(1_000),
        counts_total: true,
        first: usize::MAX,
        ..plain
    };
    assert_eq!(cost::of(&widest), Cost::MAX);
}

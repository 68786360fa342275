//! Pages, while the index moves.

use std::collections::BTreeSet;

use search::{
    cursor::CursorError,
    document::{Change, DocumentId, ListingDocument},
    engine::MemoryEngine,
    filter::Filter,
    page::SearchError,
    request::{PAGE_MAX, Request, Sort},
};
use uuid::Uuid;

use crate::world;

fn listing(number: u128) -> ListingDocument {
    ListingDocument {
        id: Uuid::from_u128(1_000 + number),
        match_number: 1 + i32::try_from(number % 48).expect("small"),
        category: 1,
        price_minor: 5_000 + i64::try_from(number * 7_919 % 1_000).expect("small"),
        title: "A quiet seat".to_owned(),
        description: None,
        version: 1,
    }
}

fn market(listings: u128) -> MemoryEngine {
    let engine = world::engine();
    engine.apply_now((0..listings).map(|number| Change::Listing(listing(number))).collect());
    engine
}

/// All pages of a request, with what happens between them.
fn pages(engine: &MemoryEngine, request: &Request, between: impl Fn(usize)) -> Vec<DocumentId> {
    let (mut found, mut request) = (Vec::new(), request.clone());
    for page_number in 0.. {
        let page = engine.search_now(&request).expect("a cursor of this search");
        found.extend(page.hits.iter().map(|hit| hit.id));
        if !page.has_next_page {
            break;
        }
        request.after = page.hits.last().map(|hit| hit.cursor.clone());
        between(page_number);
    }
    found
}

#[test]
fn pages_put_together_are_the_whole_in_every_order() {
    let engine = market(90);
    for sort in [Sort::Relevance, Sort::KickOff, Sort::Price, Sort::PriceDescending] {
        let request = Request { first: PAGE_MAX, sort, ..world::request("quiet seat") };
        let whole = engine.search_now(&request).expect("a request without a cursor");
        let paged = pages(&engine, &Request { first: 7, ..request }, |_| ());
        assert_eq!(paged, whole.hits.iter().map(|hit| hit.id).collect::<Vec<_>>(), "{sort:?}");
    }
}

#[test]
fn nothing_is_shown_twice_or_left_out_while_listings_come_and_go() {
    let engine = market(200);
    let before: BTreeSet<DocumentId> = (0..200).map(|number| DocumentId::Listing(listing(number).id)).collect();
    let gone: BTreeSet<u128> = (0..200).filter(|number| number % 3 == 0).collect();

    let found = pages(&engine, &Request { first: 10, ..world::request("quiet seat") }, |page| {
        let page = u128::try_from(page).expect("small");
        let leaving = gone.iter().skip(usize::try_from(page * 5).expect("small")).take(5);
        engine.apply_now(leaving.map(|number| Change::ListingGone { id: listing(*number).id, version: 2 }).collect());
        engine.apply_now((0..4).map(|more| Change::Listing(listing(200 + page * 4 + more))).collect());
    });

    let distinct: BTreeSet<DocumentId> = found.iter().copied().collect();
    assert_eq!(distinct.len(), found.len(), "nothing twice");
    let staying = before.iter().filter(|id| match id {
        DocumentId::Listing(id) => !gone.contains(&(id.as_u128() - 1_000)),
        DocumentId::Match(_) => true,
    });
    for id in staying {
        assert!(distinct.contains(id), "{id:?} was there all the time");
    }
}

#[test]
fn a_cursor_stands_when_its_hit_is_gone() {
    let engine = market(30);
    let request = Request { first: 5, ..world::request("quiet seat") };
    let first = engine.search_now(&request).expect("a request without a cursor");
    let second = Request { after: Some(first.hits[4].cursor.clone()), ..request };
    let expected = engine.search_now(&second).expect("a cursor of this search").hits;
    let DocumentId::Listing(id) = first.hits[4].id else { panic!("only listings are quiet") };
    engine.apply_now(vec![Change::ListingGone { id, version: 2 }]);
    assert_eq!(engine.search_now(&second).expect("a cursor of this search").hits, expected);
}

#[test]
fn a_page_of_what_has_some_of_the_words_stays_one() {
    let engine = market(30);
    let request = Request { first: 5, ..world::request("quiet armchair") };
    let first = engine.search_now(&request).expect("a request without a cursor");
    let second = Request { after: Some(first.hits[4].cursor.clone()), ..request };
    let better = ListingDocument { title: "A quiet armchair".to_owned(), ..listing(500) };
    engine.apply_now(vec![Change::Listing(better)]);
    assert_eq!(engine.search_now(&second).expect("a cursor of this search").hits.len(), 5);
}

#[test]
fn a_cursor_is_of_one_search_alone() {
    let engine = market(30);
    let request = Request { first: 5, ..world::request("quiet seat") };
    let cursor = engine.search_now(&request).expect("a request without a cursor").hits[4].cursor.clone();
    let with = |request: Request| {
        engine.search_now(&Request { after: Some(cursor.clone()), ..request }).map(|page| page.hits.len())
    };
    let other =
        |result: Result<usize, SearchError>| matches!(result, Err(SearchError::Cursor(CursorError::OfAnotherSearch)));
    assert!(matches!(with(request.clone()), Ok(5)));
    assert!(other(with(Request { query: "quiet".to_owned(), ..request.clone() })));
    assert!(other(with(Request { sort: Sort::Price, ..request.clone() })));
    assert!(other(with(Request { filter: Filter { rounds: vec![1], ..Filter::default() }, ..request.clone() })));
    for malformed in ["", "x", "AAAA", &"A".repeat(100_000), "é"] {
        let result = engine.search_now(&Request { after: Some(malformed.to_owned()), ..request.clone() });
        assert!(matches!(result, Err(SearchError::Cursor(CursorError::Malformed))), "{malformed:?}");
    }
}

#[test]
fn a_page_has_a_most() {
    let engine = market(200);
    let page = engine.search_now(&Request { first: 1_000_000, ..world::request("quiet seat") });
    let page = page.expect("a request without a cursor");
    assert_eq!((page.hits.len(), page.has_next_page), (PAGE_MAX, true));
    let none =
        engine.search_now(&Request { first: 0, ..world::request("quiet seat") }).expect("a request without a cursor");
    assert_eq!((none.hits.len(), none.has_next_page), (0, true));
}

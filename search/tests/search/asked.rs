//! What may be asked of any engine, over a market in which listings differ in few words and prices.

use chrono::TimeDelta;
use proptest::{
    prelude::*,
    sample::{select, subsequence},
};
use search::{
    document::{Availability, Change, ListingDocument, Source},
    filter::{FacetField, Filter},
    page::Page,
    request::{Request, Sort},
};
use uuid::Uuid;

use crate::world;

pub(crate) const SORTS: [Sort; 4] = [Sort::Relevance, Sort::KickOff, Sort::Price, Sort::PriceDescending];

fn market() -> Vec<Change> {
    let titles = ["Quiet seat", "Quiet corner, lower tier", "Asiento en Lusail", "Seat 20", "日本側の席", "مقعد قريب"];
    let listing = |number: usize| ListingDocument {
        id: Uuid::from_u128(1_000 + number as u128),
        match_number: 1 + i32::try_from(number * 7 % 70).expect("small"),
        category: 1 + i32::try_from(number % 3).expect("small"),
        price_minor: 4_900 + 100 * i64::try_from(number * 7_919 % 900).expect("small"),
        title: titles[number % titles.len()].to_owned(),
        description: (!number.is_multiple_of(4)).then(|| titles[(number / 2) % titles.len()].to_owned()),
        version: 1,
    };
    (0..300).map(|number| Change::Listing(listing(number))).collect()
}

pub(crate) fn everything() -> Vec<Change> {
    world::documents().into_iter().chain(market()).collect()
}

pub(crate) fn request() -> impl Strategy<Value = Request> {
    let word = select(vec![
        "quiet",
        "qiuet",
        "seat",
        "seet",
        "lusail",
        "lusial",
        "tier",
        "corner",
        "cor",
        "se",
        "qu",
        "asiento",
        "20",
        "nov",
        "brazil",
        "serbia",
        "final",
        "group",
        "g",
        "日本側",
        "مقعد",
        "tickets",
        "zzzz",
        "england",
        "tomorrow",
        "lower",
        "lo",
    ]);
    let query = proptest::collection::vec(word, 1..5).prop_map(|words| words.join(" "));
    let filter = (
        subsequence(vec!["Brazil", "Serbia", "Qatar"], 0..2),
        subsequence(vec!["Lusail Stadium", "Al Bayt Stadium"], 0..2),
        subsequence(vec![1, 2, 3, 4], 0..3),
        subsequence(vec![1, 2, 3], 0..3),
        proptest::option::of(0..60_000_i64),
        proptest::option::of(20_000..90_000_i64),
        subsequence(vec![Availability::Available, Availability::SoldOut], 0..2),
        subsequence(vec![Source::Stock, Source::Resale], 0..2),
    );
    let texts = |texts: Vec<&str>| texts.into_iter().map(ToOwned::to_owned).collect::<Vec<String>>();
    let filter = filter.prop_map(move |(teams, venues, rounds, categories, from, to, availability, sources)| Filter {
        teams: texts(teams),
        venues: texts(venues),
        rounds,
        categories,
        price_from_minor: from,
        price_to_minor: to,
        availability,
        sources,
        ..Filter::default()
    });
    let filter = prop_oneof![Just(Filter::default()), filter];
    let shown = (0..40_usize, select(SORTS.to_vec()), subsequence(FacetField::ALL.to_vec(), 0..8), any::<bool>());
    (query, filter, shown, 0..5_i64).prop_map(|(query, filter, (first, sort, facets, counts_total), days)| Request {
        filter,
        facets,
        counts_total,
        sort,
        first,
        now: world::now() + TimeDelta::days(days),
        ..world::request(&query)
    })
}

/// What a fan is told, with the cursors.
pub(crate) fn told(page: &Page) -> String {
    format!("{:?}", (&page.hits, page.has_next_page, page.total, &page.facets, &page.corrected_query, &page.advice))
}

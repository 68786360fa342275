//! Facets and filters, compared with a recount.

use std::collections::BTreeMap;

use proptest::prelude::*;
use search::{
    document::{Availability, CategoryDocument, Change, DocumentId, MatchDocument, Source},
    engine::MemoryEngine,
    facets::FacetValue,
    filter::{FacetField, Filter},
    request::Request,
};

use crate::world;

/// A market in which matches are sold out in part, or closed.
fn market() -> (MemoryEngine, Vec<MatchDocument>) {
    let engine = world::engine();
    let states = [Availability::Available, Availability::SoldOut, Availability::TemporarilyUnavailable];
    let matches: Vec<MatchDocument> = world::matches()
        .into_iter()
        .map(|document| MatchDocument {
            categories: document
                .categories
                .iter()
                .map(|of| CategoryDocument {
                    availability: states[usize::try_from(document.number + of.category).expect("small") % 3],
                    ..*of
                })
                .collect(),
            is_closed: document.number % 7 == 0,
            version: 2,
            ..document
        })
        .collect();
    engine.apply_now(matches.iter().cloned().map(Change::Match).collect());
    (engine, matches)
}

/// One document as filters see it, told plainly.
struct Seen {
    of: MatchDocument,
    source: Source,
    offers: Vec<(i32, i64, Availability)>,
}

fn seen(id: DocumentId, matches: &[MatchDocument]) -> Seen {
    let of = |number: i32| matches.iter().find(|of| of.number == number).expect("a match").clone();
    match id {
        DocumentId::Match(number) => {
            let of = of(number);
            let state =
                |category: &CategoryDocument| if of.is_closed { Availability::Closed } else { category.availability };
            let offers =
                of.categories.iter().map(|category| (category.category, category.price_minor, state(category)));
            Seen { offers: offers.collect(), source: Source::Stock, of }
        }
        DocumentId::Listing(id) => {
            let listing = world::listings().into_iter().find(|listing| listing.id == id).expect("a listing");
            let offer = (listing.category, listing.price_minor, Availability::Available);
            Seen { of: of(listing.match_number), source: Source::Resale, offers: vec![offer] }
        }
    }
}

fn has<T: PartialEq>(wanted: &[T], value: &T) -> bool {
    wanted.is_empty() || wanted.contains(value)
}

/// The offers of a document that a filter leaves, as if one field were not filtered by.
fn left(seen: &Seen, filter: &Filter, but: Option<FacetField>) -> Vec<(i32, i64, Availability)> {
    let ignores = |field| but == Some(field);
    let of = &seen.of;
    let is_team = has(&filter.teams, &of.home_team) || has(&filter.teams, &of.away_team);
    let is_group = filter.groups.is_empty() || of.group.as_ref().is_some_and(|group| filter.groups.contains(group));
    let is_left = (ignores(FacetField::Team) || is_team)
        && (ignores(FacetField::Venue) || has(&filter.venues, &of.venue))
        && (ignores(FacetField::Round) || has(&filter.rounds, &of.round))
        && (ignores(FacetField::Group) || is_group)
        && (ignores(FacetField::Source) || has(&filter.sources, &seen.source))
        && has(&filter.matches, &of.number);
    let is_price = |price: i64| {
        filter.price_from_minor.is_none_or(|from| price >= from) && filter.price_to_minor.is_none_or(|to| price <= to)
    };
    let offers = seen.offers.iter().filter(|(category, price, state)| {
        is_left
            && (ignores(FacetField::Category) || has(&filter.categories, category))
            && (ignores(FacetField::Price) || is_price(*price))
            && (ignores(FacetField::Availability) || has(&filter.availability, state))
    });
    offers.copied().collect()
}

fn values(seen: &Seen, offers: &[(i32, i64, Availability)], field: FacetField) -> Vec<FacetValue> {
    let of = &seen.of;
    let steps = [
        (0, Some(5_000)),
        (5_000, Some(10_000)),
        (10_000, Some(20_000)),
        (20_000, Some(50_000)),
        (50_000, Some(100_000)),
        (100_000, None),
    ];
    let step = |price: i64| steps.into_iter().find(|(from, to)| price >= *from && to.is_none_or(|to| price < to));
    let mut values: Vec<FacetValue> = match field {
        FacetField::Team => [&of.home_team, &of.away_team].map(|team| FacetValue::Name(team.clone())).into(),
        FacetField::Venue => vec![FacetValue::Name(of.venue.clone())],
        FacetField::Round => vec![FacetValue::Number(of.round)],
        FacetField::Group => of.group.iter().cloned().map(FacetValue::Name).collect(),
        FacetField::Category => offers.iter().map(|offer| FacetValue::Number(offer.0)).collect(),
        FacetField::Price => {
            offers.iter().filter_map(|offer| step(offer.1)).map(|(from, to)| FacetValue::Price { from, to }).collect()
        }
        FacetField::Availability => offers.iter().map(|offer| FacetValue::Availability(offer.2)).collect(),
        FacetField::Source => vec![FacetValue::Source(seen.source)],
    };
    values.sort();
    values.dedup();
    values
}

fn filters() -> impl Strategy<Value = Filter> {
    let some = |values: &'static [&'static str]| {
        let picked = proptest::sample::subsequence(values, 0..=2);
        picked.prop_map(|values| values.into_iter().map(ToOwned::to_owned).collect::<Vec<_>>())
    };
    let numbers = |values: &'static [i32]| proptest::sample::subsequence(values, 0..=2);
    let states = &[Availability::Available, Availability::SoldOut, Availability::Closed][..];
    (
        some(&["Argentina", "Brazil", "Germany", "Qatar"]),
        some(&["Lusail Stadium", "Al Bayt Stadium", "Stadium 974"]),
        some(&["A", "B", "G"]),
        numbers(&[1, 2, 3, 4]),
        numbers(&[1, 2, 3]),
        (proptest::option::of(0_i64..25_000), proptest::option::of(5_000_i64..40_000)),
        proptest::sample::subsequence(states, 0..=2),
        proptest::sample::subsequence(&[Source::Stock, Source::Resale][..], 0..=1),
    )
        .prop_map(|(teams, venues, groups, rounds, categories, (from, to), availability, sources)| Filter {
            teams,
            venues,
            rounds,
            groups,
            matches: Vec::new(),
            categories,
            price_from_minor: from,
            price_to_minor: to,
            availability,
            sources,
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    #[test]
    fn counts_and_hits_are_those_of_a_recount(
        query in proptest::sample::select(&["group stage", "brazil", "lusail", "argentina lusail", "seat", "knockout", "germny"][..]),
        filter in filters(),
    ) {
        let (engine, matches) = market();
        let wide = Request { first: 100, ..world::request(query) };
        let all = engine.search_now(&wide).expect("a request without a cursor");
        prop_assert!(!all.has_next_page);
        let documents: Vec<(DocumentId, Seen)> = all.hits.iter().map(|hit| (hit.id, seen(hit.id, &matches))).collect();

        let request = Request { filter: filter.clone(), facets: FacetField::ALL.to_vec(), counts_total: true, ..wide };
        let page = engine.search_now(&request).expect("a request without a cursor");

        let expected: Vec<DocumentId> =
            documents.iter().filter(|(_, seen)| !left(seen, &filter, None).is_empty()).map(|(id, _)| *id).collect();
        prop_assert_eq!(page.total, Some(expected.len()));
        prop_assert_eq!(page.hits.iter().map(|hit| hit.id).collect::<Vec<_>>(), expected);
        for facet in page.facets {
            let mut recount: BTreeMap<FacetValue, usize> = BTreeMap::new();
            for (_, seen) in &documents {
                let offers = left(seen, &filter, Some(facet.field));
                if !offers.is_empty() {
                    values(seen, &offers, facet.field).into_iter().for_each(|value| *recount.entry(value).or_default() += 1);
                }
            }
            prop_assert_eq!(facet.values.into_iter().collect::<BTreeMap<_, _>>(), recount, "{:?}", facet.field);
        }
    }
}

#[test]
fn what_is_not_asked_for_is_not_counted() {
    let page = world::search(&world::engine(), "brazil");
    assert_eq!((page.total, page.facets), (None, Vec::new()));
}

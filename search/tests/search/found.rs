//! What is found, and in which order.

use search::{
    document::{Availability, CategoryDocument, Change, DocumentId, ListingDocument, MatchDocument},
    engine::MemoryEngine,
    page::Advice,
    request::Sort,
};

use crate::world;

/// Matches of teams whose names are close to each other, numbered from 1.
fn neighbours(teams: &[&str]) -> MemoryEngine {
    let engine = MemoryEngine::default();
    let template = world::matches().remove(0);
    let playing = (1..).zip(teams).map(|(number, team)| MatchDocument {
        number,
        home_team: (*team).to_owned(),
        away_team: "TBA".to_owned(),
        ..template.clone()
    });
    engine.apply_now(playing.map(Change::Match).collect());
    engine
}

#[test]
fn a_name_that_is_typed_rightly_finds_no_neighbour() {
    let teams = [
        "Iran",
        "Iraq",
        "Iceland",
        "Republic of Ireland",
        "Slovakia",
        "Slovenia",
        "Gambia",
        "Zambia",
        "Niger",
        "Nigeria",
    ];
    let engine = neighbours(&teams);
    for (query, number) in [
        ("iran", "1"),
        ("iraq", "2"),
        ("iceland", "3"),
        ("ireland", "4"),
        ("slovakia", "5"),
        ("slovenia", "6"),
        ("gambia", "7"),
        ("zambia", "8"),
    ] {
        assert_eq!(world::names(&world::search(&engine, query)), [number], "{query}");
    }
    assert_eq!(
        world::names(&world::search(&engine, "niger")),
        ["9", "10"],
        "Niger itself before what it is the beginning of"
    );
    assert_eq!(world::names(&world::search(&engine, "icelnad")), ["3"]);
}

#[test]
fn an_exact_word_beats_one_with_a_typo() {
    let engine = neighbours(&["Iran"]);
    let listing = |id: u128, title: &str| {
        Change::Listing(ListingDocument {
            id: uuid::Uuid::from_u128(id),
            match_number: 1,
            category: 1,
            price_minor: 100,
            title: title.to_owned(),
            description: None,
            version: 1,
        })
    };
    engine.apply_now(vec![listing(1, "Sheltered"), listing(2, "Shelter seats"), listing(3, "Sheltar seats")]);

    assert_eq!(world::names(&world::search(&engine, "shelter")), ["L02", "L01"]);
    assert_eq!(world::names(&world::search(&engine, "shelter seats")), ["L02"]);
    assert_eq!(world::names(&world::search(&engine, "shaltar seats")), ["L03"]);
}

#[test]
fn the_order_of_words_does_not_matter() {
    let engine = world::engine();
    for (one, other) in
        [("brazil lusail", "lusail brazil"), ("26 nov france", "france 26 nov"), ("germny japn", "japn germny")]
    {
        assert_eq!(world::names(&world::search(&engine, one)), world::names(&world::search(&engine, other)), "{one}");
    }
}

#[test]
fn a_team_that_does_not_play_is_said_to() {
    let page = world::search(&world::engine(), "italia");
    assert_eq!((page.hits.len(), page.advice), (0, Some(Advice::NotPlaying(vec!["Italia".to_owned()]))));
}

#[test]
fn nonsense_finds_nothing_and_says_what_would_be_found() {
    let engine = world::engine();
    let page = world::search(&engine, "qwertyuiop");
    let Some(Advice::Try(examples)) = page.advice else { panic!("no examples") };
    assert_eq!(examples, ["Qatar", "Al Bayt Stadium", "2022-11-20"]);
    for example in examples {
        assert_eq!(world::names(&world::search(&engine, &example)).first().map(String::as_str), Some("1"), "{example}");
    }
}

#[test]
fn nothing_useful_is_no_error() {
    for query in ["", "   ", "***", "\u{200b}\u{202e}", "\u{301}\u{301}", "😀😀"] {
        let page = world::search(&world::engine(), query);
        assert_eq!((page.hits.len(), page.advice), (0, Some(Advice::NothingTyped)), "{query:?}");
    }
}

#[test]
fn a_misspelt_query_is_shown_as_it_was_understood() {
    let engine = world::engine();
    for (query, corrected) in [
        ("germny japn", Some("Germany Japan")),
        ("tickets for brazl", Some("tickets for Brazil")),
        ("south kroea", Some("South Korea")),
        ("whelchair", Some("wheelchair")),
        ("brazil", None),
        ("bra", None),
    ] {
        let page = world::search(&engine, query);
        assert_eq!(page.corrected_query.as_deref(), corrected, "{query}");
        assert_eq!(page.hits[0].typos > 0, corrected.is_some(), "{query}");
    }
}

#[test]
fn what_can_be_bought_comes_before_what_cannot() {
    let engine = world::engine();
    let first = world::matches().remove(15);
    assert_eq!(world::names(&world::search(&engine, "brazil"))[..3], ["16", "31", "48"]);
    engine.apply_now(vec![Change::Match(MatchDocument {
        categories: first
            .categories
            .iter()
            .map(|of| CategoryDocument { availability: Availability::SoldOut, ..*of })
            .collect(),
        version: 2,
        ..first
    })]);
    assert_eq!(world::names(&world::search(&engine, "brazil"))[..3], ["31", "48", "16"]);
}

#[test]
fn hits_can_be_ordered_by_kick_off_and_by_price() {
    let engine = world::engine();
    let sorted = |sort| {
        let page = engine.search_now(&search::request::Request { sort, ..world::request("argentina") });
        world::names(&page.expect("a request without a cursor"))
    };
    assert_eq!(sorted(Sort::KickOff)[..3], ["8", "L06", "L05"]);
    assert_eq!(sorted(Sort::Price)[..4], ["8", "24", "39", "L21"]);
    assert_eq!(sorted(Sort::PriceDescending)[..3], ["L20", "L05", "L31"]);
}

#[test]
fn days_are_read_by_the_clock_of_the_venue() {
    let engine = MemoryEngine::default();
    let template = world::matches().remove(0);
    // 02:00 of the 21st in Qatar, 18:00 of the 20th in New York.
    let kick_off = "2022-11-20T23:00:00Z".parse().expect("a time");
    for (number, time_zone) in [(1, "Asia/Qatar"), (2, "America/New_York")] {
        let document = MatchDocument { number, kick_off, time_zone: time_zone.to_owned(), ..template.clone() };
        engine.apply_now(vec![Change::Match(document)]);
    }
    assert_eq!(world::names(&world::search(&engine, "20 nov")), ["2"]);
    assert_eq!(world::names(&world::search(&engine, "21 nov")), ["1"]);

    let at = |now: &str, query: &str| {
        let request = search::request::Request { now: now.parse().expect("a time"), ..world::request(query) };
        world::names(&engine.search_now(&request).expect("a request without a cursor"))
    };
    assert_eq!(at("2022-11-20T12:00:00Z", "tomorrow"), ["1"]);
    assert_eq!(at("2022-11-20T12:00:00Z", "today"), ["2"]);
    assert_eq!(at("2022-11-20T22:00:00Z", "today"), ["1", "2"], "it is the 21st in Qatar already");
    assert_eq!(at("2022-09-01T12:00:00Z", "sunday"), ["2"], "no Sunday of that week has a match");
}

#[test]
fn teams_and_venues_that_the_house_does_not_know_are_found_by_their_names() {
    let engine = MemoryEngine::default();
    let template = world::matches().remove(0);
    engine.apply_now(vec![Change::Match(MatchDocument {
        home_team: "Åland Wanderers".to_owned(),
        venue: "Wiklöf Holding Arena".to_owned(),
        city: Some("Mariehamn".to_owned()),
        ..template
    })]);
    for query in ["aland wanderers", "wanderers", "wandrers", "wiklof", "mariehamn", "mariehman", "ecuador"] {
        assert_eq!(world::names(&world::search(&engine, query)), ["1"], "{query}");
    }
}

#[test]
fn a_listing_that_is_gone_is_not_found_and_one_whose_match_is_gone_neither() {
    let engine = world::engine();
    assert_eq!(world::names(&world::search(&engine, "wheelchair")), ["L15"]);
    engine.apply_now(vec![Change::ListingGone { id: world::listing_id("L15"), version: 2 }]);
    assert_eq!(world::names(&world::search(&engine, "wheelchair")), Vec::<String>::new());

    assert_eq!(world::names(&world::search(&engine, "mariachi")), ["L38"]);
    engine.apply_now(vec![Change::MatchGone { number: 7, version: 2 }]);
    assert_eq!(world::names(&world::search(&engine, "mariachi")), Vec::<String>::new());
}

#[test]
fn a_state_that_arrives_late_changes_nothing() {
    let engine = world::engine();
    let listing = world::listings().remove(14);
    engine.apply_now(vec![Change::ListingGone { id: listing.id, version: 3 }]);
    engine.apply_now(vec![Change::Listing(ListingDocument { version: 2, ..listing.clone() })]);
    assert_eq!(world::search(&engine, "wheelchair").hits.len(), 0);
    engine.apply_now(vec![Change::Listing(ListingDocument { version: 4, ..listing.clone() })]);
    assert_eq!(world::search(&engine, "wheelchair").hits[0].id, DocumentId::Listing(listing.id));
    engine.apply_now(vec![Change::Listing(ListingDocument { version: 1, title: "old".to_owned(), ..listing })]);
    assert_eq!(world::search(&engine, "wheelchair").hits.len(), 1);
}

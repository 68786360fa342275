//! Search from the outside: what fans type finds what they meant, on every instance, and nothing that can't be bought any more.

use std::sync::Arc;

use chrono::TimeDelta;
use domain::resale::market;
use entities::category::Category;
use resolvers::{finder::Finder, ids};
use search::{
    document::{Change, ListingDocument, MatchDocument},
    engine::{Engine, MemoryEngine},
};
use serde_json::{Value, json};
use subscriptions::hub::Hub;
use testkit::wait::{PATIENCE, eventually};
use tests::{Site, World, client::Client};

const SEARCH: &str = "query ($query: String!, $filter: SearchFilter, $sort: SearchSort, $first: Int, $after: String) {
    search(query: $query, filter: $filter, sort: $sort, first: $first, after: $after) {
        totalCount correctedQuery advice { kind values } pageInfo { hasNextPage endCursor }
        edges { cursor node { typos highlights { field pieces { text isMatch } }
            node { ... on Match { matchNumber } ... on Listing { id title state } } } } } }";

const COUNTED: &str = "query ($query: String!, $filter: SearchFilter) {
    search(query: $query, filter: $filter, facets: [TEAM, CATEGORY, PRICE, AVAILABILITY, SOURCE]) {
        totalCount facets { field values { value count priceMin { amount } priceBelow { amount } } } } }";

async fn found(who: &Client, variables: Value) -> Value {
    who.ask(SEARCH, variables).await.data()["search"].clone()
}

/// The numbers of matches and the titles of listings that are found.
async fn names(who: &Client, query: &str) -> Vec<Value> {
    let found = found(who, json!({ "query": query })).await;
    let edges = found["edges"].as_array().expect("it is a list").clone();
    let name = |edge: Value| match &edge["node"]["node"]["matchNumber"] {
        Value::Null => edge["node"]["node"]["title"].clone(),
        number => number.clone(),
    };
    edges.into_iter().map(name).collect()
}

async fn on_sale(site: &Site, number: i32, teams: [&str; 2], minutes: i64) {
    site.broker().fixture(number, teams, site.app.clock.now() + TimeDelta::minutes(minutes)).await;
    eventually(PATIENCE, "it is on sale", || async { site.app.view.get(number).is_some() }).await;
}

/// Three matches, which can be found.
async fn three_on_sale(site: &Site) -> Client {
    for (number, teams, minutes) in
        [(1, ["Qatar", "Ecuador"], 7_200), (2, ["England", "IR Iran"], 9_000), (3, ["Germany", "Japan"], 12_000)]
    {
        on_sale(site, number, teams, minutes).await;
    }
    let visitor = site.visitor();
    eventually(PATIENCE, "all are found", || async {
        names(&visitor, "ecuador").await == [1]
            && names(&visitor, "iran").await == [2]
            && names(&visitor, "japan").await == [3]
    })
    .await;
    visitor
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fan_finds_a_match_by_what_they_call_it() {
    let (_world, site) = Site::embedded().await;
    let visitor = three_on_sale(&site).await;

    for (query, number) in [
        ("Ecuador", 1),
        ("ecu", 1),
        ("Inglaterra", 2),
        ("england iran", 2),
        ("iran england", 2),
        ("Deutschland", 3),
        ("ألمانيا", 3),
        ("日本", 3),
        ("germny", 3),
    ] {
        assert_eq!(names(&visitor, query).await, [number], "{query}");
    }
    let corrected = found(&visitor, json!({ "query": "germny" })).await;
    assert_eq!((&corrected["correctedQuery"], &corrected["totalCount"]), (&json!("Germany"), &json!(1)));
    assert_eq!(corrected["edges"][0]["node"]["typos"], 1);
    let marked = json!([{ "field": "HOME_TEAM", "pieces": [{ "text": "Germany", "isMatch": true }] }]);
    assert_eq!(corrected["edges"][0]["node"]["highlights"], marked);

    let nonsense = found(&visitor, json!({ "query": "qxzvbn" })).await;
    assert_eq!((&nonsense["edges"], &nonsense["advice"]["kind"]), (&json!([]), &json!("NOTHING_FOUND")));
    for query in nonsense["advice"]["values"].as_array().expect("it is a list") {
        assert_ne!(names(&visitor, query.as_str().expect("it is a text")).await, [0; 0], "{query}");
    }
    assert_eq!(
        found(&visitor, json!({ "query": "Italy" })).await["advice"],
        json!({ "kind": "NOT_PLAYING", "values": ["Italy"] })
    );
    let empty = found(&visitor, json!({ "query": " \u{200b}\u{1f600}" })).await;
    assert_eq!((&empty["edges"], &empty["advice"]["kind"]), (&json!([]), &json!("NOTHING_TYPED")));
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_fan_offers_is_found_on_every_instance_until_it_is_ordered_or_withdrawn() {
    for (world, instances) in [(World::embedded(), 1), (World::services().await, 2)] {
        let site = world.start().await;
        on_sale(&site, 1, ["Spain", "Costa Rica"], 7_200).await;
        let other = if instances > 1 { Some(world.start().await) } else { None };
        let elsewhere = other.as_ref().unwrap_or(&site).visitor();
        let (ana, ben) = (site.fan("ana").await, site.fan("ben").await);
        assert_eq!(names(&elsewhere, "vuvuzela").await, [""; 0]);

        let id = ana.offers_as(&ana.buys(1, 1).await, "70", "Beside the vuvuzelas").await;
        let shown = || async { names(&elsewhere, "vuvuzela").await };
        eventually(PATIENCE, "it is found", || async { shown().await == ["Beside the vuvuzelas"] }).await;
        let renamed = "mutation ($id: ID!) { updateListing(input: {id: $id, version: 1, title: \"Beside the drums\"}) { listing { id } } }";
        ana.ask(renamed, json!({ "id": id })).await.data();
        eventually(PATIENCE, "it has another name", || async { shown().await.is_empty() }).await;
        eventually(PATIENCE, "it is found by it", || async { names(&elsewhere, "drum").await == ["Beside the drums"] })
            .await;

        let order = "mutation ($id: ID!) { orderListing(input: {listingId: $id}) { order { id } } }";
        let order = ben.ask(order, json!({ "id": id })).await.data()["orderListing"]["order"]["id"].clone();
        eventually(PATIENCE, "it is gone", || async { names(&elsewhere, "drums").await.is_empty() }).await;
        let cancel = "mutation ($id: ID!) { cancelReservation(input: {reservationId: $id}) { reservation { id } } }";
        ben.ask(cancel, json!({ "id": order })).await.data();
        eventually(PATIENCE, "it is back", || async { names(&elsewhere, "drums").await == ["Beside the drums"] }).await;
        let withdraw = "mutation ($id: ID!) { withdrawListing(input: {id: $id}) { listing { id } } }";
        ana.ask(withdraw, json!({ "id": id })).await.data();
        eventually(PATIENCE, "it is gone for good", || async { names(&elsewhere, "drums").await.is_empty() }).await;
        if let Some(other) = other {
            other.stop().await;
        }
        site.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_filters_and_counts_agree() {
    let (_world, site) = Site::embedded().await;
    three_on_sale(&site).await;
    let ana = site.fan("ana").await;
    for price in ["60", "70", "80"] {
        ana.offers_as(&ana.buys(1, 1).await, price, "Near the corner flag").await;
    }
    eventually(PATIENCE, "all are found", || async { names(&ana, "corner").await.len() == 3 }).await;

    let (mut seen, mut after) = (Vec::new(), Value::Null);
    loop {
        let page = found(&ana, json!({ "query": "corner", "sort": "PRICE_DESC", "first": 2, "after": after })).await;
        assert_eq!(page["totalCount"], 3);
        seen.extend(
            page["edges"].as_array().expect("it is a list").iter().map(|edge| edge["node"]["node"]["id"].clone()),
        );
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    assert_eq!(seen.len(), 3);
    let cheap = found(&ana, json!({ "query": "corner", "filter": { "priceMax": "70" }, "sort": "PRICE_ASC" })).await;
    assert_eq!(cheap["totalCount"], 2);
    assert_eq!(cheap["edges"][0]["node"]["node"]["id"], seen[2]);

    let counted = ana.ask(COUNTED, json!({ "query": "ecuador" })).await.data()["search"].clone();
    let facets = counted["facets"].as_array().expect("it is a list");
    let fields: Vec<_> = facets.iter().map(|facet| facet["field"].clone()).collect();
    assert_eq!(fields, ["TEAM", "CATEGORY", "PRICE", "AVAILABILITY", "SOURCE"]);
    // The match, and the listings of it.
    assert_eq!(counted["totalCount"], 4);
    for value in facets[4]["values"].as_array().expect("it is a list") {
        let filter = json!({ "sources": [value["value"]] });
        let narrowed = ana.ask(COUNTED, json!({ "query": "ecuador", "filter": filter })).await.data();
        assert_eq!(narrowed["search"]["totalCount"], value["count"], "{value}");
    }

    for (variables, field) in [
        (json!({ "query": "corner", "after": "nonsense" }), "after"),
        (json!({ "query": "drums", "after": after }), "after"),
        (json!({ "query": "corner", "filter": { "categories": [4] } }), "categories"),
        (json!({ "query": "corner", "filter": { "rounds": vec![1; 101] } }), "rounds"),
        (json!({ "query": "corner", "first": 101 }), "first"),
    ] {
        let refused = ana.ask(SEARCH, variables.clone()).await;
        assert_eq!(
            (refused.code(), &refused.0["errors"][0]["extensions"]["field"]),
            ("BAD_USER_INPUT", &json!(field)),
            "{variables}"
        );
    }
    site.finish().await;
}

/// The index may be behind what it is made of.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_gone_is_not_shown_even_where_it_is_found() {
    let (_world, site) = Site::embedded().await;
    on_sale(&site, 1, ["Spain", "Costa Rica"], 7_200).await;
    let (ana, ben) = (site.fan("ana").await, site.fan("ben").await);
    let id = ana.offers_as(&ana.buys(1, 1).await, "70", "Beside the vuvuzelas").await;
    let row = market::find(&site.app, ids::listing("id", &id.as_str().into()).expect("it is an id")).await;
    let row = row.expect("listings can be read").expect("it is offered");
    let engine = Arc::new(MemoryEngine::default());
    let listing = ListingDocument {
        id: row.id,
        match_number: 1,
        category: Category::One.number(),
        price_minor: 7_000,
        title: row.title,
        description: None,
        version: 1,
    };
    let match_ = MatchDocument {
        number: 1,
        round: 1,
        kick_off: site.app.clock.now() + TimeDelta::minutes(7_200),
        time_zone: "Asia/Qatar".to_owned(),
        home_team: "Spain".to_owned(),
        away_team: "Costa Rica".to_owned(),
        venue: "Lusail Stadium".to_owned(),
        city: None,
        group: None,
        categories: Vec::new(),
        is_closed: false,
        version: 1,
    };
    let changes = vec![Change::Match(match_), Change::Listing(listing)];
    engine.apply(changes).await.expect("it is in this process");
    let finder = Arc::new(Finder::new(engine));
    let schema = schema::build(
        Arc::clone(&site.app),
        Hub::new(Arc::clone(&site.app)),
        Arc::default(),
        Arc::clone(&finder),
        None,
    );
    let ask = async || {
        let answer = schema.execute("{ search(query: \"vuvuzela\") { nodes { typos } } }".into()).await;
        serde_json::to_value(&answer).expect("it is JSON")
    };

    assert_eq!(ask().await["errors"][0]["extensions"]["code"], "SERVICE_UNAVAILABLE");
    finder.fill();
    assert_eq!(ask().await["data"]["search"]["nodes"], json!([{ "typos": 0 }]));
    let order = "mutation ($id: ID!) { orderListing(input: {listingId: $id}) { order { id } } }";
    ben.ask(order, json!({ "id": id })).await.data();
    assert_eq!(ask().await["data"]["search"]["nodes"], json!([]));
    site.finish().await;
}

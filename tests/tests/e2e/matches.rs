//! Matches from the outside: the list, its dates, filters and pages, and what each request costs the database.

use std::{collections::BTreeMap, time::Duration};

use book::clock::Clock;
use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use serde_json::{Value, json};
use testkit::wait::{PATIENCE, eventually};
use tests::{Site, World, broker::Record, client::Client, sites, sql::Counted};

const PAGE: &str = "query ($filter: MatchFilter, $first: Int, $after: String, $last: Int, $before: String) {
    matches(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
        totalCount
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        edges { cursor node { id matchNumber dateUtc } } } }";

const WHOLE: &str = "fragment Whole on Match { id matchNumber roundNumber dateUtc location homeTeam awayTeam group
    version categories { category available pending sellable status price { amount currency } } }";

/// The setting with nothing to install, as a bare start has it.
fn bundled() -> World {
    World::embedded().with("MATCHDAY_KAFKA_BUNDLED_MASTER_LIST", "true").with("MATCHDAY_SALES_CLOSE", "0")
}

/// When the bundled matches begin, by their numbers.
fn dates(site: &Site) -> BTreeMap<i32, DateTime<Utc>> {
    site.app.view.all().iter().map(|state| (state.match_number, state.date_utc)).collect()
}

fn moved(dates: &BTreeMap<i32, DateTime<Utc>>, weeks: i64) -> BTreeMap<i32, DateTime<Utc>> {
    dates.iter().map(|(number, date)| (*number, *date + TimeDelta::weeks(weeks))).collect()
}

/// The World Cup as it was played.
async fn world_cup() -> (World, Site) {
    let world = bundled().with("MATCHDAY_KAFKA_BUNDLED_STARTS_SOON", "false").with("MATCHDAY_SALES_CLOSE", "never");
    let site = world.start().await;
    (world, site)
}

async fn page(visitor: &Client, variables: Value) -> Value {
    visitor.ask(PAGE, variables).await.data()["matches"].clone()
}

fn numbers(page: &Value) -> Vec<i64> {
    let edges = page["edges"].as_array().expect("a connection has edges");
    edges.iter().map(|edge| edge["node"]["matchNumber"].as_i64().expect("a match has a number")).collect()
}

async fn filtered(visitor: &Client, filter: Value) -> Vec<i64> {
    let page = page(visitor, json!({ "filter": filter, "first": 100 })).await;
    let numbers = numbers(&page);
    assert_eq!(page["totalCount"], numbers.len());
    numbers
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_bundled_world_cup_is_on_sale_after_a_bare_start() {
    let (_world, site) = world_cup().await;
    let query = format!("{{ match(matchNumber: 1) {{ ...Whole }} }} {WHOLE}");

    let first = site.visitor().ask(&query, json!({})).await.data()["match"].clone();

    assert_eq!((first["homeTeam"].as_str(), first["awayTeam"].as_str()), (Some("Qatar"), Some("Ecuador")));
    assert_eq!(first["dateUtc"], "2022-11-20T16:00:00Z");
    assert_eq!(first["group"], "A");
    let categories = first["categories"].as_array().expect("a match has categories");
    for (category, (number, price)) in categories.iter().zip([(1, "75.00"), (2, "125.00"), (3, "195.00")]) {
        let price = json!({ "amount": price, "currency": "USD" });
        let expected = json!({
            "category": number, "available": 20, "pending": 0, "sellable": 20, "status": "AVAILABLE", "price": price,
        });
        assert_eq!(category, &expected);
    }
    assert_eq!(filtered(&site.visitor(), json!({})).await.len(), 64);
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_bundled_world_cup_is_played_as_if_it_began_soon_and_so_it_is_after_a_restart() {
    let world = bundled();
    let site = world.start().await;
    let (played, now) = (dates(&site), site.clock.now());
    let first = played[&1];
    let weeks = (first - sites::kick_off(1)).num_weeks();
    assert!((now + TimeDelta::days(14)..=now + TimeDelta::days(21)).contains(&first), "{first}, seen from {now}");
    let (broker, topic) = (site.broker(), site.broker().topics.master_list);
    eventually(PATIENCE, "the list is published", || async { broker.read(&topic).await.len() == 64 }).await;
    let published = broker.read(&topic).await;
    let of_record = |record: &Record| record.json()["dateUtc"].as_str().and_then(|date| date.parse().ok());
    assert!(published.iter().all(|record| {
        let number = record.key.as_deref().and_then(|key| key.parse().ok()).expect("its key is its number");
        of_record(record) == Some(played[&number])
    }));
    site.fan("ana").await.holds(1, 1, 2).await;
    assert!(site.app.view.all().iter().all(|state| state.version == 1 + i32::from(state.match_number == 1)));
    site.move_clock(Duration::from_secs(10 * 24 * 3_600));
    site.finish().await;

    let again = world.start().await;
    assert_eq!(dates(&again), played, "though the first match begins in less than two weeks now");
    again.finish().await;

    let world = world.with("MATCHDAY_KAFKA_BUNDLED_STARTS_SOON", "false");
    let as_played = world.start().await;
    assert_eq!(moved(&dates(&as_played), weeks), played, "all of them are moved by as much");
    as_played.finish().await;

    let world = world.with("MATCHDAY_KAFKA_BUNDLED_STARTS_SOON", "true");
    let moved_again = world.start().await;
    assert_eq!(dates(&moved_again), played);
    moved_again.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_organiser_has_moved_is_moved_by_no_restart() {
    let world = bundled();
    let site = world.start().await;
    let other = site.clock.now().duration_trunc(TimeDelta::seconds(1)).expect("the time is of this age");
    let other = other + TimeDelta::days(300);
    site.broker().schedule(7, other).await;
    eventually(PATIENCE, "the match is moved", || async { dates(&site)[&7] == other }).await;
    site.finish().await;

    let mut world = world;
    for starts_soon in ["true", "false"] {
        world = world.with("MATCHDAY_KAFKA_BUNDLED_STARTS_SOON", starts_soon);
        let again = world.start().await;
        assert_eq!(dates(&again)[&7], other);
        again.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_start_finds_its_data_again_and_publishes_nothing_twice() {
    let (world, site) = world_cup().await;
    let fan = site.fan("ana").await;
    fan.holds(1, 1, 2).await;
    let before = site.app.view.all();
    site.finish().await;

    let again = world.start().await;

    assert_eq!(again.app.view.all(), before);
    assert_eq!(again.counts(1, 1), (20, 2));
    let broker = again.broker();
    assert_eq!(broker.read(&broker.topics.master_list).await, []);
    again.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_lead_through_all_matches_both_ways() {
    let (_world, site) = world_cup().await;
    let visitor = site.visitor();
    let all = page(&visitor, json!({ "first": 100 })).await;
    let keys: Vec<(String, i64)> = (all["edges"].as_array().expect("edges").iter())
        .map(|edge| (edge["node"]["dateUtc"].to_string(), edge["node"]["matchNumber"].as_i64().unwrap_or(0)))
        .collect();
    assert!(keys.is_sorted() && keys.len() == 64, "{keys:?}");

    for size in [7, 64] {
        let (mut forwards, mut after) = (Vec::new(), Value::Null);
        loop {
            let page = page(&visitor, json!({ "first": size, "after": after })).await;
            assert_eq!(page["totalCount"], 64);
            assert_eq!(page["pageInfo"]["hasPreviousPage"], !after.is_null());
            forwards.extend(numbers(&page));
            after = page["pageInfo"]["endCursor"].clone();
            if page["pageInfo"]["hasNextPage"] == false {
                break;
            }
        }
        let (mut backwards, mut before) = (Vec::new(), Value::Null);
        loop {
            let page = page(&visitor, json!({ "last": size, "before": before })).await;
            backwards.splice(0..0, numbers(&page));
            before = page["pageInfo"]["startCursor"].clone();
            if page["pageInfo"]["hasPreviousPage"] == false {
                break;
            }
        }
        assert_eq!(forwards, numbers(&all));
        assert_eq!(backwards, numbers(&all));
    }
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn filters_narrow_the_list_and_pages_follow_them() {
    let (_world, site) = world_cup().await;
    let visitor = site.visitor();

    assert_eq!(filtered(&visitor, json!({ "group": "a" })).await, [1, 2, 18, 19, 35, 36]);
    assert_eq!(filtered(&visitor, json!({ "team": "QATAR" })).await, [1, 18, 36]);
    assert_eq!(filtered(&visitor, json!({ "roundNumber": 2 })).await.len(), 16);
    assert_eq!(filtered(&visitor, json!({ "location": "lusail stadium" })).await.len(), 6);
    let opening_day = json!({ "dateFrom": "2022-11-20T00:00:00Z", "dateTo": "2022-11-21T13:00:00Z" });
    assert_eq!(filtered(&visitor, opening_day).await, [1, 3]);
    assert_eq!(filtered(&visitor, json!({ "team": "Qatar", "group": "B" })).await, [0; 0]);
    assert_eq!(filtered(&visitor, json!({ "status": "SOLD_OUT" })).await, [0; 0]);

    let fan = site.fan("ana").await;
    fan.holds(1, 1, 2).await;
    for category in 1..=3 {
        for _ in 0..10 {
            site.broker().say("there", "RESERVED", 1, category, 2).await;
        }
    }
    site.shows(1, 3, (0, 0)).await;
    site.shows(1, 2, (0, 0)).await;
    site.shows(1, 1, (0, 0)).await;
    assert_eq!(filtered(&visitor, json!({ "status": "SOLD_OUT" })).await, [1]);
    assert_eq!(filtered(&visitor, json!({ "status": "AVAILABLE" })).await.len(), 63);

    let group = page(&visitor, json!({ "filter": { "group": "A" }, "first": 4 })).await;
    let rest = json!({ "filter": { "group": "A" }, "first": 4, "after": group["pageInfo"]["endCursor"] });
    assert_eq!(numbers(&page(&visitor, rest).await), [35, 36]);
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_out_of_bounds_is_refused_with_a_code() {
    let (_world, site) = world_cup().await;
    let visitor = site.visitor();

    for variables in [
        json!({ "first": 101 }),
        json!({ "first": -1 }),
        json!({ "last": 101 }),
        json!({ "first": 1, "last": 1 }),
        json!({ "first": 1, "after": "nonsense" }),
    ] {
        let refused = visitor.ask(PAGE, variables.clone()).await;
        assert_eq!(refused.code(), "BAD_USER_INPUT", "{variables}: {refused:?}");
    }
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_id_leads_back_to_its_match() {
    let (_world, site) = world_cup().await;
    let visitor = site.visitor();
    let query = format!("query ($id: ID!) {{ node(id: $id) {{ __typename id ...Whole }} }} {WHOLE}");
    let asked = visitor.ask(&format!("{{ match(matchNumber: 64) {{ ...Whole }} }} {WHOLE}"), json!({})).await;
    let last = asked.data()["match"].clone();

    let mut node = visitor.ask(&query, json!({ "id": last["id"] })).await.data()["node"].clone();

    assert_eq!(node["__typename"], "Match");
    node.as_object_mut().expect("a node is an object").remove("__typename");
    assert_eq!(node, last);
    let nobody = visitor.ask("{ match(matchNumber: 65) { id } }", json!({})).await;
    assert_eq!(nobody.data()["match"], Value::Null);
    // "Match:65"
    let nobody = visitor.ask(&query, json!({ "id": "TWF0Y2g6NjU" })).await;
    assert_eq!(nobody.data()["node"], Value::Null);
    let nonsense = visitor.ask(&query, json!({ "id": "nonsense" })).await;
    assert_eq!(nonsense.code(), "BAD_USER_INPUT");
    site.finish().await;
}

/// What an operation may cost: statements each, whatever the number of things it lists.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_operation_asks_the_database_once_per_item() {
    let (counted, world) = Counted::world().await;
    let site = world.start().await;
    for number in 1..=8 {
        site.broker().give(number, 20).await;
    }
    site.on_sale(9, 20).await;
    let fan = site.fan("ana").await;
    for number in 1..=8 {
        fan.holds(number, 1, 1).await;
    }
    let id = fan.holds(9, 1, 1).await;
    let mine = format!("{{ myReservations(first: 50) {{ nodes {{ id status match {{ ...Whole }} }} }} }} {WHOLE}");
    let list = format!("{{ matches(first: 50) {{ nodes {{ ...Whole }} }} }} {WHOLE}");

    for (query, variables, most) in [
        (list.as_str(), json!({}), 0),
        (PAGE, json!({ "filter": { "group": "A" }, "first": 5 }), 0),
        ("{ match(matchNumber: 1) { homeTeam categories { available } } }", json!({}), 0),
        ("{ me { email } }", json!({}), 1),
        (mine.as_str(), json!({}), 1),
        ("query ($id: ID!) { reservation(id: $id) { id match { homeTeam } } }", json!({ "id": id }), 1),
        ("query ($id: ID!) { node(id: $id) { id ... on Reservation { match { homeTeam } } } }", json!({ "id": id }), 1),
    ] {
        let statements = counted.statements_of(|| async {
            assert!(fan.ask(query, variables.clone()).await.is_ok(), "{query}");
        });
        let statements = statements.await;
        assert!(statements.len() <= most, "{most} are enough for {query}: {statements:#?}");
    }
    site.finish().await;
}

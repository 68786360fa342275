//! Recommendations from the outside: what is in them can be bought now, and their reasons are true of who asks.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use testkit::wait::{PATIENCE, eventually};
use tests::{Site, World, client::Client};

const RECOMMENDED: &str = "query ($country: String) { recommendations(country: $country) { nodes { match { matchNumber }
    category { category sellable } listing { id state } becauseOf { kind team country match { matchNumber } } } model { version } } }";

async fn recommended(who: &Client, country: Option<&str>) -> Vec<Value> {
    let shown = who.ask(RECOMMENDED, json!({ "country": country })).await.data();
    assert_eq!(shown["recommendations"]["model"]["version"], "prior");
    shown["recommendations"]["nodes"].as_array().expect("it is a list").clone()
}

async fn numbers(who: &Client) -> Vec<i64> {
    recommended(who, None).await.iter().filter_map(|node| node["match"]["matchNumber"].as_i64()).collect()
}

async fn worlds() -> [World; 2] {
    [World::embedded(), World::services().await]
}

/// A match is on sale that begins so many minutes from now.
async fn on_sale(site: &Site, number: i32, teams: [&str; 2], minutes: i64) {
    site.broker().fixture(number, teams, site.app.clock.now() + TimeDelta::minutes(minutes)).await;
    eventually(PATIENCE, "it is on sale", || async { site.app.view.get(number).is_some() }).await;
}

/// Matches 2 and 3 begin at nearly the same time, and the other two days later.
async fn four_on_sale(site: &Site) {
    for (number, teams, minutes) in [
        (2, ["Qatar", "Ecuador"], 7_200),
        (3, ["England", "IR Iran"], 7_290),
        (4, ["Qatar", "Senegal"], 12_960),
        (5, ["Germany", "Japan"], 17_280),
    ] {
        on_sale(site, number, teams, minutes).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_recommended_can_be_bought_now() {
    for world in worlds().await {
        let site = world.start().await;
        on_sale(&site, 1, ["Spain", "Costa Rica"], 1_440).await;
        four_on_sale(&site).await;
        let (ana, visitor) = (site.fan("ana").await, site.visitor());
        assert!(numbers(&visitor).await.contains(&1));

        let ticket = ana.buys(1, 1).await;
        for (category, left) in [(1, 19), (2, 20), (3, 20)] {
            for _ in 0..left {
                site.broker().say("there", "RESERVED", 1, category, 1).await;
            }
        }
        eventually(PATIENCE, "what is sold out leaves", || async { !numbers(&visitor).await.contains(&1) }).await;

        let offer = ana.offers(&ticket, "70").await;
        eventually(PATIENCE, "an offer brings it back", || async { numbers(&visitor).await.contains(&1) }).await;
        let back = recommended(&visitor, None).await.into_iter().find(|node| node["match"]["matchNumber"] == 1);
        let back = back.expect("it is back");
        assert_eq!((&back["category"], &back["listing"]["id"]), (&Value::Null, &json!(offer)), "{back}");
        for node in recommended(&visitor, None).await {
            let (sellable, listing) = (node["category"]["sellable"].as_i64(), node["listing"]["state"].as_str());
            assert!(sellable.is_some_and(|left| left > 0) != (listing == Some("OPEN")), "one of the two: {node}");
        }

        let order = "mutation ($id: ID!) { orderListing(input: {listingId: $id}) { order { id } } }";
        let carl = site.fan("carl").await;
        carl.ask(order, json!({ "id": offer })).await.data();
        eventually(PATIENCE, "what is ordered leaves", || async { !numbers(&visitor).await.contains(&1) }).await;
        site.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_fan_chose_counts_until_they_object() {
    for world in worlds().await {
        let site = world.start().await;
        four_on_sale(&site).await;
        let (ana, ben) = (site.fan("ana").await, site.fan("ben").await);
        assert_eq!(numbers(&ana).await, [2, 3, 4, 5], "nothing is known: by kick-off");

        let hold = ana.holds(2, 1, 1).await;
        let shown = recommended(&ana, None).await;
        let found: Vec<_> = shown.iter().map(|node| &node["match"]["matchNumber"]).collect();
        assert_eq!(found, [4, 5], "neither what she has, nor what begins meanwhile");
        let reason = &shown[0]["becauseOf"][0];
        assert_eq!((&reason["kind"], &reason["match"]["matchNumber"]), (&json!("SAME_TEAM"), &json!(2)), "{reason}");
        assert_eq!(numbers(&ben).await, [2, 3, 4, 5], "it is hers alone");

        let object = "mutation { setPersonalisation(input: {enabled: false}) { user { personalised } } }";
        ana.ask(object, json!({})).await.data();
        let shown = recommended(&ana, None).await;
        assert_eq!(shown.len(), 4, "{shown:?}");
        assert!(shown.iter().all(|node| node["becauseOf"] == json!([])), "{shown:?}");

        ana.ask("mutation { setPersonalisation(input: {enabled: true}) { user { id } } }", json!({})).await.data();
        assert_eq!(recommended(&ana, None).await.len(), 2);
        ana.cancel(&hold).await.data();
        assert_eq!(numbers(&ana).await, [2, 3, 4, 5], "what she gave back counts no more");
        site.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_country_is_what_is_said_or_the_accounts_or_a_trusted_proxys() {
    const PROXIES: &str = "MATCHDAY_TRANSPORT_CONNECTIONS_TRUSTED_PROXIES";
    const HEADER: &str = "MATCHDAY_TRANSPORT_CONNECTIONS_COUNTRY_HEADER";

    let behind = World::embedded().with(PROXIES, "127.0.0.1/32").with(HEADER, "x-country");
    let site = behind.start().await;
    four_on_sale(&site).await;
    let reasons = async |who: &Client, country: Option<&str>| {
        let shown = recommended(who, country).await;
        shown[0]["becauseOf"].as_array().expect("it is a list").first().map(|reason| reason["team"].clone())
    };
    let from_ecuador = site.visitor().with_header("x-country", "EC");
    let (qatar, ecuador) = (Some(json!("Qatar")), Some(json!("Ecuador")));
    assert_eq!(reasons(&site.visitor(), None).await, None);
    assert_eq!(reasons(&from_ecuador, None).await, ecuador);
    assert_eq!(reasons(&from_ecuador, Some("QA")).await, qatar, "what is said comes first");
    for unknown in ["XX", "T1", "", "Ecuador"] {
        assert_eq!(reasons(&site.visitor().with_header("x-country", unknown), None).await, None, "{unknown}");
    }
    let ana = site.fan("ana").await;
    let moved = "mutation { updateProfile(input: {country: \"QA\"}) { user { country } } }";
    ana.ask(moved, json!({})).await.data();
    assert_eq!(reasons(&ana.with_header("x-country", "EC"), None).await, qatar, "an account knows better than a proxy");
    assert_eq!(ana.ask(RECOMMENDED, json!({ "country": "Qatar" })).await.code(), "BAD_USER_INPUT");
    site.finish().await;

    let other = World::embedded().with(PROXIES, "10.0.0.0/8").with(HEADER, "x-country").start().await;
    four_on_sale(&other).await;
    let claims = other.visitor().with_header("x-country", "EC");
    assert_eq!(reasons(&claims, None).await, None, "who is no proxy says nothing of countries");
    other.finish().await;
}

/// Everybody who is answered from what is kept: a visitor, and a fan of whom nothing is known.
async fn everybody(site: &Site) -> [Client; 2] {
    [site.visitor(), site.fan("nora").await]
}

/// Another site sells all tickets of a match.
async fn sells_elsewhere(site: &Site, number: i32) {
    for category in [1, 2, 3].repeat(20) {
        site.broker().say("there", "RESERVED", number, category, 1).await;
    }
    let visitor = site.visitor();
    eventually(PATIENCE, "what is sold out leaves", || async { !numbers(&visitor).await.contains(&number.into()) })
        .await;
}

fn kick_off(site: &Site, number: i32) -> DateTime<Utc> {
    site.app.view.get(number).expect("it is on sale").date_utc
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_match_leaves_at_the_instant_at_which_it_begins_or_its_sale_ends() {
    for (close, before) in [("never", 0), ("2", 2)] {
        let site = World::embedded().with("MATCHDAY_SALES_CLOSE", close).start().await;
        for (number, minutes) in [(1, 5), (2, 6), (3, 7_200)] {
            on_sale(&site, number, ["Spain", "Costa Rica"], minutes).await;
        }
        let all = everybody(&site).await;
        let ends = [kick_off(&site, 1), kick_off(&site, 2)].map(|at| at - TimeDelta::minutes(before));
        for (instant, left) in [
            (ends[0] - TimeDelta::milliseconds(1), vec![1, 2, 3]),
            (ends[0], vec![2, 3]),
            (ends[1] - TimeDelta::milliseconds(1), vec![2, 3]),
            (ends[1], vec![3]),
        ] {
            site.clock.stop_at(instant);
            for who in &all {
                assert_eq!(numbers(who).await, left, "{close}: {instant}");
                assert_eq!(numbers(who).await, left, "{close}: {instant}, once more");
            }
        }
        site.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_match_that_is_gone_the_cheapest_listing_is_recommended_and_never_ones_own() {
    const OFFER: &str = "mutation ($amount: Decimal!) { createListing(input: {outside: {matchNumber: 1, category: 1}, title: \"A seat\",
        price: {amount: $amount}}) { listing { id } } }";
    const CHANGE: &str = "mutation ($id: ID!, $amount: Decimal!) { updateListing(input: {id: $id, version: 1,
        price: {amount: $amount}}) { listing { version } } }";
    const WITHDRAW: &str = "mutation ($id: ID!) { withdrawListing(input: {id: $id}) { listing { id } } }";

    for world in worlds().await {
        let world = world.with("MATCHDAY_RESALE_OUTSIDE_TICKETS", "true");
        let site = world.start().await;
        on_sale(&site, 1, ["Spain", "Costa Rica"], 1_440).await;
        four_on_sale(&site).await;
        let (ana, ben, all) = (site.fan("ana").await, site.fan("ben").await, everybody(&site).await);
        for who in all.iter().chain([&ana]) {
            assert!(numbers(who).await.contains(&1));
        }
        sells_elsewhere(&site, 1).await;

        let offer = async |seller: &Client, amount: &str| {
            let made = seller.ask(OFFER, json!({ "amount": amount })).await.data();
            made["createListing"]["listing"]["id"].as_str().expect("a listing has an id").to_owned()
        };
        let of_the_first = async |who: &Client| {
            let shown = recommended(who, None).await;
            shown.iter().find(|node| node["match"]["matchNumber"] == 1).map(|node| node["listing"]["id"].clone())
        };
        let first = offer(&ana, "75").await;
        for who in all.iter().chain([&ben]) {
            assert_eq!(of_the_first(who).await, Some(json!(first)));
        }
        assert_eq!(of_the_first(&ana).await, None, "it is her own");
        let second = offer(&ben, "70").await;
        for who in all.iter().chain([&ana]) {
            assert_eq!(of_the_first(who).await, Some(json!(second)), "it is cheaper");
        }
        ana.ask(CHANGE, json!({ "id": first, "amount": "60" })).await.data();
        for who in all.iter().chain([&ben]) {
            assert_eq!(of_the_first(who).await, Some(json!(first)), "it is the cheapest again");
        }
        ana.ask(WITHDRAW, json!({ "id": first })).await.data();
        for who in &all {
            assert_eq!(of_the_first(who).await, Some(json!(second)));
        }
        site.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_written_is_what_is_executed() {
    /// What a plan writes, and with a field that none can.
    fn asking(further: &str) -> String {
        format!(
            "query {{ recommendations(first: 4, country: \"EC\") {{ nodes {{ __typename
                match {{ id matchNumber roundNumber dateUtc location timeZone homeTeam awayTeam group version
                    categories {{ category price {{ amount currency }} available pending sellable status }} }}
                first: category {{ category price {{ amount }} sellable status }}
                listing {{ __typename id state category title description price {{ amount currency }} fee {{ amount }} isOutside withdrawing
                    createdAt version {further} }}
                becauseOf {{ __typename kind team country match {{ matchNumber homeTeam }} }} }} }} }}"
        )
    }

    let site = World::embedded().with("MATCHDAY_RESALE_OUTSIDE_TICKETS", "true").start().await;
    on_sale(&site, 1, ["Spain", "Ecuador"], 1_440).await;
    four_on_sale(&site).await;
    on_sale(&site, 6, ["Qatar", "Netherlands"], 20_000).await;
    let (ana, ben, visitor) = (site.fan("ana").await, site.fan("ben").await, site.visitor());
    sells_elsewhere(&site, 1).await;
    let offer = "mutation { createListing(input: {outside: {matchNumber: 1, category: 1}, title: \"A \\\"seat\\\"\",
        price: {amount: \"70.50\"}}) { listing { id } } }";
    ben.ask(offer, json!({})).await.data();
    ana.holds(4, 2, 1).await;

    for (who, kinds) in [(&visitor, vec!["YOUR_COUNTRY"]), (&ana, vec!["YOUR_COUNTRY", "SAME_TEAM"])] {
        let written = who.ask(&asking(""), json!({})).await.data();
        let mut executed = who.ask(&asking("seller { id }"), json!({})).await.data();
        let nodes = executed["recommendations"]["nodes"].as_array_mut().expect("it is a list");
        for listing in nodes.iter_mut().filter_map(|node| node["listing"].as_object_mut()) {
            assert!(listing.remove("seller").is_some());
        }
        assert_eq!(written, executed);
        let text = written.to_string();
        assert!(kinds.iter().all(|kind| text.contains(kind)) && text.contains("OPEN"), "{text}");
    }
    site.finish().await;
}

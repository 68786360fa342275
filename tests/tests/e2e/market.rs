//! The market from the outside: what it costs, and that everybody is shown what is true of it and theirs to see.

use serde_json::{Value, json};
use testkit::wait::{PATIENCE, eventually};
use tests::{Site, World, client::Client, sql::Counted};

const MARKET: &str = "{ listings { nodes { id version state title price { amount } seller { displayName }
    match { homeTeam categories { sellable } } } } }";

const OF_SELLER: &str = "{ listings { nodes { id ticketId } } }";

async fn listed(who: &Client) -> Vec<Value> {
    who.ask(MARKET, json!({})).await.data()["listings"]["nodes"].as_array().expect("it is a list").clone()
}

async fn versions(who: &Client) -> Vec<(String, i64)> {
    let shown = listed(who).await.into_iter();
    shown.map(|row| (row["id"].as_str().unwrap_or_default().to_owned(), row["version"].as_i64().unwrap_or(0))).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_looks_at_the_market_asks_the_database_nothing() {
    let (counted, world) = Counted::world().await;
    let site = world.start().await;
    site.on_sale(1, 20).await;
    let (ana, ben) = (site.fan("ana").await, site.fan("ben").await);
    let id = ana.offers(&ana.buys(1, 1).await, "70").await;
    eventually(PATIENCE, "all is told", || async { versions(&ben).await == [(id.clone(), 1)] }).await;
    site.published().await;

    let filtered = "{ listings(filter: {team: \"Qatar\", category: 1, priceMax: 80}, sort: NEWEST, first: 5) {
        edges { cursor node { id lockedUntil } } pageInfo { hasNextPage } } }";
    for (who, query) in
        [(&site.visitor(), MARKET), (&ben, MARKET), (&ana, filtered), (&ana, OF_SELLER), (&site.visitor(), OF_SELLER)]
    {
        let statements =
            counted.statements_of(|| async { assert!(who.ask(query, json!({})).await.is_ok(), "{query}") });
        assert_eq!(statements.await, [""; 0], "{query}");
    }
    // Also while what is left of the match that it shows changes with each look.
    let statements = counted.statements_of(|| async {
        let mut state = (*site.app.view.get(1).expect("it is on sale")).clone();
        state.version += 1;
        site.app.view.show(state);
        assert_eq!(listed(&ben).await.len(), 1);
    });
    assert_eq!(statements.await, [""; 0]);
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_seller_alone_is_shown_their_ticket_however_the_market_is_kept() {
    let (_world, site) = Site::embedded().await;
    site.on_sale(1, 20).await;
    let (ana, ben) = (site.fan("ana").await, site.fan("ben").await);
    let ticket = ana.buys(1, 1).await;
    ana.offers(&ticket, "70").await;

    for _ in 0..2 {
        for (who, expected) in [(&ben, Value::Null), (&ana, json!(ticket)), (&site.visitor(), Value::Null)] {
            let shown = who.ask(OF_SELLER, json!({})).await.data();
            assert_eq!(shown["listings"]["nodes"][0]["ticketId"], expected);
        }
    }
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_seller_sees_what_they_did_at_once_and_another_instance_soon_after() {
    let world = World::services().await;
    let (first, second) = tokio::join!(world.start(), world.start());
    first.on_sale(1, 20).await;
    eventually(PATIENCE, "the other knows the match", || async { second.app.view.get(1).is_some() }).await;
    let (ana, elsewhere) = (first.fan("ana").await, second.visitor());
    assert!(listed(&elsewhere).await.is_empty());

    let id = ana.offers(&ana.buys(1, 1).await, "70").await;
    let shows = async |version: i64| {
        assert_eq!(versions(&ana).await, [(id.clone(), version)], "where it was done it shows at once");
        let there = || async { versions(&elsewhere).await == [(id.clone(), version)] };
        eventually(PATIENCE, "the other instance shows it", there).await;
    };
    shows(1).await;
    let update =
        "mutation ($id: ID!) { updateListing(input: {id: $id, version: 1, title: \"Row 1\"}) { listing { id } } }";
    ana.ask(update, json!({ "id": id })).await.data();
    shows(2).await;
    let withdraw = "mutation ($id: ID!) { withdrawListing(input: {id: $id}) { listing { id } } }";
    ana.ask(withdraw, json!({ "id": id })).await.data();
    assert!(versions(&ana).await.is_empty());
    eventually(PATIENCE, "it is gone there too", || async { versions(&elsewhere).await.is_empty() }).await;
    first.finish().await;
    second.finish().await;
}

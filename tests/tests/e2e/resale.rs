//! Resale from the outside: a fan's way through the examples of `GraphiQL`, and a market that all can watch.

use std::{collections::HashMap, path::Path, sync::Arc};

use domain::resale::{Change, market::Listing};
use entities::category::Category;
use serde_json::{Value, json};
use subscriptions::hub::{Hub, market::Watcher};
use testkit::wait::{PATIENCE, eventually};
use tests::{
    Backend, Fan, Site, TestApp, World,
    client::{Client, OFFER},
    price,
    sites::PRICE,
    socket::{Said, Socket},
};
use tokio_util::sync::CancellationToken;

const WATCH: &str = "subscription ($numbers: [Int!], $since: [ListingVersionInput!]) {
    listingsChanged(matchNumbers: $numbers, since: $since) { id version state price { amount } lockedUntil } }";

/// A document of the examples.
fn example(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../server/graphiql/src/examples");
    let file = folder.join(format!("{name}.graphql"));
    std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// Runs an example's operation, the only one or the one of this name, and returns its data.
async fn run(who: &Client, name: &str, variables: Value) -> Value {
    who.ask(&example(name), variables).await.data()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is a text")).to_owned()
}

/// The examples in their order, as a fan does who has never been here: as a seller, then as a buyer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newcomer_sells_and_buys_by_the_examples_of_graphiql() {
    let (_world, site) = Site::embedded().await;
    site.on_sale(1, 20).await;
    let (seller, buyer) = (site.fan("seller").await, site.fan("buyer").await);

    let reserve = json!({ "input": { "matchNumber": 1, "category": 1, "quantity": 1 } });
    let held = run(&seller, "reserve", reserve).await["reserve"]["reservation"].clone();
    let pay = |id: &str| json!({ "input": { "reservationId": id, "paymentMethod": "pm_card_visa" } });
    let paid = run(&seller, "pay-reservation", pay(&text(&held["id"]))).await;
    assert_eq!(paid["payReservation"]["reservation"]["status"], "RESERVED");
    let mine = "{ myTickets { nodes { id status code } } }";
    let ticket = seller.ask(mine, json!({})).await.data()["myTickets"]["nodes"][0].clone();
    let input = json!({ "ticketId": ticket["id"], "title": "Behind the goal", "price": { "amount": "80.00" } });
    let create = example("create-listing");
    let offered = seller.ask(&create, json!({ "input": input })).await.data()["createListing"]["listing"].clone();
    assert_eq!((&offered["state"], &offered["version"]), (&json!("OPEN"), &json!(1)));

    let found = run(&buyer, "listings", json!({ "filter": { "team": "qatar", "priceMax": "80" } })).await;
    let [found] = &found["listings"]["nodes"].as_array().expect("it is a list")[..] else { panic!("{found}") };
    assert_eq!((&found["id"], &found["price"]["amount"]), (&offered["id"], &json!("80.00")));
    let input = json!({ "listingId": found["id"], "version": found["version"], "idempotencyKey": "my-first-try" });
    let order = run(&buyer, "order-listing", json!({ "input": input })).await["orderListing"]["order"].clone();
    assert_eq!((&order["status"], &order["listing"]["state"]), (&json!("PENDING"), &json!("LOCKED")));
    let change =
        "mutation ($id: ID!) { updateListing(input: {id: $id, version: 2, title: \"Row 1\"}) { listing { id } } }";
    let refused = seller.ask(change, json!({ "id": offered["id"] })).await;
    assert_eq!(refused.code(), "CONFLICT");
    assert_eq!(refused.0["errors"][0]["extensions"]["lockedUntil"], order["expiresAt"]);
    run(&buyer, "pay-reservation", pay(&text(&order["id"]))).await;

    let bought = buyer.ask(mine, json!({})).await.data()["myTickets"]["nodes"][0].clone();
    assert_eq!(bought["status"], "VALID");
    assert!(bought["code"].is_string() && bought["code"] != ticket["code"]);
    let sold = seller.ask(mine, json!({})).await.data()["myTickets"]["nodes"][0].clone();
    assert_eq!((&sold["status"], &sold["code"]), (&json!("TRANSFERRED"), &Value::Null));
    eventually(PATIENCE, "the seller is paid", || async {
        let sales = run(&seller, "my-sales", json!({})).await;
        let payout = &sales["payouts"]["nodes"][0];
        sales["myListings"]["nodes"][0]["state"] == "SOLD"
            && payout["status"] == "PAID"
            && payout["amount"]["amount"] == "76.00"
    })
    .await;
    let orders = buyer
        .ask(
            "{ myOrders(status: RESERVED) { nodes { id listing { id } } } myReservations { nodes { id } } }",
            json!({}),
        )
        .await;
    assert_eq!(orders.data()["myOrders"]["nodes"], json!([{ "id": order["id"], "listing": { "id": offered["id"] } }]));
    assert_eq!(orders.data()["myReservations"]["nodes"], json!([]));
    site.published().await;
    site.finish().await;
}

async fn order(fan: &Client, id: &str) -> Value {
    let document = "mutation ($id: ID!) { orderListing(input: {listingId: $id}) { order { id } } }";
    fan.ask(document, json!({ "id": id })).await.data()["orderListing"]["order"]["id"].clone()
}

async fn next(socket: &mut Socket) -> (String, i64, String) {
    let said = socket.data().await["listingsChanged"].clone();
    (text(&said["id"]), said["version"].as_i64().expect("it is a number"), text(&said["state"]))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_watches_the_market_sees_it_as_it_is_and_then_each_change() {
    let (_world, site) = Site::embedded().await;
    site.on_sale(1, 20).await;
    site.on_sale(2, 20).await;
    let (seller, buyer) = (site.fan("seller").await, site.fan("buyer").await);
    let id = seller.offers(&seller.buys(1, 1).await, "80").await;

    let (mut everywhere, mut elsewhere) = (site.visitor().socket().await, site.visitor().socket().await);
    everywhere.subscribe(WATCH, json!({ "numbers": [1] })).await;
    elsewhere.subscribe(WATCH, json!({ "numbers": [2] })).await;
    assert_eq!(next(&mut everywhere).await, (id.clone(), 1, "OPEN".to_owned()));
    let order = order(&buyer, &id).await;
    assert_eq!(next(&mut everywhere).await, (id.clone(), 2, "LOCKED".to_owned()));

    let mut back = site.visitor().socket().await;
    back.subscribe(WATCH, json!({ "since": [{ "listingId": id, "version": 2 }] })).await;
    assert!(buyer.cancel(&text(&order)).await.is_ok());
    for socket in [&mut everywhere, &mut back] {
        assert_eq!(next(socket).await, (id.clone(), 3, "OPEN".to_owned()));
    }
    let withdrawn = seller
        .ask("mutation ($id: ID!) { withdrawListing(input: {id: $id}) { listing { state } } }", json!({ "id": id }))
        .await;
    assert!(withdrawn.is_ok());
    assert_eq!(next(&mut everywhere).await, (id.clone(), 4, "WITHDRAWN".to_owned()));

    // Who knew it is told that it is gone; who did not is not told of it.
    let (mut knew, mut new) = (site.visitor().socket().await, site.visitor().socket().await);
    knew.subscribe(WATCH, json!({ "since": [{ "listingId": id, "version": 3 }] })).await;
    assert_eq!(next(&mut knew).await, (id.clone(), 4, "WITHDRAWN".to_owned()));
    new.subscribe(WATCH, json!({})).await;
    let other = seller.offers(&seller.buys(1, 1).await, "70").await;
    assert_eq!(next(&mut new).await, (other.clone(), 1, "OPEN".to_owned()));
    elsewhere.subscribe(WATCH, json!({ "numbers": [77] })).await;
    assert_eq!(elsewhere.said().await, Said::Error("NOT_FOUND".to_owned()), "nothing of match 1 came before");
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_with_a_listing_is_told_field_by_field() {
    let world = World::embedded().with("MATCHDAY_RESALE_PRICE_CAP_PERCENT", "100");
    let site = world.start().await;
    site.on_sale(1, 20).await;
    let seller = site.fan("seller").await;
    let ticket = seller.buys(1, 1).await;
    let create = |input: Value| {
        let seller = seller.clone();
        async move { seller.ask(OFFER, json!({ "input": input })).await }
    };

    let both = create(json!({ "title": "Row 3", "price": { "amount": "70" } })).await;
    assert_eq!((both.code(), &both.0["errors"][0]["extensions"]["field"]), ("BAD_USER_INPUT", &json!("ticketId")));
    let wrong = create(json!({ "ticketId": ticket, "title": "", "price": { "amount": "0", "currency": "USD" } })).await;
    let fields = wrong.0["errors"][0]["extensions"]["fields"].clone();
    let names: Vec<&Value> = fields.as_array().expect("it is a list").iter().map(|wrong| &wrong["field"]).collect();
    assert_eq!(names, ["title", "price.amount"]);
    assert!(fields[0]["message"].is_string());
    let dear = create(json!({ "ticketId": ticket, "title": "Row 3", "price": { "amount": "75.01" } })).await;
    assert_eq!(dear.0["errors"][0]["extensions"]["fields"][0]["field"], "price.amount");
    assert!(create(json!({ "ticketId": ticket, "title": "Row 3", "price": { "amount": 75 } })).await.is_ok());
    let again = create(json!({ "ticketId": ticket, "title": "Row 3", "price": { "amount": 75 } })).await;
    assert_eq!(again.code(), "CONFLICT");

    for (filter, first) in [(json!({ "category": 4 }), 10), (json!({}), 101)] {
        let asked =
            "query ($filter: ListingFilter, $first: Int) { listings(filter: $filter, first: $first) { nodes { id } } }";
        let refused = seller.ask(asked, json!({ "filter": filter, "first": first })).await;
        assert_eq!(refused.code(), "BAD_USER_INPUT");
    }
    let asked = "query ($sort: ListingSort, $after: String) {
        listings(sort: $sort, after: $after) { pageInfo { endCursor } } }";
    let page = seller.ask(asked, json!({ "sort": "NEWEST" })).await.data();
    let after = &page["listings"]["pageInfo"]["endCursor"];
    assert!(seller.ask(asked, json!({ "sort": "NEWEST", "after": after })).await.is_ok());
    assert_eq!(seller.ask(asked, json!({ "after": after })).await.code(), "BAD_USER_INPUT");
    site.finish().await;
}

/// What a watcher is told next.
async fn seen(watcher: &mut Watcher) -> Arc<Listing> {
    let next = tokio::time::timeout(PATIENCE, watcher.next()).await;
    next.expect("something has changed").expect("the market goes on")
}

/// A seller's listing, and a hub that no feed tells of anything.
async fn silent() -> (TestApp, Arc<Hub>, Fan, uuid::Uuid) {
    let app = TestApp::start(Backend::Sqlite).await;
    app.stock(1, Category::One, 20).await;
    let seller = app.fan("seller").await;
    let bought = seller.buys(1, Category::One).await;
    let id = seller.offers(bought.id, PRICE).await.id;
    let hub = Hub::new(app.app());
    (app, hub, seller, id)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_watcher_that_is_slow_or_told_of_nothing_ends_on_the_newest_state() {
    let (app, hub, seller, id) = silent().await;
    let mut watcher = hub.market.watch(&[1], HashMap::new()).await.expect("the market can be read");
    assert_eq!(seen(&mut watcher).await.version, 1);

    for version in 1..6 {
        let change = Change { version, price: Some(price(PRICE - i64::from(version))), ..Change::default() };
        seller.change(id, change).await.expect("nobody is buying it");
    }
    hub.market.sweep().await.expect("the market can be read");
    let newest = seen(&mut watcher).await;
    assert_eq!((newest.version, newest.price_minor), (6, PRICE - 5));

    // The feed tells of it: then no watcher waits for the next comparison.
    let stop = CancellationToken::new();
    let (market, stopped) = (Arc::clone(&hub.market), stop.clone());
    let task = tokio::spawn(async move { market.run(stopped).await });
    let order = app.fan("ben").await.orders(id).await;
    hub.market.touch(&[book::outbox::ChangedRow { id, version: 7 }]);
    assert_eq!(seen(&mut watcher).await.order_id, Some(order.id));
    stop.cancel();
    task.await.expect("it ends in order");
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_left_the_market_while_nobody_watched_is_not_shown_as_if_it_were_there() {
    let (app, hub, seller, id) = silent().await;
    drop(hub.market.watch(&[], HashMap::new()).await.expect("the market can be read"));
    seller.withdraw(id).await.expect("nobody is buying it");

    let mut knew = hub.market.watch(&[], HashMap::from([(id, 1)])).await.expect("the market can be read");
    assert_eq!(seen(&mut knew).await.version, 2);
    let mut new = hub.market.watch(&[], HashMap::new()).await.expect("the market can be read");
    let bought = seller.buys(1, Category::One).await;
    let other = seller.offers(bought.id, PRICE).await;
    hub.market.sweep().await.expect("the market can be read");
    for watcher in [&mut knew, &mut new] {
        assert_eq!(seen(watcher).await.id, other.id);
    }
    app.finish().await;
}

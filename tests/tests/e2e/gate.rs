//! The gate from the outside: stewards scan, devices come back from being offline, and hear of dead codes.

use domain::{keyring, tickets::keys::TicketCodes};
use entities::user::Role;
use serde_json::{Value, json};
use tests::{Site, World, client::Client};

const CHECK_IN: &str = "mutation ($input: CheckInInput!) { checkIn(input: $input) { checkIn {
    nonce outcome ticket { id holderName category seat match { matchNumber } } entry { at deviceId }
    conflict { deviceId } } } }";

const BATCH: &str = "mutation ($input: CheckInBatchInput!) { checkInBatch(input: $input) { checkIns {
    nonce outcome entry { at deviceId } conflict { deviceId } } } }";

const REVOKED: &str = "query ($since: DateTime, $match: Int) { revokedTickets(since: $since, matchNumber: $match) {
    until nodes { ticketId matchNumber version reason changedAt } } }";

/// The codes of two tickets, and a steward.
async fn ticketed(site: &Site) -> (Vec<String>, Client) {
    site.on_sale(1, 20).await;
    let ana = site.fan("ana").await;
    let id = ana.holds(1, 1, 2).await;
    ana.pay(&id, "pm_card_visa", "a").await.data();
    let mine = ana.ask("{ myTickets { nodes { code } } }", json!({})).await.data();
    let nodes = mine["myTickets"]["nodes"].as_array().expect("tickets are listed").clone();
    let codes = nodes.iter().map(|node| node["code"].as_str().expect("they are valid").to_owned()).collect();
    (codes, site.staff("steward", Role::Steward).await)
}

async fn check_in(who: &Client, device: &str, code: &str, nonce: &str) -> Value {
    let input = json!({ "code": code, "deviceId": device, "nonce": nonce, "matchNumber": 1 });
    who.ask(CHECK_IN, json!({ "input": input })).await.data()["checkIn"]["checkIn"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stewards_let_each_ticket_in_once_at_whichever_instance() {
    let world = World::services().await;
    let (site, other) = (world.start().await, world.start().await);
    let (codes, steward) = ticketed(&site).await;
    let there = steward.at(other.address);

    let (one, two) =
        tokio::join!(check_in(&steward, "north", &codes[0], "1"), check_in(&there, "south", &codes[0], "1"));
    let (admitted, refused) = if one["outcome"] == "ADMITTED" { (one, two) } else { (two, one) };

    assert_eq!((&admitted["outcome"], &refused["outcome"]), (&json!("ADMITTED"), &json!("ALREADY_USED")));
    assert_eq!((&refused["entry"], &refused["conflict"]), (&admitted["entry"], &Value::Null));
    assert_eq!(admitted["ticket"]["match"]["matchNumber"], 1);
    let device = admitted["entry"]["deviceId"].as_str().expect("a device let them in");
    assert_eq!(check_in(&there, device, &codes[0], "1").await, admitted, "the same scan is answered alike");
    let forged = check_in(&steward, "north", &codes[0].replace('A', "B"), "2").await;
    assert_eq!((&forged["outcome"], &forged["ticket"]), (&json!("FORGED"), &Value::Null));
    let input = json!({ "code": codes[1], "deviceId": "north", "nonce": "3", "matchNumber": 2 });
    let elsewhere = steward.ask(CHECK_IN, json!({ "input": input })).await.data();
    assert_eq!(elsewhere["checkIn"]["checkIn"]["outcome"], "WRONG_MATCH");
    let input = json!({ "code": codes[1], "deviceId": "no name", "nonce": "3" });
    let wrong = steward.ask(CHECK_IN, json!({ "input": input })).await;
    assert_eq!((wrong.code(), &wrong.0["errors"][0]["extensions"]["field"]), ("BAD_USER_INPUT", &json!("deviceId")));
    other.stop().await;
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_device_comes_back_and_tells_and_the_others_hear_of_it() {
    let (_world, site) = Site::embedded().await;
    let (codes, steward) = ticketed(&site).await;
    let before = steward.ask(REVOKED, json!({})).await.data()["revokedTickets"].clone();
    assert_eq!(before["nodes"], json!([]));
    site.move_clock(std::time::Duration::from_secs(300));
    let now = book::clock::Clock::now(&*site.clock);
    let at = |seconds: i64| (now - chrono::Duration::seconds(seconds)).to_rfc3339();
    let online = check_in(&steward, "north", &codes[0], "1").await;
    assert_eq!(online["outcome"], "ADMITTED");

    let scans = json!([
        { "code": codes[0], "nonce": "o1", "scannedAt": at(60) },
        { "code": codes[1], "nonce": "o2", "scannedAt": at(50) },
        { "code": codes[1], "nonce": "o3", "scannedAt": at(40) },
        { "code": "nonsense", "nonce": "o4", "scannedAt": at(30) },
    ]);
    let told = steward.ask(BATCH, json!({ "input": { "deviceId": "south", "scans": scans } })).await.data();

    let told = told["checkInBatch"]["checkIns"].as_array().expect("each is answered").clone();
    let outcomes: Vec<_> = told.iter().map(|one| one["outcome"].as_str().expect("an outcome is text")).collect();
    assert_eq!(outcomes, ["ADMITTED", "ADMITTED", "ALREADY_USED", "FORGED"]);
    assert_eq!(told[0]["conflict"], json!({ "deviceId": "north" }), "two are inside");
    assert_eq!(told[2]["entry"], told[1]["entry"]);
    let nonces: Vec<_> = told.iter().map(|one| one["nonce"].as_str().expect("a nonce is text")).collect();
    assert_eq!(nonces, ["o1", "o2", "o3", "o4"]);

    let revoked = steward.ask(REVOKED, json!({ "since": before["until"], "match": 1 })).await.data();
    let nodes = revoked["revokedTickets"]["nodes"].as_array().expect("they are listed").clone();
    assert_eq!(nodes.len(), 2);
    assert!(nodes.iter().all(|node| node["reason"] == "USED" && node["version"] == 1), "{nodes:?}");
    let elsewhere = steward.ask(REVOKED, json!({ "match": 2 })).await.data();
    assert_eq!(elsewhere["revokedTickets"]["nodes"], json!([]));
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_from_before_the_ticket_was_issued_lets_in_now_and_wins_over_nobody() {
    for world in [World::embedded(), World::services().await] {
        let site = world.start().await;
        let (codes, steward) = ticketed(&site).await;
        site.move_clock(std::time::Duration::from_secs(300));
        let now = book::clock::Clock::now(&*site.clock);
        let scan = async |device: &str, nonce: &str, at: &str| {
            let scans = json!([{ "code": codes[0], "nonce": nonce, "scannedAt": at }]);
            let told = steward.ask(BATCH, json!({ "input": { "deviceId": device, "scans": scans } })).await.data();
            told["checkInBatch"]["checkIns"][0].clone()
        };

        let first = scan("broken", "1", "0001-01-01T00:00:00Z").await;
        assert_eq!(first["outcome"], "ADMITTED");
        let at = first["entry"]["at"].as_str().expect("they came in").parse::<chrono::DateTime<chrono::Utc>>();
        assert!(at.is_ok_and(|at| at >= now), "{first}");
        let real = scan("south", "2", &(now - chrono::Duration::seconds(60)).to_rfc3339()).await;
        assert_eq!((&real["outcome"], &real["conflict"]), (&json!("ADMITTED"), &json!({ "deviceId": "broken" })));
        assert_eq!(scan("worse", "3", "0001-01-01T00:00:00Z").await["outcome"], "ALREADY_USED");
        site.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_keys_of_tickets_are_published_apart_from_those_of_tokens() {
    let (_world, site) = Site::embedded().await;
    let visitor = site.visitor();

    let (status, headers, keys) = visitor.download("/.well-known/ticket-keys.json").await;

    assert_eq!((status, headers["content-type"].to_str().ok()), (200, Some("application/jwk-set+json")));
    let keys: Value = serde_json::from_slice(&keys).expect("it is JSON");
    assert_eq!(keys, keyring::jwks::<TicketCodes>(&site.app));
    assert_eq!(keys["keys"][0]["kid"].as_str().map(str::len), Some(8));
    let tokens: Value = serde_json::from_str(&visitor.get("/.well-known/jwks.json").await.1).expect("it is JSON");
    assert_ne!(tokens["keys"][0]["x"], keys["keys"][0]["x"]);
    site.finish().await;
}

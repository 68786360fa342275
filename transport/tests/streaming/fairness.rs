//! Fairness: between the operations of one socket, and between sockets when one of them stalls.

use std::collections::HashMap;

use serde_json::{Value, json};
use testkit::wait::until;

use super::harness::{Client, Server, still_grows, within};

#[tokio::test]
async fn a_hot_operation_does_not_starve_its_siblings() {
    let server = Server::start().await;
    let mut client = server.ready().await;
    for id in ["hot", "hotter"] {
        client.subscribe(id, "subscription { ticks }").await;
    }
    client.subscribe("calm", "subscription { availability(matchNumbers: [1]) { version } }").await;
    client.subscribe("query", "{ me { id } }").await;

    let mut heard: HashMap<String, usize> = HashMap::new();
    while !(heard.contains_key("calm") && heard.contains_key("query")) {
        let message = client.hear().await;
        *heard.entry(message["id"].as_str().expect("results have ids").to_owned()).or_default() += 1;
        // The hot ones may have filled the kernel's buffers before the calm ones were asked for, but not more.
        assert!(heard.values().sum::<usize>() < 200_000, "{heard:?}");
    }
    for _ in 0..1_000 {
        let message = client.hear().await;
        *heard.entry(message["id"].as_str().expect("results have ids").to_owned()).or_default() += 1;
    }

    let (hot, hotter) = (heard["hot"], heard["hotter"]);
    assert!(hot.abs_diff(hotter) * 10 <= hot + hotter, "equals are served equally: {heard:?}");
}

#[tokio::test]
async fn a_stalled_client_stalls_nobody_and_finds_the_newest_state_when_it_comes_back() {
    let server = Server::start().await;
    let padded = "subscription { availability(matchNumbers: [1], padding: 60000) { version padding } }";
    let mut stalled = server.narrow_socket().await;
    stalled.subscribe("s", padded).await;
    let mut other = server.ready().await;
    other.subscribe("o", "subscription { availability(matchNumbers: [1]) { version } }").await;
    let mut newest = version(&other.hear().await);

    // Changes until the stalled client's connection takes no more of them: only the other's results are pulled then.
    let mut taken = true;
    while taken {
        let pulled = server.pulled();
        newest = change(&server, &mut other, newest).await;
        taken = still_grows(|| server.pulled() - pulled - 1).await;
    }
    for _ in 0..500 {
        newest = change(&server, &mut other, newest).await;
    }

    let mut results = 1;
    while version(&stalled.hear().await) != newest {
        results += 1;
    }
    assert!(results < newest - 400, "{results} results of {newest} states were sent: the rest was skipped");
    stalled.expect_silence().await;
}

/// Changes match 1 and waits until the other client has seen it.
async fn change(server: &Server, other: &mut Client, newest: i64) -> i64 {
    assert!(server.world.hold(1, 1));
    within(async {
        loop {
            let seen = version(&other.hear().await);
            if seen > newest {
                return seen;
            }
        }
    })
    .await
}

fn version(message: &Value) -> i64 {
    message["payload"]["data"]["availability"]["version"].as_i64().expect("an availability")
}

#[tokio::test]
async fn a_stalled_client_can_still_complete_and_close() {
    let server = Server::start().await;
    let mut stalled = server.narrow_socket().await;
    stalled.subscribe("1", "subscription { silence }").await;
    server.until_live(1).await;
    stalled.subscribe("2", "subscription { ticks(padding: 60000) }").await;
    while still_grows(|| server.pulled()).await {}

    stalled.say(json!({ "id": "1", "type": "complete" })).await;
    server.until_live(1).await;

    drop(stalled);
    until("the live subscriptions", || server.live() == 0).await;
}

#[tokio::test]
async fn little_is_sent_ahead_to_a_client_that_does_not_read() {
    let server = Server::start().await;
    let mut stalled = server.narrow_socket().await;
    stalled.subscribe("1", "subscription { availability(matchNumbers: [1]) { version } }").await;

    let mut taken = true;
    while taken {
        let pulled = server.pulled();
        assert!(server.world.hold(1, 1));
        taken = still_grows(|| server.pulled() - pulled).await;
    }

    // About 100 bytes each: left to itself, the kernel takes megabytes.
    assert!(server.pulled() < 2_000, "{} results were sent ahead", server.pulled());
}

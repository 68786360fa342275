//! Shutdown: queries finish, subscriptions are left for the next server without a word, and the server waits for all.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use super::harness::{Client, Server, within};

/// The code of the close that comes next, before anything else is said.
async fn closed_without_a_word(client: &mut Client) -> u16 {
    loop {
        match client.frame().await {
            Some(Ok(Message::Close(Some(frame)))) => return frame.code.into(),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
            other => panic!("expected a close frame, got {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_drained_socket_closes_with_1001_and_completes_no_subscription() {
    let server = Server::start().await;
    let (mut client, mut legacy) = (server.ready().await, server.legacy().await);
    legacy.init(json!({})).await;
    for id in ["a", "b"] {
        client.subscribe(id, "subscription { silence }").await;
    }
    legacy.say(json!({ "id": "1", "type": "start", "payload": { "query": "subscription { silence }" } })).await;
    server.until_live(3).await;

    let (_, ()) = tokio::join!(server.drained(), async {
        assert_eq!(closed_without_a_word(&mut client).await, 1001);
        assert_eq!(closed_without_a_word(&mut legacy).await, 1001);
    });
}

#[tokio::test]
async fn sockets_are_let_go_one_after_the_other() {
    let server = Server::with(|config| config.sockets.drain_per_second_max = 10).await;
    let mut clients = [server.ready().await, server.ready().await, server.ready().await];
    let begun = Instant::now();

    server.shutdown.cancel();
    for client in &mut clients {
        assert_eq!(client.close_code().await, 1001);
    }

    assert!(begun.elapsed() >= Duration::from_millis(200), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_running_query_finishes_and_what_comes_later_is_left_to_the_next_server() {
    let server = Server::start().await;
    let mut client = server.ready().await;
    client.subscribe("slow", "{ slow }").await;
    client.subscribe("live", "subscription { availability(matchNumbers: [1]) { version } }").await;
    assert_eq!(client.hear().await["payload"]["data"]["availability"]["version"], 1);

    server.shutdown.cancel();
    client.subscribe("late", "subscription { silence }").await;
    client.subscribe("later", "{ me { id } }").await;
    client.expect_silence().await;
    assert!(server.world.hold(1, 1));

    let change = client.hear().await;
    assert_eq!(change["payload"]["data"]["availability"]["version"], 2, "what runs is told of changes to the end");
    server.world.release();
    assert_eq!(client.hear().await, json!({ "id": "slow", "type": "next", "payload": { "data": { "slow": true } } }));
    assert_eq!(client.hear().await, json!({ "id": "slow", "type": "complete" }));
    assert_eq!(closed_without_a_word(&mut client).await, 1001);
    within(server.drained()).await;
}

#[tokio::test]
async fn a_query_that_does_not_finish_is_not_waited_for_longer_than_configured() {
    let server = Server::with(|config| config.sockets.drain_timeout_ms = 100).await;
    let mut client = server.ready().await;
    client.subscribe("slow", "{ slow }").await;
    client.expect_silence().await;

    server.shutdown.cancel();

    assert_eq!(closed_without_a_word(&mut client).await, 1001);
}

#[tokio::test]
async fn a_socket_that_was_never_initialised_is_drained_too() {
    let server = Server::start().await;
    let mut client = server.socket().await;

    server.shutdown.cancel();

    assert_eq!(client.close_code().await, 1001);
}

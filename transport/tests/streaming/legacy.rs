//! The legacy `graphql-ws` subprotocol, as subscriptions-transport-ws clients speak it.

use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use super::harness::Server;

#[tokio::test]
async fn a_legacy_client_is_acknowledged_and_gets_its_data() {
    let server = Server::start().await;
    let mut client = server.legacy().await;
    client.init(json!({ "authorization": "ana" })).await;

    client.say(json!({ "id": "1", "type": "start", "payload": { "query": "{ me { id } }" } })).await;

    let data = json!({ "id": "1", "type": "data", "payload": { "data": { "me": { "id": "ana" } } } });
    assert_eq!(client.hear().await, data);
    assert_eq!(client.hear().await, json!({ "id": "1", "type": "complete" }));
}

#[tokio::test]
async fn a_legacy_client_may_start_before_it_is_acknowledged() {
    let server = Server::start().await;
    let mut client = server.legacy().await;

    client.say(json!({ "type": "connection_init", "payload": { "slowly": true } })).await;
    client.say(json!({ "id": 1, "type": "start", "payload": { "query": "subscription { three }" } })).await;
    // Whatever was said has been heard by the time others were served.
    server.ready().await.expect_silence().await;
    server.ready().await.expect_silence().await;
    server.world.release();

    assert_eq!(client.hear().await["type"], "connection_ack");
    assert_eq!(client.hear().await["payload"], json!({ "data": { "three": 1 } }));
}

#[tokio::test]
async fn a_legacy_stop_is_answered_with_complete() {
    let server = Server::start().await;
    let mut client = server.legacy().await;
    client.init(json!({})).await;
    client.say(json!({ "id": "1", "type": "start", "payload": { "query": "subscription { silence }" } })).await;
    server.until_live(1).await;

    client.say(json!({ "id": "1", "type": "stop" })).await;

    assert_eq!(client.hear().await, json!({ "id": "1", "type": "complete" }));
    server.until_live(0).await;
}

#[tokio::test]
async fn a_legacy_operation_that_cannot_begin_is_answered_with_one_error() {
    let server = Server::start().await;
    let mut client = server.legacy().await;
    client.init(json!({})).await;

    client.say(json!({ "id": "1", "type": "start", "payload": { "query": "{ nonsense }" } })).await;

    let answer = client.hear().await;
    assert_eq!(answer["type"], "error");
    assert!(answer["payload"]["message"].as_str().is_some_and(|text| text.contains("nonsense")), "{answer}");
}

#[tokio::test]
async fn a_refused_legacy_client_is_told_why_before_it_is_closed() {
    let server = Server::start().await;
    let mut client = server.legacy().await;

    client.say(json!({ "type": "connection_init", "payload": { "authorization": "bad" } })).await;

    let refusal = client.hear().await;
    assert_eq!(refusal["type"], "connection_error");
    assert_eq!(refusal["payload"]["code"], "UNAUTHENTICATED");
    assert_eq!(client.close_code().await, 4401);
}

#[tokio::test]
async fn a_legacy_id_that_starts_again_takes_the_place_of_the_older() {
    let server = Server::start().await;
    let mut client = server.legacy().await;
    client.init(json!({})).await;
    client.say(json!({ "id": "1", "type": "start", "payload": { "query": "subscription { silence }" } })).await;
    server.until_live(1).await;

    client.say(json!({ "id": "1", "type": "start", "payload": { "query": "subscription { three }" } })).await;

    assert_eq!(client.hear().await["payload"], json!({ "data": { "three": 1 } }));
    server.until_live(0).await;
}

#[tokio::test]
async fn a_legacy_client_is_kept_alive_and_can_terminate() {
    let server = Server::with(|config| config.sockets.ping_interval_ms = 20).await;
    let mut client = server.legacy().await;
    client.init(json!({})).await;

    assert_eq!(client.hear().await, json!({ "type": "ka" }));
    client.say(json!({ "type": "connection_terminate" })).await;
    assert_eq!(client.close_code().await, 1000);
}

#[tokio::test]
async fn legacy_and_current_messages_do_not_mix() {
    let server = Server::start().await;
    let mut client = server.legacy().await;
    client.init(json!({})).await;

    client.send(Message::text(r#"{"id":"1","type":"subscribe","payload":{"query":"{me{id}}"}}"#)).await;

    assert_eq!(client.close_code().await, 4400);
}

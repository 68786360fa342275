//! Tokens end, and with them their sockets, unless they are renewed in time.

use std::time::{Duration, Instant};

use serde_json::json;

use super::harness::Server;

#[tokio::test]
async fn a_socket_is_closed_with_4401_when_its_token_expires() {
    let server = Server::start().await;
    let mut client = server.ready_as("ana~300").await;
    client.subscribe("1", "subscription { silence }").await;

    let (code, reason) = client.closed().await;

    assert_eq!((code, &*reason), (4401, "Unauthorized: token expired"));
    server.until_live(0).await;
}

#[tokio::test]
async fn a_renewed_token_keeps_the_socket_and_its_subscriptions() {
    let server = Server::start().await;
    let opened = Instant::now();
    let mut client = server.ready_as("ana~4000").await;
    client.subscribe("1", "subscription { silence }").await;
    server.until_live(1).await;

    client.say(json!({ "type": "ping", "payload": { "authorization": "Bearer ana~30000" } })).await;
    assert_eq!(client.hear().await, json!({ "type": "pong", "payload": { "renewed": true } }));

    assert_eq!(client.close_code().await, 4401);
    assert!(opened.elapsed() >= Duration::from_millis(5000), "the new token's end counts, not the old one's");
}

#[tokio::test]
async fn a_refused_renewal_leaves_the_old_end() {
    let server = Server::start().await;

    for (token, code) in [("ben", "FORBIDDEN"), ("bad", "UNAUTHENTICATED")] {
        let mut client = server.ready_as("ana~3000").await;
        client.say(json!({ "type": "ping", "payload": { "authorization": token } })).await;
        let answer = client.hear().await;
        assert_eq!((&answer["type"], &answer["payload"]["renewed"]), (&json!("pong"), &json!(false)));
        assert_eq!(answer["payload"]["error"]["code"], code);
        client.subscribe("1", "{ me { id } }").await;
        assert_eq!(client.hear().await["payload"], json!({ "data": { "me": { "id": "ana" } } }));
        assert_eq!(client.hear().await["type"], "complete");
        assert_eq!(client.close_code().await, 4401);
    }
}

#[tokio::test]
async fn a_token_that_already_ended_opens_no_socket() {
    let server = Server::start().await;
    let mut client = server.ready_as("ana~0").await;

    assert_eq!(client.close_code().await, 4401);
}

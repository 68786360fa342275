//! Tokens end, and with them their sockets, unless they are renewed in time.

use std::{
    sync::atomic::Ordering,
    time::{Duration, Instant},
};

use serde_json::json;

use super::harness::Server;

#[tokio::test]
async fn a_socket_is_closed_with_4403_when_its_token_expires() {
    let server = Server::start().await;
    let mut client = server.ready_as("ana~300").await;
    client.subscribe("1", "subscription { silence }").await;

    let (code, reason) = client.closed().await;

    assert_eq!((code, &*reason), (4403, "Forbidden: the token expired, connect again with a fresh one"));
    server.until_live(0).await;
}

#[tokio::test]
async fn a_socket_that_is_never_silent_is_closed_when_its_token_expires() {
    let server = Server::start().await;
    let mut client = server.ready_as("ana~300").await;
    client.subscribe("1", "subscription { ticks }").await;

    assert_eq!(client.close_code().await, 4403);
    server.until_live(0).await;
}

#[tokio::test]
async fn a_socket_is_closed_when_the_clock_is_past_the_end_of_its_token() {
    let server = Server::with(|config| config.sockets.ping_interval_ms = 20).await;
    let mut client = server.ready_as("ana~3600000").await;
    client.subscribe("1", "subscription { silence }").await;
    server.until_live(1).await;
    client.expect_silence().await;

    server.world.ahead_ms.store(3_600_000, Ordering::SeqCst);

    assert_eq!(client.close_code().await, 4403);
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

    assert_eq!(client.close_code().await, 4403);
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
        assert_eq!(client.close_code().await, 4403);
    }
}

#[tokio::test]
async fn a_token_that_already_ended_opens_no_socket() {
    let server = Server::start().await;
    let mut client = server.ready_as("ana~0").await;

    assert_eq!(client.close_code().await, 4403);
}

#[tokio::test]
async fn who_is_not_what_they_were_is_shown_out_and_others_stay() {
    let server = Server::start().await;
    let (mut ana, mut again, mut ben) =
        (server.ready_as("ana").await, server.ready_as("ana").await, server.ready_as("ben").await);
    for client in [&mut ana, &mut again, &mut ben] {
        client.subscribe("1", "subscription { silence }").await;
    }
    server.until_live(3).await;

    ana.subscribe("2", "mutation { signOut }").await;

    let (code, reason) = again.closed().await;
    assert_eq!((code, &*reason), (4403, "Forbidden: your session or role has changed, connect again"));
    assert_eq!(ana.close_code().await, 4403);
    server.until_live(1).await;
    ben.subscribe("2", "{ me { id } }").await;
    assert_eq!(ben.hear().await["payload"], json!({ "data": { "me": { "id": "ben" } } }));
}

#[tokio::test]
async fn a_renewal_with_another_role_ends_what_began_with_the_old_one() {
    let server = Server::start().await;
    let mut client = server.ready_as("ana").await;
    client.subscribe("1", "subscription { silence }").await;
    server.until_live(1).await;

    client.say(json!({ "type": "ping", "payload": { "authorization": "Bearer ana-boss" } })).await;

    assert_eq!(client.hear().await, json!({ "type": "pong", "payload": { "renewed": true } }));
    assert_eq!(client.close_code().await, 4403);
    server.until_live(0).await;
}

#[tokio::test]
async fn a_renewal_without_a_token_renews_nothing_and_says_so() {
    let server = Server::start().await;
    let mut client = server.ready_as("ana~3000").await;

    client.say(json!({ "type": "ping", "payload": { "authorization": null } })).await;

    let answer = client.hear().await;
    assert_eq!(answer["payload"]["renewed"], false);
    assert_eq!(answer["payload"]["error"]["code"], "BAD_USER_INPUT");
    assert_eq!(client.close_code().await, 4403);
}

//! Shutdown: subscriptions are completed, queries finish, sockets close with 1001, and the server waits for them.

use serde_json::json;

use super::harness::{Server, within};

#[tokio::test]
async fn a_drained_socket_completes_its_subscriptions_and_closes_with_1001() {
    let server = Server::start().await;
    let mut client = server.ready().await;
    for id in ["a", "b"] {
        client.subscribe(id, "subscription { silence }").await;
    }
    server.until_live(2).await;

    let (_, ()) = tokio::join!(server.drained(), async {
        for id in ["a", "b"] {
            assert_eq!(client.hear().await, json!({ "id": id, "type": "complete" }));
        }
        assert_eq!(client.close_code().await, 1001);
    });
}

#[tokio::test]
async fn a_running_query_finishes_and_new_operations_are_refused_while_draining() {
    let server = Server::start().await;
    let mut client = server.ready().await;
    client.subscribe("slow", "{ slow }").await;
    client.expect_silence().await;

    server.shutdown.cancel();
    client.subscribe("late", "{ me { id } }").await;

    let refused = client.hear().await;
    assert_eq!((&refused["id"], &refused["type"]), (&json!("late"), &json!("error")));
    assert_eq!(refused["payload"][0]["extensions"]["code"], "SERVICE_UNAVAILABLE");
    server.world.release();
    assert_eq!(client.hear().await, json!({ "id": "slow", "type": "next", "payload": { "data": { "slow": true } } }));
    assert_eq!(client.hear().await, json!({ "id": "slow", "type": "complete" }));
    assert_eq!(client.close_code().await, 1001);
    within(server.drained()).await;
}

#[tokio::test]
async fn a_query_that_does_not_finish_is_not_waited_for_longer_than_configured() {
    let server = Server::with(|config| config.sockets.drain_timeout_ms = 100).await;
    let mut client = server.ready().await;
    client.subscribe("slow", "{ slow }").await;
    client.expect_silence().await;

    server.shutdown.cancel();

    assert_eq!(client.close_code().await, 1001);
}

#[tokio::test]
async fn a_socket_that_was_never_initialised_is_drained_too() {
    let server = Server::start().await;
    let mut client = server.socket().await;

    server.shutdown.cancel();

    assert_eq!(client.close_code().await, 1001);
}

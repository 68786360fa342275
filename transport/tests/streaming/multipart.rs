//! Multipart subscriptions: parts as Apollo's clients read them.

use serde_json::{Value, json};

use super::harness::{
    Server,
    http::{Answer, send},
};

const ACCEPT: &str = "multipart/mixed;boundary=\"graphql\";subscriptionSpec=1.0,application/json";

async fn subscribe(server: &Server, headers: &[(&str, &str)], query: &str) -> Answer {
    let headers = [&[("accept", ACCEPT), ("content-type", "application/json")], headers].concat();
    send(server, "POST", "/graphql", &headers, &json!({ "query": query }).to_string()).await
}

/// The next part, which is whole only when the boundary after it has come.
async fn part(answer: &mut Answer) -> Value {
    let part = answer.until("\r\n--graphql").await;
    let body = part.split_once("\r\n\r\n").expect("a part has a head").1;
    serde_json::from_str(body.trim_end_matches("\r\n--graphql")).expect("a part is JSON")
}

#[tokio::test]
async fn each_result_is_a_part_that_is_whole_at_once() {
    let server = Server::start().await;

    let mut answer = subscribe(&server, &[], "subscription { three }").await;

    assert_eq!(answer.status, 200);
    assert!(answer.header("content-type").starts_with("multipart/mixed"));
    assert_eq!(answer.header("x-accel-buffering"), "no", "nginx passes parts on at once");
    assert_eq!(answer.until("\r\n--graphql").await, "\r\n--graphql");
    for number in 1..=3 {
        assert_eq!(part(&mut answer).await, json!({ "payload": { "data": { "three": number } } }));
    }
    assert_eq!(answer.rest().await, "--\r\n");
}

#[tokio::test]
async fn an_idle_subscription_has_a_heartbeat() {
    let server = Server::with(|config| config.sockets.multipart_heartbeat_ms = 20).await;

    let mut answer = subscribe(&server, &[], "subscription { silence }").await;

    assert_eq!(answer.until("\r\n--graphql").await, "\r\n--graphql");
    for _ in 0..3 {
        assert_eq!(part(&mut answer).await, json!({}));
    }
}

#[tokio::test]
async fn a_subscription_that_cannot_begin_says_so_in_a_part() {
    let server = Server::start().await;

    let mut answer = subscribe(&server, &[], "subscription { forbidden }").await;

    assert_eq!(answer.until("\r\n--graphql").await, "\r\n--graphql");
    assert_eq!(part(&mut answer).await["payload"]["errors"][0]["extensions"]["code"], "FORBIDDEN");
    assert_eq!(answer.rest().await, "--\r\n");
}

#[tokio::test]
async fn a_drained_subscription_breaks_off_before_the_last_boundary() {
    let server = Server::start().await;
    let mut answer = subscribe(&server, &[], "subscription { silence }").await;
    assert_eq!(answer.until("\r\n--graphql").await, "\r\n--graphql");
    server.until_live(1).await;

    let ((), rest) = tokio::join!(server.drained(), answer.broken_off());

    assert_eq!(rest, "");
}

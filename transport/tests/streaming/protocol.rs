//! graphql-transport-ws: what is said, and what a client is closed for.

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use super::harness::Server;

#[tokio::test]
async fn a_client_without_a_known_subprotocol_is_closed_with_4406() {
    let server = Server::start().await;

    let mut none = server.handshake(&[]).await.expect("the server upgrades");

    let (code, reason) = none.closed().await;
    assert_eq!(code, 4406);
    assert!(reason.contains("offer graphql-transport-ws or graphql-ws"), "{reason}");
}

#[tokio::test]
async fn the_current_subprotocol_is_preferred_to_the_legacy_one() {
    let server = Server::start().await;
    let offers = "graphql-ws, graphql-transport-ws";

    let mut client = server.handshake(&[("sec-websocket-protocol", offers)]).await.expect("the server upgrades");

    client.init(json!({})).await;
    client.expect_silence().await;
}

#[tokio::test]
async fn a_malformed_message_is_closed_with_4400() {
    let server = Server::start().await;
    let malformed = [
        "",
        "{",
        "null",
        "[]",
        r#""connection_init""#,
        "{}",
        r#"{"type":1}"#,
        r#"{"type":"start","id":"1","payload":{"query":"{me{id}}"}}"#,
        r#"{"type":"connection_init","payload":"text"}"#,
        r#"{"type":"ping","payload":1}"#,
        r#"{"type":"subscribe","payload":{"query":"{me{id}}"}}"#,
        r#"{"type":"subscribe","id":"","payload":{"query":"{me{id}}"}}"#,
        r#"{"type":"subscribe","id":7,"payload":{"query":"{me{id}}"}}"#,
        r#"{"type":"subscribe","id":"1"}"#,
        r#"{"type":"subscribe","id":"1","payload":{"query":1}}"#,
        r#"{"type":"subscribe","id":"1","payload":{"query":"{me{id}}","variables":[]}}"#,
        r#"{"type":"complete"}"#,
    ];

    for message in malformed {
        let mut client = server.ready().await;
        client.send(Message::text(message)).await;
        assert_eq!(client.close_code().await, 4400, "{message}");
    }
    let mut binary = server.ready().await;
    binary.send(Message::binary(br#"{"type":"ping"}"#.to_vec())).await;
    assert_eq!(binary.close_code().await, 4400);
}

#[tokio::test]
async fn an_id_too_long_to_be_repeated_with_every_result_is_closed_with_4400() {
    let server = Server::start().await;

    let mut longest = server.ready().await;
    longest.subscribe(&"x".repeat(128), "{ me { id } }").await;
    assert_eq!(longest.hear().await["type"], "next");

    let mut longer = server.ready().await;
    longer.subscribe(&"x".repeat(129), "{ me { id } }").await;
    assert_eq!(longer.close_code().await, 4400);
}

#[tokio::test]
async fn an_operation_before_the_acknowledgement_is_closed_with_4401() {
    let server = Server::start().await;

    let mut hasty = server.socket().await;
    hasty.subscribe("1", "{ me { id } }").await;
    assert_eq!(hasty.close_code().await, 4401);

    let mut impatient = server.socket().await;
    impatient.say(json!({ "type": "connection_init", "payload": { "slowly": true } })).await;
    impatient.subscribe("1", "{ me { id } }").await;
    assert_eq!(impatient.close_code().await, 4401);
}

#[tokio::test]
async fn a_refused_client_is_closed_with_the_code_of_its_refusal() {
    let server = Server::start().await;

    for (token, code) in [("bad", 4401), ("banned", 4403), ("busy", 4429), ("down", 1013)] {
        let mut client = server.socket().await;
        client.say(json!({ "type": "connection_init", "payload": { "authorization": token } })).await;
        let (closed_with, reason) = client.closed().await;
        assert_eq!(closed_with, code);
        assert!(reason.contains("said the toy"), "{reason}");
    }
}

#[tokio::test]
async fn an_id_in_use_is_closed_with_4409_and_a_finished_one_can_be_used_again() {
    let server = Server::start().await;

    let mut client = server.ready().await;
    for _ in 0..2 {
        client.subscribe("1", "{ me { id } }").await;
        assert_eq!(client.hear().await["type"], "next");
        assert_eq!(client.hear().await, json!({ "id": "1", "type": "complete" }));
    }

    client.subscribe("1", "subscription { silence }").await;
    client.subscribe("1", "subscription { silence }").await;
    let (code, reason) = client.closed().await;
    assert_eq!((code, &*reason), (4409, "Subscriber for 1 already exists"));
}

#[tokio::test]
async fn a_second_init_is_closed_with_4429() {
    let server = Server::start().await;

    let mut acknowledged = server.ready().await;
    acknowledged.say(json!({ "type": "connection_init" })).await;
    assert_eq!(acknowledged.close_code().await, 4429);

    let mut waiting = server.socket().await;
    waiting.say(json!({ "type": "connection_init", "payload": { "slowly": true } })).await;
    waiting.say(json!({ "type": "connection_init" })).await;
    assert_eq!(waiting.close_code().await, 4429);
}

#[tokio::test]
async fn a_ping_is_answered_before_and_after_the_init() {
    let server = Server::start().await;
    let mut client = server.socket().await;

    client.say(json!({ "type": "ping" })).await;
    assert_eq!(client.hear().await, json!({ "type": "pong" }));
    client.init(json!({})).await;
    client.say(json!({ "type": "pong" })).await;
    client.say(json!({ "type": "ping", "payload": { "at": 1 } })).await;
    assert_eq!(client.hear().await, json!({ "type": "pong", "payload": { "at": 1 } }));
}

#[tokio::test]
async fn queries_and_mutations_run_over_the_socket_too() {
    let server = Server::start().await;
    let mut client = server.ready_as("ana").await;

    client.subscribe("q", "{ me { id } }").await;
    assert_eq!(client.hear().await, next("q", json!({ "data": { "me": { "id": "ana" } } })));
    assert_eq!(client.hear().await, json!({ "id": "q", "type": "complete" }));

    let reserve =
        "mutation { reserve(input: { matchNumber: 1, category: 1, quantity: 2 }) { reservation { status } } }";
    client.subscribe("m", reserve).await;
    let reserved = json!({ "data": { "reserve": { "reservation": { "status": "PENDING" } } } });
    assert_eq!(client.hear().await, next("m", reserved));
    assert_eq!(client.hear().await, json!({ "id": "m", "type": "complete" }));
}

#[tokio::test]
async fn a_subscription_ends_with_complete() {
    let server = Server::start().await;
    let mut client = server.ready().await;

    client.subscribe("s", "subscription { three }").await;

    for number in 1..=3 {
        assert_eq!(client.hear().await, next("s", json!({ "data": { "three": number } })));
    }
    assert_eq!(client.hear().await, json!({ "id": "s", "type": "complete" }));
}

#[tokio::test]
async fn an_operation_that_cannot_begin_is_answered_with_error_and_nothing_else() {
    let server = Server::start().await;
    let mut client = server.ready().await;
    let refused = [
        ("syntax", "{ me {", "GRAPHQL_PARSE_FAILED"),
        ("two root fields", "subscription { three silence }", "GRAPHQL_VALIDATION_FAILED"),
        (
            "two by a fragment",
            "subscription { ...F } fragment F on Subscription { three again: three }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
        ("not allowed", "subscription { forbidden }", "FORBIDDEN"),
    ];

    for (id, query, code) in refused {
        client.subscribe(id, query).await;
        let answer = client.hear().await;
        assert_eq!((&answer["id"], &answer["type"]), (&json!(id), &json!("error")));
        assert_eq!(answer["payload"][0]["extensions"]["code"], code, "{answer}");
        client.expect_silence().await;
    }
    client.subscribe("unknown field", "{ nonsense }").await;
    let answer = client.hear().await;
    assert_eq!(answer["type"], "error");
    assert!(answer["payload"][0]["message"].as_str().is_some_and(|text| text.contains("nonsense")), "{answer}");
    client.expect_silence().await;
}

#[tokio::test]
async fn an_error_of_the_execution_is_part_of_the_result() {
    let server = Server::start().await;
    let mut client = server.ready().await;

    client.subscribe("1", "{ fails }").await;

    let answer = client.hear().await;
    assert_eq!(answer["type"], "next");
    assert_eq!(answer["payload"]["data"], Value::Null);
    assert_eq!(answer["payload"]["errors"][0]["extensions"]["code"], "CONFLICT");
    assert_eq!(client.hear().await, json!({ "id": "1", "type": "complete" }));
}

#[tokio::test]
async fn a_client_that_completes_is_not_answered_and_its_subscription_ends() {
    let server = Server::start().await;
    let mut client = server.ready().await;
    client.subscribe("1", "subscription { silence }").await;
    server.until_live(1).await;

    client.say(json!({ "id": "1", "type": "complete" })).await;

    server.until_live(0).await;
    client.say(json!({ "id": "of nobody", "type": "complete" })).await;
    client.expect_silence().await;
}

#[tokio::test]
async fn subscriptions_end_with_their_socket() {
    let server = Server::start().await;
    let mut client = server.ready().await;
    client.subscribe("1", "subscription { silence }").await;
    server.until_live(1).await;

    drop(client);

    server.until_live(0).await;
}

#[tokio::test]
async fn an_encoded_result_is_sent_as_it_is() {
    let server = Server::start().await;
    let mut client = server.ready().await;

    let payload = json!({
        "query": "subscription ($n: [Int!]) { availability(matchNumbers: $n) { version matchNumber } }",
        "variables": { "n": [7] },
    });
    client.say(json!({ "id": "a\"b", "type": "subscribe", "payload": payload })).await;

    // The field order is the document's, which no JSON map of ours keeps.
    let expected = r#"{"id":"a\"b","type":"next","payload":{"data":{"availability":{"version":1,"matchNumber":7}}}}"#;
    assert_eq!(client.hear_text().await, expected);
}

fn next(id: &str, payload: Value) -> Value {
    json!({ "id": id, "type": "next", "payload": payload })
}

//! Meters: what the edge tells of its connections.

use std::collections::BTreeMap;

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use serde_json::json;
use testkit::wait::until;

use super::harness::{
    Client, Server,
    http::{Answer, send},
    meter,
};

/// How many subscriptions of a kind of connection have ended, by reason.
fn ended(meters: &PrometheusHandle, transport: &str) -> BTreeMap<String, f64> {
    let page = meters.render();
    let of_transport = format!(r#"matchday_subscriptions_ended_total{{transport="{transport}",reason=""#);
    let counted = page.lines().filter_map(|line| line.strip_prefix(&of_transport)?.split_once("\"} "));
    counted.map(|(reason, count)| (reason.to_owned(), count.parse().expect("meters are numbers"))).collect()
}

fn started(meters: &PrometheusHandle, transport: &str) -> f64 {
    meter(meters, &format!(r#"matchday_subscriptions_started_total{{transport="{transport}"}}"#))
}

/// Waits until a reason has been counted so often.
async fn until_ended(meters: &PrometheusHandle, transport: &str, reason: &str, count: f64) {
    until(reason, || ended(meters, transport).get(reason) == Some(&count)).await;
}

/// A socket on which one subscription runs, the only one of its server.
async fn subscribed(server: &Server, token: &str) -> Client {
    let mut client = server.ready_as(token).await;
    client.subscribe("1", "subscription { silence }").await;
    server.until_live(1).await;
    client
}

/// An event stream or multipart answer of one subscription.
async fn streamed(server: &Server, accept: &str, token: &str, query: &str) -> Answer {
    let headers = [("accept", accept), ("content-type", "application/json"), ("authorization", token)];
    send(server, "POST", "/graphql", &headers, &json!({ "query": query }).to_string()).await
}

const EVENTS: &str = "text/event-stream";
const PARTS: &str = "multipart/mixed;boundary=\"graphql\";subscriptionSpec=1.0,application/json";
const SILENCE: &str = "subscription { silence }";

#[tokio::test]
async fn each_end_of_a_sockets_subscription_is_counted_by_its_reason() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let meters = recorder.handle();
    let _recording = metrics::set_default_local_recorder(&recorder);
    let server = Server::start().await;

    let mut client = server.ready().await;
    for (id, query) in [("1", "{ three }"), ("2", "{ forbidden }"), ("3", "{ breaks }")] {
        client.subscribe(id, &format!("subscription {query}")).await;
    }
    client.subscribe("4", SILENCE).await;
    client.subscribe("5", "{ me { id } }").await;
    client.subscribe("6", "{").await;
    server.until_live(1).await;
    client.say(json!({ "id": "4", "type": "complete" })).await;
    until_ended(&meters, "websocket", "client_ended", 1.0).await;
    client.subscribe("4", SILENCE).await;
    server.until_live(1).await;
    drop(client);
    until_ended(&meters, "websocket", "client_disconnected", 1.0).await;

    assert_eq!(subscribed(&server, "ana~300").await.close_code().await, 4403);
    let mut revoked = subscribed(&server, "ben").await;
    server.world.dismiss("ben");
    assert_eq!(revoked.close_code().await, 4403);
    let mut violating = subscribed(&server, "ben").await;
    violating.say(json!({ "type": "nonsense" })).await;
    assert_eq!(violating.close_code().await, 4400);
    let mut evicted = subscribed(&server, "ben").await;
    server.evictor.evict(|_| true);
    assert_eq!(evicted.close_code().await, 4403);
    let mut drained = subscribed(&server, "ben").await;
    let ((), code) = tokio::join!(server.drained(), drained.close_code());
    assert_eq!(code, 1001);
    let of_stalled = Server::with(|config| config.sockets.write_timeout_ms = 100).await;
    let mut stalled = of_stalled.narrow_socket().await;
    stalled.subscribe("1", "subscription { ticks(padding: 30000) }").await;
    until_ended(&meters, "websocket", "stalled", 1.0).await;

    let expected = [
        ("client_disconnected", 1.0),
        ("client_ended", 1.0),
        ("completed", 1.0),
        ("drained", 1.0),
        ("error", 2.0),
        ("evicted", 1.0),
        ("expired", 1.0),
        ("revoked", 1.0),
        ("stalled", 1.0),
        ("violation", 1.0),
    ];
    let expected: BTreeMap<_, _> = expected.into_iter().map(|(reason, count)| (reason.to_owned(), count)).collect();
    assert_eq!(ended(&meters, "websocket"), expected, "what is no subscription is not counted");
    assert_eq!(started(&meters, "websocket"), expected.values().sum::<f64>());
}

#[tokio::test]
async fn each_end_of_a_streams_subscription_is_counted_by_its_reason() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let meters = recorder.handle();
    let _recording = metrics::set_default_local_recorder(&recorder);
    let server = Server::start().await;

    for query in ["{ three }", "{ forbidden }", "{ breaks }"] {
        streamed(&server, EVENTS, "ana", &format!("subscription {query}")).await.rest().await;
        streamed(&server, PARTS, "ana", &format!("subscription {query}")).await.rest().await;
    }
    streamed(&server, EVENTS, "ana", "{ me { id } }").await.rest().await;
    for (accept, transport) in [(EVENTS, "sse"), (PARTS, "multipart")] {
        let gone = streamed(&server, accept, "ana", SILENCE).await;
        server.until_live(1).await;
        drop(gone);
        until_ended(&meters, transport, "client_disconnected", 1.0).await;
        streamed(&server, accept, "ana~200", SILENCE).await.broken_off().await;
        let mut revoked = streamed(&server, accept, "ana", SILENCE).await;
        server.until_live(1).await;
        server.world.dismiss("ana");
        revoked.broken_off().await;
        let mut evicted = streamed(&server, accept, "ana", SILENCE).await;
        server.until_live(1).await;
        server.evictor.evict(|_| true);
        evicted.rest().await;
    }
    let (mut events, mut parts) =
        (streamed(&server, EVENTS, "ana", SILENCE).await, streamed(&server, PARTS, "ana", SILENCE).await);
    server.until_live(2).await;
    tokio::join!(server.drained(), events.broken_off(), parts.broken_off());

    for transport in ["sse", "multipart"] {
        let counted = ended(&meters, transport);
        for (reason, count) in [
            ("client_disconnected", 1.0),
            ("completed", 1.0),
            ("drained", 1.0),
            ("error", 2.0),
            ("evicted", 1.0),
            ("expired", 1.0),
            ("revoked", 1.0),
        ] {
            assert_eq!(counted[reason], count, "{transport}: {reason}");
        }
        assert_eq!(started(&meters, transport), counted.values().sum::<f64>(), "{counted:?}");
        assert_eq!(started(&meters, transport), 8.0);
    }
}

#[tokio::test]
async fn an_operation_that_is_deleted_from_its_stream_was_ended_by_its_client() {
    const STREAM: &str = "/graphql/stream";
    let recorder = PrometheusBuilder::new().build_recorder();
    let meters = recorder.handle();
    let _recording = metrics::set_default_local_recorder(&recorder);
    let server = Server::start().await;
    let token = send(&server, "PUT", STREAM, &[], "").await.rest().await;
    let of_stream = ("x-graphql-event-stream-token", token.as_str());
    let open = send(&server, "GET", STREAM, &[of_stream, ("accept", EVENTS)], "").await;
    for id in ["1", "2"] {
        let body = json!({ "query": SILENCE, "extensions": { "operationId": id } }).to_string();
        send(&server, "POST", STREAM, &[of_stream, ("content-type", "application/json")], &body).await;
    }
    server.until_live(2).await;

    send(&server, "DELETE", &format!("{STREAM}?operationId=1"), &[of_stream], "").await;
    until_ended(&meters, "sse", "client_ended", 1.0).await;
    drop(open);
    until_ended(&meters, "sse", "client_disconnected", 1.0).await;

    assert_eq!(started(&meters, "sse"), 2.0);
}

#[tokio::test]
async fn connections_operations_deliveries_and_closes_are_counted() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let meters = recorder.handle();
    // The runtime of this test has one thread, so what the server does is recorded here too.
    let _recording = metrics::set_default_local_recorder(&recorder);
    let server = Server::start().await;
    let sockets = || meter(&meters, r#"matchday_sockets{transport="websocket"}"#);
    let operations = || meter(&meters, r#"matchday_socket_operations{transport="websocket"}"#);

    let mut client = server.ready().await;
    client.subscribe("1", "subscription { silence }").await;
    server.until_live(1).await;
    assert_eq!((sockets(), operations()), (1.0, 1.0));

    let watch = json!({
        "query": "subscription ($n: [Int!]) { availability(matchNumbers: $n) { version } }",
        "variables": { "n": [1] },
    });
    client.say(json!({ "id": "2", "type": "subscribe", "payload": watch })).await;
    client.hear().await;
    assert!(server.world.hold(1, 1));
    client.hear().await;
    assert_eq!(meter(&meters, r#"matchday_socket_deliveries_total{transport="websocket"}"#), 2.0);
    assert_eq!(meter(&meters, r#"matchday_event_to_socket_seconds_count{transport="websocket"}"#), 2.0);

    client.say(json!({ "type": "nonsense" })).await;
    assert_eq!(client.close_code().await, 4400);
    drop(client);
    until("the number of sockets", || sockets() == 0.0).await;
    assert_eq!(operations(), 0.0);
    assert_eq!(meter(&meters, r#"matchday_socket_closes_total{code="4400"}"#), 1.0);
}

#[tokio::test]
async fn sockets_that_were_ended_because_they_stalled_are_counted() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let meters = recorder.handle();
    let _recording = metrics::set_default_local_recorder(&recorder);
    let of_the_socket = Server::with(|config| config.sockets.write_timeout_ms = 100).await;
    let of_the_connection = Server::with(|config| config.connections.send_timeout_ms = 100).await;

    for (server, count) in [(of_the_socket, 1.0), (of_the_connection, 2.0)] {
        let mut stalled = server.narrow_socket().await;
        stalled.subscribe("1", "subscription { ticks(padding: 30000) }").await;
        until("the count", || meter(&meters, "matchday_sockets_stalled_total") == count).await;
    }
}

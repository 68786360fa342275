//! Meters: what the edge tells of its connections.

use metrics_exporter_prometheus::PrometheusBuilder;
use serde_json::json;
use testkit::wait::until;

use super::harness::{Server, meter};

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

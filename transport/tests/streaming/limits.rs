//! Limits of sockets: each holds, and what is within it is served.

use std::time::Duration;

use metrics_exporter_prometheus::PrometheusBuilder;
use serde_json::json;
use testkit::wait::until;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::{Error, Message};
use transport::config::Config;

use super::harness::{Server, meter, still_grows, within};

#[tokio::test]
async fn a_client_that_never_says_who_it_is_is_closed_with_4408() {
    let server = Server::with(|config| config.sockets.init_timeout_ms = 50).await;

    let mut mute = server.socket().await;
    let mut chatty = server.socket().await;
    chatty.say(json!({ "type": "ping" })).await;

    assert_eq!(mute.close_code().await, 4408);
    assert_eq!(chatty.close_code().await, 4408, "a ping is no init");
}

#[tokio::test]
async fn a_message_over_the_limit_is_closed_with_1009() {
    let server = Server::start().await;
    let limit = Config::default().sockets.message_bytes_max;
    assert_eq!(limit, 64 * 1024);

    let mut largest = server.ready().await;
    largest.send(Message::text(ping_of(limit))).await;
    assert_eq!(largest.hear().await["type"], "pong");

    for bytes in [limit + 1, 2 * limit + 1, 4 * 1024 * 1024] {
        let client = server.ready().await;
        let code = client.close_code_for(Message::text(ping_of(bytes))).await;
        assert_eq!(code, 1009, "{bytes} bytes");
    }
}

#[tokio::test]
async fn a_message_far_over_the_limit_is_refused_by_its_announcement() {
    let server = Server::start().await;
    let mut client = server.ready().await;

    // The head of a masked text frame of 1 MiB, of which nothing else ever comes.
    let head = [&[0x81, 0xFF], &(1_u64 << 20).to_be_bytes()[..], &[0; 4]].concat();
    client.send_raw(&head).await;

    assert_eq!(client.close_code().await, 1009);
}

fn ping_of(bytes: usize) -> String {
    let (head, tail) = (r#"{"type":"ping","payload":{"x":""#, r#""}}"#);
    format!("{head}{}{tail}", "x".repeat(bytes - head.len() - tail.len()))
}

#[tokio::test]
async fn more_operations_than_allowed_on_one_socket_are_closed_with_4429() {
    let server = Server::with(|config| config.sockets.operations_per_connection_max = 2).await;
    let mut client = server.ready().await;

    for id in ["1", "2"] {
        client.subscribe(id, "subscription { silence }").await;
    }
    server.until_live(2).await;
    client.say(json!({ "id": "1", "type": "complete" })).await;
    client.subscribe("3", "subscription { silence }").await;
    client.expect_silence().await;
    client.subscribe("4", "subscription { silence }").await;

    assert_eq!(client.close_code().await, 4429);
    server.until_live(0).await;
}

#[tokio::test]
async fn more_sockets_than_a_user_may_hold_are_closed_with_4429() {
    let server = Server::with(|config| config.sockets.connections_per_user_max = 1).await;

    let first = server.ready_as("ana").await;
    let mut second = server.socket().await;
    second.say(json!({ "type": "connection_init", "payload": { "authorization": "ana" } })).await;
    assert_eq!(second.close_code().await, 4429);
    server.ready_as("ben").await.expect_silence().await;
    let _anonymous = (server.ready().await, server.ready().await);

    drop(first);
    within(until_admitted(&server, Some("ana"))).await;
}

#[tokio::test]
async fn more_sockets_than_an_address_may_hold_are_closed_with_4429() {
    let server = Server::with(|config| config.sockets.connections_per_address_max = 2).await;

    let (first, _second) = (server.ready().await, server.ready().await);
    assert_eq!(server.socket().await.close_code().await, 4429);

    drop(first);
    within(until_admitted(&server, None)).await;
}

#[tokio::test]
async fn more_operations_than_a_user_or_an_address_may_run_are_closed_with_4429() {
    let server = Server::with(|config| {
        config.sockets.operations_per_user_max = 1;
        config.sockets.operations_per_address_max = 3;
    })
    .await;
    let silence = "subscription { silence }";

    let (mut first, mut second) = (server.ready_as("ana").await, server.ready_as("ana").await);
    first.subscribe("1", silence).await;
    server.until_live(1).await;
    second.subscribe("1", silence).await;
    assert_eq!(second.close_code().await, 4429, "on another socket, but the same user");
    let mut anonymous = server.ready().await;
    for id in ["1", "2"] {
        anonymous.subscribe(id, silence).await;
    }
    server.until_live(3).await;
    let mut other = server.ready().await;
    other.subscribe("1", silence).await;
    assert_eq!(other.close_code().await, 4429);

    first.say(json!({ "id": "1", "type": "complete" })).await;
    server.until_live(2).await;
    first.subscribe("2", silence).await;
    server.until_live(3).await;
}

/// The server learns of a dropped connection a moment after its client dropped it.
async fn until_admitted(server: &Server, user: Option<&str>) {
    let mut admitted = false;
    while !admitted {
        let mut client = server.socket().await;
        let payload = user.map_or_else(|| json!({}), |user| json!({ "authorization": user }));
        // The server may have closed already.
        let _ = client.try_say(json!({ "type": "connection_init", "payload": payload })).await;
        admitted = matches!(client.frame().await, Some(Ok(Message::Text(text))) if text.contains("connection_ack"));
    }
}

#[tokio::test]
async fn a_page_of_a_foreign_origin_opens_no_socket() {
    let listed = "https://shop.example";
    let server = Server::with(|config| config.sockets.allowed_origins = vec![listed.to_owned()]).await;
    let from = async |origin: &str| {
        server.handshake(&[("sec-websocket-protocol", "graphql-transport-ws"), ("origin", origin)]).await
    };

    assert!(from(listed).await.is_ok());
    assert!(from(&format!("http://{}", server.address)).await.is_ok(), "our own pages");
    match from("https://evil.example").await.err() {
        Some(Error::Http(response)) => assert_eq!(response.status(), 403),
        other => panic!("expected a refusal, got {other:?}"),
    }
}

#[tokio::test]
async fn a_socket_is_pinged_and_lives_as_long_as_it_answers() {
    let server = Server::with(short_pings).await;
    let mut client = server.ready().await;

    // As long as it takes for twice as many as the server waits for an answer to one.
    for _ in 0..2 * SHORT_TIMEOUT_MS / SHORT_INTERVAL_MS {
        match client.frame().await {
            // The answer is sent by the client's own socket while it reads on.
            Some(Ok(Message::Ping(_))) => {}
            other => panic!("expected a ping, got {other:?}"),
        }
    }

    client.expect_silence().await;
}

#[tokio::test]
async fn a_socket_that_answers_no_ping_is_ended() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let _recording = metrics::set_default_local_recorder(&recorder);
    let server = Server::with(short_pings).await;
    let mut client = server.ready().await;
    client.subscribe("1", "subscription { silence }").await;
    server.until_live(1).await;

    // A client that does not read does not answer.
    server.until_live(0).await;
    assert_eq!(meter(&recorder.handle(), "matchday_sockets_stalled_total"), 1.0);
    client.cut().await;
}

const SHORT_INTERVAL_MS: u64 = 20;
const SHORT_TIMEOUT_MS: u64 = 1_000;

fn short_pings(config: &mut Config) {
    config.sockets.ping_interval_ms = SHORT_INTERVAL_MS;
    config.sockets.ping_timeout_ms = SHORT_TIMEOUT_MS;
}

#[tokio::test]
async fn a_socket_that_takes_nothing_for_the_write_timeout_is_ended() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let _recording = metrics::set_default_local_recorder(&recorder);
    let server = Server::with(|config| {
        config.sockets.write_timeout_ms = 300;
        // No ping ends it first.
        config.sockets.ping_interval_ms = 600_000;
    })
    .await;
    let mut stalled = server.narrow_socket().await;
    stalled.subscribe("1", "subscription { ticks(padding: 30000) }").await;
    server.until_live(1).await;

    server.until_live(0).await;
    assert_eq!(meter(&recorder.handle(), "matchday_sockets_stalled_total"), 1.0);
    stalled.cut().await;
}

#[tokio::test]
async fn a_client_that_talks_and_never_listens_is_not_heard_without_end() {
    let server = Server::start().await;
    let mut client = server.narrow_socket().await;
    let ping = ping_of(60_000);

    // Every answer waits for a socket that takes nothing, so reading must stop and the kernel's buffers fill up.
    let talking = async {
        for _ in 0..2_000 {
            let saying = client.send(Message::text(ping.clone()));
            if timeout(Duration::from_millis(500), saying).await.is_err() {
                return true;
            }
        }
        false
    };

    assert!(talking.await, "120 MB of messages were taken in while none was answered");
}

/// A subscription that asks for nothing more than another and keeps more; no two are the same.
fn padded(number: usize, fields: usize) -> String {
    format!("subscription {{ availability {{ a{number}: version {} }} }}", "version ".repeat(fields))
}

#[tokio::test]
async fn subscriptions_keep_as_much_as_one_an_address_and_all_may() {
    let fields = 200;
    let kept = (fields + 10) * 512;
    let server = Server::with(|config| {
        config.sockets.subscription_bytes_max = 2 * kept;
        config.sockets.subscription_bytes_per_user_max = kept;
        config.sockets.subscription_bytes_per_address_max = 3 * kept;
    })
    .await;
    let mut ana = server.ready_as("ana").await;
    let mut anybody = server.ready().await;
    let refused = |message: &serde_json::Value| message["payload"][0]["extensions"]["code"].clone();

    anybody.subscribe("too much", &padded(0, 3 * fields)).await;
    assert_eq!(refused(&anybody.hear().await), "QUERY_TOO_COMPLEX");
    ana.subscribe("1", &padded(1, fields)).await;
    assert_eq!(ana.hear().await["type"], "next");
    ana.subscribe("2", &padded(2, fields)).await;
    assert_eq!(refused(&ana.hear_of("2").await), "RATE_LIMITED", "she has as much as a user may");
    for (id, is_let) in [("3", true), ("4", true), ("5", false)] {
        anybody.subscribe(id, &padded(3, fields)).await;
        let heard = anybody.hear_of(id).await;
        assert_eq!(heard["type"] == "next", is_let, "{heard}");
    }
    for id in ["a", "b", "c"] {
        anybody.subscribe(id, "subscription { silence }").await;
    }

    anybody.say(json!({ "id": "3", "type": "complete" })).await;
    anybody.subscribe("6", &padded(6, fields)).await;
    assert_eq!(anybody.hear_of("6").await["type"], "next", "what has ended keeps nothing");
}

#[tokio::test]
async fn queries_that_wait_keep_as_much_as_one_an_address_and_all_may() {
    let fields = 200;
    let kept = (fields + 10) * 512;
    let server = Server::with(|config| {
        config.sockets.subscription_bytes_max = kept / 2;
        config.sockets.subscription_bytes_per_user_max = kept;
    })
    .await;
    let mut ana = server.ready_as("ana").await;
    let waiting = |number: usize| format!("{{ slow a{number}: me {{ {} }} }}", "id ".repeat(fields));

    ana.subscribe("1", &waiting(1)).await;
    ana.subscribe("2", &waiting(2)).await;
    let refused = ana.hear_of("2").await;
    assert_eq!(refused["payload"][0]["extensions"]["code"], "RATE_LIMITED", "{refused}");

    server.world.release();
    assert_eq!(ana.hear_of("1").await["type"], "next", "one alone may keep more than a subscription");
    assert_eq!(ana.hear_of("1").await["type"], "complete");
    ana.subscribe("3", &waiting(3)).await;
    assert_eq!(ana.hear_of("3").await["type"], "next", "what has ended keeps nothing");
}

#[tokio::test]
async fn a_socket_whose_client_does_not_read_is_not_read_without_end() {
    let server = Server::start().await;
    let mut client = server.narrow_socket().await;
    client.subscribe("flood", "subscription { ticks(padding: 60000) }").await;
    until("the socket stalls", || server.pulled() > 0).await;
    while still_grows(|| server.pulled()).await {}

    let message = |number: usize| {
        let payload = json!({ "query": format!("{{ a{number}: me {{ id }} }} # {}", "x".repeat(60_000)) });
        json!({ "id": number.to_string(), "type": "subscribe", "payload": payload })
    };
    let mut sent = 0;
    while sent < 90 && timeout(Duration::from_millis(500), client.say(message(sent))).await.is_ok() {
        sent += 1;
    }

    // Two wait for their turn, and the kernels hold some more.
    assert!(sent < 90, "all of {sent} were taken");
}

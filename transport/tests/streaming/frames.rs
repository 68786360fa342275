//! RFC 6455 under the protocols: what a client may send on the wire, and how a socket parts.

use std::time::{Duration, Instant};

use serde_json::json;
use testkit::wait::until;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_tungstenite::tungstenite::{
    Error, Message,
    protocol::{CloseFrame, frame::coding::CloseCode},
};

use super::harness::{Server, within};

const TEXT: u8 = 0x81;

/// A frame masked with zeros, whose payload is short.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let length = u8::try_from(payload.len()).expect("it is short");
    assert!(length < 126);
    [&[first, 0x80 | length, 0, 0, 0, 0], payload].concat()
}

#[tokio::test]
async fn a_ping_of_the_socket_is_answered_with_what_it_carries() {
    let server = Server::start().await;
    let mut client = server.ready().await;

    client.send(Message::Ping("there?".into())).await;

    let answer = client.frame().await.expect("the socket is open").expect("it is a frame");
    assert_eq!(answer, Message::Pong("there?".into()));
}

#[tokio::test]
async fn a_message_in_fragments_is_heard_whole() {
    let server = Server::start().await;
    let mut client = server.ready().await;

    let (begin, end) = br#"{"type":"ping","payload":{"a":"b"}}"#.split_at(9);
    for bytes in [frame(0x01, begin), frame(0x89, b"between"), frame(0x80, end)] {
        for packet in bytes.chunks(5) {
            client.send_raw(packet).await;
        }
    }

    assert_eq!(client.hear().await, json!({ "type": "pong", "payload": { "a": "b" } }));
}

#[tokio::test]
async fn a_client_that_breaks_the_rules_of_frames_is_closed_with_the_code_for_it() {
    let server = Server::start().await;
    let unmasked = vec![TEXT, 2, b'{', b'}'];
    for (bytes, code) in [(unmasked, 1002), (frame(0xC1, b"{}"), 1002), (frame(TEXT, b"\xC3"), 1007)] {
        let mut client = server.ready().await;
        client.send_raw(&bytes).await;

        assert_eq!(client.close_code().await, code, "{bytes:?}");
    }
}

#[tokio::test]
async fn a_goodbye_is_answered_with_its_code_and_the_connection_ends() {
    let server = Server::start().await;
    let mut client = server.ready().await;
    client.subscribe("1", "subscription { silence }").await;
    server.until_live(1).await;

    let goodbye = CloseFrame { code: CloseCode::Library(4999), reason: "enough".into() };
    client.send(Message::Close(Some(goodbye))).await;

    assert_eq!(client.close_code().await, 4999);
    // The library says so only once the server has closed the connection.
    assert!(matches!(client.frame().await, None | Some(Err(Error::ConnectionClosed))));
    server.until_live(0).await;
}

#[tokio::test]
async fn whoever_says_too_much_hears_why_and_is_let_go_as_soon_as_it_says_goodbye() {
    let server = Server::with(|config| config.sockets.close_timeout_ms = 40_000).await;
    let mut client = server.ready().await;
    let start = Instant::now();

    client.send(Message::text("x".repeat(64 * 1024 + 1))).await;

    assert_eq!(client.close_code().await, 1009);
    assert!(matches!(client.frame().await, None | Some(Err(Error::ConnectionClosed))));
    assert!(start.elapsed() < Duration::from_secs(30), "nobody waited for the time to close to run out");
}

#[tokio::test]
async fn what_is_no_handshake_is_refused_in_words_of_http() {
    let server = Server::start().await;
    let valid = "GET /graphql HTTP/1.1\r\nhost: a\r\nconnection: keep-alive, Upgrade\r\nupgrade: WebSocket\r\n\
                 sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
                 sec-websocket-protocol: graphql-transport-ws\r\n\r\n";
    let requests = [
        (valid.to_owned(), "HTTP/1.1 101"),
        (valid.replace("GET", "POST"), "HTTP/1.1 405"),
        (valid.replace("keep-alive, Upgrade", "keep-alive"), "HTTP/1.1 400"),
        (valid.replace("version: 13", "version: 8"), "HTTP/1.1 426"),
        (valid.replace("sec-websocket-key", "x-key"), "HTTP/1.1 400"),
    ];

    for (request, status) in requests {
        let mut stream = server.connect().await;
        stream.write_all(request.as_bytes()).await.expect("the server listens");
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            answer.push(within(stream.read_u8()).await.expect("the server answers"));
        }
        let answer = String::from_utf8(answer).expect("heads are text").to_lowercase();
        assert!(answer.starts_with(&status.to_lowercase()), "{request}: {answer}");
        // The example of RFC 6455.
        let accepts = answer.contains("sec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo=");
        assert_eq!(accepts, status.ends_with("101"), "{answer}");
        assert_eq!(answer.contains("sec-websocket-version: 13"), status.ends_with("426"), "{answer}");
    }
}

#[tokio::test]
async fn a_connection_that_breaks_ends_what_ran_on_it() {
    let server = Server::start().await;
    let mut client = server.ready().await;
    client.subscribe("1", "subscription { silence }").await;
    server.until_live(1).await;

    // Half a frame, and then nobody.
    client.send_raw(&[TEXT, 0x85, 0, 0]).await;
    drop(client);

    until("the live subscriptions", || server.live() == 0).await;
}

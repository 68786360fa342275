//! What attackers do: each function is one connection, or one after the other, for as long as it is let live.

use std::{net::SocketAddr, time::Duration};

use bytes::Bytes;
use futures_util::{SinkExt, future::join_all};
use http_body_util::Full;
use hyper::{
    Request,
    client::conn::http2::{self, SendRequest},
};
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::{Value, json};
use tests::raw::sha256;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{interval, sleep},
};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Message, client::IntoClientRequest, http::HeaderValue},
};

/// What a proxy says of the visitor, and of the attacker.
pub(super) const VISITOR: &[(&str, &str)] = &[("x-forwarded-for", "198.51.100.1")];
const ATTACKER: &str = "x-forwarded-for: 203.0.113.1\r\n";

/// Routes that read a body.
const READING: [&str; 4] = ["/graphql", "/graphql/stream", "/webhooks/stripe", "/sandbox/payment_intents/pi_x/confirm"];

const LIVE: &str = "subscription { availability(matchNumbers: [1]) { version } }";

/// A list of 150 kB that no other request asks for.
fn long_list(mark: &str) -> String {
    let fields = "nodes { id matchNumber roundNumber dateUtc location homeTeam awayTeam group version }";
    let lists: String = (0..12).map(|number| format!(" a{number}: matches(first: 64) {{ {fields} }}")).collect();
    format!("{{{lists} }} # {mark}")
}

/// An answer that is long because of what its fields are called: the names may be as long as it goes, or longer.
fn long_names(mark: &str, bytes: usize) -> String {
    let count = (6_000 / bytes).clamp(1, 48);
    let longer = "x".repeat(bytes - 3);
    let names: String = (0..count).map(|number| format!(" a{number:02}{longer}: category")).collect();
    format!("{{ matches {{ nodes {{ categories {{{names} }} }} }} }} # {mark}")
}

/// Values that are small in text and large in memory.
fn many_values(count: usize) -> String {
    format!("[{}1]", "1,".repeat(count))
}

async fn connect(at: SocketAddr) -> TcpStream {
    loop {
        match TcpStream::connect(at).await {
            Ok(stream) => return stream,
            Err(_) => sleep(Duration::from_millis(10)).await,
        }
    }
}

fn post(path: &str, more: &str, body: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nhost: a\r\n{ATTACKER}content-type: application/json\r\n{more}content-length: {}\r\n\r\n\
         {body}",
        body.len()
    )
}

/// Says something on a new connection and waits for its end, or for as long as it likes where it keeps it open.
async fn say(at: SocketAddr, request: &str) {
    let mut stream = connect(at).await;
    if stream.write_all(request.as_bytes()).await.is_ok() {
        let _ = stream.read_to_end(&mut Vec::new()).await;
    }
}

pub(super) async fn slow_header(at: SocketAddr) {
    loop {
        let mut stream = connect(at).await;
        let mut drip = interval(Duration::from_millis(20));
        let mut sent = stream.write_all(b"GET /graphql HTTP/1.1\r\nhost: a\r\nx: ").await;
        while sent.is_ok() {
            drip.tick().await;
            sent = stream.write_all(b"x").await;
        }
    }
}

pub(super) async fn slow_body(at: SocketAddr, number: usize) {
    loop {
        let mut stream = connect(at).await;
        let head = post(READING[number % READING.len()], "", "").replace("length: 0", "length: 1000000");
        let mut drip = interval(Duration::from_millis(10));
        let mut sent = stream.write_all(head.as_bytes()).await;
        while sent.is_ok() {
            drip.tick().await;
            sent = stream.write_all(&[b' '; 1_000]).await;
        }
    }
}

pub(super) async fn tiny_pieces(at: SocketAddr) {
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: a\r\n{ATTACKER}content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
    );
    let pieces = "1\r\nx\r\n".repeat(2_000);
    loop {
        let mut stream = connect(at).await;
        let mut sent = stream.write_all(head.as_bytes()).await;
        while sent.is_ok() {
            sent = stream.write_all(pieces.as_bytes()).await;
        }
    }
}

async fn http2(at: SocketAddr, window: u32) -> Option<SendRequest<Full<Bytes>>> {
    let mut builder = http2::Builder::new(TokioExecutor::new());
    builder.initial_stream_window_size(window);
    let (sender, connection) = builder.handshake(TokioIo::new(connect(at).await)).await.ok()?;
    tokio::spawn(connection);
    Some(sender)
}

fn asking(at: SocketAddr, body: &Value) -> Request<Full<Bytes>> {
    Request::post(format!("http://{at}/graphql"))
        .header("content-type", "application/json")
        .header("x-forwarded-for", "203.0.113.1")
        .body(Full::from(body.to_string()))
        .expect("it is valid")
}

/// Asks for `media`: for one answer, or for a stream of them.
pub(super) async fn no_window(at: SocketAddr, number: usize, window: u32, media: &'static str) {
    for round in 0.. {
        let Some(mut sender) = http2(at, window).await else { continue };
        let asked = (0..95).map(|stream| {
            let mark = format!("{media} {window} {number} {round} {stream}");
            let mut request = asking(at, &json!({ "query": long_list(&mark) }));
            request.headers_mut().insert("accept", HeaderValue::from_static(media));
            sender.send_request(request)
        });
        let answers = join_all(asked.collect::<Vec<_>>()).await;
        // None of it is read, for as long as the server lets it.
        while sender.ready().await.is_ok() && !sender.is_closed() {
            sleep(Duration::from_millis(50)).await;
        }
        drop(answers);
    }
}

pub(super) async fn left_streams(at: SocketAddr) {
    loop {
        let Some(mut sender) = http2(at, 65_535).await else { continue };
        while sender.ready().await.is_ok() {
            let asked = sender.send_request(asking(at, &json!({ "query": "{ matches { totalCount } }" })));
            // Polled once, so that it is sent, and left.
            let _ = tokio::time::timeout(Duration::ZERO, asked).await;
        }
    }
}

pub(super) async fn heavy_streams(at: SocketAddr) {
    let body = format!(r#"{{"query":"{LIVE}","variables":{{"j":{}}}}}"#, many_values(510_000));
    let request = post("/graphql", "accept: text/event-stream\r\n", &body);
    loop {
        say(at, &request).await;
    }
}

async fn socket(at: SocketAddr) -> Option<WebSocketStream<TcpStream>> {
    let mut request = format!("ws://{at}/graphql").into_client_request().ok()?;
    request.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static("graphql-transport-ws"));
    request.headers_mut().insert("x-forwarded-for", HeaderValue::from_static("203.0.113.1"));
    let (mut socket, _) = client_async(request, connect(at).await).await.ok()?;
    socket.send(Message::text(r#"{"type":"connection_init"}"#)).await.ok()?;
    Some(socket)
}

/// Sends as long as the server takes it, and reads nothing.
async fn flood(at: SocketAddr, message: impl Fn(usize) -> String) {
    loop {
        let Some(mut socket) = socket(at).await else { continue };
        for number in 0..100 {
            if socket.send(Message::text(message(number))).await.is_err() {
                break;
            }
        }
        sleep(Duration::from_millis(500)).await;
    }
}

fn subscribe(id: usize, payload: &str) -> String {
    format!(r#"{{"id":"{id}","type":"subscribe","payload":{payload}}}"#)
}

pub(super) async fn heavy_socket(at: SocketAddr, number: usize) {
    let values = many_values(30_000);
    flood(at, |id| subscribe(id, &format!(r#"{{"query":"{LIVE}","variables":{{"n":{number},"j":{values}}}}}"#))).await;
}

pub(super) async fn long_socket(at: SocketAddr, number: usize) {
    let fields = "version ".repeat(2_000);
    flood(at, |id| {
        let query =
            format!("subscription {{ availability(matchNumbers: [1]) {{ a{number}x{id}: version {fields} }} }}");
        subscribe(id, &json!({ "query": query }).to_string())
    })
    .await;
}

pub(super) async fn registering(at: SocketAddr, number: usize) {
    for round in 0_usize.. {
        let length = if round.is_multiple_of(2) { 250_000 } else { 15_000 };
        let text = format!("{{__typename}}#{number} {round} {}", "x".repeat(length));
        let extensions = json!({ "persistedQuery": { "version": 1, "sha256Hash": sha256(&text) } });
        let body = json!({ "query": text, "extensions": extensions }).to_string();
        for _ in 0..2 {
            say(at, &post("/graphql", "connection: close\r\n", &body)).await;
        }
    }
}

pub(super) async fn reserving(at: SocketAddr) {
    let request = format!("PUT /graphql/stream HTTP/1.1\r\nhost: a\r\n{ATTACKER}connection: close\r\n\r\n");
    loop {
        say(at, &request).await;
    }
}

pub(super) async fn unread_socket(at: SocketAddr) {
    let ping = format!(r#"{{"type":"ping","payload":{{"x":"{}"}}}}"#, "x".repeat(60_000));
    flood(
        at,
        |id| if id.is_multiple_of(2) { ping.clone() } else { subscribe(id, &json!({ "query": LIVE }).to_string()) },
    )
    .await;
}

pub(super) async fn deep_json(at: SocketAddr) {
    let body = format!(r#"{{"query":"{{__typename}}","variables":{{"a":{}"#, "[".repeat(1_000_000));
    loop {
        say(at, &post("/graphql", "connection: close\r\n", &body)).await;
    }
}

pub(super) async fn batches(at: SocketAddr, number: usize) {
    for round in 0.. {
        let operations: Vec<Value> =
            (0..10).map(|part| json!({ "query": long_list(&format!("{number} {round} {part}")) })).collect();
        say(at, &post("/graphql", "connection: close\r\n", &Value::from(operations).to_string())).await;
    }
}

pub(super) async fn names(at: SocketAddr, number: usize) {
    for round in 0_usize.. {
        let bytes = if round.is_multiple_of(2) { 125 } else { 120_000 };
        let body = json!({ "query": long_names(&format!("{number} {round}"), bytes) }).to_string();
        let mut stream = connect(at).await;
        if stream.write_all(post("/graphql", "", &body).as_bytes()).await.is_ok() {
            // It is not read.
            sleep(Duration::from_millis(500)).await;
        }
    }
}

pub(super) async fn long_urls(at: SocketAddr, number: usize) {
    for round in 0_usize.. {
        let length = if round.is_multiple_of(2) { 25_000 } else { 70_000 };
        let query = format!("%7B__typename%7D%23{number}-{round}{}", "x".repeat(length));
        let request = format!("GET /graphql?query={query} HTTP/1.1\r\nhost: a\r\n{ATTACKER}connection: close\r\n\r\n");
        say(at, &request).await;
    }
}

pub(super) async fn unread_stream(at: SocketAddr, number: usize) {
    for round in 0.. {
        let body = json!({ "query": long_list(&format!("{number} {round}")) }).to_string();
        let mut held = Vec::new();
        for request in [
            &body,
            &json!({ "query": "subscription { availability { match { id } categories { sellable } } }" }).to_string(),
        ] {
            let mut stream = connect(at).await;
            let _ = stream.write_all(post("/graphql", "accept: text/event-stream\r\n", request).as_bytes()).await;
            held.push(stream);
        }
        sleep(Duration::from_millis(200)).await;
    }
}

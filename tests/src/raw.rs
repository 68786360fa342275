//! Plain HTTP, header by header, for what a GraphQL client would not do.

use std::{fmt::Write, net::SocketAddr};

use serde_json::Value;
use sha2::{Digest, Sha256};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
};

/// What a request was answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    /// A header's value; empty where there is none.
    pub fn header(&self, name: &str) -> String {
        self.headers(name).into_iter().next().unwrap_or_default()
    }

    /// All values of a header.
    pub fn headers(&self, name: &str) -> Vec<String> {
        let lines = self.head.lines().filter_map(|line| line.split_once(':'));
        lines.filter(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim().to_owned()).collect()
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// Posts JSON to `/graphql`.
pub async fn post(address: SocketAddr, headers: &[(&str, &str)], body: &Value) -> Answer {
    exchange(address, &posting(headers, body)).await
}

/// Gets `/graphql` with these parameters.
pub async fn get(address: SocketAddr, headers: &[(&str, &str)], parameters: &[(&str, &str)]) -> Answer {
    let query: Vec<String> = parameters.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    exchange(address, &request(&format!("GET /graphql?{}", query.join("&")), headers, "")).await
}

/// Sends a request that has no body, such as `PUT /graphql/stream`.
pub async fn send(address: SocketAddr, line: &str, headers: &[(&str, &str)]) -> Answer {
    exchange(address, &request(line, headers, "")).await
}

/// Sends a request with a body of any kind, or without one.
pub async fn send_body(address: SocketAddr, line: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let length = body.len().to_string();
    exchange(address, &request(line, &[headers, &[("content-length", &length)]].concat(), body)).await
}

/// Sends a request from another address of this machine, such as `127.0.0.2`.
pub async fn send_from(from: &str, address: SocketAddr, line: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let socket = TcpSocket::new_v4().expect("a socket can be made");
    let from = SocketAddr::new(from.parse().expect("it is an address"), 0);
    socket.bind(from).expect("it is an address of this machine");
    let stream = socket.connect(address).await.expect("the site listens");
    let length = body.len().to_string();
    asked(stream, &request(line, &[headers, &[("content-length", &length)]].concat(), body)).await
}

/// An answer that goes on: its first event has come.
pub struct Streamed(TcpStream);

impl Streamed {
    /// Reads until the site ends it.
    pub async fn to_its_end(mut self) {
        self.0.read_to_end(&mut Vec::new()).await.expect("the site ends it in order");
    }
}

/// Posts a subscription to `/graphql` and waits for its first event.
pub async fn stream(address: SocketAddr, body: &Value) -> Streamed {
    stream_as(address, &[], body).await
}

/// The same with more headers.
pub async fn stream_as(address: SocketAddr, headers: &[(&str, &str)], body: &Value) -> Streamed {
    let mut stream = TcpStream::connect(address).await.expect("the site listens");
    let request = posting(&[&[("accept", "text/event-stream")], headers].concat(), body);
    stream.write_all(request.as_bytes()).await.expect("the site reads");
    let mut answer = Vec::new();
    while !String::from_utf8_lossy(&answer).contains("data: ") {
        let read = stream.read_buf(&mut answer).await.expect("the site answers");
        assert_ne!(read, 0, "{}", String::from_utf8_lossy(&answer));
    }
    Streamed(stream)
}

/// Posts JSON to `/graphql` and hangs up as soon as it is sent.
pub async fn ask_and_leave(address: SocketAddr, headers: &[(&str, &str)], body: &Value) {
    let mut stream = TcpStream::connect(address).await.expect("the site listens");
    stream.write_all(posting(headers, body).as_bytes()).await.expect("the site reads");
}

/// The SHA-256 of a text in hexadecimal, as automatic persisted queries name documents.
pub fn sha256(text: &str) -> String {
    hex::encode(Sha256::digest(text))
}

async fn exchange(address: SocketAddr, request: &str) -> Answer {
    asked(TcpStream::connect(address).await.expect("the site listens"), request).await
}

async fn asked(mut stream: TcpStream, request: &str) -> Answer {
    stream.write_all(request.as_bytes()).await.expect("the site reads");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("the site answers");
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n").expect("an answer has a head");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("an answer has a status");

    Answer { status, head: head.to_owned(), body: body.to_owned() }
}

fn posting(headers: &[(&str, &str)], body: &Value) -> String {
    let body = body.to_string();
    let length = body.len().to_string();
    let own = [("content-type", "application/json"), ("content-length", length.as_str())];
    request("POST /graphql", &[headers, &own].concat(), &body)
}

fn request(line: &str, headers: &[(&str, &str)], body: &str) -> String {
    let mut request = format!("{line} HTTP/1.1\r\nhost: site\r\nconnection: close\r\n");
    for (name, value) in headers {
        write!(request, "{name}: {value}\r\n").expect("a String takes all text");
    }
    request + "\r\n" + body
}

/// A text as part of a query string.
pub fn encoded(text: &str) -> String {
    let keep = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    text.bytes().map(|byte| if keep(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

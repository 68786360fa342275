//! A graphql-transport-ws client, for tests.

use std::{net::SocketAddr, time::Duration};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest, http::HeaderValue},
};

use testkit::wait::PATIENCE;

const AVAILABILITY: &str = "subscription ($matchNumbers: [Int!], $since: [VersionInput!]) {
    availability(matchNumbers: $matchNumbers, since: $since) {
        matchNumber version categories { category available pending sellable status } } }";

const RESERVATION: &str = "subscription ($id: ID!) { reservation(id: $id) {
    id status cancelReason version expiresAt } }";

/// An open socket, past its `connection_ack`.
pub struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    next: u64,
}

/// A message of a subscription.
#[derive(Debug, Clone, PartialEq)]
pub enum Said {
    /// The data of `next`.
    Next(Value),
    /// The code of `error`, or of an error inside a `next`.
    Error(String),
    Complete,
    /// The socket is closed, with this code.
    Closed(u16),
}

impl Socket {
    pub async fn open(address: SocketAddr, token: Option<&str>) -> Self {
        Self::open_with(address, token, &[]).await.expect("the site takes sockets")
    }

    /// Opens one as a browser would, with these headers; `None` where the handshake or the token is refused.
    pub async fn open_with(address: SocketAddr, token: Option<&str>, headers: &[(&'static str, &str)]) -> Option<Self> {
        let payload = token.map_or(json!({}), |token| json!({ "authorization": format!("Bearer {token}") }));
        Self::init(address, payload, headers).await
    }

    /// The same with this payload of `connection_init`.
    pub async fn init(address: SocketAddr, payload: Value, headers: &[(&'static str, &str)]) -> Option<Self> {
        Self::try_init(address, payload, headers).await?.ok()
    }

    /// The same; the code that it is closed with where nobody is let in so.
    pub async fn try_init(
        address: SocketAddr,
        payload: Value,
        headers: &[(&'static str, &str)],
    ) -> Option<Result<Self, u16>> {
        let mut request = format!("ws://{address}/graphql").into_client_request().expect("the address is well formed");
        for (name, value) in [("sec-websocket-protocol", "graphql-transport-ws")].iter().chain(headers) {
            request.headers_mut().insert(*name, HeaderValue::from_str(value).expect("the test wrote a valid header"));
        }
        let (stream, _) = connect_async(request).await.ok()?;
        let mut socket = Self { stream, next: 0 };
        socket.send(&json!({ "type": "connection_init", "payload": payload })).await;
        Some(socket.receive().await.map(|ack| {
            assert_eq!(ack["type"], "connection_ack", "{ack}");
            socket
        }))
    }

    /// Subscribes; messages of several subscriptions come mixed.
    pub async fn subscribe(&mut self, query: &str, variables: Value) {
        self.next += 1;
        let payload = json!({ "query": query, "variables": variables });
        self.send(&json!({ "id": self.next.to_string(), "type": "subscribe", "payload": payload })).await;
    }

    /// Follows what is left of these matches, or of all; skips the versions of `since`.
    pub async fn availability(&mut self, numbers: &[i32], since: &[(i32, i64)]) {
        let numbers = if numbers.is_empty() { Value::Null } else { json!(numbers) };
        let since: Vec<Value> =
            (since.iter()).map(|(number, version)| json!({ "matchNumber": number, "version": version })).collect();
        self.subscribe(AVAILABILITY, json!({ "matchNumbers": numbers, "since": since })).await;
    }

    pub async fn reservation(&mut self, id: &str) {
        self.subscribe(RESERVATION, json!({ "id": id })).await;
    }

    /// Shows another token; whether the site takes it.
    pub async fn renew(&mut self, token: &str) -> bool {
        let payload = json!({ "authorization": format!("Bearer {token}") });
        self.send(&json!({ "type": "ping", "payload": payload })).await;
        loop {
            let message = self.receive().await.expect("the socket is open");
            if message["type"] == "pong" {
                return message["payload"]["renewed"] == true;
            }
        }
    }

    /// The next message of a subscription.
    ///
    /// # Panics
    /// When none comes.
    pub async fn said(&mut self) -> Said {
        self.said_within(PATIENCE).await.expect("the subscription says something")
    }

    /// The data of the next message.
    pub async fn data(&mut self) -> Value {
        match self.said().await {
            Said::Next(data) => data,
            other => panic!("{other:?}"),
        }
    }

    /// The next message of a subscription, if one comes in time.
    pub async fn said_within(&mut self, patience: Duration) -> Option<Said> {
        tokio::time::timeout(patience, self.wait()).await.ok()
    }

    async fn wait(&mut self) -> Said {
        loop {
            let message = match self.receive().await {
                Ok(message) => message,
                Err(code) => return Said::Closed(code),
            };
            match message["type"].as_str() {
                Some("next") => {
                    let payload = &message["payload"];
                    return match payload["errors"][0]["extensions"]["code"].as_str() {
                        Some(code) => Said::Error(code.to_owned()),
                        None => Said::Next(payload["data"].clone()),
                    };
                }
                Some("error") => {
                    let code = message["payload"][0]["extensions"]["code"].as_str();
                    return Said::Error(code.unwrap_or_default().to_owned());
                }
                Some("complete") => return Said::Complete,
                Some("ping") => self.send(&json!({ "type": "pong" })).await,
                _ => {}
            }
        }
    }

    async fn send(&mut self, message: &Value) {
        // A socket that was closed meanwhile says so when it is read.
        let _ = self.stream.send(Message::text(message.to_string())).await;
    }

    /// The next protocol message, or the code with which the socket was closed.
    async fn receive(&mut self) -> Result<Value, u16> {
        loop {
            match self.stream.next().await {
                Some(Ok(Message::Text(text))) => {
                    return Ok(serde_json::from_str(&text).expect("the protocol speaks JSON"));
                }
                Some(Ok(Message::Close(frame))) => return Err(frame.map_or(1005, |frame| frame.code.into())),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Err(1006),
            }
        }
    }
}

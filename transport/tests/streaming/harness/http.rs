//! HTTP requests whose answers are read as they come.

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, Request},
};
use http_body_util::BodyExt;
use hyper::{
    body::{Frame, Incoming},
    client::conn::http1,
};
use hyper_util::rt::TokioIo;
use serde_json::Value;

use super::{Server, within};

/// An answer whose body may never end; dropping it closes its connection.
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: HeaderMap,
    body: Incoming,
    buffered: String,
    _connection: tokio::task::JoinSet<()>,
}

pub(crate) async fn send(server: &Server, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let stream = TokioIo::new(server.connect().await);
    let (mut sender, connection) = within(http1::handshake(stream)).await.expect("the server speaks HTTP");
    let mut running = tokio::task::JoinSet::new();
    running.spawn(async move {
        // A connection that breaks ends the body, which is what tests look at.
        let _ = connection.await;
    });

    let mut request = Request::builder().method(method).uri(path).header("host", server.address.to_string());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::from(Bytes::copy_from_slice(body.as_bytes()))).expect("the request is valid");
    let answer = within(sender.send_request(request)).await.expect("the server answers");
    let (parts, body) = answer.into_parts();

    Answer {
        status: parts.status.as_u16(),
        headers: parts.headers,
        body,
        buffered: String::new(),
        _connection: running,
    }
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The body up to and with the next `end`.
    pub(crate) async fn until(&mut self, end: &str) -> String {
        within(self.next_until(end)).await
    }

    async fn next_until(&mut self, end: &str) -> String {
        loop {
            if let Some(at) = self.buffered.find(end) {
                let rest = self.buffered.split_off(at + end.len());
                return std::mem::replace(&mut self.buffered, rest);
            }
            assert!(self.more().await, "the body ended after {:?}", self.buffered);
        }
    }

    /// All that is left, to the body's end.
    pub(crate) async fn rest(&mut self) -> String {
        within(async { while self.more().await {} }).await;
        std::mem::take(&mut self.buffered)
    }

    /// All that is left of a body that the server breaks off rather than ends.
    pub(crate) async fn broken_off(&mut self) -> String {
        within(async {
            while let Some(frame) = self.body.frame().await {
                let Ok(frame) = frame else {
                    return std::mem::take(&mut self.buffered);
                };
                self.buffer(frame);
            }
            panic!("the body ended in order after {:?}", self.buffered)
        })
        .await
    }

    /// The next event's name and data, comments skipped.
    pub(crate) async fn event(&mut self) -> (String, Value) {
        within(self.next_event()).await
    }

    async fn next_event(&mut self) -> (String, Value) {
        loop {
            let event = self.next_until("\n\n").await;
            let line = |field: &str| event.lines().find_map(|line| line.strip_prefix(field)).map(str::trim);
            if let Some(name) = line("event:") {
                let data = line("data:").expect("an event has data");
                return (name.to_owned(), serde_json::from_str(data).unwrap_or_default());
            }
        }
    }

    async fn more(&mut self) -> bool {
        let Some(frame) = self.body.frame().await else {
            return false;
        };
        self.buffer(frame.expect("the connection holds"));
        true
    }

    fn buffer(&mut self, frame: Frame<Bytes>) {
        let data = frame.into_data().unwrap_or_default();
        self.buffered.push_str(std::str::from_utf8(&data).expect("chunks end at characters"));
    }
}

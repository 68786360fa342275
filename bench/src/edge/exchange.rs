//! Exchanges: one HTTP request after the other on one connection, for what is not measured by its speed.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use serde_json::{Value, json};

use crate::Outcome;

const PATIENCE: Duration = Duration::from_secs(10);

/// A connection to a server.
pub(crate) struct Exchange {
    stream: TcpStream,
}

/// What a request is answered with.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

impl Exchange {
    pub(crate) fn connect(address: SocketAddr) -> Outcome<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self { stream })
    }

    /// Sends a whole request and waits for its whole answer.
    pub(crate) fn send(&mut self, request: &[u8]) -> Outcome<Answer> {
        self.stream.write_all(request)?;
        let (mut received, mut buffer) = (Vec::new(), vec![0; 64 * 1_024]);
        loop {
            if let Some(head) = Head::of(&received)?
                && received.len() >= head.end + head.length
            {
                let body = received.split_off(head.end);
                return Ok(Answer { status: head.status, body });
            }
            match self.stream.read(&mut buffer)? {
                0 => return Err("the server closed the connection".into()),
                count => received.extend_from_slice(&buffer[..count]),
            }
        }
    }

    /// Executes an operation that must succeed; returns its data.
    pub(crate) fn execute(&mut self, token: Option<&str>, query: &str, variables: &Value) -> Outcome<Value> {
        let answer = self.send(&post(token, &json!({ "query": query, "variables": variables }).to_string()))?;
        let mut answer: Value = serde_json::from_slice(&answer.body)?;
        match answer.get("errors") {
            Some(errors) => Err(format!("{query}: {errors}").into()),
            None => Ok(answer["data"].take()),
        }
    }
}

/// The head of an answer: where it ends, and how long the body is.
pub(crate) struct Head {
    pub(crate) status: u16,
    pub(crate) end: usize,
    pub(crate) length: usize,
}

impl Head {
    /// `None` until all of it has arrived.
    pub(crate) fn of(received: &[u8]) -> Outcome<Option<Self>> {
        let Some(end) = received.windows(4).position(|window| window == b"\r\n\r\n") else {
            return Ok(None);
        };
        let text = std::str::from_utf8(&received[..end])?;
        let mut lines = text.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).ok_or("no status")?.parse()?;
        let length = lines
            .filter_map(|line| line.split_once(':'))
            .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
            .map_or(Ok(0), |(_, value)| value.trim().parse())?;
        Ok(Some(Self { status, end: end + 4, length }))
    }
}

pub(crate) fn get(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: matchday\r\n\r\n").into_bytes()
}

/// A GraphQL request over HTTP.
pub(crate) fn post(token: Option<&str>, body: &str) -> Vec<u8> {
    let token = token.map(|token| format!("authorization: Bearer {token}\r\n")).unwrap_or_default();
    format!(
        "POST /graphql HTTP/1.1\r\nhost: matchday\r\ncontent-type: application/json\r\naccept: application/json\r\n\
         {token}content-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

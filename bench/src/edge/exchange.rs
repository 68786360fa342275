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
    /// The line of the status and the headers, with the empty line that ends them.
    pub(crate) head: Vec<u8>,
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
                return Ok(Answer { status: head.status, head: received, body });
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
    /// 0 where it comes in chunks.
    pub(crate) length: usize,
    pub(crate) is_chunked: bool,
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
        let (mut length, mut is_chunked) = (0, false);
        for (name, value) in lines.filter_map(|line| line.split_once(':')) {
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse()?;
            }
            is_chunked |= name.eq_ignore_ascii_case("transfer-encoding") && value.trim() == "chunked";
        }
        Ok(Some(Self { status, end: end + 4, length, is_chunked }))
    }
}

/// A body that comes in chunks.
#[derive(Default)]
pub(crate) struct Chunks {
    /// Where the next one begins, behind the head.
    at: usize,
    /// Bytes of those that have arrived.
    length: usize,
}

impl Chunks {
    /// How long the body is, once all of it has arrived. To be asked again as it grows.
    pub(crate) fn length(&mut self, body: &[u8]) -> Outcome<Option<usize>> {
        while let Some(rest) = body.get(self.at..)
            && let Some(end) = rest.windows(2).position(|window| window == b"\r\n")
        {
            let size = usize::from_str_radix(std::str::from_utf8(&rest[..end])?.trim(), 16)?;
            let next = end + 2 + size + 2;
            if rest.len() < next {
                break;
            }
            self.at += next;
            self.length += size;
            if size == 0 {
                return Ok(Some(self.length));
            }
        }
        Ok(None)
    }
}

pub(crate) fn get(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: matchday\r\n\r\n").into_bytes()
}

/// What Chromium says of itself and of what it wants, beside the host, the cookies and where the request comes from.
const BROWSER: &str = "\
user-agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36\r
accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8\r
accept-language: en-GB,en;q=0.9\r
sec-fetch-dest: document\r
sec-fetch-mode: navigate\r
sec-fetch-user: ?1\r
";

/// How a browser accepts a page to be compressed.
pub(crate) const COMPRESSED: &str = "gzip, deflate, br, zstd";

/// A page as a browser asks for it whose user has followed no link.
pub(crate) fn visit(path: &str, accept_encoding: &str, token: Option<&str>) -> Vec<u8> {
    let cookie = token.map(cookie).unwrap_or_default();
    format!(
        "GET {path} HTTP/1.1\r\nhost: matchday\r\n{BROWSER}accept-encoding: {accept_encoding}\r\nsec-fetch-site: none\r\n\
         {cookie}\r\n"
    )
    .into_bytes()
}

/// A form as a browser posts it from a page of the same site.
pub(crate) fn post_form(path: &str, token: &str, fields: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nhost: matchday\r\n{BROWSER}accept-encoding: {COMPRESSED}\r\nsec-fetch-site: same-origin\r\n\
         origin: http://matchday\r\nreferer: http://matchday{path}\r\n{}\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{fields}",
        cookie(token),
        fields.len()
    )
    .into_bytes()
}

fn cookie(token: &str) -> String {
    format!("cookie: __Host-matchday-access={token}\r\n")
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_in_chunks_is_whole_once_its_last_chunk_is() {
        let body = b"5\r\nhello\r\nA\r\n, kick-off\r\n0\r\n\r\n";
        let mut chunks = Chunks::default();

        for arrived in 0..body.len() {
            assert_eq!(chunks.length(&body[..arrived]).expect("they are chunks"), None, "{arrived} bytes");
        }

        assert_eq!(chunks.length(body).expect("they are chunks"), Some(15));
    }
}

//! Exchanges of HTTP/1.1 on a connection that is kept open between them, as browsers do it.

use std::{
    io::{self, ErrorKind},
    net::{IpAddr, SocketAddr},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
};

/// Longest head that is read.
const HEAD_BYTES_MAX: usize = 64 * 1024;

/// Longest body, or chunk of one, that is read.
const BODY_BYTES_MAX: usize = 4 * 1024 * 1024;

/// A connection with at most one request under way.
pub(super) struct Connection {
    stream: TcpStream,
    /// What has come and was not asked for yet.
    received: Vec<u8>,
}

/// The head of an answer.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) status: u16,
    /// Whether the server says that the connection takes no further request.
    pub(super) is_last: bool,
    length: usize,
    is_chunked: bool,
}

/// Connects from an address of this machine, so that a proxy has a client to name for each.
pub(super) async fn connect(from: IpAddr, to: SocketAddr) -> io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::new(from, 0))?;
    let stream = socket.connect(to).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

impl Connection {
    pub(super) fn new(stream: TcpStream) -> Self {
        Self { stream, received: Vec::new() }
    }

    /// Whether another request may be sent on it: browsers look whether the server has closed it meanwhile.
    pub(super) fn is_idle(&self) -> bool {
        let unasked = self.stream.try_read(&mut [0]);
        self.received.is_empty() && unasked.is_err_and(|error| error.kind() == ErrorKind::WouldBlock)
    }

    pub(super) async fn send(&mut self, request: &[u8]) -> io::Result<()> {
        self.stream.write_all(request).await
    }

    /// Waits for the head of the answer.
    pub(super) async fn head(&mut self) -> io::Result<Head> {
        let end = self.find(b"\r\n\r\n").await?;
        let head = Head::read(&self.received[..end])?;
        self.received.drain(..end + 4);
        Ok(head)
    }

    /// Waits for the whole body behind a head.
    pub(super) async fn body(&mut self, head: &Head) -> io::Result<Vec<u8>> {
        if !head.is_chunked {
            return self.take(head.length).await;
        }
        let mut body = Vec::new();
        while let Some(chunk) = self.chunk().await? {
            body.extend(chunk);
            if body.len() > BODY_BYTES_MAX {
                return Err(malformed("the body is too long"));
            }
        }
        Ok(body)
    }

    /// Waits for the next chunk of a body; `None` once the server says that it was all.
    pub(super) async fn chunk(&mut self) -> io::Result<Option<Vec<u8>>> {
        let end = self.find(b"\r\n").await?;
        let size =
            std::str::from_utf8(&self.received[..end]).ok().and_then(|size| usize::from_str_radix(size, 16).ok());
        let size = size.ok_or_else(|| malformed("a chunk without a size"))?;
        self.received.drain(..end + 2);
        let mut chunk = self.take(size.saturating_add(2)).await?;
        chunk.truncate(size);
        Ok((size > 0).then_some(chunk))
    }

    /// Where these bytes begin in what has been received.
    async fn find(&mut self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            if let Some(at) = self.received.windows(bytes.len()).position(|window| window == bytes) {
                return Ok(at);
            }
            if self.received.len() > HEAD_BYTES_MAX {
                return Err(malformed("the head is too long"));
            }
            self.receive().await?;
        }
    }

    async fn take(&mut self, count: usize) -> io::Result<Vec<u8>> {
        if count > BODY_BYTES_MAX {
            return Err(malformed("the body is too long"));
        }
        while self.received.len() < count {
            self.receive().await?;
        }
        let rest = self.received.split_off(count);
        Ok(std::mem::replace(&mut self.received, rest))
    }

    async fn receive(&mut self) -> io::Result<()> {
        match self.stream.read_buf(&mut self.received).await? {
            0 => Err(io::Error::new(ErrorKind::UnexpectedEof, "the connection was closed before the answer's end")),
            _ => Ok(()),
        }
    }
}

impl Head {
    fn read(bytes: &[u8]) -> io::Result<Self> {
        let text = std::str::from_utf8(bytes).map_err(|_| malformed("the head is not text"))?;
        let mut lines = text.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok());
        let status = status.ok_or_else(|| malformed("an answer without a status"))?;
        let mut head = Self { status, is_last: false, length: 0, is_chunked: false };
        for (name, value) in lines.filter_map(|line| line.split_once(':')) {
            let value = value.trim();
            match name.to_ascii_lowercase().as_str() {
                "content-length" => head.length = value.parse().map_err(|_| malformed("a length that is no number"))?,
                "transfer-encoding" => head.is_chunked = value.eq_ignore_ascii_case("chunked"),
                "connection" => head.is_last = value.eq_ignore_ascii_case("close"),
                _ => {}
            }
        }
        Ok(head)
    }
}

fn malformed(what: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    /// A connection to a server that says this and closes it.
    async fn told(words: &'static str) -> Connection {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
        let address = listener.local_addr().expect("it is bound");
        let stream = connect(IpAddr::from([127, 0, 0, 1]), address).await.expect("it listens");
        let (mut server, _) = listener.accept().await.expect("it is connected to");
        server.write_all(words.as_bytes()).await.expect("the client reads");
        Connection::new(stream)
    }

    #[tokio::test]
    async fn answers_are_read_one_after_the_other_and_the_last_one_is_known() {
        let mut connection = told(
            "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nfirst\
             HTTP/1.1 503 Away\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n4\r\nlast\r\n0\r\n\r\n",
        )
        .await;

        for (status, body, is_last) in [(200, "first", false), (503, "last", true)] {
            let head = connection.head().await.expect("an answer comes");
            assert_eq!((head.status, head.is_last), (status, is_last));
            assert_eq!(connection.body(&head).await.expect("it is whole"), body.as_bytes());
        }
        assert!(connection.head().await.is_err(), "the server has closed it");
        assert!(!connection.is_idle());
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_is_an_error_and_not_an_end() {
        for words in [
            "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhal",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n",
        ] {
            let mut connection = told(words).await;
            let head = connection.head().await.expect("the head comes");
            let broken = connection.body(&head).await.expect_err("the rest does not");
            assert_eq!(broken.kind(), ErrorKind::UnexpectedEof);
        }
    }
}

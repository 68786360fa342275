//! A node that answers what it is told to, in tests.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use crate::address::Address;

pub(crate) struct Fake {
    address: String,
    asked: Arc<AtomicUsize>,
}

impl Fake {
    /// Gives its answers in order, the last of them again and again.
    #[expect(clippy::disallowed_methods, reason = "a test's node runs as long as the test")]
    pub(crate) async fn answering(answers: &[(u16, &str)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
        let address = format!("http://{}", listener.local_addr().expect("it is bound"));
        let answers: Vec<(u16, String)> = answers.iter().map(|(status, body)| (*status, (*body).to_owned())).collect();
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                while read(&mut stream).await.is_some() {
                    let at = count.fetch_add(1, Ordering::SeqCst);
                    let (status, body) = &answers[at.min(answers.len() - 1)];
                    let answer = format!("HTTP/1.1 {status} So\r\ncontent-length: {}\r\n\r\n{body}", body.len());
                    if stream.write_all(answer.as_bytes()).await.is_err() {
                        break;
                    }
                }
            }
        });
        Self { address, asked }
    }

    pub(crate) fn address(&self) -> Address {
        self.address.parse().expect("it is on this machine")
    }

    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

/// Reads one request with its body.
async fn read(stream: &mut TcpStream) -> Option<()> {
    let mut request = Vec::new();
    let head = loop {
        let mut piece = [0; 4_096];
        match stream.read(&mut piece).await {
            Ok(0) | Err(_) => return None,
            Ok(length) => request.extend_from_slice(&piece[..length]),
        }
        if let Some(at) = request.windows(4).position(|end| end == b"\r\n\r\n") {
            break at + 4;
        }
    };
    let lines = String::from_utf8_lossy(&request[..head]).to_ascii_lowercase();
    let length = lines.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok());
    let mut left = (head + length.unwrap_or_default()).saturating_sub(request.len());
    while left > 0 {
        let mut piece = [0; 4_096];
        left = left.saturating_sub(stream.read(&mut piece).await.ok().filter(|length| *length > 0)?);
    }
    Some(())
}

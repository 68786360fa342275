//! Stripe's own mock: it remembers nothing, but it holds every request against Stripe's published description of its API,
//! and answers with whole objects.
//!
//! A door before it lets a test break one call, which the mock itself never does.

use std::{
    net::SocketAddr,
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, copy_bidirectional},
    net::{TcpListener, TcpStream},
    process::{Child, Command},
    task::JoinHandle,
};

use crate::site::env;

/// What Stripe says of its own failure.
const FAILURE: &str = "HTTP/1.1 500 Internal Server Error\r\ncontent-type: application/json\r\ncontent-length: 61\r\n\
                       connection: close\r\n\r\n{\"error\":{\"type\":\"api_error\",\"message\":\"An unknown error.\"}}\n";

/// A running mock; dropped, it is ended.
pub struct StripeMock {
    pub address: SocketAddr,
    fails_to_open: Arc<AtomicBool>,
    task: JoinHandle<()>,
    _process: Child,
}

impl StripeMock {
    pub async fn start() -> Self {
        let mut process = Command::new(env("STRIPE_MOCK"))
            .args(["-http-addr", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("scripts/test installs the mock");
        let output = process.stdout.take().expect("its output is piped");
        let mut lines = BufReader::new(output).lines();
        let address: SocketAddr = loop {
            let line = lines.next_line().await.expect("its output can be read");
            let line = line.expect("it says where it listens before it ends");
            if let Some((_, address)) = line.split_once("at address: ") {
                break address.trim().parse().expect("it listens on an address");
            }
        };
        // What it says from here on must be read, or it could not go on saying it.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
        let door = listener.local_addr().expect("it is bound");
        let fails_to_open = Arc::<AtomicBool>::default();
        let task = tokio::spawn(attend(listener, address, Arc::clone(&fails_to_open)));
        Self { address: door, fails_to_open, task, _process: process }
    }

    /// Where the program finds it.
    pub fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    /// While set, Stripe fails to begin payments.
    pub fn fail_to_open(&self, fails: bool) {
        self.fails_to_open.store(fails, Ordering::SeqCst);
    }
}

impl Drop for StripeMock {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn attend(listener: TcpListener, mock: SocketAddr, fails_to_open: Arc<AtomicBool>) {
    while let Ok((mut client, _)) = listener.accept().await {
        let fails_to_open = fails_to_open.load(Ordering::SeqCst);
        tokio::spawn(async move {
            let mut begun = vec![0; 16 * 1024];
            let Ok(length) = client.read(&mut begun).await else { return };
            if fails_to_open && begun.starts_with(b"POST /v1/payment_intents ") {
                let _ = client.write_all(FAILURE.as_bytes()).await;
                return;
            }
            let Ok(mut server) = TcpStream::connect(mock).await else { return };
            if server.write_all(&begun[..length]).await.is_ok() {
                let _ = copy_bidirectional(&mut client, &mut server).await;
            }
        });
    }
}

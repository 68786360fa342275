//! A server over the toy with probes beside it, and bare connections to it.

use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    BoxError, Json, Router,
    body::{Body, Bytes, HttpBody},
    routing::{any, get},
};
use futures_util::{StreamExt, stream};
use http_body_util::Full;
use hyper::client::conn::http2::{self, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
    time::{interval, timeout},
};
use tokio_util::sync::CancellationToken;
use transport::{
    Edge,
    config::Config,
    server::{self, Ending},
};

use crate::toy::{self, Toy, world::World};

/// Longer than anything here should take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) world: Arc<World>,
    pub(crate) slow: Arc<Slow>,
    pub(crate) announced: CancellationToken,
    pub(crate) shutdown: CancellationToken,
    pub(crate) served: JoinHandle<()>,
}

impl Server {
    pub(crate) async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config::default();
        change(&mut config);
        let (world, shutdown) = (World::new(), CancellationToken::new());
        let edge = Edge::new(
            Arc::new(Toy::new(Arc::clone(&world))),
            Arc::new(config.clone()),
            toy::contract(),
            shutdown.clone(),
        );
        let slow = Arc::<Slow>::default();
        let routes = edge.expect("no manifest is configured").routes().merge(probes(Arc::clone(&slow)));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("the listener is bound");
        let announced = CancellationToken::new();
        let ending = Ending { announced: announced.clone(), begun: shutdown.clone() };
        let served = tokio::spawn(async move { server::serve(listener, routes, &config.connections, ending).await });

        Self { address, world, slow, announced, shutdown, served }
    }

    pub(crate) async fn connect(&self) -> Connection {
        Connection(TcpStream::connect(self.address).await.expect("the server listens"))
    }

    /// An HTTP/2 connection whose client grants each answer so many bytes.
    pub(crate) async fn http2(&self, window: u32) -> SendRequest<Full<Bytes>> {
        self.http2_of(window).await
    }

    /// An HTTP/2 connection for requests with bodies of this kind.
    pub(crate) async fn http2_sending<B>(&self) -> SendRequest<B>
    where
        B: HttpBody + Send + Unpin + 'static,
        B::Data: Send,
        B::Error: Into<BoxError>,
    {
        self.http2_of(65_535).await
    }

    async fn http2_of<B>(&self, window: u32) -> SendRequest<B>
    where
        B: HttpBody + Send + Unpin + 'static,
        B::Data: Send,
        B::Error: Into<BoxError>,
    {
        let stream = TokioIo::new(self.connect().await.0);
        let mut builder = http2::Builder::new(TokioExecutor::new());
        builder.initial_stream_window_size(window);
        let (sender, connection) = builder.handshake(stream).await.expect("the server speaks HTTP/2");
        tokio::spawn(connection);
        sender
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) async fn answers_probe(&self) -> bool {
        let mut connection = self.connect().await;
        // A connection refused at once may end before this is written.
        let _ = connection.0.write_all(b"GET /probe HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await;
        connection.rest().await.ends_with("fine")
    }

    pub(crate) async fn ended(self) {
        timeout(PATIENCE, self.served).await.expect("the server ends").expect("the server does not panic");
    }
}

/// A route that answers when the test lets it.
#[derive(Default)]
pub(crate) struct Slow {
    pub(crate) running: AtomicUsize,
    pub(crate) release: CancellationToken,
    /// How often `/large` was answered.
    pub(crate) large: AtomicUsize,
}

impl Slow {
    pub(crate) async fn answer(self: Arc<Self>) -> &'static str {
        self.running.fetch_add(1, Ordering::SeqCst);
        self.release.cancelled().await;
        "done"
    }

    pub(crate) async fn is_running(&self) {
        self.are_running(1).await;
    }

    pub(crate) async fn are_running(&self, count: usize) {
        let mut look = interval(millis(5));
        let running = async {
            while self.running.load(Ordering::SeqCst) < count {
                look.tick().await;
            }
        };
        timeout(PATIENCE, running).await.expect("the request arrives");
    }
}

/// Bytes of the answer of `/large`.
pub(crate) const LARGE: usize = 300 * 1024;

/// The paths of routes that read a body.
pub(crate) const READING: [&str; 4] = ["/graphql", "/graphql/stream", "/bytes", "/json"];

fn probes(slow: Arc<Slow>) -> Router {
    let large = Arc::clone(&slow);
    let large = async move || {
        large.large.fetch_add(1, Ordering::SeqCst);
        vec![b'x'; LARGE]
    };
    Router::new()
        .route("/probe", get(async || "fine"))
        .route("/slow", get(move || slow.answer()))
        .route("/large", get(large))
        .route(
            "/huge",
            get(async || {
                Body::from_stream(
                    stream::iter(0..1_024).map(|_| Ok::<_, Infallible>([b'x'; LARGE].as_slice().to_vec())),
                )
            }),
        )
        .route("/bytes", any(async |body: Bytes| body.len().to_string()))
        .route("/json", any(async |Json(body): Json<Value>| body.to_string()))
}

pub(crate) struct Connection(pub(crate) TcpStream);

impl Connection {
    pub(crate) async fn send(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).await.expect("the server still listens");
    }

    pub(crate) async fn get(&mut self, path: &str) {
        self.send(&format!("GET {path} HTTP/1.1\r\nhost: a\r\n\r\n")).await;
    }

    /// Whether the server neither says anything nor closes the connection for so long.
    pub(crate) async fn stays_silent_for(&mut self, time: Duration) -> bool {
        timeout(time, self.0.read_u8()).await.is_err()
    }

    /// Reads until what was read ends so.
    pub(crate) async fn until(&mut self, end: &str) -> String {
        let mut read = Vec::new();
        let reading = async {
            while !read.ends_with(end.as_bytes()) {
                read.push(self.0.read_u8().await.expect("there is more to read"));
            }
        };
        timeout(PATIENCE, reading).await.expect("the server answers");
        String::from_utf8(read).expect("an answer is UTF-8")
    }

    /// Reads until the server closes the connection, politely or not.
    pub(crate) async fn rest(&mut self) -> String {
        let mut read = Vec::new();
        let _ = timeout(PATIENCE, self.0.read_to_end(&mut read)).await.expect("the server closes the connection");
        String::from_utf8_lossy(&read).into_owned()
    }
}

pub(crate) fn millis(value: u64) -> Duration {
    Duration::from_millis(value)
}

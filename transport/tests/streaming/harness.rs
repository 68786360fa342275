//! One edge over the toy on a free port, and clients that say and hear JSON.

use std::{net::SocketAddr, sync::Arc, sync::atomic::Ordering, time::Duration};

use futures_util::{SinkExt, StreamExt};
use metrics_exporter_prometheus::PrometheusHandle;
use serde_json::{Value, json};
use testkit::wait::{PATIENCE, until};
use tokio::{
    io::AsyncWriteExt,
    net::{TcpListener, TcpSocket, TcpStream},
    task::JoinHandle,
    time::{sleep, timeout},
};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Error, Message, client::IntoClientRequest, http::Response},
};
use tokio_util::sync::CancellationToken;
use transport::{Edge, Evictor, config::Config, server};

use crate::toy::{self, Toy, world::World};

pub(crate) mod http;

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) world: Arc<World>,
    pub(crate) shutdown: CancellationToken,
    /// Ends the connections of blocked addresses.
    pub(crate) evictor: Evictor,
    served: JoinHandle<()>,
}

pub(crate) struct Client {
    socket: WebSocketStream<TcpStream>,
}

impl Server {
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config::default();
        change(&mut config);
        let config = Arc::new(config);

        let (world, shutdown) = (World::new(), CancellationToken::new());
        let toy = Arc::new(Toy::new(Arc::clone(&world)));
        let edge =
            Edge::new(toy, Arc::clone(&config), toy::contract(), shutdown.clone()).expect("no manifest is configured");
        let evictor = edge.evictor();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("the listener is bound");
        let served = tokio::spawn({
            let shutdown = shutdown.clone();
            async move { server::serve(listener, edge.routes(), &config.connections, shutdown).await }
        });

        Self { address, world, shutdown, evictor, served }
    }

    pub(crate) async fn drained(self) {
        self.shutdown.cancel();
        within(self.served).await.expect("the server does not panic");
    }

    pub(crate) async fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).await.expect("the server accepts");
        stream.set_nodelay(true).expect("the socket is open");
        stream
    }

    /// Asks for a socket with these request headers.
    pub(crate) async fn handshake(&self, headers: &[(&'static str, &str)]) -> Result<Client, Error> {
        self.handshake_over(self.connect().await, headers).await
    }

    async fn handshake_over(&self, stream: TcpStream, headers: &[(&'static str, &str)]) -> Result<Client, Error> {
        let mut request = format!("ws://{}/graphql", self.address).into_client_request()?;
        for &(name, value) in headers {
            request.headers_mut().insert(name, value.parse()?);
        }
        let (socket, response): (_, Response<_>) = client_async(request, stream).await?;
        let offered = headers.iter().find(|(name, _)| *name == "sec-websocket-protocol");
        if let (Some((_, offered)), Some(chosen)) = (offered, response.headers().get("sec-websocket-protocol")) {
            let chosen = chosen.to_str().expect("names of subprotocols are ASCII");
            assert!(offered.split(',').any(|offer| offer.trim() == chosen), "the server chose {chosen}");
        }
        Ok(Client { socket })
    }

    /// An open socket that has said nothing yet.
    pub(crate) async fn socket(&self) -> Client {
        self.handshake(&[("sec-websocket-protocol", "graphql-transport-ws")]).await.expect("the server upgrades")
    }

    pub(crate) async fn legacy(&self) -> Client {
        self.handshake(&[("sec-websocket-protocol", "graphql-ws")]).await.expect("the server upgrades")
    }

    /// A socket whose kernel takes little, so that it stalls soon.
    pub(crate) async fn narrow_socket(&self) -> Client {
        let socket = TcpSocket::new_v4().expect("sockets can be made");
        socket.set_recv_buffer_size(4096).expect("the size is valid");
        let stream = socket.connect(self.address).await.expect("the server accepts");
        let client = self.handshake_over(stream, &[("sec-websocket-protocol", "graphql-transport-ws")]).await;
        let mut client = client.expect("the server upgrades");
        client.init(json!({})).await;
        client
    }

    /// An acknowledged socket.
    pub(crate) async fn ready(&self) -> Client {
        let mut client = self.socket().await;
        client.init(json!({})).await;
        client
    }

    pub(crate) async fn ready_as(&self, token: &str) -> Client {
        let mut client = self.socket().await;
        client.init(json!({ "authorization": format!("Bearer {token}") })).await;
        client
    }

    pub(crate) fn live(&self) -> usize {
        self.world.live.load(Ordering::SeqCst)
    }

    pub(crate) fn pulled(&self) -> usize {
        self.world.pulled.load(Ordering::SeqCst)
    }

    pub(crate) async fn until_live(&self, count: usize) {
        until("the number of running subscriptions", || self.live() == count).await;
    }
}

impl Client {
    pub(crate) async fn init(&mut self, payload: Value) {
        self.say(json!({ "type": "connection_init", "payload": payload })).await;
        assert_eq!(self.hear().await, json!({ "type": "connection_ack" }));
    }

    pub(crate) async fn say(&mut self, message: Value) {
        self.send(Message::text(message.to_string())).await;
    }

    pub(crate) async fn send(&mut self, message: Message) {
        self.socket.send(message).await.expect("the socket is open");
    }

    /// As `say`, to a server that may have closed the socket.
    pub(crate) async fn try_say(&mut self, message: Value) -> Result<(), Error> {
        self.socket.send(Message::text(message.to_string())).await
    }

    /// Bytes that need not be a whole frame.
    pub(crate) async fn send_raw(&mut self, bytes: &[u8]) {
        self.socket.get_mut().write_all(bytes).await.expect("the connection is open");
    }

    pub(crate) async fn subscribe(&mut self, id: &str, query: &str) {
        self.say(json!({ "id": id, "type": "subscribe", "payload": { "query": query } })).await;
    }

    /// The next message as it is on the wire.
    pub(crate) async fn hear_text(&mut self) -> String {
        within(self.next_text()).await
    }

    async fn next_text(&mut self) -> String {
        loop {
            match self.socket.next().await {
                Some(Ok(Message::Text(text))) => return text.as_str().to_owned(),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                other => panic!("expected a message, got {other:?}"),
            }
        }
    }

    pub(crate) async fn hear(&mut self) -> Value {
        serde_json::from_str(&self.hear_text().await).expect("the server speaks JSON")
    }

    /// The next message of this operation, what others say left out.
    pub(crate) async fn hear_of(&mut self, id: &str) -> Value {
        loop {
            let heard = self.hear().await;
            if heard["id"] == id {
                return heard;
            }
        }
    }

    /// The next frame of any kind.
    pub(crate) async fn frame(&mut self) -> Option<Result<Message, Error>> {
        within(self.socket.next()).await
    }

    /// The code and reason the server closes with, whatever it says before.
    pub(crate) async fn closed(&mut self) -> (u16, String) {
        within(self.next_close()).await
    }

    async fn next_close(&mut self) -> (u16, String) {
        loop {
            match self.socket.next().await {
                Some(Ok(Message::Close(Some(frame)))) => {
                    return (frame.code.into(), frame.reason.as_str().to_owned());
                }
                Some(Ok(_)) => {}
                other => panic!("expected a close frame, got {other:?}"),
            }
        }
    }

    /// Reads until the connection is gone, of which the server must not have said why.
    pub(crate) async fn cut(&mut self) {
        while let Some(Ok(message)) = self.frame().await {
            assert!(!message.is_close(), "the server closed with {message:?}");
        }
    }

    pub(crate) async fn close_code(&mut self) -> u16 {
        self.closed().await.0
    }

    /// The code the server closes with while it is still being sent `message`, as it is to clients that read and write
    /// at the same time.
    pub(crate) async fn close_code_for(self, message: Message) -> u16 {
        let (mut sink, stream) = self.socket.split();
        let closed = stream.filter_map(async |frame| match frame {
            Ok(Message::Close(Some(frame))) => Some(u16::from(frame.code)),
            _ => None,
        });
        let mut closed = std::pin::pin!(closed);

        let (_, code) = within(async { tokio::join!(sink.send(message), closed.next()) }).await;
        code.expect("the server closes")
    }

    /// Shows that everything said so far was heard and answered with nothing.
    pub(crate) async fn expect_silence(&mut self) {
        self.say(json!({ "type": "ping", "payload": { "anything": "left?" } })).await;
        assert_eq!(self.hear().await, json!({ "type": "pong", "payload": { "anything": "left?" } }));
    }
}

/// The value of a meter, named with its label; 0 where it was never touched.
pub(crate) fn meter(meters: &PrometheusHandle, name: &str) -> f64 {
    let page = meters.render();
    let line = page.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.map_or(0.0, |value| value.parse().expect("meters are numbers"))
}

pub(crate) async fn within<T>(future: impl Future<Output = T>) -> T {
    timeout(PATIENCE, future).await.expect("it happens soon")
}

/// Whether `count` grows within the time a server on the same machine needs many times over.
pub(crate) async fn still_grows(count: impl Fn() -> usize) -> bool {
    let before = count();
    let grown = async {
        while count() == before {
            sleep(Duration::from_millis(1)).await;
        }
    };
    timeout(Duration::from_millis(500), grown).await.is_ok()
}

//! The connection server: accepts TCP connections, bounds each of them in time, and lets them finish at shutdown.
//!
//! It lives from a bound listener to the last closed connection. Invariant: a connection counts, for the cap and for the
//! drain, until its socket is closed, also after it was upgraded and left HTTP.

use std::{convert::Infallible, io, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::{
    extract::ConnectInfo,
    http::{HeaderName, HeaderValue, Response, StatusCode, Version, header},
};
use futures_util::{FutureExt as _, StreamExt as _, future::BoxFuture};
use hyper::{Request, body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::conn::auto::Builder,
};
use metrics::{counter, gauge};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, sleep, sleep_until, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    body::Body,
    config::{Connections, networks::Network},
    occupancy::{
        gauges::GaugeGuard,
        quotas::{Claim, Quota},
        tasks::Tasks,
    },
    routes::Routes,
    server::{
        activity::{Activity, Due, Running},
        answer_body::AnswerBody,
        log_throttle::LogThrottle,
        multiplexed::{Limits, Multiplexed, PIECE_BYTES},
        stream::Stream,
        wake_gated::WakeGated,
    },
    traced::TrustedTrace,
};

mod activity;
mod answer_body;
mod handshake_names;
mod heads;
mod log_throttle;
mod multiplexed;
mod proxies;
mod stream;
mod syntax;
mod wake_gated;

/// Bytes the kernel takes of a connection beyond what is on its way. The rest waits where it can still be replaced by
/// something newer, so that a client that stalled finds the newest state and not megabytes of older ones.
const UNSENT_BYTES: u32 = 16 * 1024;

/// Pause after `accept` failed for want of descriptors, so that the loop does not spin.
const ACCEPT_RETRY: Duration = Duration::from_millis(50);

const TOO_MANY_REQUESTS: &str = "Too many requests from your address are running: wait until one ends.\n";

/// How long a connection without a request is kept once the server drains: what is on its way is answered, and told that
/// it was the last.
const LINGER: Duration = Duration::from_millis(300);

/// How a server is told of its end: first that it comes, then that it is there.
#[derive(Debug, Clone)]
pub struct Ending {
    /// From now on each answer is the last one of its connection, while new connections are still let in.
    pub announced: CancellationToken,
    /// The listener closes; what is open finishes.
    pub begun: CancellationToken,
}

impl Ending {
    fn is_known(&self) -> bool {
        self.announced.is_cancelled() || self.begun.is_cancelled()
    }
}

impl From<CancellationToken> for Ending {
    /// An end that is not announced.
    fn from(begun: CancellationToken) -> Self {
        Self { announced: begun.clone(), begun }
    }
}

/// Serves `routes` on `listener` until its `ending`, then lets running requests and sockets finish.
///
/// Requests find the client's address in their extensions as `ConnectInfo<SocketAddr>`: the peer's, or where that is a
/// trusted proxy, the one it names (then without a port). Sockets and event streams end
/// themselves on the token that their [`Edge`](crate::Edge) was made with. Returns when the last connection is closed,
/// or cuts what is left after `drain_seconds`.
///
/// Boxed here: the code of a future is compiled where it is polled, and this one is of all of HTTP.
pub fn serve(
    listener: TcpListener,
    routes: impl Into<Routes>,
    config: &Connections,
    ending: impl Into<Ending>,
) -> BoxFuture<'static, ()> {
    run(listener, routes.into(), config.clone(), ending.into())
}

fn run(listener: TcpListener, routes: Routes, config: Connections, ending: Ending) -> BoxFuture<'static, ()> {
    accepting(listener, routes, config, ending).boxed()
}

async fn accepting(listener: TcpListener, routes: Routes, config: Connections, ending: Ending) {
    let open = TaskTracker::new();
    let server = Arc::new(Server {
        http: http(&config, &open),
        tasks: Tasks::of(&open),
        routes,
        requests: Quota::new(usize::MAX, config.max_connections_per_address),
        config: config.clone(),
        trusted_proxies: config.trusted_proxies.as_slice().into(),
        country_header: config.country_header(),
        ending: ending.clone(),
        cut: CancellationToken::new(),
    });
    let permits = Arc::new(Semaphore::new(config.max_connections));
    let quota = Quota::new(usize::MAX, config.max_connections_per_address);
    let (connections, refused) = (gauge!("matchday_connections"), counter!("matchday_connections_refused_total"));
    let mut throttle = LogThrottle::default();

    let admit = |(stream, peer, permit): Accepted| {
        // Behind a proxy there are as many clients as it lets through: their requests are counted each for itself.
        let is_proxy = proxies::is_trusted(peer.ip(), &server.trusted_proxies);
        let Ok(claim) = (!is_proxy).then(|| quota.claim_address(peer.ip())).transpose() else {
            refused.increment(1);
            return;
        };
        let server = Arc::clone(&server);
        let held = ConnectionClaims { _permit: permit, _claim: claim, _gauge: GaugeGuard::new(&connections) };
        open.spawn(async move { server.connection(stream, peer, held).await });
    };
    while let Some(accepted) = next(&listener, &permits, &ending.begun, &mut throttle).await {
        admit(accepted);
    }
    // The system has let these in already: they are answered too, and not cut off with the listener.
    while let Ok(permit) = Arc::clone(&permits).try_acquire_owned()
        && let Some(Ok((stream, peer))) = listener.accept().now_or_never()
    {
        admit((stream, peer, permit));
    }
    drop(listener);

    open.close();
    if timeout(config.drain(), open.wait()).await.is_err() {
        let connections = config.max_connections - permits.available_permits();
        tracing::warn!(connections, "shutdown time-out: closing the remaining connections");
    }
    server.cut.cancel();
}

/// A connection, whose it is, and its claim on being open.
type Accepted = (TcpStream, SocketAddr, OwnedSemaphorePermit);

/// What a connection occupies until its socket is closed.
struct ConnectionClaims {
    _permit: OwnedSemaphorePermit,
    _claim: Option<Claim>,
    _gauge: GaugeGuard,
}

struct Server {
    http: Builder<Multiplexed>,
    /// What sockets are spawned on.
    tasks: Tasks,
    routes: Routes,
    /// Requests that are running, by the client that a proxy names.
    requests: Arc<Quota>,
    config: Connections,
    trusted_proxies: Box<[Network]>,
    country_header: Option<HeaderName>,
    ending: Ending,
    cut: CancellationToken,
}

impl Server {
    /// Waits for a stage of the end, once the one before it is reached.
    async fn reach(&self, stage: Stage) -> Stage {
        match stage {
            Stage::Draining => self.ending.begun.cancelled().await,
            Stage::Lingered => Box::pin(sleep(LINGER)).await,
            Stage::Cut => self.cut.cancelled().await,
        }
        stage
    }

    async fn connection(self: &Arc<Self>, stream: TcpStream, peer: SocketAddr, held: ConnectionClaims) {
        // A refused option costs latency, not correctness.
        let _ = stream.set_nodelay(true);
        bound_unsent(&stream);
        let activity = Arc::new(Activity::new(Instant::now()));
        let stream = Stream::new(stream, Arc::clone(&activity), self.config.send_timeout(), held);

        let service = service_fn({
            let (server, activity) = (Arc::clone(self), Arc::clone(&activity));
            move |request: Request<Incoming>| {
                let (server, (running, has_bad_head)) = (Arc::clone(&server), activity.begin());
                async move { Ok::<_, Infallible>(server.answer(request, peer, running, has_bad_head).await) }
            }
        });
        let mut connection = pin!(self.http.serve_connection_with_upgrades(TokioIo::new(stream), service));

        let mut draining = false;
        let stages = [Stage::Draining, Stage::Lingered, Stage::Cut];
        let stages = pin!(futures_util::stream::iter(stages).then(|stage| self.reach(stage)));
        let mut stages = WakeGated::new(stages);
        let mut watch = pin!(sleep_until(Instant::now() + self.config.header_read_timeout()));
        loop {
            tokio::select! {
                biased;
                ended = connection.as_mut() => {
                    if let Err(error) = ended {
                        tracing::debug!(%peer, %error, "connection ended early");
                    }
                    return;
                }
                stage = stages.next() => match stage {
                    Some(Stage::Draining) => draining = true,
                    Some(Stage::Lingered) => connection.as_mut().graceful_shutdown(),
                    Some(Stage::Cut) | None => return,
                },
                () = watch.as_mut() => match activity.due(Instant::now(), &self.config) {
                    Due::At(next) => watch.as_mut().reset(next),
                    Due::Idle if !draining => {
                        draining = true;
                        connection.as_mut().graceful_shutdown();
                        watch.as_mut().reset(Instant::now() + self.config.header_read_timeout());
                    }
                    Due::Idle | Due::Slow => return,
                },
            }
        }
    }
}

impl Server {
    async fn answer(
        &self,
        request: Request<Incoming>,
        peer: SocketAddr,
        running: Running,
        has_bad_head: bool,
    ) -> Response<AnswerBody> {
        let version = request.version();
        let fault = syntax::fault(version, request.headers(), has_bad_head);
        let (mut answer, claim) = match fault {
            Some(fault) => (self.routes.refuse(StatusCode::BAD_REQUEST, fault), None),
            None => self.ask(request, peer, &running).await,
        };
        if fault.is_some() || self.ending.is_known() {
            say_last(&mut answer, version);
        }
        if answer.status() == StatusCode::SWITCHING_PROTOCOLS {
            running.connection().opens_socket();
        }
        let (head, body) = answer.into_parts();
        let body = AnswerBody::new(&head.headers, body, running, claim);
        Response::from_parts(head, body)
    }

    /// Answers a request, and says what its client occupies until the answer is sent.
    async fn ask(
        &self,
        mut request: Request<Incoming>,
        peer: SocketAddr,
        running: &Running,
    ) -> (Response<Body>, Option<Claim>) {
        let client = proxies::client(peer, request.headers(), &self.trusted_proxies);
        request.extensions_mut().insert(ConnectInfo(client));
        let is_proxy = proxies::is_trusted(peer.ip(), &self.trusted_proxies);
        if self.config.trust_traceparent && is_proxy {
            request.extensions_mut().insert(TrustedTrace);
        }
        if let Some(country) = self.country_header.as_ref().filter(|_| !is_proxy) {
            request.headers_mut().remove(country);
        }
        if request.headers().contains_key(header::UPGRADE) {
            request.extensions_mut().insert(self.tasks.clone());
        }
        let claim = (client.ip() != peer.ip()).then(|| self.requests.claim_address(client.ip()));
        let Ok(claim) = claim.transpose() else {
            return (self.routes.refuse(StatusCode::TOO_MANY_REQUESTS, TOO_MANY_REQUESTS), None);
        };
        let _room = match request.version() {
            Version::HTTP_2 => Some(running.connection().room().await),
            _ => None,
        };
        (self.routes.answer(request).await, claim)
    }
}

/// HTTP/2 is told by a frame instead, and an upgraded connection has no further answers.
fn say_last<B>(answer: &mut Response<B>, version: Version) {
    if version < Version::HTTP_2 && answer.status() != StatusCode::SWITCHING_PROTOCOLS {
        answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
}

/// How far the end has come for one connection.
#[derive(Clone, Copy)]
enum Stage {
    Draining,
    Lingered,
    Cut,
}

/// Other systems have no such bound; there a stalled client is sent more of what it missed.
fn bound_unsent(stream: &TcpStream) {
    #[cfg(any(target_os = "android", target_os = "linux"))]
    let _ = socket2::SockRef::from(stream).set_tcp_notsent_lowat(UNSENT_BYTES);
    #[cfg(not(any(target_os = "android", target_os = "linux")))]
    let _ = (stream, UNSENT_BYTES);
}

async fn next(
    listener: &TcpListener,
    permits: &Arc<Semaphore>,
    end: &CancellationToken,
    throttle: &mut LogThrottle,
) -> Option<Accepted> {
    let accepted = async {
        let permit = Arc::clone(permits).acquire_owned().await.expect("the semaphore is never closed");
        loop {
            match listener.accept().await {
                Ok((stream, peer)) => return (stream, peer, permit),
                Err(error) => pause_after(error, throttle).await,
            }
        }
    };

    end.run_until_cancelled(accepted).await
}

async fn pause_after(error: io::Error, throttle: &mut LogThrottle) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if !matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        if let Some(skipped) = throttle.count() {
            tracing::error!(%error, unsaid = skipped, "can't accept connections; trying again");
        }
        sleep(ACCEPT_RETRY).await;
    }
}

fn http(config: &Connections, tasks: &TaskTracker) -> Builder<Multiplexed> {
    /// hyper refuses smaller read buffers.
    const SMALLEST_BUFFER: usize = 8192;

    let limits = Limits { send_timeout: config.send_timeout(), answer_timeout: config.answer_timeout() };
    let mut builder = Builder::new(Multiplexed { tasks: tasks.clone(), limits });
    builder
        .http1()
        .timer(TokioTimer::new())
        // Our own watch tells a slow header from an idle connection; hyper's timer would close both alike.
        .header_read_timeout(None)
        .max_buf_size(config.max_header_bytes.max(SMALLEST_BUFFER));
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(config.max_http2_streams)
        .max_send_buf_size(PIECE_BYTES)
        .max_header_list_size(u32::try_from(config.max_header_bytes).unwrap_or(u32::MAX))
        .keep_alive_interval(config.keep_alive_idle_timeout())
        .keep_alive_timeout(config.header_read_timeout());
    builder
}

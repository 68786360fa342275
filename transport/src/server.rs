//! The connection server: accepts TCP connections, bounds each of them in time, and lets them finish at shutdown.
//!
//! It lives from a bound listener to the last closed connection. Invariant: a connection counts, for the cap and for the
//! drain, until its socket is closed, also after it was upgraded and left HTTP.

use std::{convert::Infallible, io, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::extract::ConnectInfo;
use futures_util::StreamExt as _;
use hyper::{Request, body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
};
use metrics::{counter, gauge};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, sleep, sleep_until, timeout},
};
use tokio_util::{
    sync::CancellationToken,
    task::{TaskTracker, task_tracker::TaskTrackerToken},
};

use crate::{
    config::Connections,
    routes::Routes,
    server::{
        activity::{Activity, Due},
        proxies::Network,
        rarely::Rarely,
        stream::Stream,
    },
    streaming::{
        meters::Raised,
        places::{Place, Places},
    },
};

mod activity;
pub mod proxies;
mod rarely;
mod stream;

/// Bytes the kernel takes of a connection beyond what is on its way. The rest waits where it can still be replaced by
/// something newer, so that a client that stalled finds the newest state and not megabytes of older ones.
const UNSENT_BYTES: u32 = 16 * 1024;

/// Pause after `accept` failed for want of descriptors, so that the loop does not spin.
const ACCEPT_RETRY: Duration = Duration::from_millis(50);

/// Serves `routes` on `listener` until `shutdown`, then lets running requests and sockets finish.
///
/// Requests find the client's address in their extensions as `ConnectInfo<SocketAddr>`: the peer's, or where that is a
/// trusted proxy, the one it names (then without a port). Sockets and event streams end
/// themselves on the token that their [`Edge`](crate::Edge) was made with. Returns when the last connection is closed,
/// or cuts what is left after `drain_seconds`.
pub async fn serve(
    listener: TcpListener,
    routes: impl Into<Routes>,
    config: &Connections,
    shutdown: CancellationToken,
) {
    let server = Arc::new(Server {
        http: http(config),
        routes: routes.into(),
        config: config.clone(),
        trusted_proxies: config.trusted_proxies.as_slice().into(),
        drain: shutdown.clone(),
        cut: CancellationToken::new(),
    });
    let permits = Arc::new(Semaphore::new(config.max_connections));
    let places = Places::new(usize::MAX, config.max_connections_per_address);
    let (connections, refused) = (gauge!("matchday_connections"), counter!("matchday_connections_refused_total"));
    let open = TaskTracker::new();

    while let Some((stream, peer, permit)) = next(&listener, &permits, &shutdown).await {
        let Ok(place) = places.take_address(peer.ip()) else {
            refused.increment(1);
            continue;
        };
        let server = Arc::clone(&server);
        let held = Held { _permit: permit, _place: place, _token: open.token(), _raised: Raised::new(&connections) };
        open.spawn(async move { server.connection(stream, peer, held).await });
    }
    drop(listener);

    open.close();
    if timeout(config.drain(), open.wait()).await.is_err() {
        tracing::warn!(connections = open.len(), "the drain's time is over; cutting the connections that are left");
    }
    server.cut.cancel();
}

/// What a connection occupies until its socket is closed.
struct Held {
    _permit: OwnedSemaphorePermit,
    _place: Place,
    _token: TaskTrackerToken,
    _raised: Raised,
}

struct Server {
    http: Builder<TokioExecutor>,
    routes: Routes,
    config: Connections,
    trusted_proxies: Box<[Network]>,
    drain: CancellationToken,
    cut: CancellationToken,
}

impl Server {
    async fn connection(self: &Arc<Self>, stream: TcpStream, peer: SocketAddr, held: Held) {
        // A refused option costs latency, not correctness.
        let _ = stream.set_nodelay(true);
        bound_unsent(&stream);
        let activity = Arc::new(Activity::new(Instant::now()));
        let stream = Stream::new(stream, Arc::clone(&activity), self.config.send_timeout(), held);

        let service = service_fn({
            let (server, activity) = (Arc::clone(self), Arc::clone(&activity));
            move |mut request: Request<Incoming>| {
                let client = proxies::client(peer, request.headers(), &server.trusted_proxies);
                request.extensions_mut().insert(ConnectInfo(client));
                let (server, running) = (Arc::clone(&server), activity.begin());
                async move {
                    let answer = server.routes.answer(request).await;
                    Ok::<_, Infallible>(answer.map(|body| running.until_end_of(body)))
                }
            }
        });
        let mut connection = pin!(self.http.serve_connection_with_upgrades(TokioIo::new(stream), service));

        let mut draining = false;
        // The drain, and after it the cut.
        let ends = pin!(futures_util::stream::iter([&self.drain, &self.cut]).then(|token| token.cancelled()));
        let mut ending = Rarely::new(ends);
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
                _ = ending.next() => {
                    if self.cut.is_cancelled() {
                        return;
                    }
                    draining = true;
                    connection.as_mut().graceful_shutdown();
                }
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
    shutdown: &CancellationToken,
) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let accepted = async {
        let permit = Arc::clone(permits).acquire_owned().await.expect("the semaphore is never closed");
        loop {
            match listener.accept().await {
                Ok((stream, peer)) => return (stream, peer, permit),
                Err(error) => pause_after(error).await,
            }
        }
    };

    shutdown.run_until_cancelled(accepted).await
}

async fn pause_after(error: io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if !matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        tracing::error!(%error, "cannot accept connections");
        sleep(ACCEPT_RETRY).await;
    }
}

fn http(config: &Connections) -> Builder<TokioExecutor> {
    /// hyper refuses smaller read buffers.
    const SMALLEST_BUFFER: usize = 8192;

    let mut builder = Builder::new(TokioExecutor::new());
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
        .max_header_list_size(u32::try_from(config.max_header_bytes).unwrap_or(u32::MAX))
        .keep_alive_interval(config.keep_alive_idle_timeout())
        .keep_alive_timeout(config.header_read_timeout());
    builder
}

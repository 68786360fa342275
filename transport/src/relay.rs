//! The relay: sends requests of visitors on to a program elsewhere, and its answers back, event streams and sockets too.
//!
//! Invariant: that program is told a visitor's address by the relay, and by nothing that the visitor sent.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{
    BoxError, Router,
    body::Body as Boxed,
    extract::{ConnectInfo, State},
    http::{
        HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, Uri, Version, header, request::Parts,
        uri::InvalidUri,
    },
    response::IntoResponse,
    routing::any,
};
use error_codes::Code;
use futures_util::{StreamExt as _, future::BoxFuture};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use metrics::counter;
use tokio::{io::copy_bidirectional_with_sizes, time::timeout};
use tokio_util::sync::CancellationToken;

use crate::{
    body::is_stream,
    error_docs::ErrorDocs,
    gateway::Refusal,
    http::{
        accept::{Accepted, Media},
        failure::Failure,
    },
    occupancy::tasks::Tasks,
};

/// How long an answer may take to begin. A change that is under way for longer is rolled back where it is made.
const PATIENCE: Duration = Duration::from_secs(30);

/// Seconds after which what is away may be asked again.
pub const RETRY_SECONDS: u32 = 5;

/// Of a socket: what a visitor says is short, what they are told is a state or a few.
const UPWARD_BYTES: usize = 512;
const DOWNWARD_BYTES: usize = 4 * 1024;

const AWAY: &str = "The API can't be reached right now: try again in a moment.";

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// What is said of one connection, and not of what is sent over it (RFC 9110, 7.6.1), and the host, which is another.
const OF_THE_CONNECTION: [HeaderName; 10] = [
    header::CONNECTION,
    header::EXPECT,
    header::HOST,
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    HeaderName::from_static("keep-alive"),
];

/// What a proxy tells, and a visitor may make up.
const OF_PROXIES: [HeaderName; 6] = [
    header::FORWARDED,
    X_FORWARDED_FOR,
    HeaderName::from_static("x-forwarded-host"),
    HeaderName::from_static("x-forwarded-port"),
    HeaderName::from_static("x-forwarded-proto"),
    HeaderName::from_static("x-real-ip"),
];

/// What requests are sent with.
pub trait Upstream: Send + Sync + 'static {
    /// Sends a request to the address in it, and hands over what is answered, its extensions too: sockets are made of them.
    fn send(&self, request: Request<Boxed>) -> BoxFuture<'static, Result<Response<Boxed>, BoxError>>;
}

/// A program elsewhere, and the way there.
#[derive(Clone)]
pub struct Relay(Arc<Way>);

struct Way {
    upstream: Box<dyn Upstream>,
    /// What its addresses begin with, such as `http://10.0.0.7:8000`.
    base: String,
    /// Ends what has no end of its own.
    drain: CancellationToken,
    error_docs: ErrorDocs,
    /// Whether the last request had no answer, so that an outage is one line of the log.
    is_away: AtomicBool,
}

/// Why a request has no answer.
#[derive(Debug, thiserror::Error)]
pub enum Away {
    #[error("no response within {} s", PATIENCE.as_secs())]
    Late,
    #[error("no answer: {0}")]
    Failed(BoxError),
    #[error("its address can't be used: {0}")]
    Address(#[from] InvalidUri),
}

impl Relay {
    /// `base` is what all addresses of the program elsewhere begin with, without a slash at its end.
    pub fn new(upstream: impl Upstream, base: String, drain: CancellationToken, error_docs: ErrorDocs) -> Self {
        Self(Arc::new(Way { upstream: Box::new(upstream), base, drain, error_docs, is_away: AtomicBool::new(false) }))
    }

    /// Routes of these paths whose requests are sent on.
    pub fn routes(&self, paths: &[&str]) -> Router {
        let routes = paths.iter().fold(Router::new(), |routes, path| routes.route(path, any(pass)));
        routes.with_state(self.clone())
    }

    /// Sends a request on as its visitor's, whose address is in its extensions.
    ///
    /// # Errors
    ///
    /// It has no answer.
    pub async fn send(&self, request: Request<Boxed>) -> Result<Response<Boxed>, Away> {
        let (mut parts, body) = request.into_parts();
        onward(&mut parts, &self.0.base)?;
        let sent = self.0.upstream.send(Request::from_parts(parts, body));
        let answered = match timeout(PATIENCE, sent).await {
            Ok(answered) => answered.map_err(Away::Failed),
            Err(_) => Err(Away::Late),
        };
        let was_away = self.0.is_away.swap(answered.is_err(), Ordering::Relaxed);
        match &answered {
            Err(error) => {
                counter!("matchday_api_failures_total").increment(1);
                if !was_away {
                    tracing::error!(%error, base = self.0.base, "the API that requests are relayed to does not answer");
                }
            }
            Ok(_) if was_away => {
                tracing::info!(base = self.0.base, "the API that requests are relayed to answers again")
            }
            Ok(_) => {}
        }
        answered
    }

    /// Sends a request on and its answer back.
    async fn pass(&self, mut request: Request<Boxed>) -> Response<Boxed> {
        let path = request.uri().path();
        // What a proxy on the way might take for another path is none of these routes'.
        if path.contains('%') || path.contains("..") {
            return (StatusCode::NOT_FOUND, "There is nothing at this path.\n").into_response();
        }
        let is_graphql = path.starts_with("/graphql");
        let media = Accepted::of(request.headers()).result.unwrap_or(Media::Json);
        let extensions = request.extensions_mut();
        let socket = extensions.remove::<OnUpgrade>().zip(extensions.remove::<Tasks>());
        match self.send(request).await {
            Ok(answer) => self.back(answer, socket),
            Err(_) if is_graphql => Failure::from(away()).answer(media, &self.0.error_docs),
            Err(_) => {
                let Refusal { status, message, .. } = away();
                (status, [(header::RETRY_AFTER, HeaderValue::from(RETRY_SECONDS))], message + "\n").into_response()
            }
        }
    }

    /// Hands an answer back; a socket is joined with the visitor's.
    fn back(&self, mut answer: Response<Boxed>, socket: Option<(OnUpgrade, Tasks)>) -> Response<Boxed> {
        let drain = self.0.drain.clone();
        if answer.status() == StatusCode::SWITCHING_PROTOCOLS {
            let Some((visitor, tasks)) = socket else { return StatusCode::BAD_GATEWAY.into_response() };
            let elsewhere = hyper::upgrade::on(&mut answer);
            tasks.spawn(async move {
                // Either fails where its end has left meanwhile.
                if let (Ok(visitor), Ok(elsewhere)) = tokio::join!(visitor, elsewhere) {
                    let (mut visitor, mut elsewhere) = (TokioIo::new(visitor), TokioIo::new(elsewhere));
                    let joined =
                        copy_bidirectional_with_sizes(&mut visitor, &mut elsewhere, UPWARD_BYTES, DOWNWARD_BYTES);
                    drain.run_until_cancelled(joined).await;
                }
            });
            return answer;
        }
        without(answer.headers_mut(), &OF_THE_CONNECTION);
        *answer.version_mut() = Version::default();
        if !is_stream(answer.headers()) {
            return answer;
        }
        answer.map(|body| Boxed::from_stream(body.into_data_stream().take_until(drain.cancelled_owned())))
    }
}

async fn pass(State(relay): State<Relay>, request: Request<Boxed>) -> Response<Boxed> {
    relay.pass(request).await
}

/// Why a client is not answered while the program elsewhere is away.
fn away() -> Refusal {
    Refusal {
        status: StatusCode::SERVICE_UNAVAILABLE,
        code: Code::SERVICE_UNAVAILABLE,
        message: AWAY.to_owned(),
        retry_after: Some(RETRY_SECONDS),
    }
}

/// Makes of a visitor's request one to the program elsewhere.
fn onward(parts: &mut Parts, base: &str) -> Result<(), InvalidUri> {
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    parts.uri = format!("{base}{path}").parse::<Uri>()?;
    parts.version = Version::HTTP_11;
    let upgrade = parts.headers.get(header::UPGRADE).cloned();
    let named = named_by_connection(&parts.headers);
    without(&mut parts.headers, &named);
    without(&mut parts.headers, &OF_THE_CONNECTION);
    without(&mut parts.headers, &OF_PROXIES);
    if let Some(upgrade) = upgrade {
        parts.headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
        parts.headers.insert(header::UPGRADE, upgrade);
    }
    if let Some(ConnectInfo(visitor)) = parts.extensions.remove::<ConnectInfo<SocketAddr>>() {
        let address = visitor.ip().to_canonical().to_string();
        parts.headers.insert(X_FORWARDED_FOR, HeaderValue::try_from(address).expect("an address is text"));
    }
    parts.extensions.clear();
    Ok(())
}

/// Headers that `Connection` says are of one connection too.
fn named_by_connection(headers: &HeaderMap) -> Vec<HeaderName> {
    let values = headers.get_all(header::CONNECTION).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).filter_map(|name| name.trim().parse().ok()).collect()
}

fn without(headers: &mut HeaderMap, names: &[HeaderName]) {
    for name in names {
        headers.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use axum::body::to_bytes;
    use bytes::Bytes;
    use futures_util::{FutureExt as _, stream};

    use super::*;

    fn sent_on(headers: &[(&'static str, &'static str)]) -> Parts {
        let mut request = Request::get("/graphql?query=%7Ba%7D").header("host", "tickets.example");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let visitor: SocketAddr = "[::ffff:192.0.2.7]:4000".parse().expect("it is an address");
        let request = request.extension(ConnectInfo(visitor)).body(()).expect("it is a request");
        let mut parts = request.into_parts().0;
        onward(&mut parts, "http://10.0.0.7:8000/api").expect("it has an address");
        parts
    }

    /// Notes the paths that it is asked for, and answers with an event stream that has no end, or not at all.
    struct Scripted {
        asked: Arc<Mutex<Vec<String>>>,
        is_away: bool,
    }

    impl Upstream for Scripted {
        fn send(&self, request: Request<Boxed>) -> BoxFuture<'static, Result<Response<Boxed>, BoxError>> {
            self.asked.lock().expect("nobody panics with it").push(request.uri().path().to_owned());
            let endless = Boxed::from_stream(stream::pending::<Result<Bytes, BoxError>>());
            let answer = ([(header::CONTENT_TYPE, "text/event-stream")], endless).into_response();
            let answer = if self.is_away { Err("refused".into()) } else { Ok(answer) };
            std::future::ready(answer).boxed()
        }
    }

    fn relay(is_away: bool) -> (Relay, Arc<Mutex<Vec<String>>>, CancellationToken) {
        let (asked, drain) = (Arc::default(), CancellationToken::new());
        let upstream = Scripted { asked: Arc::clone(&asked), is_away };
        (Relay::new(upstream, "http://10.0.0.7:8000".to_owned(), drain.clone(), ErrorDocs::default()), asked, drain)
    }

    async fn get(relay: &Relay, path: &str) -> Response<Boxed> {
        relay.pass(Request::get(path).body(Boxed::empty()).expect("the path is well formed")).await
    }

    #[tokio::test]
    async fn a_path_that_could_be_read_as_another_is_not_sent_on() {
        let (relay, asked, _drain) = relay(false);

        for path in ["/tickets/..%2fmetrics", "/tickets/%2e%2e", "/tickets/.."] {
            assert_eq!(get(&relay, path).await.status(), StatusCode::NOT_FOUND, "{path}");
        }
        assert_eq!(get(&relay, "/tickets/1.pdf?until=%31").await.status(), StatusCode::OK);

        assert_eq!(*asked.lock().expect("nobody panics with it"), ["/tickets/1.pdf"]);
    }

    #[tokio::test]
    async fn who_asks_for_what_is_away_is_told_when_to_come_again() {
        let (relay, ..) = relay(true);

        for (path, kind) in [("/graphql", "application/json"), ("/tickets/1.pdf", "text/plain")] {
            let answer = get(&relay, path).await;
            assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE, "{path}");
            assert_eq!(answer.headers()[header::RETRY_AFTER], "5", "{path}");
            let media = answer.headers()[header::CONTENT_TYPE].to_str().expect("it is text");
            assert!(media.starts_with(kind), "{path}: {media}");
        }
    }

    #[tokio::test]
    async fn a_stream_without_an_end_ends_with_the_program() {
        let (relay, _, drain) = relay(false);
        let answer = get(&relay, "/graphql/stream").await;

        drain.cancel();

        let read = to_bytes(answer.into_body(), 64);
        let read = timeout(Duration::from_secs(30), read).await.expect("it ends").expect("it ends in order");
        assert_eq!(read, "");
    }

    #[test]
    fn a_visitor_is_told_of_by_the_relay_and_by_nothing_that_they_sent() {
        let parts = sent_on(&[
            ("x-forwarded-for", "203.0.113.9"),
            ("x-forwarded-for", "203.0.113.10"),
            ("forwarded", "for=203.0.113.9"),
            ("x-real-ip", "203.0.113.9"),
            ("cookie", "a=b"),
        ]);

        let told: Vec<_> = parts.headers.get_all(X_FORWARDED_FOR).iter().collect();
        assert_eq!(told, ["192.0.2.7"]);
        assert!(!parts.headers.contains_key("forwarded") && !parts.headers.contains_key("x-real-ip"));
        assert_eq!(parts.headers["cookie"], "a=b");
        assert_eq!(parts.uri, "http://10.0.0.7:8000/api/graphql?query=%7Ba%7D");
        assert!(!parts.headers.contains_key("host"), "it is of another");
    }

    #[test]
    fn what_is_of_one_connection_stays_there_but_for_the_wish_to_become_a_socket() {
        let plain = sent_on(&[("connection", "keep-alive, X-Own"), ("x-own", "1"), ("te", "trailers")]);
        assert_eq!(plain.headers.keys().collect::<Vec<_>>(), ["x-forwarded-for"]);

        let socket = sent_on(&[("connection", "Upgrade"), ("upgrade", "websocket"), ("sec-websocket-key", "k")]);
        for (name, value) in [("connection", "upgrade"), ("upgrade", "websocket"), ("sec-websocket-key", "k")] {
            assert_eq!(socket.headers[name], value);
        }
    }
}

//! Fetching: small documents of other hosts, within a time and a size.
//!
//! Invariant: nothing is fetched unencrypted but from this machine, and no redirect is followed: the host that answers is the
//! one that was named.

use std::{net::IpAddr, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use form_urlencoded::{Serializer, byte_serialize};
use http::{Method, Request, StatusCode, Uri, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{self, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};
use tokio::time::timeout;

/// Connections that are kept for the next fetch are closed after this time.
const IDLE: Duration = Duration::from_secs(30);

/// Connections to other hosts, by TLS where their addresses say so: kept for the next request, and opened anew where none is.
pub type Client<B> = legacy::Client<HttpsConnector<HttpConnector>, B>;

/// What requests with bodies of one kind are sent with. Who sends them answers for their addresses, and bounds the answers.
#[must_use]
pub fn client<B>() -> Client<B>
where
    B: BodyExt + Send,
    B::Data: Send,
{
    keeping(usize::MAX)
}

fn keeping<B>(connections: usize) -> Client<B>
where
    B: BodyExt + Send,
    B::Data: Send,
{
    let mut http = HttpConnector::new();
    http.enforce_http(false);
    http.set_nodelay(true);
    let connector =
        HttpsConnectorBuilder::new().with_webpki_roots().https_or_http().enable_http1().wrap_connector(http);
    legacy::Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(connections)
        .build(connector)
}

/// Fetches within bounds that are the same for all of its requests.
pub struct Fetcher {
    client: Client<Full<Bytes>>,
    patience: Duration,
    bytes_max: usize,
}

/// Why there is no document.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    #[error("{0}")]
    Address(#[from] AddressError),
    #[error("no complete answer within {} s", .0.as_secs())]
    Late(Duration),
    #[error("no answer: {0}")]
    Connection(String),
    #[error("responded with {0}")]
    Status(StatusCode),
    #[error("the answer is longer than {0} bytes or was cut off")]
    Body(usize),
}

/// Why nothing is fetched from an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    #[error("is not a web address")]
    Malformed,
    #[error("is unencrypted and not on this machine")]
    Clear,
}

/// An address that may be fetched from: by TLS, or on this machine.
///
/// # Errors
/// It is none, or not encrypted.
pub fn address(text: &str) -> Result<Uri, AddressError> {
    let uri: Uri = text.parse().map_err(|_| AddressError::Malformed)?;
    let host = uri.host().filter(|host| !host.is_empty()).ok_or(AddressError::Malformed)?;
    let numeric = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    let is_here = host.eq_ignore_ascii_case("localhost") || numeric.is_ok_and(|address| address.is_loopback());
    match uri.scheme_str() {
        Some("https") => Ok(uri),
        Some("http") if is_here => Ok(uri),
        Some("http") => Err(AddressError::Clear),
        _ => Err(AddressError::Malformed),
    }
}

/// Fields as `application/x-www-form-urlencoded`.
pub fn form(fields: &[(&str, &str)]) -> String {
    Serializer::new(String::new()).extend_pairs(fields).finish()
}

impl Fetcher {
    /// A request may take `patience` as a whole, and its answer `bytes_max`.
    pub fn new(patience: Duration, bytes_max: usize) -> Self {
        Self { client: keeping(usize::MAX), patience, bytes_max }
    }

    /// The same by a connection for each request: one that was kept may have died, and then nobody knows whether the
    /// request arrived.
    pub fn by_new_connections(patience: Duration, bytes_max: usize) -> Self {
        Self { client: keeping(0), patience, bytes_max }
    }

    /// The JSON document at an address.
    ///
    /// # Errors
    /// There is none within the bounds, or nothing is fetched from such an address.
    pub async fn json(&self, text: &str) -> Result<Bytes, FetchError> {
        let request = Request::builder()
            .method(Method::GET)
            .uri(address(text)?)
            .header(header::ACCEPT, "application/json")
            .body(Full::default())
            .map_err(|_| AddressError::Malformed)?;
        self.send(request).await
    }

    /// What an address answers to a form.
    ///
    /// # Errors
    /// As of [`Self::json`].
    pub async fn form(&self, text: &str, fields: &[(&str, &str)]) -> Result<Bytes, FetchError> {
        let request = Request::builder()
            .method(Method::POST)
            .uri(address(text)?)
            .header(header::ACCEPT, "application/json")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Full::from(form(fields)))
            .map_err(|_| AddressError::Malformed)?;
        self.send(request).await
    }

    /// What an address answers to a form, whatever the status. `login` are a client's name and secret, which go in a header as
    /// RFC 6749, section 2.3.1, has it.
    ///
    /// # Errors
    /// As of [`Self::json`], but for the status.
    pub async fn form_as(
        &self,
        text: &str,
        login: Option<(&str, &str)>,
        fields: &[(&str, &str)],
    ) -> Result<(StatusCode, Bytes), FetchError> {
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(address(text)?)
            .header(header::ACCEPT, "application/json")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        if let Some((name, secret)) = login {
            let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
            let login = STANDARD.encode(format!("{}:{}", encoded(name), encoded(secret)));
            request = request.header(header::AUTHORIZATION, format!("Basic {login}"));
        }
        self.exchange(request.body(Full::from(form(fields))).map_err(|_| AddressError::Malformed)?).await
    }

    /// What a request is answered with a status of success; its address is one that may be fetched from.
    async fn send(&self, request: Request<Full<Bytes>>) -> Result<Bytes, FetchError> {
        match self.exchange(request).await? {
            (status, body) if status.is_success() => Ok(body),
            (status, _) => Err(FetchError::Status(status)),
        }
    }

    /// What a request is answered, whatever the status; whoever asks answers for its address.
    ///
    /// # Errors
    /// No whole answer came within the bounds.
    pub async fn exchange(&self, request: Request<Full<Bytes>>) -> Result<(StatusCode, Bytes), FetchError> {
        let answering = async {
            let response = self.client.request(request).await.map_err(|error| FetchError::Connection(root(&error)))?;
            let status = response.status();
            let body = Limited::new(response.into_body(), self.bytes_max).collect().await;
            body.map(|body| (status, body.to_bytes())).map_err(|_| FetchError::Body(self.bytes_max))
        };
        timeout(self.patience, answering).await.map_err(|_| FetchError::Late(self.patience))?
    }
}

/// The innermost cause, which says more than "client error".
fn root(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.last().map_or_else(String::new, ToString::to_string)
}

#[cfg(test)]
#[expect(
    clippy::disallowed_methods,
    reason = "tests run tasks, read addresses and look at the machine's clock by themselves"
)]
mod tests {
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    use super::*;

    const SMALL: usize = 64;

    /// Answers every request so; nothing at all where it is empty.
    async fn host(answer: &'static str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
        let address = listener.local_addr().expect("it is bound");
        tokio::spawn(async move {
            let mut open = Vec::new();
            while let Ok((mut stream, _)) = listener.accept().await {
                let _ = stream.read(&mut [0; 1_024]).await;
                let _ = stream.write_all(answer.as_bytes()).await;
                // A host that says nothing does not hang up either.
                open.extend(answer.is_empty().then_some(stream));
            }
        });
        format!("http://{address}/keys")
    }

    async fn fetched(answer: &'static str) -> Result<Bytes, FetchError> {
        let patience = if answer.is_empty() { Duration::from_millis(50) } else { Duration::from_secs(30) };
        Fetcher::new(patience, SMALL).json(&host(answer).await).await
    }

    #[tokio::test]
    async fn a_document_is_fetched_and_nothing_that_is_none() {
        let good = fetched("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").await;
        assert_eq!(good.expect("it is small and there"), "{}");

        let missing = fetched("HTTP/1.1 404 Not Found\r\ncontent-length: 2\r\n\r\n{}").await;
        assert!(matches!(missing, Err(FetchError::Status(StatusCode::NOT_FOUND))), "{missing:?}");
        let elsewhere =
            fetched("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n").await;
        assert!(matches!(elsewhere, Err(FetchError::Status(StatusCode::FOUND))), "{elsewhere:?}");
        let broken = fetched("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{}").await;
        assert!(matches!(broken, Err(FetchError::Body(_))), "{broken:?}");
    }

    #[tokio::test]
    async fn an_answer_that_is_too_long_or_never_comes_is_not_waited_for() {
        let long = "HTTP/1.1 200 OK\r\ncontent-length: 65\r\n\r\n\
                    00000000000000000000000000000000000000000000000000000000000000000";

        assert!(matches!(fetched(long).await, Err(FetchError::Body(SMALL))), "it is whole, and a byte too long");
        assert!(matches!(fetched("").await, Err(FetchError::Late(_))));
    }

    #[test]
    fn nothing_goes_in_the_clear_but_to_this_machine() {
        for fine in ["https://login.example.com/keys", "http://127.0.0.1:9/", "http://[::1]:9/", "http://localhost"] {
            assert!(address(fine).is_ok(), "{fine}");
        }
        for clear in ["http://login.example.com/", "http://10.0.0.1/", "http://127.0.0.1.example.com/"] {
            assert_eq!(address(clear), Err(AddressError::Clear), "{clear}");
        }
        for malformed in ["", "login.example.com", "/keys", "ftp://host/", "file:///etc/passwd"] {
            assert_eq!(address(malformed), Err(AddressError::Malformed), "{malformed}");
        }
    }
}

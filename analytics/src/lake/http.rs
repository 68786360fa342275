//! Requests to S3, sent by whatever client the program has.

use std::{error::Error, fmt, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{Request, Response};
use http_body_util::{BodyExt, Full, Limited};
use object_store::{
    ClientOptions,
    client::{
        HttpClient as StoreClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpService,
    },
};
use tokio::time::timeout;
use tower::{Service, ServiceExt};

/// A request with its whole answer may take so long.
const PATIENCE: Duration = Duration::from_secs(60);
/// No file is larger, nor a list.
const ANSWER_BYTES_MAX: usize = 128 * 1024 * 1024;

type BoxError = Box<dyn Error + Send + Sync>;

/// What sends HTTP requests: every tower service that does, such as hyper's client.
pub trait HttpClient: Clone + Send + Sync + 'static {
    /// Sends a request and reads its whole answer, which has at most `bytes_max`.
    fn exchange(
        &self,
        request: Request<Full<Bytes>>,
        bytes_max: usize,
    ) -> BoxFuture<'static, Result<Response<Bytes>, BoxError>>;
}

impl<S, B> HttpClient for S
where
    S: Service<Request<Full<Bytes>>, Response = Response<B>> + Clone + Send + Sync + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send,
    B: BodyExt<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    fn exchange(
        &self,
        request: Request<Full<Bytes>>,
        bytes_max: usize,
    ) -> BoxFuture<'static, Result<Response<Bytes>, BoxError>> {
        let client = self.clone();
        Box::pin(async move {
            let (parts, body) = client.oneshot(request).await.map_err(Into::into)?.into_parts();
            let body = Limited::new(body, bytes_max).collect().await?;
            Ok(Response::from_parts(parts, body.to_bytes()))
        })
    }
}

/// Gives the store a client, within bounds.
pub(super) struct Connector<C>(Sender<C>);

#[derive(Clone)]
struct Sender<C> {
    client: C,
}

impl<C: HttpClient> Connector<C> {
    pub(super) const fn new(client: C) -> Self {
        Self(Sender { client })
    }
}

impl<C> fmt::Debug for Connector<C> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Connector")
    }
}

impl<C> fmt::Debug for Sender<C> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Sender")
    }
}

impl<C: HttpClient> HttpConnector for Connector<C> {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<StoreClient> {
        Ok(StoreClient::new(self.0.clone()))
    }
}

#[async_trait]
impl<C: HttpClient> HttpService for Sender<C> {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let (parts, body) = request.into_parts();
        let body = Full::new(body.collect().await?.to_bytes());
        let exchange = self.client.exchange(Request::from_parts(parts, body), ANSWER_BYTES_MAX);
        match timeout(PATIENCE, exchange).await {
            Ok(Ok(response)) => Ok(response.map(Into::into)),
            // It may have arrived or not: the store sends it again only where that makes no difference.
            Ok(Err(error)) => Err(HttpError::new_boxed(HttpErrorKind::Interrupted, error)),
            Err(late) => Err(HttpError::new(HttpErrorKind::Timeout, late)),
        }
    }
}

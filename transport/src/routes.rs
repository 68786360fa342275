//! Routes: what a server answers requests with, the shortest way first.
//!
//! Most requests need nothing of a router: they are for `/graphql`, and neither compression nor another site's
//! permission is asked for. Those go to the edge directly.

use std::sync::Arc;

use axum::{
    BoxError, Router,
    body::{Body as Boxed, Bytes, HttpBody},
    http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header},
    response::IntoResponse,
    routing::any,
};
use futures_util::{FutureExt as _, future::BoxFuture};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

use crate::{
    body::Body,
    config::Config,
    cross_origin::RefusedOrigins,
    edge::Edge,
    endpoint, http,
    limited_body::{BodyOutcome, Bounds, LimitedBody},
};

const GRAPHQL: &str = "/graphql";

const NOTHING_HERE: &str = "There is nothing at this path: GraphQL is at /graphql.\n";

/// Two years, as the lists of sites that browsers know want it.
const HSTS: HeaderValue = HeaderValue::from_static("max-age=63072000");

/// The routes of an edge, and others beside them.
#[derive(Clone)]
pub struct Routes {
    edge: Option<Arc<Edge>>,
    /// Whether the edge answers directly what needs nothing of the router.
    is_direct: bool,
    router: Router,
    bounds: Bounds,
    /// Whether browsers are to come by TLS alone.
    is_secure: bool,
    /// Origins whose requests were refused, as far as it was logged.
    refused_origins: Arc<RefusedOrigins>,
}

impl Edge {
    /// The routes `/graphql` and `/graphql/stream`, with compression and the configured permissions for other sites.
    #[must_use]
    pub fn routes(self) -> Routes {
        Routes::of(self)
    }
}

impl Routes {
    fn of(edge: Edge) -> Self {
        let edge = Arc::new(edge);
        let router = Router::new()
            .route(GRAPHQL, any(endpoint::routed))
            .route("/graphql/stream", any(endpoint::stream))
            .fallback(async || (StatusCode::NOT_FOUND, NOTHING_HERE))
            .with_state(Arc::clone(&edge));
        let router = http::layers::wrap(router, &edge.config.http);
        let is_wrapped = http::layers::always_act(&edge.config.http);
        let (bounds, is_secure) = (Bounds::of(&edge.config), edge.config.http.is_secure);

        Self { edge: Some(edge), is_direct: !is_wrapped, router, bounds, is_secure, refused_origins: Arc::default() }
    }

    /// Routes of no edge, whose requests are bounded as those of one are.
    #[must_use]
    pub fn without_edge(router: Router, config: &Config) -> Self {
        Self {
            edge: None,
            is_direct: false,
            router,
            bounds: Bounds::of(config),
            is_secure: config.http.is_secure,
            refused_origins: Arc::default(),
        }
    }

    /// Adds routes beside these.
    #[must_use]
    pub fn merge(self, others: Router) -> Self {
        Self { router: self.router.merge(others), ..self }
    }

    /// Answers a request.
    pub async fn answer<B>(&self, request: Request<B>) -> Response<Body>
    where
        B: HttpBody<Data = Bytes> + Send + Unpin + 'static,
        B::Error: Into<BoxError>,
    {
        let mut answer = match &self.edge {
            Some(edge) if self.is_direct && is_plain(&request) => {
                endpoint::graphql(edge, request.map(|body| LimitedBody::new(body, self.bounds))).await
            }
            // Boxed, so that it does not make the common way's future larger.
            _ => Box::pin(self.routed(request)).await,
        };
        self.guard(answer.headers_mut());
        answer
    }

    /// Answers a request for `/graphql` that this process makes for a visitor whose address and headers it has: by the
    /// same limits, and the whole answer at once.
    ///
    /// # Panics
    ///
    /// Where these are the routes of no edge.
    #[must_use]
    pub fn ask(&self, request: Request<Bytes>) -> BoxFuture<'_, Response<Bytes>> {
        let edge = self.edge.as_ref().expect("these are the routes of an edge");
        async {
            let answer = endpoint::graphql(edge, request.map(Boxed::from)).await;
            let (parts, body) = answer.into_parts();
            match body.collect().await {
                Ok(whole) => Response::from_parts(parts, whole.to_bytes()),
                Err(_) => Response::from_parts(parts, Bytes::new()),
            }
        }
        .boxed()
    }

    /// The answer to a request that is not looked at.
    pub(crate) fn refuse(&self, status: StatusCode, why: &'static str) -> Response<Body> {
        let mut answer = (status, why).into_response().map(Body::from);
        answer.headers_mut().insert(header::CACHE_CONTROL, http::NO_STORE);
        self.guard(answer.headers_mut());
        answer
    }

    async fn routed<B>(&self, request: Request<B>) -> Response<Body>
    where
        B: HttpBody<Data = Bytes> + Send + Unpin + 'static,
        B::Error: Into<BoxError>,
    {
        let asks_for = request.headers().get(header::ORIGIN).filter(|_| request.method() == Method::OPTIONS).cloned();
        let outcome = Arc::<BodyOutcome>::default();
        let request = request.map(|body| Boxed::new(LimitedBody::new(body, self.bounds).noting(Arc::clone(&outcome))));
        let mut answer = self.router.clone().oneshot(request).await.unwrap_or_else(|never| match never {});
        // A route that could not read a body does not know why.
        if let Some((status, why)) = outcome.refusal(self.bounds).filter(|(status, _)| *status != answer.status()) {
            answer = (status, why).into_response();
        }
        let is_allowed = answer.headers().contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN);
        if let Some(origin) = asks_for.as_ref().filter(|_| !is_allowed).and_then(|origin| origin.to_str().ok()) {
            self.refused_origins.refused(origin, "send requests", "transport.http.cors.allowed_origins");
        }
        // Whatever does not say that it may be kept is not: it may belong to one caller.
        answer.headers_mut().entry(header::CACHE_CONTROL).or_insert(http::NO_STORE);
        answer.map(Body::from)
    }

    /// What every answer tells browsers.
    fn guard(&self, headers: &mut HeaderMap) {
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        if self.is_secure {
            headers.insert(header::STRICT_TRANSPORT_SECURITY, HSTS);
        }
    }
}

/// Whether a request needs nothing of what wraps the routes.
fn is_plain<B>(request: &Request<B>) -> bool {
    request.uri().path() == GRAPHQL
        && request.method() != Method::OPTIONS
        && !request.headers().contains_key(header::ACCEPT_ENCODING)
}

impl From<Router> for Routes {
    fn from(router: Router) -> Self {
        Self::without_edge(router, &Config::default())
    }
}

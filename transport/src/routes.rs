//! Routes: what a server answers requests with, the shortest way first.
//!
//! Most requests need nothing of a router: they are for `/graphql`, and neither compression nor another site's permission
//! is asked for. Those go to the edge directly.

use std::sync::Arc;

use axum::{
    BoxError, Router,
    body::{Body as Boxed, Bytes, HttpBody},
    http::{Request, Response, header},
    routing::any,
};
use tower::ServiceExt as _;

use crate::{Edge, body::Body, http};

const GRAPHQL: &str = "/graphql";

/// The routes of an edge, and others beside them.
#[derive(Clone)]
pub struct Routes {
    /// What answers directly.
    edge: Option<Arc<Edge>>,
    router: Router,
}

impl Routes {
    pub(crate) fn of(edge: Edge) -> Self {
        let edge = Arc::new(edge);
        let router = Router::new()
            .route(GRAPHQL, any(http::routed))
            .route("/graphql/stream", any(http::stream))
            .with_state(Arc::clone(&edge));
        let router = http::layers::wrap(router, &edge.config.http);
        let is_wrapped = http::layers::always_act(&edge.config.http);

        Self { edge: Some(edge).filter(|_| !is_wrapped), router }
    }

    /// Adds routes beside these.
    #[must_use]
    pub fn merge(self, others: Router) -> Self {
        Self { router: self.router.merge(others), ..self }
    }

    /// Answers a request.
    pub async fn answer<B>(&self, request: Request<B>) -> Response<Body>
    where
        B: HttpBody<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        match &self.edge {
            Some(edge)
                if request.uri().path() == GRAPHQL && !request.headers().contains_key(header::ACCEPT_ENCODING) =>
            {
                http::graphql(edge, request).await
            }
            _ => {
                // Boxed, so that it does not make the common way's future larger.
                let routed = Box::pin(self.router.clone().oneshot(request.map(Boxed::new)));
                routed.await.unwrap_or_else(|never| match never {}).map(Body::from)
            }
        }
    }
}

impl From<Router> for Routes {
    fn from(router: Router) -> Self {
        Self { edge: None, router }
    }
}

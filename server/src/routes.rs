//! The routes beside `/graphql`: health, metrics, the schema and `GraphiQL`.

use std::{sync::Arc, time::Duration};

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use domain::{
    App,
    accounts::{self, keys::AccessTokens},
    keyring,
    tickets::{self, keys::TicketCodes},
};

use crate::{
    graphiql,
    health::Watched,
    telemetry::{Metrics, open_metrics},
};

/// What these routes show.
#[derive(Clone)]
struct Shown {
    health: Arc<dyn Watched>,
    metrics: Metrics,
}

/// `/healthz` for the public: that the process lives, and nothing of it.
pub(crate) fn alive() -> Router {
    Router::new().route("/healthz", get(async || "alive\n"))
}

/// `/healthz`, `/readyz` and `/metrics` for operators.
pub(crate) fn health(health: Arc<dyn Watched>, metrics: Metrics) -> Router {
    Router::new()
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .route("/metrics", get(render))
        .with_state(Shown { health, metrics })
}

/// The way to `GraphiQL` for a site without pages.
pub(crate) fn to_graphiql() -> Router {
    // Relative, so that it stays below the prefix that a proxy may have put before it.
    Router::new().route("/", get(async || Redirect::temporary("graphiql")))
}

/// `/graphiql`, and `/schema.graphql` where the schema is shown.
pub(crate) fn documents(shows_schema: bool) -> Router {
    let routes = graphiql::routes();
    if !shows_schema {
        return routes;
    }
    // The contract does not change while the program runs.
    let sdl = schema::sdl();
    routes.route("/schema.graphql", get(move || std::future::ready(plain(sdl.clone()))))
}

/// The public keys: `/.well-known/jwks.json` has those that our access tokens are verified by, and
/// `/.well-known/ticket-keys.json` those that gates verify tickets by.
pub(crate) fn keys(app: Arc<App>) -> Router {
    let of_tokens =
        async |State(app): State<Arc<App>>| jwks(keyring::jwks::<AccessTokens>(&app), accounts::keys::JWKS_SECONDS);
    let of_tickets =
        async |State(app): State<Arc<App>>| jwks(keyring::jwks::<TicketCodes>(&app), tickets::keys::JWKS_SECONDS);
    Router::new()
        .route("/.well-known/jwks.json", get(of_tokens))
        .route("/.well-known/ticket-keys.json", get(of_tickets))
        .with_state(app)
}

fn jwks(keys: serde_json::Value, seconds: u64) -> Response {
    let headers = [
        (header::CACHE_CONTROL, format!("public, max-age={seconds}")),
        (header::CONTENT_TYPE, "application/jwk-set+json".to_owned()),
    ];
    (headers, keys.to_string()).into_response()
}

async fn healthz(State(shown): State<Shown>) -> String {
    let up = Duration::from_secs(shown.health.started().elapsed().as_secs());
    format!("alive\nversion {}\nup {up:?}\n", env!("CARGO_PKG_VERSION"))
}

async fn readyz(State(shown): State<Shown>) -> Response {
    let report = shown.health.report().await;
    let status = if report.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let mut response = (status, Json(report)).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

async fn render(State(shown): State<Shown>, headers: HeaderMap) -> Response {
    shown.health.measure();
    let (content_type, text) = if open_metrics::is_asked_for(&headers) {
        (open_metrics::CONTENT_TYPE, shown.metrics.open_metrics())
    } else {
        ("text/plain; version=0.0.4; charset=utf-8", shown.metrics.text())
    };
    ([(header::CONTENT_TYPE, content_type), (header::VARY, "accept")], text).into_response()
}

fn plain(text: String) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}

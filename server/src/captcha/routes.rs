//! `GET /captcha/challenge`: a challenge as ALTCHA's widget fetches it.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::State,
    http::{StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
    routing::get,
};
use resolvers::captcha::Captchas;

use crate::security::{self, Security};

/// Pages of any origin may fetch one: it holds nothing of anybody.
pub(crate) fn routes(security: Arc<Security>) -> Router {
    Router::new().route("/captcha/challenge", get(challenge)).with_state(security)
}

async fn challenge(State(security): State<Arc<Security>>, parts: Parts) -> Response {
    if let Err(refusal) = security.admit(security::address(&parts)) {
        return (refusal.status, refusal.message).into_response();
    }
    match security.captcha.challenge().altcha {
        Some(challenge) => {
            let headers = [(header::CACHE_CONTROL, "no-store"), (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")];
            (headers, Json(challenge)).into_response()
        }
        None => (StatusCode::NOT_FOUND, "captchas are another provider's here").into_response(),
    }
}

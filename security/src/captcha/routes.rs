//! `GET /captcha/challenge`: a challenge as ALTCHA's widget fetches it; `?level=` names a dearer one.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Query, State},
    http::{StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
    routing::get,
};
use resolvers::captcha::Captchas;
use serde::Deserialize;

use crate::{Security, address};

/// Pages of any origin may fetch one: it holds nothing personal.
pub fn routes(security: Arc<Security>) -> Router {
    Router::new().route("/captcha/challenge", get(challenge)).with_state(security)
}

/// What stands behind the question mark.
#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    level: u32,
}

/// What one costs, as the field `captchaChallenge`.
const UNITS: u64 = 10;

async fn challenge(State(security): State<Arc<Security>>, Query(asked): Query<Asked>, parts: Parts) -> Response {
    match security.draw(address::of_request(&parts), UNITS).await {
        Ok(drawn) => drawn.pay(UNITS),
        Err(refused) => return refused,
    }
    match security.captcha.challenge(asked.level).altcha {
        Some(challenge) => {
            let headers = [(header::CACHE_CONTROL, "no-store"), (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")];
            (headers, Json(challenge)).into_response()
        }
        None => (StatusCode::NOT_FOUND, "Another provider makes the captchas of this site.\n").into_response(),
    }
}

//! The sandbox's checkout: what a payer's browser does at Stripe by Stripe's own script, here by one request.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, Path, State},
    http::StatusCode,
    routing::post,
};
use entities::sandbox_intent::Status;
use sea_orm::ActiveEnum;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Act, Refusal, Sandbox};

/// Bytes of a request at most.
const LARGEST: usize = 4 * 1024;

/// What the payer does: either gives a card, or says whether they consent to what their bank asks.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Confirmation {
    client_secret: String,
    payment_method: Option<String>,
    consent: Option<bool>,
}

pub(super) fn routes(sandbox: Arc<Sandbox>) -> Router {
    Router::new()
        .route("/sandbox/payment_intents/{id}/confirm", post(confirm))
        .layer(DefaultBodyLimit::max(LARGEST))
        .with_state(sandbox)
}

async fn confirm(
    State(sandbox): State<Arc<Sandbox>>,
    Path(id): Path<String>,
    Json(asked): Json<Confirmation>,
) -> (StatusCode, Json<Value>) {
    let act = match (asked.payment_method, asked.consent) {
        (Some(card), None) => Act::Card(card),
        (None, Some(consent)) => Act::Consent(consent),
        _ => return answer(StatusCode::BAD_REQUEST, "send either paymentMethod or consent"),
    };
    match sandbox.confirm(&id, &asked.client_secret, act).await {
        Ok(row) => {
            let status: Status = row.status;
            (StatusCode::OK, Json(json!({ "status": status.to_value(), "declineCode": row.decline_code })))
        }
        Err(refusal @ Refusal::Unknown) => answer(StatusCode::NOT_FOUND, &refusal.to_string()),
        Err(refusal @ (Refusal::NoSuchCard | Refusal::State)) => answer(StatusCode::BAD_REQUEST, &refusal.to_string()),
        Err(refusal @ Refusal::Store(_)) => {
            tracing::error!(error = ?refusal, "the sandbox failed");
            answer(StatusCode::SERVICE_UNAVAILABLE, &refusal.to_string())
        }
    }
}

fn answer(status: StatusCode, message: &str) -> (StatusCode, Json<Value>) {
    (status, Json(json!({ "message": message })))
}

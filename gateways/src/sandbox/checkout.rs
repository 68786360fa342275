//! The sandbox's checkout: what a payer's browser does at Stripe by Stripe's own script, here by one request: of a script, or
//! of a plain form, which is led back to the page that it came from.

use std::sync::Arc;

use axum::{
    Form, Json, RequestExt, Router,
    extract::{DefaultBodyLimit, Path, Request, State},
    http::{StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::post,
};
use entities::sandbox_intent::{Model, Status};
use error_codes::sentence;
use sea_orm::ActiveEnum;
use serde::Deserialize;
use serde_json::json;

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
    /// Of a form: the path of this site that its browser goes on to.
    return_to: Option<String>,
}

pub(super) fn routes(sandbox: Arc<Sandbox>) -> Router {
    Router::new()
        .route("/sandbox/payment_intents/{id}/confirm", post(confirm))
        .layer(DefaultBodyLimit::max(LARGEST))
        .with_state(sandbox)
}

async fn confirm(State(sandbox): State<Arc<Sandbox>>, Path(id): Path<String>, request: Request) -> Response {
    let is_form = request.headers().get(header::CONTENT_TYPE).is_some_and(|kind| {
        kind.to_str().is_ok_and(|kind| kind.trim_start().starts_with("application/x-www-form-urlencoded"))
    });
    let asked = if is_form {
        request.extract::<Form<Confirmation>, _>().await.map(|Form(asked)| asked).map_err(IntoResponse::into_response)
    } else {
        request.extract::<Json<Confirmation>, _>().await.map(|Json(asked)| asked).map_err(IntoResponse::into_response)
    };
    let Confirmation { client_secret, payment_method, consent, return_to } = match asked {
        Ok(asked) => asked,
        Err(refused) => return refused,
    };
    if return_to.is_some() != is_form || return_to.as_deref().is_some_and(|path| !is_own_path(path)) {
        return answer(StatusCode::BAD_REQUEST, "`returnTo` must be a path of this site, and only a form sends it");
    }
    let act = match (payment_method, consent) {
        (Some(card), None) => Act::Card(card),
        (None, Some(consent)) => Act::Consent(consent),
        _ => return answer(StatusCode::BAD_REQUEST, "send either `paymentMethod` or `consent`"),
    };
    let done = sandbox.confirm(&id, &client_secret, act).await;
    if let Err(error @ Refusal::Store(_)) = &done {
        tracing::error!(?error, "the sandbox failed");
    }
    match return_to {
        // Whatever became of it, the page there tells: also where the form was sent twice.
        Some(path) => Redirect::to(&path).into_response(),
        None => told(done),
    }
}

fn told(done: Result<Model, Refusal>) -> Response {
    match done {
        Ok(row) => {
            let status: Status = row.status;
            Json(json!({ "status": status.to_value(), "declineCode": row.decline_code })).into_response()
        }
        Err(refusal) => {
            let status = match refusal {
                Refusal::Unknown => StatusCode::NOT_FOUND,
                Refusal::NoSuchCard | Refusal::State => StatusCode::BAD_REQUEST,
                Refusal::Store(_) => StatusCode::SERVICE_UNAVAILABLE,
            };
            answer(status, &refusal.to_string())
        }
    }
}

/// Whether a browser that is sent to `path` stays on this site: it reads `//host` and `/\host` as other hosts.
fn is_own_path(path: &str) -> bool {
    path.strip_prefix('/').is_some_and(|rest| !rest.starts_with(['/', '\\']))
        && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
}

fn answer(status: StatusCode, message: &str) -> Response {
    (status, Json(json!({ "message": sentence(message) }))).into_response()
}

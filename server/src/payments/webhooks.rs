//! `POST /webhooks/stripe`: events of the gateway, believed by their signature, stored before they are answered.

use std::sync::Arc;

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, StatusCode},
    routing::post,
};
use domain::{
    App,
    payments::webhooks::{self, Notice},
};
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::signature;

/// Where the gateway sends its events.
pub(super) const PATH: &str = "/webhooks/stripe";

/// What we have the gateway keep with a payment: our name for it.
pub(super) const PAYMENT: &str = "matchday_payment";

pub(super) const SIGNATURE: &str = "stripe-signature";

/// Bytes of an event at most; the gateway's are far smaller.
const LARGEST: usize = 256 * 1024;

/// Bytes of the names that an event may have.
const LONGEST_NAME: usize = 100;

/// What judges events.
pub(super) struct Hook {
    pub(super) app: Arc<App>,
    pub(super) secret: Vec<u8>,
    /// Whether this program takes real money: events of the other kind are not ours.
    pub(super) is_live: bool,
}

/// An event, as far as we read it. What it tells of has whatever form its kind has.
#[derive(Deserialize)]
struct Event {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    livemode: bool,
    #[serde(default)]
    data: Value,
}

pub(super) fn routes(hook: Hook) -> Router {
    Router::new().route(PATH, post(receive)).layer(DefaultBodyLimit::max(LARGEST)).with_state(Arc::new(hook))
}

async fn receive(State(hook): State<Arc<Hook>>, headers: HeaderMap, body: Bytes) -> (StatusCode, String) {
    match judge(&hook, &headers, &body).await {
        Ok(()) => (StatusCode::OK, String::new()),
        Err((status, reason)) => {
            metrics::counter!("matchday_webhooks_refused_total").increment(1);
            tracing::warn!(reason, "an event of the gateway is refused");
            (status, reason)
        }
    }
}

async fn judge(hook: &Hook, headers: &HeaderMap, body: &[u8]) -> Result<(), (StatusCode, String)> {
    let bad = |reason: &dyn ToString| (StatusCode::BAD_REQUEST, reason.to_string());
    let header = headers.get(SIGNATURE).and_then(|header| header.to_str().ok()).unwrap_or_default();
    signature::verify(&hook.secret, header, body, hook.app.clock.now()).map_err(|forged| bad(&forged))?;
    let event: Event = serde_json::from_slice(body).map_err(|_| bad(&"this is no event"))?;
    if event.livemode != hook.is_live {
        return Err(bad(&"an event of test mode where money is real, or the other way round"));
    }
    let ours = ["payment_intent.", "charge."].iter().any(|prefix| event.kind.starts_with(prefix));
    let payment_id = event.data["object"]["metadata"][PAYMENT].as_str().and_then(|id| id.parse::<Uuid>().ok());
    let (true, Some(payment_id)) = (ours, payment_id) else {
        // Of a kind that says nothing to us, or of something that another program sells through the same account.
        metrics::counter!("matchday_webhooks_total", "outcome" => "ignored").increment(1);
        return Ok(());
    };
    if event.id.len() > LONGEST_NAME || event.kind.len() > LONGEST_NAME {
        return Err(bad(&"the event's names are too long"));
    }
    let notice = Notice { id: event.id, kind: event.kind, payment_id };
    webhooks::receive(&hook.app, notice).await.map_err(|error| {
        tracing::error!(%error, "an event could not be stored; the gateway sends it again");
        (StatusCode::SERVICE_UNAVAILABLE, "not stored; send it again".to_owned())
    })
}

//! `POST /webhooks/stripe`: events of the gateway, believed by their signature, stored before they are answered.

use std::sync::{Arc, Mutex, PoisonError};

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::post,
};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    App,
    payments::webhooks::{self, Notice},
};
use error_codes::sentence;
use sea_orm::DbErr;
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::signature;
use crate::Signed;

/// Where the gateway sends its events.
pub(crate) const PATH: &str = "/webhooks/stripe";

/// What we have the gateway keep with a payment: our name for it.
pub(crate) const PAYMENT: &str = "matchday_payment";

pub(crate) const SIGNATURE: &str = "stripe-signature";

/// What the kinds begin with of events that may be about a payment of ours.
const KINDS: [&str; 3] = ["payment_intent.", "charge.", "refund."];

/// Bytes of an event at most; the gateway's are far smaller.
const LARGEST: usize = 256 * 1024;

/// Bytes of the names that an event may have.
const LONGEST_NAME: usize = 100;

/// What judges events.
struct Hook {
    app: Arc<App>,
    secret: Vec<u8>,
    /// Whether this program takes real money: events of the other kind are not ours.
    is_live: bool,
    refused: Mutex<Refused>,
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

/// The route of events that are signed by `secret`.
pub(crate) fn routes(app: &Arc<App>, secret: &[u8], is_live: bool) -> Router {
    let hook = Hook { app: Arc::clone(app), secret: secret.to_vec(), is_live, refused: Mutex::default() };
    Router::new().route(PATH, post(receive)).layer(DefaultBodyLimit::max(LARGEST)).with_state(Arc::new(hook))
}

/// Events that were refused, of which not each is logged: anybody can send some.
#[derive(Debug, Default)]
struct Refused {
    logged: Option<DateTime<Utc>>,
    since: u64,
}

/// How long nothing is logged after a refusal was.
const PAUSE: TimeDelta = TimeDelta::seconds(1);

impl Refused {
    /// Whether to log one, and how many were refused since the last that was logged.
    fn another(&mut self, now: DateTime<Utc>) -> Option<u64> {
        self.since += 1;
        if self.logged.is_some_and(|logged| (logged..logged + PAUSE).contains(&now)) {
            return None;
        }
        self.logged = Some(now);
        Some(std::mem::take(&mut self.since))
    }
}

async fn receive(State(hook): State<Arc<Hook>>, headers: HeaderMap, body: Bytes) -> Response {
    let now = hook.app.clock.now();
    let header = headers.get(SIGNATURE).and_then(|header| header.to_str().ok()).unwrap_or_default();
    if let Err(forged) = signature::verify(&hook.secret, header, &body, now) {
        return refused(&hook, (StatusCode::BAD_REQUEST, forged.to_string()));
    }
    let mut response = match take(&hook, &body).await {
        Ok(()) => StatusCode::OK.into_response(),
        Err(refusal) => refused(&hook, refusal),
    };
    response.extensions_mut().insert(Signed);
    response
}

fn refused(hook: &Hook, (status, reason): (StatusCode, String)) -> Response {
    metrics::counter!("matchday_webhooks_refused_total").increment(1);
    let now = hook.app.clock.now();
    let logged = hook.refused.lock().unwrap_or_else(PoisonError::into_inner).another(now);
    if let Some(count) = logged {
        tracing::warn!(reason, count, "events of the payment provider are refused; this is the most recent one");
    }
    (status, sentence(&reason)).into_response()
}

/// Takes an event whose signature is the gateway's.
async fn take(hook: &Hook, body: &[u8]) -> Result<(), (StatusCode, String)> {
    let bad = |reason: &dyn ToString| (StatusCode::BAD_REQUEST, reason.to_string());
    let event: Event = serde_json::from_slice(body).map_err(|_| bad(&"this is not an event"))?;
    if event.livemode != hook.is_live {
        return Err(bad(&"a test-mode event on a live site, or a live event on a test site"));
    }
    if event.id.len() > LONGEST_NAME || event.kind.len() > LONGEST_NAME {
        return Err(bad(&"the event's names are too long"));
    }
    let stored = async {
        let Some(payment_id) = payment_of(hook, &event).await? else {
            // Of a kind that says nothing to us, or of something that another program sells through the same account.
            metrics::counter!("matchday_webhooks_total", "outcome" => "ignored").increment(1);
            return Ok(());
        };
        webhooks::receive(&hook.app, Notice { id: event.id, kind: event.kind, payment_id }).await
    };
    stored.await.map_err(|error: DbErr| {
        tracing::error!(%error, "an event could not be stored; the payment provider sends it again");
        (StatusCode::SERVICE_UNAVAILABLE, "not stored; send it again".to_owned())
    })
}

/// Our name for the payment that an event is about: what it is about carries it, or as a dispute or another's refund
/// names the gateway's own for it.
async fn payment_of(hook: &Hook, event: &Event) -> Result<Option<Uuid>, DbErr> {
    if !KINDS.iter().any(|kind| event.kind.starts_with(kind)) {
        return Ok(None);
    }
    let object = &event.data["object"];
    let carried = object["metadata"][PAYMENT].as_str().and_then(|id| id.parse::<Uuid>().ok());
    let named = object["payment_intent"].as_str().or_else(|| object["payment_intent"]["id"].as_str());
    match (carried, named.filter(|intent_id| intent_id.len() <= LONGEST_NAME)) {
        (Some(payment_id), _) => Ok(Some(payment_id)),
        (None, Some(intent_id)) => webhooks::payment_of(&hook.app, intent_id).await,
        (None, None) => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_that_are_refused_all_the_time_are_logged_once_a_second_with_their_count() {
        let (mut refused, begun) = (Refused::default(), DateTime::UNIX_EPOCH);

        assert_eq!(refused.another(begun), Some(1));
        for number in 0..200 {
            assert_eq!(refused.another(begun + TimeDelta::milliseconds(number)), None);
        }

        assert_eq!(refused.another(begun + PAUSE), Some(201));
        assert_eq!(refused.another(begun), Some(1), "a clock that was set back keeps nothing silent");
    }
}

//! Calls of Stripe's API: how they are written, sent and read. What an answer means is in `answers`.
//!
//! Invariant: a call is of the one version of the API whose answers `objects` describes, whatever version the account's
//! dashboard is set to.

use std::time::Duration;

use axum::{
    body::Bytes,
    http::{HeaderValue, Method, Request, StatusCode, Uri, header},
};
use fetch::{FetchError, Fetcher};
use http_body_util::Full;
use serde::{Deserialize, de::DeserializeOwned};
use settings::secret::Secret;

use super::objects::ApiError;
use crate::OpenError;

const BASE: &str = "https://api.stripe.com";

/// The version of Stripe's API that is spoken; another one is a change to be tested.
const VERSION: &str = "2026-09-30.endive";

/// Bytes of an answer at most. A dispute carries up to 150 kB of evidence, and a hundred are asked for.
const ANSWER_MAX: usize = 32 * 1_024 * 1_024;

/// Characters of a key at most, by Stripe's rules.
const LONGEST_KEY: usize = 255;

/// A field of a request; a nested one is named as Stripe nests it: `metadata[order]`.
pub(super) type Field<'a> = (&'a str, &'a str);

/// Stripe's API, asked by one secret key.
pub(super) struct Client {
    fetcher: Fetcher,
    base: String,
    authorization: HeaderValue,
}

/// A call: it only looks, or it changes something, once a key.
#[derive(Debug, Clone, Copy)]
pub(super) enum Call<'a> {
    Get { path: &'a str, query: &'a [Field<'a>] },
    Post { path: &'a str, form: &'a [Field<'a>], key: &'a str },
}

/// Why a call has no answer that says what was done.
#[derive(Debug)]
pub(super) enum CallError {
    /// Stripe answers with an error and this status.
    Api(Box<ApiError>, u16),
    /// The answer is nothing that Stripe's API answers.
    Unreadable,
    /// The answer did not come in time.
    Timeout,
    /// The connection failed, or the request can't be written.
    Connection(String),
}

/// The form of an answer that is an error.
#[derive(Deserialize)]
struct Failed {
    error: Box<ApiError>,
}

impl Client {
    /// # Errors
    /// The key can't stand in a header, or the address is none.
    pub(super) fn new(key: &Secret, base: Option<&str>, limit: Duration) -> Result<Self, OpenError> {
        let base = base.unwrap_or(BASE).trim_end_matches('/').to_owned();
        base.parse::<Uri>().map_err(|error| OpenError::Stripe(format!("its address is not valid: {error}")))?;
        let mut authorization = HeaderValue::try_from(format!("Bearer {}", key.expose()))
            .map_err(|_| OpenError::Stripe("its key can't be sent".to_owned()))?;
        authorization.set_sensitive(true);
        Ok(Self { fetcher: Fetcher::by_new_connections(limit, ANSWER_MAX), base, authorization })
    }

    /// Makes a call once.
    pub(super) async fn call<T: DeserializeOwned>(&self, call: Call<'_>) -> Result<T, CallError> {
        let request = self.request(call)?;
        let (status, body) = self.fetcher.exchange(request).await.map_err(|error| match error {
            FetchError::Late(_) => CallError::Timeout,
            other => CallError::Connection(other.to_string()),
        })?;
        read(status, &body)
    }

    fn request(&self, call: Call<'_>) -> Result<Request<Full<Bytes>>, CallError> {
        let builder = Request::builder()
            .header(header::AUTHORIZATION, self.authorization.clone())
            .header(header::USER_AGENT, concat!("Matchday/", env!("CARGO_PKG_VERSION")))
            .header("stripe-version", VERSION);
        let request = match call {
            Call::Get { path, query: [] } => {
                builder.method(Method::GET).uri(format!("{}/v1{path}", self.base)).body(Bytes::new().into())
            }
            Call::Get { path, query } => builder
                .method(Method::GET)
                .uri(format!("{}/v1{path}?{}", self.base, fetch::form(query)))
                .body(Bytes::new().into()),
            Call::Post { path, form, key } => builder
                .method(Method::POST)
                .uri(format!("{}/v1{path}", self.base))
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .header("idempotency-key", key)
                .body(Bytes::from(fetch::form(form)).into()),
        };
        request.map_err(|error| CallError::Connection(format!("the request can't be written: {error}")))
    }
}

/// Whether Stripe takes this for the key of a call.
pub(super) fn is_key(key: &str) -> bool {
    (1..=LONGEST_KEY).contains(&key.len())
}

/// What a status and its body say.
fn read<T: DeserializeOwned>(status: StatusCode, body: &[u8]) -> Result<T, CallError> {
    if status.is_success() {
        return serde_json::from_slice(body).map_err(|_| CallError::Unreadable);
    }
    let failed: Failed = serde_json::from_slice(body).map_err(|_| CallError::Unreadable)?;
    Err(CallError::Api(failed.error, status.as_u16()))
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;

    use super::{super::objects::PaymentIntent, *};

    fn client() -> Client {
        let base = Some("http://127.0.0.1:9/");
        Client::new(&Secret::new("sk_test_1"), base, Duration::from_secs(1)).expect("the settings are right")
    }

    async fn body(request: Request<Full<Bytes>>) -> String {
        let body = request.into_body().collect().await.expect("it is there").to_bytes();
        String::from_utf8(body.to_vec()).expect("it is text")
    }

    #[tokio::test]
    async fn a_call_is_written_as_stripe_reads_it() {
        let form = [("amount", "15000"), ("automatic_payment_methods[enabled]", "true"), ("metadata[a b]", "ü&=")];
        let request = client()
            .request(Call::Post { path: "/payment_intents", form: &form, key: "1-open" })
            .expect("it can be written");

        assert_eq!((request.method().as_str(), request.uri().to_string()), {
            ("POST", "http://127.0.0.1:9/v1/payment_intents".to_owned())
        });
        for (name, value) in [
            ("authorization", "Bearer sk_test_1"),
            ("stripe-version", "2026-09-30.endive"),
            ("idempotency-key", "1-open"),
            ("content-type", "application/x-www-form-urlencoded"),
        ] {
            assert_eq!(request.headers()[name], value, "{name}");
        }
        assert_eq!(
            body(request).await,
            "amount=15000&automatic_payment_methods%5Benabled%5D=true&metadata%5Ba+b%5D=%C3%BC%26%3D"
        );

        let query = [("query", "metadata['matchday_payment']:'1'")];
        let request = client().request(Call::Get { path: "/payment_intents/search", query: &query });
        let request = request.expect("it can be written");
        assert_eq!(
            request.uri().path_and_query().map(|path| path.as_str()),
            Some("/v1/payment_intents/search?query=metadata%5B%27matchday_payment%27%5D%3A%271%27")
        );
        assert!(!request.headers().contains_key("idempotency-key"));
        assert_eq!(body(request).await, "");
    }

    #[test]
    fn keys_and_addresses_that_stripe_can_not_be_asked_by_are_refused() {
        assert!(is_key("1-open") && is_key(&"k".repeat(255)));
        assert!(!is_key("") && !is_key(&"k".repeat(256)));
        for (key, base) in [("sk_test_\n", None), ("sk_test_1", Some("http://a b"))] {
            let made = Client::new(&Secret::new(key), base, Duration::from_secs(1));
            assert!(matches!(made, Err(OpenError::Stripe(_))), "{key:?} {base:?}");
        }
    }

    #[test]
    fn errors_are_read_as_stripe_documents_them() {
        let declined = br#"{"error": {
            "charge": "ch_1", "code": "card_declined", "decline_code": "insufficient_funds",
            "doc_url": "https://stripe.com/docs/error-codes/card-declined", "message": "Your card has insufficient funds.",
            "payment_intent": {
                "id": "pi_1", "object": "payment_intent", "amount": 15000, "amount_received": 0,
                "client_secret": "pi_1_secret_2", "status": "requires_payment_method",
                "last_payment_error": {"type": "card_error", "code": "card_declined", "decline_code": "insufficient_funds"}
            },
            "payment_method": {"id": "pm_1", "object": "payment_method"}, "type": "card_error"
        }}"#;
        let Err(CallError::Api(error, 402)) = read::<PaymentIntent>(StatusCode::PAYMENT_REQUIRED, declined) else {
            panic!("it is an error of Stripe's");
        };
        assert_eq!((error.kind.as_str(), error.code.as_deref()), ("card_error", Some("card_declined")));
        assert_eq!(error.decline_code.as_deref(), Some("insufficient_funds"));
        assert_eq!(error.payment_intent.map(|intent| intent.id).as_deref(), Some("pi_1"));

        for (status, body) in [
            (StatusCode::BAD_GATEWAY, &b"<html>502</html>"[..]),
            (StatusCode::INTERNAL_SERVER_ERROR, b"{}"),
            (StatusCode::OK, b"<html>all is well</html>"),
            (StatusCode::OK, br#"{"id": "pi_1"}"#),
            (StatusCode::OK, b"\xff"),
        ] {
            let read = read::<PaymentIntent>(status, body);
            assert!(matches!(read, Err(CallError::Unreadable)), "{status} {read:?}");
        }
    }
}

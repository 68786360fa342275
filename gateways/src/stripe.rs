//! Stripe: the gateway of real money, asked over HTTP.
//!
//! Invariant: a call that changes something carries the key that it was given, and every call ends within the time that
//! the settings give it, however often it is tried. An answer that leaves open what was done is never taken for a no.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use axum::Router;
use domain::{
    App,
    gateway::{AcceptedRefund, Checkout, GatewayError, Intent, IntentRequest, Movements, PaymentGateway},
};
use entities::money;
use serde::de::DeserializeOwned;
use settings::secret::Secret;
use tokio::time::{Instant, sleep, timeout_at};
use uuid::Uuid;

use self::{
    client::{Call, CallError, Client},
    objects::{Dispute, Page, PaymentIntent, Refund},
};
use crate::OpenError;

mod answers;
mod client;
mod objects;
mod signature;
pub(crate) mod webhooks;

pub use signature::sign;

use webhooks::PAYMENT;

/// How Stripe is asked and heard.
pub struct Settings {
    pub secret_key: Secret,
    /// What events are signed by; unset, they are not heard.
    pub webhook_secret: Option<Secret>,
    /// The address that is asked instead of Stripe's own.
    pub api_base: Option<String>,
    /// How long one call may take, all its tries together.
    pub timeout: Duration,
    /// Whether money is real: events of the other kind are not ours.
    pub is_live: bool,
    /// What Stripe's script in a browser knows the site by.
    pub publishable_key: Option<String>,
}

impl Settings {
    pub(crate) fn describe(&self) -> &'static str {
        match (self.is_live, &self.webhook_secret) {
            (true, _) => "Payments are taken by Stripe: real money.",
            (false, Some(_)) => "Payments are taken by Stripe in test mode: no money moves.",
            (false, None) => {
                "Payments are taken by Stripe in test mode. Its events are not received, because STRIPE_WEBHOOK_SECRET is unset."
            }
        }
    }
}

/// What we have Stripe keep with a refund: the key that names it.
const REFUND: &str = "matchday_refund";

/// Refunds and disputes of one payment that are looked through, each; a payment has far fewer.
const LOOKED_THROUGH: &str = "100";

/// Tries of a call, and the wait after the first; it doubles.
const TRIES: u32 = 3;
const WAIT: Duration = Duration::from_millis(200);

/// A gateway of real money, or of Stripe's test mode.
pub struct Stripe {
    client: Client,
    limit: Duration,
    webhook_secret: Option<Secret>,
    is_live: bool,
    publishable_key: Option<String>,
}

impl Stripe {
    /// # Errors
    /// The key or the address is none.
    pub(crate) fn new(settings: Settings) -> Result<Self, OpenError> {
        let Settings { secret_key, webhook_secret, api_base, timeout: limit, is_live, publishable_key } = settings;
        let client = Client::new(&secret_key, api_base.as_deref(), limit)?;
        Ok(Self { client, limit, webhook_secret, is_live, publishable_key })
    }

    /// `/webhooks/stripe`, where there is a secret to judge events by.
    pub(crate) fn routes(&self, app: &Arc<App>) -> Router {
        match &self.webhook_secret {
            Some(secret) => webhooks::routes(app, secret.expose().as_bytes(), self.is_live),
            None => Router::new(),
        }
    }

    /// Makes a call, and makes it again while it is not known what it did and there is time.
    async fn tried<T: DeserializeOwned>(&self, call: Call<'_>) -> Result<T, CallError> {
        let until = Instant::now() + self.limit;
        let attempt = || async { timeout_at(until, self.client.call(call)).await.unwrap_or(Err(CallError::Timeout)) };
        let mut wait = WAIT;
        for _ in 1..TRIES {
            match attempt().await {
                Err(error) if answers::may_pass(&error) && Instant::now() + wait < until => {
                    sleep(wait).await;
                    wait *= 2;
                }
                answered => return answered,
            }
        }
        attempt().await
    }

    /// What a payment has of a kind, made by us or by others.
    async fn listed<T: DeserializeOwned>(&self, path: &str, intent_id: &str) -> Result<Vec<T>, CallError> {
        let query = [("payment_intent", intent_id), ("limit", LOOKED_THROUGH)];
        let page: Page<T> = self.tried(Call::Get { path, query: &query }).await?;
        Ok(page.data)
    }

    /// A payment of ours by our own name for it. Stripe finds what is older than a minute or so.
    async fn search(&self, payment_id: Uuid) -> Result<Option<Intent>, GatewayError> {
        let query = [("query", &*format!("metadata['{PAYMENT}']:'{payment_id}'"))];
        let search = self.tried(Call::Get { path: "/payment_intents/search", query: &query });
        let found: Page<PaymentIntent> = search.await.map_err(answers::judged)?;
        match found.data.first() {
            // What is found may be older than what is known.
            Some(intent) => self.find(&intent.id).await,
            None => Ok(None),
        }
    }
}

#[async_trait]
impl PaymentGateway for Stripe {
    fn name(&self) -> &'static str {
        "STRIPE"
    }

    fn checkout(&self) -> Checkout<'_> {
        Checkout::Stripe { publishable_key: self.publishable_key.as_deref() }
    }

    async fn open(&self, request: &IntentRequest) -> Result<Intent, GatewayError> {
        let (amount, payment) = (request.amount_minor.to_string(), request.payment_id.to_string());
        let currency = money::CURRENCY.to_lowercase();
        let (metadata, key) = (format!("metadata[{PAYMENT}]"), named(&request.key)?);
        // Money that is authorised and not captured. Who is sent to another page may never come back to ours, and the
        // server has no page to send them to.
        let mut form = vec![
            ("amount", &*amount),
            ("currency", &*currency),
            ("capture_method", "manual"),
            ("automatic_payment_methods[enabled]", "true"),
            ("automatic_payment_methods[allow_redirects]", "never"),
            (&*metadata, &*payment),
        ];
        // Confirmed at once where the card is given.
        if let Some(method) = &request.method {
            form.extend([("payment_method", method.as_str()), ("confirm", "true")]);
        }
        match self.tried(Call::Post { path: "/payment_intents", form: &form, key }).await {
            Ok(intent) => answers::intent(intent),
            Err(error) => match answers::declined(error) {
                Ok(declined) => Ok(declined),
                // Stripe keeps its failure under the key and answers so for a day; what it did all the same has our name.
                Err(error) if answers::is_kept(&error) => {
                    self.search(request.payment_id).await?.ok_or_else(|| answers::judged(error))
                }
                Err(error) => Err(answers::judged(error)),
            },
        }
    }

    async fn find(&self, intent_id: &str) -> Result<Option<Intent>, GatewayError> {
        let path = format!("/payment_intents/{intent_id}");
        match self.tried(Call::Get { path: &path, query: &[] }).await {
            Ok(intent) => answers::intent(intent).map(Some),
            Err(CallError::Api(_, 404)) => Ok(None),
            // To look is no step that can be refused.
            Err(error) => Err(answers::unknown(&error)),
        }
    }

    async fn capture(&self, intent_id: &str, key: &str) -> Result<Intent, GatewayError> {
        let path = format!("/payment_intents/{intent_id}/capture");
        let captured = self.tried(Call::Post { path: &path, form: &[], key: named(key)? }).await;
        answers::intent(captured.map_err(answers::judged)?)
    }

    async fn cancel(&self, intent_id: &str, key: &str) -> Result<Intent, GatewayError> {
        let path = format!("/payment_intents/{intent_id}/cancel");
        let form = [("cancellation_reason", "abandoned")];
        let cancelled = self.tried(Call::Post { path: &path, form: &form, key: named(key)? }).await;
        answers::intent(cancelled.map_err(answers::judged)?)
    }

    async fn refund(&self, intent_id: &str, amount_minor: i64, key: &str) -> Result<AcceptedRefund, GatewayError> {
        // Stripe forgets keys after a day, and a part of a payment can be given back twice: the refund is known by what
        // it carries.
        let given: Vec<Refund> = self.listed("/refunds", intent_id).await.map_err(answers::judged)?;
        let is_ours =
            |refund: &Refund| refund.metadata.as_ref().and_then(|kept| kept.get(REFUND)).is_some_and(|of| of == key);
        if let Some(refund) = given.into_iter().find(is_ours) {
            return answers::refund(refund);
        }
        let (amount, metadata) = (amount_minor.to_string(), format!("metadata[{REFUND}]"));
        let form = [("payment_intent", intent_id), ("amount", &amount), (&metadata, key)];
        let refunded = self.tried(Call::Post { path: "/refunds", form: &form, key: named(key)? }).await;
        answers::refund(refunded.map_err(answers::judged)?)
    }

    async fn movements(&self, intent_id: &str) -> Result<Movements, GatewayError> {
        let unknown = |error: CallError| answers::unknown(&error);
        let refunds: Vec<Refund> = self.listed("/refunds", intent_id).await.map_err(unknown)?;
        let disputes: Vec<Dispute> = self.listed("/disputes", intent_id).await.map_err(unknown)?;
        Ok(Movements {
            refunds: refunds.into_iter().map(|refund| answers::gateway_refund(refund, REFUND)).collect(),
            disputes: disputes.into_iter().map(answers::dispute).collect(),
        })
    }
}

/// The key of a call, if Stripe takes it for one.
fn named(key: &str) -> Result<&str, GatewayError> {
    if client::is_key(key) { Ok(key) } else { Err(answers::refused("idempotency_key")) }
}

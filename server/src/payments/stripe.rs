//! Stripe: the gateway of real money, asked by `async-stripe`.
//!
//! Invariant: a call that changes something carries the key that it was given, and every call ends within the time that
//! the settings give it, however often it is tried. An answer that leaves open what was done is never taken for a no.

use std::{collections::HashMap, time::Duration};

use async_trait::async_trait;
use domain::payments::gateway::{GatewayError, Intent, Order, PaymentGateway};
use entities::money;
use stripe::{Client, ClientBuilder, IdempotencyKey, RequestStrategy, StripeError, StripeRequest};
use stripe_core::{
    PaymentIntentCaptureMethod,
    payment_intent::{
        CancelPaymentIntent, CancelPaymentIntentCancellationReason, CapturePaymentIntent, CreatePaymentIntent,
        CreatePaymentIntentAutomaticPaymentMethods, CreatePaymentIntentAutomaticPaymentMethodsAllowRedirects,
        RetrievePaymentIntent, SearchPaymentIntent,
    },
    refund::{CreateRefund, ListRefund},
};
use stripe_types::Currency;
use tokio::time::{Instant, sleep, timeout_at};
use uuid::Uuid;

use super::webhooks::PAYMENT;
use crate::{
    config::{secret::Secret, sections},
    failure::Failure,
};

mod answers;

/// What we have Stripe keep with a refund: the key that names it.
const REFUND: &str = "matchday_refund";

/// Refunds of one payment that are looked through; a payment has far fewer.
const REFUNDS: i64 = 100;

/// Tries of a call, and the wait after the first; it doubles.
const TRIES: u32 = 3;
const WAIT: Duration = Duration::from_millis(200);

/// A gateway of real money, or of Stripe's test mode.
pub(crate) struct Stripe {
    client: Client,
    limit: Duration,
}

impl Stripe {
    /// # Errors
    /// The key or the address is none.
    pub(super) fn new(settings: &sections::Stripe, key: &Secret) -> Result<Self, Failure> {
        let mut builder =
            ClientBuilder::new(key.expose()).app_info("Matchday", Some(env!("CARGO_PKG_VERSION").to_owned()), None);
        if let Some(base) = &settings.api_base {
            builder = builder.url(format!("{}/", base.trim_end_matches('/')));
        }
        let client = builder.build().map_err(|error| Failure::Stripe(error.to_string()))?;
        Ok(Self { client, limit: Duration::from_secs(settings.timeout_seconds) })
    }

    /// Makes a call, and makes it again while nobody knows what it did and there is time.
    async fn tried<T, F>(&self, attempt: impl Fn() -> F) -> Result<T, StripeError>
    where
        F: Future<Output = Result<T, StripeError>>,
    {
        let until = Instant::now() + self.limit;
        let mut wait = WAIT;
        for _ in 1..TRIES {
            match timeout_at(until, attempt()).await.unwrap_or(Err(StripeError::Timeout)) {
                Err(error) if answers::may_pass(&error) && Instant::now() + wait < until => {
                    sleep(wait).await;
                    wait *= 2;
                }
                answered => return answered,
            }
        }
        timeout_at(until, attempt()).await.unwrap_or(Err(StripeError::Timeout))
    }

    /// A payment of ours by our own name for it. Stripe finds what is older than a minute or so.
    async fn search(&self, payment_id: Uuid) -> Result<Option<Intent>, GatewayError> {
        let search = SearchPaymentIntent::new(format!("metadata['{PAYMENT}']:'{payment_id}'"));
        let found = self.tried(|| search.customize().send(&self.client)).await.map_err(answers::judged)?;
        match found.data.first() {
            // What is found may be older than what is known.
            Some(intent) => self.find(intent.id.as_str()).await,
            None => Ok(None),
        }
    }
}

#[async_trait]
impl PaymentGateway for Stripe {
    async fn open(&self, order: &Order) -> Result<Intent, GatewayError> {
        let (request, strategy) = (creation(order)?, named(&order.key)?);
        let opened = self.tried(|| request.customize().request_strategy(strategy.clone()).send(&self.client)).await;
        match opened {
            Ok(intent) => answers::intent(intent),
            Err(error) => match answers::declined(error) {
                Ok(declined) => Ok(declined),
                // Stripe keeps its failure under the key and answers so for a day; what it did all the same has our name.
                Err(error) if answers::is_kept(&error) => {
                    self.search(order.payment_id).await?.ok_or_else(|| answers::judged(error))
                }
                Err(error) => Err(answers::judged(error)),
            },
        }
    }

    async fn find(&self, intent_id: &str) -> Result<Option<Intent>, GatewayError> {
        let request = RetrievePaymentIntent::new(intent_id);
        match self.tried(|| request.customize().send(&self.client)).await {
            Ok(intent) => answers::intent(intent).map(Some),
            Err(StripeError::Stripe(_, 404)) => Ok(None),
            // To look is no step that can be refused.
            Err(error) => Err(answers::unknown(&error)),
        }
    }

    async fn capture(&self, intent_id: &str, key: &str) -> Result<Intent, GatewayError> {
        let (request, strategy) = (CapturePaymentIntent::new(intent_id), named(key)?);
        let captured = self.tried(|| request.customize().request_strategy(strategy.clone()).send(&self.client)).await;
        answers::intent(captured.map_err(answers::judged)?)
    }

    async fn cancel(&self, intent_id: &str, key: &str) -> Result<Intent, GatewayError> {
        let request =
            CancelPaymentIntent::new(intent_id).cancellation_reason(CancelPaymentIntentCancellationReason::Abandoned);
        let strategy = named(key)?;
        let cancelled = self.tried(|| request.customize().request_strategy(strategy.clone()).send(&self.client)).await;
        answers::intent(cancelled.map_err(answers::judged)?)
    }

    async fn refund(&self, intent_id: &str, amount_minor: i64, key: &str) -> Result<String, GatewayError> {
        // Stripe forgets keys after a day, and a part of a payment can be given back twice: the refund is known by what
        // it carries.
        let list = ListRefund::new().payment_intent(intent_id).limit(REFUNDS);
        let given = self.tried(|| list.customize().send(&self.client)).await.map_err(answers::judged)?;
        let ours = |metadata: &HashMap<String, String>| metadata.get(REFUND).is_some_and(|of| of == key);
        if let Some(refund) = given.data.into_iter().find(|refund| refund.metadata.as_ref().is_some_and(ours)) {
            return answers::refund(refund);
        }
        let request = CreateRefund::new()
            .payment_intent(intent_id)
            .amount(amount_minor)
            .metadata(HashMap::from([(REFUND.to_owned(), key.to_owned())]));
        let strategy = named(key)?;
        let refunded = self.tried(|| request.customize().request_strategy(strategy.clone()).send(&self.client)).await;
        answers::refund(refunded.map_err(answers::judged)?)
    }
}

/// Money that is authorised and not captured; confirmed at once where the card is given.
fn creation(order: &Order) -> Result<CreatePaymentIntent, GatewayError> {
    let currency: Currency = money::CURRENCY.to_lowercase().parse().map_err(|_| answers::refused("currency"))?;
    let mut methods = CreatePaymentIntentAutomaticPaymentMethods::new(true);
    // Who is sent to another page may never come back to ours, and the server has no page to send them to.
    methods.allow_redirects = Some(CreatePaymentIntentAutomaticPaymentMethodsAllowRedirects::Never);
    let request = CreatePaymentIntent::new(order.amount_minor, currency)
        .capture_method(PaymentIntentCaptureMethod::Manual)
        .automatic_payment_methods(methods)
        .metadata(HashMap::from([(PAYMENT.to_owned(), order.payment_id.to_string())]));
    Ok(match &order.method {
        Some(method) => request.payment_method(method.as_str()).confirm(true),
        None => request,
    })
}

/// One try of the call that `key` names.
fn named(key: &str) -> Result<RequestStrategy, GatewayError> {
    let key = IdempotencyKey::new(key).map_err(|_| answers::refused("idempotency_key"))?;
    Ok(RequestStrategy::Idempotent(key))
}

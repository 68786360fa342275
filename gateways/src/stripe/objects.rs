//! Objects of Stripe's API, as far as they are read; whatever else they have is left alone.

use std::collections::HashMap;

use serde::Deserialize;

/// A payment.
#[derive(Debug, Deserialize)]
pub(super) struct PaymentIntent {
    pub(super) id: String,
    pub(super) status: String,
    pub(super) amount_received: i64,
    pub(super) client_secret: Option<String>,
    pub(super) last_payment_error: Option<Box<ApiError>>,
}

/// What Stripe says of what went wrong.
#[derive(Debug, Deserialize)]
pub(super) struct ApiError {
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) code: Option<String>,
    pub(super) decline_code: Option<String>,
    pub(super) payment_intent: Option<PaymentIntent>,
}

/// Money on its way back.
#[derive(Debug, Deserialize)]
pub(super) struct Refund {
    pub(super) id: String,
    pub(super) amount: i64,
    pub(super) status: Option<String>,
    pub(super) failure_reason: Option<String>,
    pub(super) metadata: Option<HashMap<String, String>>,
}

/// A payer's bank that asks for the money back.
#[derive(Debug, Deserialize)]
pub(super) struct Dispute {
    pub(super) id: String,
    pub(super) amount: i64,
    pub(super) status: String,
    pub(super) reason: String,
    /// In seconds since 1970.
    pub(super) created: i64,
}

/// A page of a list.
#[derive(Debug, Deserialize)]
pub(super) struct Page<T> {
    pub(super) data: Vec<T>,
}

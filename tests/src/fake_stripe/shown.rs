//! What Stripe answers: its objects and errors, as its API has them.

use serde_json::{Value, json};

use super::objects::{Dispute, Intent, Refund, RefundStatus, Status};

/// An answer.
#[derive(Debug, Clone)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) body: Value,
}

/// Why a request is not granted.
#[derive(Debug, Clone)]
pub(super) struct Trouble {
    pub(super) status: u16,
    error: Value,
    /// Whether anything was begun: then it is answered so again under the same key.
    pub(super) was_begun: bool,
}

impl Trouble {
    fn new(status: u16, kind: &str, code: &str, message: &str) -> Self {
        let code = if code.is_empty() { Value::Null } else { code.into() };
        Self { status, error: json!({ "type": kind, "code": code, "message": message }), was_begun: false }
    }

    /// A field is wrong.
    pub(super) fn invalid(code: &str, param: &str, what: &str) -> Self {
        let mut trouble = Self::new(400, "invalid_request_error", code, &format!("{param} {what}"));
        trouble.error["param"] = param.into();
        trouble
    }

    pub(super) fn missing(param: &str, id: &str) -> Self {
        let status = if param == "intent" { 404 } else { 400 };
        let mut trouble =
            Self::new(status, "invalid_request_error", "resource_missing", &format!("No such {param}: '{id}'"));
        trouble.error["param"] = param.into();
        trouble.was_begun = true;
        trouble
    }

    /// The payment is not where this could be done to it.
    pub(super) fn state(intent: &Intent) -> Self {
        let code = "payment_intent_unexpected_state";
        let mut trouble = Self::new(400, "invalid_request_error", code, "The PaymentIntent is in another state.");
        trouble.error["payment_intent"] = shown(intent);
        trouble.was_begun = true;
        trouble
    }

    /// More is asked for than there is.
    pub(super) fn excess(code: &str, message: &str) -> Self {
        Self { was_begun: true, ..Self::new(400, "invalid_request_error", code, message) }
    }

    /// The card is refused.
    pub(super) fn card(intent: &Intent) -> Self {
        let mut error = last_error(intent);
        error["payment_intent"] = shown(intent);
        Self { status: 402, error, was_begun: true }
    }

    pub(super) fn unauthorised() -> Self {
        Self::new(401, "invalid_request_error", "", "Invalid API Key provided.")
    }

    pub(super) fn unknown_route(path: &str) -> Self {
        Self::new(404, "invalid_request_error", "", &format!("Unrecognized request URL ({path})."))
    }

    pub(super) fn idempotency() -> Self {
        Self::new(
            400,
            "idempotency_error",
            "",
            "Keys for idempotent requests can only be used with the same parameters.",
        )
    }

    pub(super) fn key_in_use() -> Self {
        Self::new(409, "invalid_request_error", "idempotency_key_in_use", "Another request uses this key just now.")
    }

    /// Stripe's own failure of this status.
    pub(super) fn failure(status: u16) -> Self {
        match status {
            409 => Self::new(409, "invalid_request_error", "lock_timeout", "The object can't be accessed just now."),
            429 => Self::new(429, "invalid_request_error", "rate_limit", "Too many requests."),
            status => Self::new(status, "api_error", "", "An unknown error occurred."),
        }
    }

    /// It went wrong on its way.
    pub(super) fn begun(self) -> Self {
        Self { was_begun: true, ..self }
    }

    pub(super) fn reply(&self) -> Reply {
        Reply { status: self.status, body: json!({ "error": self.error }) }
    }
}

/// A payment.
pub(super) fn shown(intent: &Intent) -> Value {
    let asks = json!({ "type": "use_stripe_sdk", "use_stripe_sdk": { "type": "three_d_secure_redirect" } });
    json!({
        "id": intent.id,
        "object": "payment_intent",
        "amount": intent.amount,
        "amount_capturable": intent.capturable(),
        "amount_details": { "tip": {} },
        "amount_received": intent.captured,
        "application": null,
        "application_fee_amount": null,
        "automatic_payment_methods": { "allow_redirects": "never", "enabled": true },
        "canceled_at": (intent.status == Status::Canceled).then_some(intent.created),
        "cancellation_reason": (intent.status == Status::Canceled).then_some("abandoned"),
        "capture_method": "manual",
        "client_secret": intent.client_secret,
        "confirmation_method": "automatic",
        "created": intent.created,
        "currency": intent.currency,
        "customer": null,
        "description": null,
        "last_payment_error": if intent.refused.is_some() { last_error(intent) } else { Value::Null },
        "latest_charge": intent.was_charged().then(|| charge(intent)),
        "livemode": false,
        "metadata": intent.metadata,
        "next_action": if intent.status == Status::RequiresAction { asks } else { Value::Null },
        "on_behalf_of": null,
        "payment_method": if intent.refused.is_some() { None } else { intent.card.as_deref() },
        "payment_method_configuration_details": null,
        "payment_method_options": { "card": { "installments": null, "request_three_d_secure": "automatic" } },
        "payment_method_types": ["card"],
        "processing": null,
        "receipt_email": null,
        "review": null,
        "setup_future_usage": null,
        "shipping": null,
        "source": null,
        "statement_descriptor": null,
        "statement_descriptor_suffix": null,
        "status": intent.status.name(),
        "transfer_data": null,
        "transfer_group": null,
    })
}

/// A refund.
pub(super) fn refunded(refund: &Refund, currency: &str) -> Value {
    json!({
        "id": refund.id,
        "object": "refund",
        "amount": refund.amount,
        "balance_transaction": "txn_1",
        "charge": refund.intent_id.replacen("pi", "ch", 1),
        "created": refund.created,
        "currency": currency,
        "destination_details": { "card": { "reference": null, "type": "refund" }, "type": "card" },
        "metadata": refund.metadata,
        "payment_intent": refund.intent_id,
        "reason": null,
        "receipt_number": null,
        "status": refund.status.name(),
        "failure_reason": (refund.status == RefundStatus::Failed).then_some("expired_or_canceled_card"),
    })
}

/// A dispute.
pub(super) fn disputed(dispute: &Dispute, currency: &str) -> Value {
    json!({
        "id": dispute.id,
        "object": "dispute",
        "amount": dispute.amount,
        "balance_transactions": [],
        "charge": dispute.intent_id.replacen("pi", "ch", 1),
        "created": dispute.created,
        "currency": currency,
        "enhanced_eligibility_types": [],
        "evidence": {
            "access_activity_log": null, "billing_address": null, "cancellation_policy": null,
            "cancellation_policy_disclosure": null, "cancellation_rebuttal": null, "customer_communication": null,
            "customer_email_address": null, "customer_name": null, "customer_purchase_ip": null,
            "customer_signature": null, "duplicate_charge_documentation": null, "duplicate_charge_explanation": null,
            "duplicate_charge_id": null, "enhanced_evidence": {}, "product_description": null, "receipt": null,
            "refund_policy": null, "refund_policy_disclosure": null, "refund_refusal_explanation": null,
            "service_date": null, "service_documentation": null, "shipping_address": null, "shipping_carrier": null,
            "shipping_date": null, "shipping_documentation": null, "shipping_tracking_number": null,
            "uncategorized_file": null, "uncategorized_text": null,
        },
        "evidence_details": {
            "due_by": null, "enhanced_eligibility": {}, "has_evidence": false, "past_due": false, "submission_count": 0,
        },
        "is_charge_refundable": false,
        "livemode": false,
        "metadata": {},
        "payment_intent": dispute.intent_id,
        "reason": "fraudulent",
        "status": dispute.status.name(),
    })
}

/// A page that holds everything.
pub(super) fn list(kind: &str, url: &str, data: Vec<Value>) -> Value {
    json!({ "object": kind, "data": data, "has_more": false, "url": url })
}

/// An event about a payment.
pub(super) fn event(id: usize, kind: &str, intent: &Intent) -> Value {
    let of_charge = json!({
        "id": charge(intent), "object": "charge", "amount": intent.amount, "amount_refunded": intent.refunded,
        "metadata": intent.metadata, "payment_intent": intent.id,
    });
    json!({
        "id": format!("evt_{}_{id}", intent.id),
        "object": "event",
        "api_version": "2020-08-27",
        "created": intent.created,
        "livemode": false,
        "pending_webhooks": 1,
        "request": { "id": "req_1", "idempotency_key": null },
        "type": kind,
        "data": { "object": if kind.starts_with("charge.") { of_charge } else { shown(intent) } },
    })
}

/// The event, of an object that is not the payment.
pub(super) fn of_object(mut event: Value, object: Value) -> Value {
    event["data"]["object"] = object;
    event
}

fn charge(intent: &Intent) -> String {
    intent.id.replacen("pi", "ch", 1)
}

fn last_error(intent: &Intent) -> Value {
    let Some((code, decline_code)) = &intent.refused else { return Value::Null };
    let mut error = json!({
        "type": if code == "payment_intent_authentication_failure" { "invalid_request_error" } else { "card_error" },
        "charge": charge(intent),
        "code": code,
        "doc_url": format!("https://stripe.com/docs/error-codes/{}", code.replace('_', "-")),
        "message": "Your card was declined.",
        "payment_method": {
            "id": intent.card,
            "object": "payment_method",
            "allow_redisplay": "unspecified",
            "billing_details": {
                "address": { "city": null, "country": null, "line1": null, "line2": null, "postal_code": null, "state": null },
                "email": null, "name": null, "phone": null, "tax_id": null,
            },
            "card": {
                "brand": "visa", "checks": { "address_line1_check": null, "address_postal_code_check": null, "cvc_check": "pass" },
                "country": "US", "display_brand": "visa", "exp_month": 8, "exp_year": 2030, "fingerprint": "u1d8Gh2", "funding": "credit",
                "generated_from": null, "last4": "0002", "networks": { "available": ["visa"], "preferred": null },
                "regulated_status": "unregulated", "three_d_secure_usage": { "supported": true }, "wallet": null,
            },
            "created": intent.created, "customer": null, "livemode": false, "metadata": {}, "type": "card",
        },
    });
    if let Some(decline_code) = decline_code {
        error["decline_code"] = decline_code.as_str().into();
    }
    error
}

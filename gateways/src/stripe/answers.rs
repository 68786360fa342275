//! What Stripe's answers mean: which say what was done, which that nothing was, and which leave it open.

use chrono::DateTime;
use domain::gateway::{AcceptedRefund, Dispute, GatewayError, GatewayRefund, Intent, RefundOutcome, Status};
use entities::dispute::State;

use super::{
    client::CallError,
    objects::{self, ApiError, PaymentIntent, Refund},
};

/// Kinds of Stripe's errors that say more than their status.
const CARD: &str = "card_error";
const IDEMPOTENCY: &str = "idempotency_error";

/// What Stripe knows of a payment.
pub(super) fn intent(intent: PaymentIntent) -> Result<Intent, GatewayError> {
    let status = match intent.status.as_str() {
        "requires_payment_method" => match &intent.last_payment_error {
            Some(error) => Status::Declined(code(error)),
            None => Status::Waiting,
        },
        "requires_confirmation" | "requires_action" | "processing" => Status::Consenting,
        "requires_capture" => Status::Authorised,
        "succeeded" => Status::Captured,
        "canceled" => Status::Cancelled,
        other => return Err(GatewayError::Unreachable(format!("the unknown status {other}"))),
    };
    let captured_minor = (status == Status::Captured).then_some(intent.amount_received);
    Ok(Intent { id: intent.id, status, client_secret: intent.client_secret, captured_minor })
}

/// A payment that was begun and whose card was refused, if that is what an error says.
pub(super) fn declined(error: CallError) -> Result<Intent, CallError> {
    match error {
        CallError::Api(mut told, status) if told.kind == CARD => match told.payment_intent.take() {
            Some(intent) => Ok(Intent {
                id: intent.id,
                status: Status::Declined(code(&told)),
                client_secret: intent.client_secret,
                captured_minor: None,
            }),
            None => Err(CallError::Api(told, status)),
        },
        other => Err(other),
    }
}

/// A refund whose money is on its way or back.
pub(super) fn refund(refund: Refund) -> Result<AcceptedRefund, GatewayError> {
    let outcome = outcome(&refund);
    let id = refund.id;
    match outcome {
        RefundOutcome::Done => Ok(AcceptedRefund { id, is_pending: false }),
        RefundOutcome::Pending => Ok(AcceptedRefund { id, is_pending: true }),
        RefundOutcome::Failed(code) => Err(refused(&code)),
    }
}

/// A refund with the key that it carries by this name, if it is one of ours.
pub(super) fn gateway_refund(refund: Refund, name: &str) -> GatewayRefund {
    GatewayRefund {
        outcome: outcome(&refund),
        id: refund.id,
        key: refund.metadata.and_then(|mut metadata| metadata.remove(name)),
        amount_minor: refund.amount,
    }
}

/// `requires_action` waits for the payer, and `pending` for their bank or for money of ours.
fn outcome(refund: &Refund) -> RefundOutcome {
    match refund.status.as_deref() {
        Some("failed" | "canceled") => {
            RefundOutcome::Failed(refund.failure_reason.clone().unwrap_or_else(|| "refund_failed".to_owned()))
        }
        Some("pending" | "requires_action") => RefundOutcome::Pending,
        _ => RefundOutcome::Done,
    }
}

/// A dispute. One in a state that is not known here is open, so that the operator looks at it.
pub(super) fn dispute(told: objects::Dispute) -> Dispute {
    let state = match told.status.as_str() {
        "warning_needs_response" | "warning_under_review" => State::Inquiry,
        "warning_closed" | "prevented" => State::Closed,
        "won" => State::Won,
        "lost" => State::Lost,
        _ => State::Open,
    };
    Dispute {
        id: told.id,
        amount_minor: told.amount,
        state,
        reason: told.reason,
        opened_at: DateTime::from_timestamp(told.created, 0).unwrap_or_default(),
    }
}

/// What an error says of a call's effect: none, or that it is not known.
pub(super) fn judged(error: CallError) -> GatewayError {
    match &error {
        CallError::Api(told, status) if is_refusal(told, *status) => refused(&code(told)),
        _ => unknown(&error),
    }
}

/// It is not known what was done. Logged without what Stripe says of the payer.
pub(super) fn unknown(error: &CallError) -> GatewayError {
    GatewayError::Unreachable(match error {
        CallError::Api(told, status) => format!("it responds with {status} {}", code(told)),
        CallError::Unreadable => "its response can't be read".to_owned(),
        CallError::Timeout => "it does not answer in time".to_owned(),
        CallError::Connection(error) => error.clone(),
    })
}

pub(super) fn refused(code: &str) -> GatewayError {
    GatewayError::Refused { code: code.to_owned() }
}

/// Whether the next try may fare better.
pub(super) fn may_pass(error: &CallError) -> bool {
    match error {
        CallError::Api(told, status) => !is_refusal(told, *status) && !is_ours(told, *status),
        CallError::Unreadable | CallError::Connection(_) => true,
        CallError::Timeout => false,
    }
}

/// Whether Stripe answers so for as long as it knows the key, whatever it did.
pub(super) fn is_kept(error: &CallError) -> bool {
    match error {
        CallError::Api(told, status) => *status >= 500 || told.kind == IDEMPOTENCY,
        CallError::Unreadable => true,
        CallError::Timeout | CallError::Connection(_) => false,
    }
}

/// Whether Stripe says that it did nothing and will not: the card, the step or what was asked is wrong. A key that names
/// something else says nothing of what it named.
fn is_refusal(told: &ApiError, status: u16) -> bool {
    matches!(status, 400 | 402 | 404) && told.kind != IDEMPOTENCY && !is_lock(told)
}

/// Whether our key or our request is wrong, so that asking again changes nothing.
fn is_ours(told: &ApiError, status: u16) -> bool {
    matches!(status, 401 | 403) || told.kind == IDEMPOTENCY
}

/// Another call is at the same payment just now.
fn is_lock(told: &ApiError) -> bool {
    matches!(code(told).as_str(), "lock_timeout" | "idempotency_key_in_use" | "rate_limit")
}

/// In Stripe's words, the most precise first.
fn code(told: &ApiError) -> String {
    told.decline_code.as_ref().or(told.code.as_ref()).unwrap_or(&told.kind).clone()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_stripe_surely_did_not_do_is_refused() {
        for (status, kind, code, refused, again, kept) in [
            (400, "invalid_request_error", Some("payment_intent_unexpected_state"), true, false, false),
            (402, CARD, Some("card_declined"), true, false, false),
            (404, "invalid_request_error", Some("resource_missing"), true, false, false),
            (400, IDEMPOTENCY, None, false, false, true),
            (401, "invalid_request_error", None, false, false, false),
            (403, "invalid_request_error", None, false, false, false),
            (409, "invalid_request_error", Some("idempotency_key_in_use"), false, true, false),
            (400, "invalid_request_error", Some("lock_timeout"), false, true, false),
            (429, "invalid_request_error", Some("rate_limit"), false, true, false),
            (500, "api_error", None, false, true, true),
            (503, "api_error", None, false, true, true),
        ] {
            let told = json!({ "type": kind, "code": code, "message": "a sentence about the payer" });
            let error = || CallError::Api(serde_json::from_value(told.clone()).expect("it is an error"), status);
            let case = format!("{status} {kind} {code:?}");
            assert_eq!(matches!(judged(error()), GatewayError::Refused { .. }), refused, "{case}");
            assert_eq!((may_pass(&error()), is_kept(&error())), (again, kept), "{case}");
            assert!(!judged(error()).to_string().contains("payer"), "{case} tells of the payer");
        }
        for (error, again, kept) in [
            (CallError::Timeout, false, false),
            (CallError::Connection("reset".to_owned()), true, false),
            (CallError::Unreadable, true, true),
        ] {
            assert_eq!((may_pass(&error), is_kept(&error)), (again, kept), "{error:?}");
            assert!(matches!(judged(error), GatewayError::Unreachable(_)));
        }
    }

    #[test]
    fn payments_are_read_as_stripe_documents_them() {
        let read = |status: &str, error: serde_json::Value| {
            let object = json!({
                "id": "pi_1", "object": "payment_intent", "amount": 15_000, "amount_capturable": 0,
                "amount_received": if status == "succeeded" { 15_000 } else { 0 }, "capture_method": "manual",
                "client_secret": "pi_1_secret_2", "currency": "usd", "customer": null, "last_payment_error": error,
                "livemode": false, "metadata": {}, "payment_method_types": ["card"], "status": status,
            });
            intent(serde_json::from_value(object).expect("it is a payment"))
        };
        let status = |status: &str| read(status, json!(null)).map(|intent| (intent.status, intent.captured_minor));

        assert_eq!(status("requires_payment_method"), Ok((Status::Waiting, None)));
        for consenting in ["requires_confirmation", "requires_action", "processing"] {
            assert_eq!(status(consenting), Ok((Status::Consenting, None)), "{consenting}");
        }
        assert_eq!(status("requires_capture"), Ok((Status::Authorised, None)));
        assert_eq!(status("succeeded"), Ok((Status::Captured, Some(15_000))));
        assert_eq!(status("canceled"), Ok((Status::Cancelled, None)));
        assert!(matches!(status("of_next_year"), Err(GatewayError::Unreachable(_))));

        for (error, code) in [
            (json!({ "type": CARD, "code": "card_declined", "decline_code": "lost_card" }), "lost_card"),
            (json!({ "type": CARD, "code": "expired_card", "decline_code": null }), "expired_card"),
            (json!({ "type": CARD }), CARD),
        ] {
            let declined = read("requires_payment_method", error).expect("it is known");
            assert_eq!(declined.status, Status::Declined(code.to_owned()));
        }
    }

    #[test]
    fn refunds_are_read_as_stripe_documents_them() {
        let read = |status: serde_json::Value, reason: Option<&str>| {
            let object = json!({
                "id": "re_1", "object": "refund", "amount": 7_500, "charge": "ch_1", "created": 1_700_000_000,
                "currency": "usd", "failure_reason": reason, "metadata": { "matchday_refund": "1-refund" },
                "payment_intent": "pi_1", "status": status,
            });
            gateway_refund(serde_json::from_value(object).expect("it is a refund"), "matchday_refund")
        };

        for (status, reason, outcome) in [
            (json!("succeeded"), None, RefundOutcome::Done),
            (json!(null), None, RefundOutcome::Done),
            (json!("pending"), None, RefundOutcome::Pending),
            (json!("requires_action"), None, RefundOutcome::Pending),
            (json!("failed"), Some("lost_or_stolen_card"), RefundOutcome::Failed("lost_or_stolen_card".to_owned())),
            (json!("canceled"), None, RefundOutcome::Failed("refund_failed".to_owned())),
        ] {
            let expected =
                GatewayRefund { id: "re_1".into(), key: Some("1-refund".into()), amount_minor: 7_500, outcome };
            assert_eq!(read(status, reason), expected);
        }
    }

    #[test]
    fn disputes_are_read_as_stripe_documents_them() {
        for (status, state) in [
            ("warning_needs_response", State::Inquiry),
            ("warning_under_review", State::Inquiry),
            ("warning_closed", State::Closed),
            ("prevented", State::Closed),
            ("needs_response", State::Open),
            ("under_review", State::Open),
            ("of_next_year", State::Open),
            ("won", State::Won),
            ("lost", State::Lost),
        ] {
            let object = json!({
                "id": "du_1", "object": "dispute", "amount": 15_000, "charge": "ch_1", "created": 1_700_000_000,
                "currency": "usd", "evidence": {}, "payment_intent": "pi_1", "reason": "fraudulent", "status": status,
            });
            let read = dispute(serde_json::from_value(object).expect("it is a dispute"));
            assert_eq!((read.state, read.opened_at.timestamp()), (state, 1_700_000_000), "{status}");
        }
    }
}

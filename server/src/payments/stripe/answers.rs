//! What Stripe's answers mean: which say what was done, which that nothing was, and which leave it open.

use domain::payments::gateway::{GatewayError, Intent, Status};
use stripe::{ApiErrors, ApiErrorsType, StripeError};
use stripe_core::{PaymentIntent, PaymentIntentStatus, Refund};

/// What Stripe knows of a payment.
pub(super) fn intent(intent: PaymentIntent) -> Result<Intent, GatewayError> {
    let status = match &intent.status {
        PaymentIntentStatus::RequiresPaymentMethod => match &intent.last_payment_error {
            Some(error) => Status::Declined(code(error)),
            None => Status::Waiting,
        },
        PaymentIntentStatus::RequiresConfirmation
        | PaymentIntentStatus::RequiresAction
        | PaymentIntentStatus::Processing => Status::Waiting,
        PaymentIntentStatus::RequiresCapture => Status::Authorised,
        PaymentIntentStatus::Succeeded => Status::Captured,
        PaymentIntentStatus::Canceled => Status::Cancelled,
        other => return Err(GatewayError::Unreachable(format!("the status {other}, which nobody here knows"))),
    };
    Ok(Intent { id: intent.id.as_str().to_owned(), status, client_secret: intent.client_secret })
}

/// A payment that was begun and whose card was refused, if that is what an error says.
pub(super) fn declined(error: StripeError) -> Result<Intent, StripeError> {
    match error {
        StripeError::Stripe(mut told, status) if told.type_ == ApiErrorsType::CardError => {
            match told.payment_intent.take() {
                Some(intent) => Ok(Intent {
                    id: intent.id.as_str().to_owned(),
                    status: Status::Declined(code(&told)),
                    client_secret: intent.client_secret,
                }),
                None => Err(StripeError::Stripe(told, status)),
            }
        }
        other => Err(other),
    }
}

/// The name of a refund whose money is on its way or back.
pub(super) fn refund(refund: Refund) -> Result<String, GatewayError> {
    match refund.status.as_deref() {
        Some("failed" | "canceled") => Err(refused(refund.failure_reason.as_deref().unwrap_or("refund_failed"))),
        _ => Ok(refund.id.as_str().to_owned()),
    }
}

/// What an error says of a call's effect: none, or that nobody knows.
pub(super) fn judged(error: StripeError) -> GatewayError {
    match &error {
        StripeError::Stripe(told, status) if is_refusal(told, *status) => refused(&code(told)),
        _ => unknown(&error),
    }
}

/// Nobody knows what was done. Told without what Stripe says of the payer.
pub(super) fn unknown(error: &StripeError) -> GatewayError {
    GatewayError::Unreachable(match error {
        StripeError::Stripe(told, status) => format!("it answers {status} {}", code(told)),
        StripeError::JSONDeserialize(_) => "its answer can't be read".to_owned(),
        StripeError::Timeout => "it does not answer in time".to_owned(),
        StripeError::ClientError(error) | StripeError::ConfigError(error) => error.clone(),
    })
}

pub(super) fn refused(code: &str) -> GatewayError {
    GatewayError::Refused { code: code.to_owned() }
}

/// Whether the next try may fare better.
pub(super) fn may_pass(error: &StripeError) -> bool {
    match error {
        StripeError::Stripe(told, status) => !is_refusal(told, *status) && !is_ours(told, *status),
        StripeError::JSONDeserialize(_) | StripeError::ClientError(_) => true,
        StripeError::Timeout | StripeError::ConfigError(_) => false,
    }
}

/// Whether Stripe answers so for as long as it knows the key, whatever it did.
pub(super) fn is_kept(error: &StripeError) -> bool {
    match error {
        StripeError::Stripe(told, status) => *status >= 500 || told.type_ == ApiErrorsType::IdempotencyError,
        StripeError::JSONDeserialize(_) => true,
        _ => false,
    }
}

/// Whether Stripe says that it did nothing and will not: the card, the step or what was asked is wrong. A key that names
/// something else says nothing of what it named.
fn is_refusal(told: &ApiErrors, status: u16) -> bool {
    matches!(status, 400 | 402 | 404) && told.type_ != ApiErrorsType::IdempotencyError && !is_lock(told)
}

/// Whether our key or our request is wrong, so that asking again changes nothing.
fn is_ours(told: &ApiErrors, status: u16) -> bool {
    matches!(status, 401 | 403) || told.type_ == ApiErrorsType::IdempotencyError
}

/// Another call is at the same payment just now.
fn is_lock(told: &ApiErrors) -> bool {
    matches!(code(told).as_str(), "lock_timeout" | "idempotency_key_in_use" | "rate_limit")
}

/// In Stripe's words, the most precise first.
fn code(told: &ApiErrors) -> String {
    let code = || told.code.as_ref().map(|code| code.as_str().to_owned());
    told.decline_code.clone().or_else(code).unwrap_or_else(|| told.type_.as_str().to_owned())
}

#[cfg(test)]
mod tests {
    use stripe::ApiErrorsCode;

    use super::*;

    fn told(type_: ApiErrorsType, code: Option<ApiErrorsCode>) -> Box<ApiErrors> {
        Box::new(ApiErrors {
            advice_code: None,
            charge: None,
            code,
            decline_code: None,
            doc_url: None,
            message: Some("a sentence about the payer".to_owned()),
            network_advice_code: None,
            network_decline_code: None,
            param: None,
            payment_intent: None,
            payment_method: None,
            payment_method_type: None,
            request_log_url: None,
            setup_intent: None,
            source: None,
            type_,
        })
    }

    #[test]
    fn only_what_stripe_surely_did_not_do_is_refused() {
        use ApiErrorsType::{ApiError, CardError, IdempotencyError, InvalidRequestError};

        for (status, type_, code, refused, again, kept) in [
            (400, InvalidRequestError, Some(ApiErrorsCode::PaymentIntentUnexpectedState), true, false, false),
            (402, CardError, Some(ApiErrorsCode::CardDeclined), true, false, false),
            (404, InvalidRequestError, Some(ApiErrorsCode::ResourceMissing), true, false, false),
            (400, IdempotencyError, None, false, false, true),
            (401, InvalidRequestError, None, false, false, false),
            (403, InvalidRequestError, None, false, false, false),
            (409, InvalidRequestError, Some(ApiErrorsCode::IdempotencyKeyInUse), false, true, false),
            (400, InvalidRequestError, Some(ApiErrorsCode::LockTimeout), false, true, false),
            (429, InvalidRequestError, Some(ApiErrorsCode::RateLimit), false, true, false),
            (500, ApiError, None, false, true, true),
            (503, ApiError, None, false, true, true),
        ] {
            let error = || StripeError::Stripe(told(type_.clone(), code.clone()), status);
            let case = format!("{status} {type_:?} {code:?}");
            assert_eq!(matches!(judged(error()), GatewayError::Refused { .. }), refused, "{case}");
            assert_eq!((may_pass(&error()), is_kept(&error())), (again, kept), "{case}");
            assert!(!judged(error()).to_string().contains("payer"), "{case} tells of the payer");
        }
        for (error, again, kept) in [
            (StripeError::Timeout, false, false),
            (StripeError::ClientError("reset".to_owned()), true, false),
            (StripeError::JSONDeserialize("html".to_owned()), true, true),
        ] {
            assert_eq!((may_pass(&error), is_kept(&error)), (again, kept), "{error:?}");
            assert!(matches!(judged(error), GatewayError::Unreachable(_)));
        }
    }
}

//! Errors as clients see them: a stable code, and a message that they can act on.
//!
//! Every domain error is matched to a code exhaustively. What is internal is logged here with its sources and leaves
//! as `INTERNAL` with a message that says nothing.

use async_graphql::{Error, ErrorExtensions, Name, ScalarType, Value};
use domain::{
    accounts::AccountError,
    address_rules::RuleError,
    payments::{PaymentError, refunds::Refusal},
    resale::{ResaleError, Wrong},
    reservations::ReservationError,
    store,
    tickets::TicketError,
};
use sea_orm::DbErr;

use crate::time::DateTime;

/// `extensions.code`: clients branch on it, so a code is never renamed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    Unauthenticated,
    Forbidden,
    NotFound,
    BadUserInput,
    TemporarilyUnavailable,
    SoldOut,
    PurchaseLimit,
    Conflict,
    IdempotencyKeyReused,
    HoldExpired,
    PaymentFailed,
    RateLimited,
    CaptchaFailed,
    ServiceUnavailable,
    Internal,
}

impl Code {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Forbidden => "FORBIDDEN",
            Self::NotFound => "NOT_FOUND",
            Self::BadUserInput => "BAD_USER_INPUT",
            Self::TemporarilyUnavailable => "TEMPORARILY_UNAVAILABLE",
            Self::SoldOut => "SOLD_OUT",
            Self::PurchaseLimit => "PURCHASE_LIMIT",
            Self::Conflict => "CONFLICT",
            Self::IdempotencyKeyReused => "IDEMPOTENCY_KEY_REUSED",
            Self::HoldExpired => "HOLD_EXPIRED",
            Self::PaymentFailed => "PAYMENT_FAILED",
            Self::RateLimited => "RATE_LIMITED",
            Self::CaptchaFailed => "CAPTCHA_FAILED",
            Self::ServiceUnavailable => "SERVICE_UNAVAILABLE",
            Self::Internal => "INTERNAL",
        }
    }
}

/// An error on its way to the client.
#[derive(Debug, Clone)]
pub struct ApiError {
    code: Code,
    message: String,
    details: Vec<(&'static str, Value)>,
}

impl ApiError {
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), details: Vec::new() }
    }

    pub fn bad_input(message: impl Into<String>) -> Self {
        Self::new(Code::BadUserInput, message)
    }

    pub fn unauthenticated() -> Self {
        Self::new(Code::Unauthenticated, "sign in first: send the access token as `authorization: Bearer …`")
    }

    /// Logs what went wrong inside, and tells the client only that it did.
    pub fn internal(error: &dyn std::error::Error) -> Self {
        let sources: Vec<String> =
            std::iter::successors(error.source(), |error| error.source()).map(ToString::to_string).collect();
        tracing::error!(%error, ?sources, "a request failed inside");
        Self::new(Code::Internal, "something went wrong on our side; the request id leads us to the cause")
    }

    #[must_use]
    fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.details.push((name, value.into()));
        self
    }
}

impl From<ApiError> for Error {
    fn from(error: ApiError) -> Self {
        Error::new(error.message).extend_with(|_, extensions| {
            extensions.set("code", error.code.as_str());
            for (name, value) in error.details {
                extensions.set(name, value);
            }
        })
    }
}

impl From<DbErr> for ApiError {
    fn from(error: DbErr) -> Self {
        if store::is_transient(&error) {
            tracing::error!(%error, "the database is not available");
            return Self::new(
                Code::ServiceUnavailable,
                "the service is not available right now; try again in a moment",
            );
        }
        Self::internal(&error)
    }
}

impl From<ReservationError> for ApiError {
    fn from(error: ReservationError) -> Self {
        use ReservationError as E;

        let code = match &error {
            E::Quantity(_) | E::Category(_) | E::Key => Code::BadUserInput,
            E::UnknownMatch(_) | E::UnknownCategory(..) | E::NotFound => Code::NotFound,
            E::SoldOut(..) => Code::SoldOut,
            E::TemporarilyUnavailable { .. } => Code::TemporarilyUnavailable,
            E::PurchaseLimit { .. } => Code::PurchaseLimit,
            E::KeyReused => Code::IdempotencyKeyReused,
            E::HoldExpired => Code::HoldExpired,
            E::AlreadyPaid | E::AlreadyCancelled(_) | E::PaymentUnderWay => Code::Conflict,
            E::Refund(refusal) => return (*refusal).into(),
            E::Busy { .. } | E::Unavailable => Code::ServiceUnavailable,
            E::Resale(_) | E::Store(_) => Code::Internal,
        };
        let message = error.to_string();
        match error {
            E::Resale(error) => error.into(),
            E::Store(error) => error.into(),
            E::TemporarilyUnavailable { available, sellable } => {
                Self::new(code, message).with("available", available).with("sellable", sellable)
            }
            E::PurchaseLimit { has, cap } => Self::new(code, message).with("has", has).with("limit", cap),
            E::Busy { retry_after } => Self::new(code, message).with("retryAfter", retry_after.as_secs()),
            E::Quantity(_) => Self::new(code, message).with("field", "quantity"),
            E::Category(_) => Self::new(code, message).with("field", "category"),
            E::Key => Self::new(code, message).with("field", "idempotencyKey"),
            _ => Self::new(code, message),
        }
    }
}

impl From<ResaleError> for ApiError {
    fn from(error: ResaleError) -> Self {
        use ResaleError as E;

        let code = match &error {
            E::Invalid(_) | E::Key => Code::BadUserInput,
            E::Disabled | E::Own => Code::Forbidden,
            E::KeyReused => Code::IdempotencyKeyReused,
            E::NoTicket | E::UnknownMatch(_) | E::UnknownCategory(..) | E::NotFound => Code::NotFound,
            E::NotValid(_) | E::Over(_) | E::TooMany | E::Stale { .. } | E::Locked { .. } | E::Ended => Code::Conflict,
            E::Store(_) => Code::Internal,
        };
        let shown = Self::new(code, error.to_string());
        match error {
            E::Store(error) => error.into(),
            E::Invalid(wrong) => {
                let field = wrong.first().map_or("", |wrong| wrong.field);
                let each = |wrong: Wrong| {
                    let parts = [("field", Value::from(wrong.field)), ("message", wrong.problem.into())];
                    Value::Object(parts.into_iter().map(|(name, value)| (Name::new(name), value)).collect())
                };
                shown.with("field", field).with("fields", wrong.into_iter().map(each).collect::<Vec<_>>())
            }
            E::Key => shown.with("field", "idempotencyKey"),
            E::Stale { current } => shown.with("currentVersion", current),
            E::Locked { until } => shown.with("lockedUntil", DateTime(until).to_value()),
            _ => shown,
        }
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        use Refusal as R;

        let message = refusal.to_string();
        match refusal {
            R::Tickets => Self::bad_input(message).with("field", "ticketIds"),
            R::Reason => Self::bad_input(message).with("field", "reason"),
            R::UnknownTicket => Self::new(Code::NotFound, message).with("field", "ticketIds"),
            R::NotByOwners => Self::new(Code::Forbidden, message),
            R::TooLate { until } => Self::new(Code::Conflict, message).with("until", DateTime(until).to_value()),
            R::Resale | R::NotPaid | R::BeingPaid | R::NotValid { .. } => Self::new(Code::Conflict, message),
        }
    }
}

impl From<PaymentError> for ApiError {
    fn from(error: PaymentError) -> Self {
        use PaymentError as E;

        let message = error.to_string();
        match error {
            E::Method => Self::bad_input(message).with("field", "paymentMethod"),
            E::Declined { code } => Self::new(Code::PaymentFailed, message).with("declineCode", code),
            E::Void => Self::new(Code::PaymentFailed, message),
            E::Closed | E::Unreachable => Self::new(Code::ServiceUnavailable, message),
            E::Reservation(error) => error.into(),
        }
    }
}

impl From<AccountError> for ApiError {
    fn from(error: AccountError) -> Self {
        use AccountError as E;

        let message = error.to_string();
        match error {
            E::Invalid { field, .. } => Self::bad_input(message).with("field", field),
            E::EmailTaken => Self::new(Code::Conflict, message),
            E::WrongPassword => Self::bad_input(message).with("field", "currentPassword"),
            E::Disabled | E::Elsewhere => Self::new(Code::Forbidden, message),
            E::InvalidCode => Self::bad_input(message).with("field", "code"),
            E::TooManyAttempts { retry_after } => {
                Self::new(Code::RateLimited, message).with("retryAfter", retry_after.as_secs() + 1)
            }
            E::Busy | E::ProviderAway => Self::new(Code::ServiceUnavailable, message),
            E::WrongCredentials | E::InvalidToken | E::ExpiredToken => Self::new(Code::Unauthenticated, message),
            E::Store(error) => error.into(),
            E::Ambiguous { .. } | E::Internal(_) => Self::internal(&error),
        }
    }
}

impl From<TicketError> for ApiError {
    fn from(error: TicketError) -> Self {
        use TicketError as E;

        let message = error.to_string();
        match error {
            E::Name { field } => Self::bad_input(message).with("field", field),
            E::Scans(_) => Self::bad_input(message).with("field", "scans"),
            E::Store(error) => error.into(),
            E::Internal(_) => Self::internal(&error),
        }
    }
}

impl From<RuleError> for ApiError {
    fn from(error: RuleError) -> Self {
        use RuleError as E;

        let message = error.to_string();
        match error {
            E::Forbidden => Self::new(Code::Forbidden, message),
            E::Invalid { field, .. } => Self::bad_input(message).with("field", field),
            E::NotFound => Self::new(Code::NotFound, message),
            E::Full => Self::new(Code::Conflict, message),
            E::Store(error) => error.into(),
        }
    }
}

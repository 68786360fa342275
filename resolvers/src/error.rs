//! Errors as clients see them: a stable code, and a message that they can act on.
//!
//! Every domain error is matched to a code exhaustively. What is internal is logged here with its sources and leaves
//! as `INTERNAL` with a message that says nothing.

use async_graphql::{Error, ErrorExtensions, Name, ScalarType, Value};
use book::store;
use domain::{
    accounts::{AccountError, deletion::Obstacle},
    address_rules::RuleError,
    desk::error::{HoldError, OrderRefused, PaymentRefused, RefundRefused},
    field_errors::FieldError,
    payments::PaymentError,
    resale::ResaleError,
    tickets::{TicketError, transfers::TransferError},
};
use error_codes::{Code, sentence};
use sea_orm::DbErr;

use crate::time::DateTime;

/// When to ask again for what can't be done just now, where it is not known how long that lasts.
const RETRY_AFTER_SECONDS: u64 = 1;

/// Characters of an error's text that are logged.
const LOGGED: usize = 500;

/// An error on its way to the client.
#[derive(Debug, Clone)]
pub struct ApiError {
    code: Code,
    message: String,
    details: Vec<(&'static str, Value)>,
}

impl ApiError {
    /// The message is any text, which a client receives as a sentence.
    pub fn new(code: Code, message: impl AsRef<str>) -> Self {
        Self { code, message: sentence(message.as_ref()), details: Vec::new() }
    }

    /// An error of one input: an argument, or a field of an input object by its path in it, such as `price.amount`.
    pub fn bad_input(field: impl Into<String>, message: impl AsRef<str>) -> Self {
        Self::new(Code::BAD_USER_INPUT, message).with("field", field.into())
    }

    /// An error of several inputs: `field` names the first, and `fields` all of them.
    fn bad_fields(errors: Vec<FieldError>, message: impl AsRef<str>) -> Self {
        let field = errors.first().map_or("", |error| error.field);
        let each = |error: FieldError| {
            let parts = [("field", Value::from(error.field)), ("message", sentence(&error.problem).into())];
            Value::Object(parts.into_iter().map(|(name, value)| (Name::new(name), value)).collect())
        };
        Self::bad_input(field, message).with("fields", errors.into_iter().map(each).collect::<Vec<_>>())
    }

    pub fn unauthenticated() -> Self {
        Self::new(Code::UNAUTHENTICATED, "sign in first: send the access token as `authorization: Bearer …`")
    }

    pub(crate) fn code(&self) -> Code {
        self.code
    }

    /// The account can't be deleted yet: `obstacles` names each kind of what is in the way, with how many there are.
    fn not_settled(obstacles: &[Obstacle], message: impl AsRef<str>) -> Self {
        let each = obstacles.iter().map(|obstacle| {
            let parts = [("kind", obstacle.kind.as_str().into()), ("count", obstacle.count.into())];
            Value::Object(parts.into_iter().map(|(name, value)| (Name::new(name), value)).collect())
        });
        Self::new(Code::ACCOUNT_NOT_SETTLED, message).with("obstacles", each.collect::<Vec<_>>())
    }

    /// Logs what went wrong inside, and tells the client only that it did.
    pub fn internal(error: &dyn std::error::Error) -> Self {
        let sources: Vec<String> = std::iter::successors(error.source(), |error| error.source()).map(logged).collect();
        tracing::error!(error = logged(error), ?sources, "a request failed inside");
        Self::new(Code::INTERNAL, "internal error; quote the `requestId` when you report it")
    }

    #[must_use]
    fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.details.push((name, value.into()));
        self
    }
}

/// What is logged of an error: its text, as far as it is one and not what a client sent.
fn logged(error: &dyn std::error::Error) -> String {
    error.to_string().chars().take(LOGGED).collect()
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
            let message = "the service is temporarily unavailable; try again in a moment";
            return Self::new(Code::SERVICE_UNAVAILABLE, message).with("retryAfter", RETRY_AFTER_SECONDS);
        }
        Self::internal(&error)
    }
}

impl From<HoldError> for ApiError {
    fn from(error: HoldError) -> Self {
        use HoldError as E;

        let message = error.to_string();
        match error {
            E::Quantity(_) => Self::bad_input("quantity", message),
            E::Category(_) => Self::bad_input("category", message),
            E::Key => Self::bad_input("idempotencyKey", message),
            E::UnknownMatch(_) | E::UnknownCategory(..) | E::NotFound => Self::new(Code::NOT_FOUND, message),
            E::SaleClosed(_) => Self::new(Code::SALE_CLOSED, message),
            E::SoldOut(..) => Self::new(Code::SOLD_OUT, message),
            E::TemporarilyUnavailable { available, sellable } => {
                let shown = Self::new(Code::TEMPORARILY_UNAVAILABLE, message);
                shown.with("available", available).with("sellable", sellable)
            }
            E::PurchaseLimit { has, cap } => {
                Self::new(Code::PURCHASE_LIMIT, message).with("has", has).with("limit", cap)
            }
            E::EmailNotVerified => Self::new(Code::EMAIL_NOT_VERIFIED, message),
            E::NoAccount => Self::new(Code::UNAUTHENTICATED, message),
            E::KeyReused => Self::new(Code::IDEMPOTENCY_KEY_REUSED, message),
            E::NotExtended(_) => Self::new(Code::EXTENSION_REFUSED, message),
            E::HoldExpired => Self::new(Code::HOLD_EXPIRED, message),
            E::AlreadyPaid | E::AlreadyCancelled(_) | E::PaymentUnderWay => Self::new(Code::CONFLICT, message),
            E::Busy { retry_after } => {
                Self::new(Code::SERVICE_UNAVAILABLE, message).with("retryAfter", retry_after.as_secs())
            }
            E::Unavailable => Self::new(Code::SERVICE_UNAVAILABLE, message).with("retryAfter", RETRY_AFTER_SECONDS),
            E::Store(error) => error.into(),
        }
    }
}

impl From<ResaleError> for ApiError {
    fn from(error: ResaleError) -> Self {
        use ResaleError as E;

        let message = error.to_string();
        match error {
            E::Invalid(errors) => Self::bad_fields(errors, message),
            E::Key => Self::bad_input("idempotencyKey", message),
            E::Disabled => Self::new(Code::FORBIDDEN, message),
            E::KeyReused => Self::new(Code::IDEMPOTENCY_KEY_REUSED, message),
            E::NoTicket | E::UnknownMatch(_) | E::UnknownCategory(..) => Self::new(Code::NOT_FOUND, message),
            E::NotValid(_) | E::Frozen | E::TooMany => Self::new(Code::CONFLICT, message),
            E::Listing(refused) => refused.into(),
            E::Store(error) => error.into(),
        }
    }
}

impl From<OrderRefused> for ApiError {
    fn from(refused: OrderRefused) -> Self {
        use OrderRefused as R;

        let message = refused.to_string();
        match refused {
            R::NotFound => Self::new(Code::NOT_FOUND, message),
            R::Own => Self::new(Code::FORBIDDEN, message),
            R::Ended => Self::new(Code::CONFLICT, message),
            R::Stale { current } => Self::new(Code::CONFLICT, message).with("currentVersion", current),
            R::Locked { until } => {
                Self::new(Code::CONFLICT, message).with("lockedUntil", ScalarType::to_value(&DateTime(until)))
            }
            R::TooManyOrders { has, cap, .. } => {
                Self::new(Code::PURCHASE_LIMIT, message).with("has", has).with("limit", cap)
            }
            R::OrderedBefore { retry_after } => {
                Self::new(Code::RATE_LIMITED, message).with("retryAfter", retry_after.as_secs())
            }
            R::Hold(error) => error.into(),
        }
    }
}

impl From<RefundRefused> for ApiError {
    fn from(refused: RefundRefused) -> Self {
        use RefundRefused as R;

        let message = refused.to_string();
        match refused {
            R::Tickets => Self::bad_input("ticketIds", message),
            R::Reason => Self::bad_input("reason", message),
            R::UnknownTicket => Self::new(Code::NOT_FOUND, message).with("field", "ticketIds"),
            R::NotByOwners => Self::new(Code::FORBIDDEN, message),
            R::TooLate { until } => {
                Self::new(Code::CONFLICT, message).with("until", ScalarType::to_value(&DateTime(until)))
            }
            R::Resale | R::NotPaid | R::BeingPaid | R::NotValid { .. } | R::Frozen { .. } | R::GivenAway { .. } => {
                Self::new(Code::CONFLICT, message)
            }
            R::Hold(error) => error.into(),
        }
    }
}

impl From<PaymentError> for ApiError {
    fn from(error: PaymentError) -> Self {
        use PaymentError as E;

        let message = error.to_string();
        match error {
            E::Method | E::CardNumber | E::UnknownMethod => Self::bad_input("paymentMethod", message),
            E::Key => Self::bad_input("idempotencyKey", message),
            E::Declined { code } => Self::new(Code::PAYMENT_FAILED, message).with("declineCode", code),
            E::Void => Self::new(Code::PAYMENT_FAILED, message),
            E::Closed | E::Unreachable => Self::new(Code::SERVICE_UNAVAILABLE, message),
            E::Refused(refused) => refused.into(),
        }
    }
}

impl From<PaymentRefused> for ApiError {
    fn from(refused: PaymentRefused) -> Self {
        use PaymentRefused as R;

        let message = refused.to_string();
        match refused {
            R::KeyOfAnotherCard => Self::new(Code::IDEMPOTENCY_KEY_REUSED, message),
            R::TooManyDeclines { .. } => Self::new(Code::PAYMENT_FAILED, message),
            R::DeclinedTooOften { retry_after } => {
                Self::new(Code::RATE_LIMITED, message).with("retryAfter", retry_after.as_secs())
            }
            R::Hold(error) => error.into(),
        }
    }
}

impl From<AccountError> for ApiError {
    fn from(error: AccountError) -> Self {
        use AccountError as E;

        let message = error.to_string();
        match error {
            E::Invalid(errors) => Self::bad_fields(errors, message),
            E::EmailTaken => Self::new(Code::CONFLICT, message),
            E::WrongPassword(field) => Self::bad_input(field, message),
            E::NotProved => Self::new(Code::REAUTHENTICATION_REQUIRED, message),
            E::NotSettled(obstacles) => Self::not_settled(&obstacles, message),
            E::TooMuch => Self::new(Code::CONFLICT, message),
            E::Disabled | E::Elsewhere => Self::new(Code::FORBIDDEN, message),
            E::InvalidCode => Self::bad_input("code", message),
            E::TooManyAttempts { retry_after } => {
                Self::new(Code::RATE_LIMITED, message).with("retryAfter", retry_after.as_secs() + 1)
            }
            E::Busy | E::Away | E::ProviderAway => Self::new(Code::SERVICE_UNAVAILABLE, message),
            E::WrongCredentials | E::InvalidToken | E::ExpiredToken | E::EndedSession | E::ReusedToken => {
                Self::new(Code::UNAUTHENTICATED, message)
            }
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
            E::Name { field } => Self::bad_input(field, message),
            E::Scans(_) => Self::bad_input("scans", message),
            E::Store(error) => error.into(),
            E::Internal(_) => Self::internal(&error),
        }
    }
}

impl From<TransferError> for ApiError {
    fn from(error: TransferError) -> Self {
        use TransferError as E;

        let message = error.to_string();
        match error {
            E::Email | E::OwnEmail => Self::bad_input("email", message),
            E::InvalidCode => Self::bad_input("code", message),
            E::Disabled | E::Own => Self::new(Code::FORBIDDEN, message),
            E::EmailNotVerified => Self::new(Code::EMAIL_NOT_VERIFIED, message),
            E::NoTicket | E::NotOffered => Self::new(Code::NOT_FOUND, message),
            E::NotValid(_) | E::Frozen | E::Offered { .. } | E::TooOften(_) | E::Accepted | E::Over => {
                Self::new(Code::CONFLICT, message)
            }
            E::SaleClosed(_) => Self::new(Code::SALE_CLOSED, message),
            E::TooMany { retry_after } => {
                Self::new(Code::RATE_LIMITED, message).with("retryAfter", retry_after.as_secs())
            }
            E::PurchaseLimit { has, cap } => {
                Self::new(Code::PURCHASE_LIMIT, message).with("has", has).with("limit", cap)
            }
            E::Store(error) => error.into(),
        }
    }
}

impl From<RuleError> for ApiError {
    fn from(error: RuleError) -> Self {
        use RuleError as E;

        let message = error.to_string();
        match error {
            E::Forbidden => Self::new(Code::FORBIDDEN, message),
            E::Invalid { field, .. } => Self::bad_input(field, message),
            E::NotFound => Self::new(Code::NOT_FOUND, message),
            E::Full => Self::new(Code::CONFLICT, message),
            E::Store(error) => error.into(),
        }
    }
}

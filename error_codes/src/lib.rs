//! Error codes: what `extensions.code` of an error may say, and what each means.
//!
//! Invariant: clients branch on a code, so one is never renamed, and each is spelled here alone.

pub mod explained;
mod sentence;

pub use self::sentence::sentence;

/// The code of an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code(&'static str);

impl Code {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

macro_rules! codes {
    ($($name:ident,)+) => {
        impl Code {
            $(pub const $name: Self = Self(stringify!($name));)+

            /// All codes.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];
        }
    };
}

codes! {
    // Of the protocol: the request never became an operation.
    BAD_REQUEST,
    BATCH_TOO_LARGE,
    CSRF_PREVENTED,
    METHOD_NOT_ALLOWED,
    NOT_ACCEPTABLE,
    PAYLOAD_TOO_LARGE,
    REQUEST_TIMEOUT,
    UNSUPPORTED_MEDIA_TYPE,
    // Of the document and its variables.
    BAD_USER_INPUT,
    DOCUMENT_NOT_TRUSTED,
    GRAPHQL_PARSE_FAILED,
    GRAPHQL_VALIDATION_FAILED,
    INTROSPECTION_DISABLED,
    PERSISTED_QUERY_NOT_FOUND,
    PERSISTED_QUERY_NOT_SUPPORTED,
    QUERY_TOO_COMPLEX,
    // Of the caller.
    BLOCKED,
    CAPTCHA_FAILED,
    CAPTCHA_REQUIRED,
    EMAIL_NOT_VERIFIED,
    FORBIDDEN,
    RATE_LIMITED,
    REAUTHENTICATION_REQUIRED,
    UNAUTHENTICATED,
    // Of what was asked for.
    ACCOUNT_NOT_SETTLED,
    CONFLICT,
    EXTENSION_REFUSED,
    HOLD_EXPIRED,
    IDEMPOTENCY_KEY_REUSED,
    NOT_FOUND,
    PAYMENT_FAILED,
    PURCHASE_LIMIT,
    SALE_CLOSED,
    SOLD_OUT,
    TEMPORARILY_UNAVAILABLE,
    // Of this site.
    INTERNAL,
    SERVICE_UNAVAILABLE,
}

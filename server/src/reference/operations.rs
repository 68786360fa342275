//! Which codes the fields at the roots answer with, beside those that any operation can be answered with.
//!
//! Invariant: no end-to-end test is answered with a code that is not here: the tests' client looks each one up.

use error_codes::Code;

use super::rights::{self, Access};

/// Codes that any operation can be answered with: the request, its document or its caller is refused before anything runs, or
/// the site fails.
pub const OF_ANY: &[Code] = &[
    Code::BAD_REQUEST,
    Code::BATCH_TOO_LARGE,
    Code::CSRF_PREVENTED,
    Code::METHOD_NOT_ALLOWED,
    Code::NOT_ACCEPTABLE,
    Code::PAYLOAD_TOO_LARGE,
    Code::REQUEST_TIMEOUT,
    Code::UNSUPPORTED_MEDIA_TYPE,
    Code::BAD_USER_INPUT,
    Code::DOCUMENT_NOT_TRUSTED,
    Code::GRAPHQL_PARSE_FAILED,
    Code::GRAPHQL_VALIDATION_FAILED,
    Code::INTROSPECTION_DISABLED,
    Code::PERSISTED_QUERY_NOT_FOUND,
    Code::PERSISTED_QUERY_NOT_SUPPORTED,
    Code::QUERY_TOO_COMPLEX,
    Code::BLOCKED,
    Code::FORBIDDEN,
    Code::RATE_LIMITED,
    Code::UNAUTHENTICATED,
    Code::INTERNAL,
    Code::SERVICE_UNAVAILABLE,
];

/// Codes that the field itself gives, beside `UNAUTHENTICATED` and `FORBIDDEN` where its rights say so, `INTERNAL` and
/// `SERVICE_UNAVAILABLE`. A field that is not here gives no others.
const OF_FIELDS: &[(&str, &[Code])] = &[
    ("Query.addressRules", &[Code::BAD_USER_INPUT]),
    ("Query.captchaChallenge", &[Code::BAD_USER_INPUT]),
    ("Query.listing", &[Code::BAD_USER_INPUT]),
    ("Query.listings", &[Code::BAD_USER_INPUT]),
    ("Query.matches", &[Code::BAD_USER_INPUT]),
    ("Query.recommendations", &[Code::BAD_USER_INPUT]),
    ("Query.search", &[Code::BAD_USER_INPUT]),
    ("Query.myListings", &[Code::BAD_USER_INPUT]),
    ("Query.myOrders", &[Code::BAD_USER_INPUT]),
    ("Query.myReservations", &[Code::BAD_USER_INPUT]),
    ("Query.myTickets", &[Code::BAD_USER_INPUT]),
    ("Query.node", &[Code::BAD_USER_INPUT]),
    ("Query.payouts", &[Code::BAD_USER_INPUT]),
    ("Query.reservation", &[Code::BAD_USER_INPUT]),
    ("Query.revokedTickets", &[Code::BAD_USER_INPUT]),
    ("Query.securityEvents", &[Code::BAD_USER_INPUT]),
    (
        "Mutation.acceptTicketTransfer",
        &[Code::BAD_USER_INPUT, Code::CONFLICT, Code::FORBIDDEN, Code::PURCHASE_LIMIT, Code::SALE_CLOSED],
    ),
    ("Mutation.cancelReservation", &[Code::BAD_USER_INPUT, Code::CONFLICT, Code::HOLD_EXPIRED, Code::NOT_FOUND]),
    ("Mutation.cancelTicketTransfer", &[Code::BAD_USER_INPUT, Code::CONFLICT, Code::NOT_FOUND]),
    ("Mutation.changePassword", &[Code::BAD_USER_INPUT, Code::FORBIDDEN, Code::RATE_LIMITED]),
    ("Mutation.checkIn", &[Code::BAD_USER_INPUT]),
    ("Mutation.checkInBatch", &[Code::BAD_USER_INPUT]),
    (
        "Mutation.createListing",
        &[
            Code::BAD_USER_INPUT,
            Code::CONFLICT,
            Code::FORBIDDEN,
            Code::IDEMPOTENCY_KEY_REUSED,
            Code::NOT_FOUND,
            Code::SALE_CLOSED,
        ],
    ),
    (
        "Mutation.createPaymentIntent",
        &[
            Code::BAD_USER_INPUT,
            Code::BLOCKED,
            Code::CAPTCHA_REQUIRED,
            Code::CONFLICT,
            Code::HOLD_EXPIRED,
            Code::IDEMPOTENCY_KEY_REUSED,
            Code::NOT_FOUND,
            Code::PAYMENT_FAILED,
            Code::RATE_LIMITED,
        ],
    ),
    (
        "Mutation.deleteAccount",
        &[
            Code::ACCOUNT_NOT_SETTLED,
            Code::BAD_USER_INPUT,
            Code::RATE_LIMITED,
            Code::REAUTHENTICATION_REQUIRED,
            Code::UNAUTHENTICATED,
        ],
    ),
    ("Mutation.exportMyData", &[Code::CONFLICT, Code::RATE_LIMITED]),
    (
        "Mutation.extendReservation",
        &[Code::BAD_USER_INPUT, Code::CONFLICT, Code::EXTENSION_REFUSED, Code::HOLD_EXPIRED, Code::NOT_FOUND],
    ),
    ("Mutation.freezeTickets", &[Code::BAD_USER_INPUT, Code::NOT_FOUND]),
    (
        "Mutation.orderListing",
        &[
            Code::BAD_USER_INPUT,
            Code::BLOCKED,
            Code::CAPTCHA_REQUIRED,
            Code::CONFLICT,
            Code::EMAIL_NOT_VERIFIED,
            Code::FORBIDDEN,
            Code::IDEMPOTENCY_KEY_REUSED,
            Code::NOT_FOUND,
            Code::PURCHASE_LIMIT,
            Code::RATE_LIMITED,
            Code::SALE_CLOSED,
        ],
    ),
    (
        "Mutation.payReservation",
        &[
            Code::BAD_USER_INPUT,
            Code::BLOCKED,
            Code::CAPTCHA_REQUIRED,
            Code::CONFLICT,
            Code::HOLD_EXPIRED,
            Code::IDEMPOTENCY_KEY_REUSED,
            Code::NOT_FOUND,
            Code::PAYMENT_FAILED,
            Code::RATE_LIMITED,
        ],
    ),
    ("Mutation.refreshSession", &[Code::BAD_USER_INPUT, Code::FORBIDDEN, Code::UNAUTHENTICATED]),
    (
        "Mutation.refundReservation",
        &[Code::BAD_USER_INPUT, Code::CONFLICT, Code::FORBIDDEN, Code::HOLD_EXPIRED, Code::NOT_FOUND],
    ),
    ("Mutation.removeAddressRule", &[Code::BAD_USER_INPUT, Code::NOT_FOUND]),
    ("Mutation.requestEmailVerification", &[Code::FORBIDDEN, Code::RATE_LIMITED]),
    ("Mutation.requestPasswordReset", &[Code::RATE_LIMITED]),
    (
        "Mutation.reserve",
        &[
            Code::BAD_USER_INPUT,
            Code::BLOCKED,
            Code::CAPTCHA_REQUIRED,
            Code::EMAIL_NOT_VERIFIED,
            Code::IDEMPOTENCY_KEY_REUSED,
            Code::NOT_FOUND,
            Code::PURCHASE_LIMIT,
            Code::RATE_LIMITED,
            Code::SALE_CLOSED,
            Code::SOLD_OUT,
            Code::TEMPORARILY_UNAVAILABLE,
        ],
    ),
    ("Mutation.resetPassword", &[Code::BAD_USER_INPUT, Code::RATE_LIMITED]),
    ("Mutation.setAddressRule", &[Code::BAD_USER_INPUT, Code::CONFLICT]),
    (
        "Mutation.signIn",
        &[
            Code::BAD_USER_INPUT,
            Code::BLOCKED,
            Code::CAPTCHA_REQUIRED,
            Code::FORBIDDEN,
            Code::RATE_LIMITED,
            Code::UNAUTHENTICATED,
        ],
    ),
    ("Mutation.signOut", &[Code::FORBIDDEN]),
    (
        "Mutation.signUp",
        &[Code::BAD_USER_INPUT, Code::BLOCKED, Code::CAPTCHA_REQUIRED, Code::CONFLICT, Code::RATE_LIMITED],
    ),
    ("Mutation.solveCaptcha", &[Code::BAD_USER_INPUT, Code::CAPTCHA_FAILED]),
    (
        "Mutation.transferTicket",
        &[
            Code::BAD_USER_INPUT,
            Code::CONFLICT,
            Code::EMAIL_NOT_VERIFIED,
            Code::FORBIDDEN,
            Code::NOT_FOUND,
            Code::RATE_LIMITED,
            Code::SALE_CLOSED,
        ],
    ),
    ("Mutation.unfreezeTickets", &[Code::BAD_USER_INPUT, Code::NOT_FOUND]),
    (
        "Mutation.updateListing",
        &[Code::BAD_USER_INPUT, Code::CONFLICT, Code::FORBIDDEN, Code::NOT_FOUND, Code::SALE_CLOSED],
    ),
    ("Mutation.updateProfile", &[Code::BAD_USER_INPUT, Code::FORBIDDEN]),
    ("Mutation.verifyEmail", &[Code::BAD_USER_INPUT]),
    ("Mutation.withdrawListing", &[Code::BAD_USER_INPUT, Code::CONFLICT, Code::FORBIDDEN, Code::NOT_FOUND]),
    ("Subscription.availability", &[Code::NOT_FOUND]),
    ("Subscription.listingsChanged", &[Code::BAD_USER_INPUT, Code::NOT_FOUND]),
    ("Subscription.reservation", &[Code::BAD_USER_INPUT, Code::NOT_FOUND]),
];

/// Codes that a field at a root gives itself, such as `Mutation.reserve`, in the order of all codes.
pub fn codes_of(field: &str) -> Vec<Code> {
    let listed = OF_FIELDS.iter().find(|(name, _)| *name == field).map_or(&[][..], |(_, codes)| *codes);
    let by_right: &[Code] = match rights::of_root(field) {
        Some(Access::Stewards | Access::Admins) => &[Code::UNAUTHENTICATED, Code::FORBIDDEN],
        Some(Access::SignedIn | Access::Owner | Access::OwnerAndAdmins) => &[Code::UNAUTHENTICATED],
        Some(Access::Everybody | Access::Shown) | None => &[],
    };
    let always = [Code::INTERNAL, Code::SERVICE_UNAVAILABLE];
    let all = Code::ALL.iter().copied();
    all.filter(|code| listed.contains(code) || by_right.contains(code) || always.contains(code)).collect()
}

/// Whether an error of this field, or of one below it, may have this code.
pub fn may_give(field: &str, code: &str) -> bool {
    // What is long is told in place of any result.
    code == Code::QUERY_TOO_COMPLEX.as_str() || codes_of(field).iter().any(|known| known.as_str() == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_are_those_of_the_roots_and_in_order_and_so_are_their_codes() {
        for (field, codes) in OF_FIELDS {
            assert!(rights::of_root(field).is_some(), "there is no field {field}");
            let names: Vec<&str> = codes.iter().map(|code| code.as_str()).collect();
            assert!(names.is_sorted(), "{field}: {names:?}");
        }
    }
}

//! The schema as the edge judges documents and variables by it: its SDL, its own scalars, and the kinds of its texts.

use async_graphql::{ScalarType, Value};
use domain::text::{self, Kind};
use resolvers::{money, time::DateTime};
use transport::document::{Contract, ContractError, Inputs, Scalar};

/// Texts that are of another kind than a line, by argument or by input and field. Sorted.
const KINDS: [(&str, Kind); 36] = [
    ("AcceptTicketTransferInput.code", Kind::Token),
    ("ChangePasswordInput.currentPassword", Kind::Password),
    ("ChangePasswordInput.newPassword", Kind::Password),
    ("CheckInBatchInput.deviceId", Kind::Key),
    ("CheckInInput.code", Kind::Token),
    ("CheckInInput.deviceId", Kind::Key),
    ("CheckInInput.nonce", Kind::Key),
    ("CreateListingInput.description", Kind::Description),
    ("CreateListingInput.idempotencyKey", Kind::Key),
    ("CreateListingInput.title", Kind::Title),
    ("DeleteAccountInput.password", Kind::Password),
    ("ListingFilter.team", Kind::Search),
    ("MatchFilter.location", Kind::Search),
    ("MatchFilter.team", Kind::Search),
    ("OrderListingInput.idempotencyKey", Kind::Key),
    ("PayReservationInput.idempotencyKey", Kind::Key),
    ("Query.search.query", Kind::Query),
    ("RefreshSessionInput.refreshToken", Kind::Token),
    ("RefundReservationInput.reason", Kind::RefundReason),
    ("RequestPasswordResetInput.email", Kind::Email),
    ("ReserveInput.idempotencyKey", Kind::Key),
    ("ResetPasswordInput.code", Kind::Token),
    ("ResetPasswordInput.newPassword", Kind::Password),
    ("ScanInput.code", Kind::Token),
    ("ScanInput.nonce", Kind::Key),
    ("SetAddressRuleInput.reason", Kind::RuleReason),
    ("SignInInput.email", Kind::Email),
    ("SignInInput.password", Kind::Password),
    ("SignUpInput.displayName", Kind::Name),
    ("SignUpInput.email", Kind::Email),
    ("SignUpInput.password", Kind::Password),
    ("SolveCaptchaInput.payload", Kind::Token),
    ("TransferTicketInput.email", Kind::Email),
    ("UpdateListingInput.description", Kind::Description),
    ("UpdateListingInput.title", Kind::Title),
    ("UpdateProfileInput.displayName", Kind::Name),
];

/// The contract of the schema that this program answers by.
///
/// # Errors
///
/// The schema has a type or a scalar that is not known here.
pub(crate) fn contract(tells_names: bool) -> Result<Contract, ContractError> {
    let scalars = vec![
        Scalar {
            name: "DateTime",
            wanted: "a time such as \"2022-11-20T16:00:00Z\"",
            accepts: |value| matches!(value, Value::String(_)) && DateTime::parse(value.clone()).is_ok(),
        },
        Scalar { name: "Decimal", wanted: "a decimal such as \"80.00\"", accepts: money::is_decimal },
    ];
    Contract::new(&schema::sdl(), Inputs { scalars, check_text, tells_names })
}

fn check_text(place: &str, text: &str) -> Result<(), String> {
    text::check(kind(place), text).map_err(|problem| problem.to_string())
}

fn kind(place: &str) -> Kind {
    match KINDS.binary_search_by_key(&place, |(known, _)| known) {
        Ok(found) => KINDS[found].1,
        Err(_) => Kind::Line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_texts_are_sorted_and_each_is_of_a_field_that_the_schema_has() {
        assert!(KINDS.is_sorted_by_key(|(place, _)| *place));
        let sdl = schema::sdl();
        for (place, _) in KINDS {
            let (of, name) = place.rsplit_once('.').expect("an input and its field, or a field and its argument");
            let (begin, end) = match of.split_once('.') {
                Some((_, field)) => (format!("\n\t{field}(\n"), "\n\t)"),
                None => (format!("\ninput {of} {{"), "\n}"),
            };
            let body = sdl.split_once(&begin).and_then(|(_, rest)| rest.split_once(end));
            let (body, _) = body.unwrap_or_else(|| panic!("there is no {of}"));
            assert!(body.contains(&format!("\t{name}: ")), "{place}");
        }
    }

    #[test]
    fn texts_that_are_secret_or_emails_are_known_as_such_wherever_the_schema_takes_one() {
        let sdl = schema::sdl();
        for input in sdl.split("\ninput ").skip(1) {
            let (name, rest) = input.split_once(" {").expect("an input has fields");
            let (body, _) = rest.split_once("\n}").expect("an input ends");
            for field in body.lines().filter_map(|line| line.trim().split_once(": ")).map(|(field, _)| field) {
                let wanted = match field {
                    "email" => Kind::Email,
                    _ if field.to_lowercase().ends_with("password") => Kind::Password,
                    _ => continue,
                };
                assert_eq!(kind(&format!("{name}.{field}")), wanted, "{name}.{field}");
            }
        }
    }
}

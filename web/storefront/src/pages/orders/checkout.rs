//! How orders are paid here, and what a refused card means in words.

use kit::{t, t_plain, words::Words};

/// A card of play money.
pub(super) struct Card {
    /// Its name at the gateway.
    pub(super) method: &'static str,
    /// The last digits of its number, which Stripe's documentation knows it by.
    pub(super) digits: &'static str,
    /// The key of what becomes of it.
    pub(super) outcome: &'static str,
}

/// One for each thing that may become of a payment.
static CARDS: [Card; 5] = [
    Card { method: "pm_card_visa", digits: "4242", outcome: "card-pays" },
    Card { method: "pm_card_threeDSecure2Required", digits: "3220", outcome: "card-asks" },
    Card { method: "pm_card_visa_chargeDeclined", digits: "0002", outcome: "card-declined" },
    Card { method: "pm_card_visa_chargeDeclinedInsufficientFunds", digits: "9995", outcome: "card-declined-funds" },
    Card { method: "pm_card_chargeDeclinedExpiredCard", digits: "0069", outcome: "card-declined-expired" },
];

/// Who takes the money.
pub(super) enum Checkout {
    /// Play money, by these cards.
    Sandbox(Vec<&'static Card>),
    /// Stripe's script, which knows the site by this key.
    Stripe(String),
    /// Nobody, as the site has not been set up for it.
    Closed,
}

/// What the site that a document was answered of takes money by.
macro_rules! checkout_of {
    ($document:ident, $site:expr) => {
        $crate::pages::orders::checkout::Checkout::of(
            $site.payments.contains(&$document::PaymentProvider::STRIPE),
            $site.publishable_key.as_deref(),
            $site.test_cards.iter().map(|card| card.payment_method.as_str()),
        )
    };
}

pub(super) use checkout_of;

impl Checkout {
    pub(super) fn of<'a>(is_stripe: bool, key: Option<&str>, cards: impl Iterator<Item = &'a str>) -> Self {
        let cards: Vec<&str> = cards.collect();
        let known: Vec<&Card> = CARDS.iter().filter(|card| cards.contains(&card.method)).collect();
        match (is_stripe, key) {
            (true, Some(key)) => Self::Stripe(key.to_owned()),
            (false, _) if !known.is_empty() => Self::Sandbox(known),
            _ => Self::Closed,
        }
    }
}

/// What a refused card means for its owner, by the gateway's code (Stripe's, which there are some forty of), and what may help.
/// Of lost and stolen cards no more is said than of others, as the banks ask.
pub(super) fn why_declined(code: &str, words: Words<'_>) -> String {
    t!(words, &format!("declined-{}", decline(code))).into_owned()
}

fn decline(code: &str) -> &'static str {
    match code {
        "insufficient_funds" => "funds",
        "expired_card" | "invalid_expiry_month" | "invalid_expiry_year" => "expired",
        "incorrect_cvc" | "invalid_cvc" | "incorrect_number" | "invalid_number" | "incorrect_zip"
        | "incorrect_address" | "invalid_account" => "details",
        "authentication_required"
        | "authentication_not_handled"
        | "payment_intent_authentication_failure"
        | "setup_intent_authentication_failure"
        | "card_declined_authentication_required" => "consent",
        "incorrect_pin"
        | "invalid_pin"
        | "pin_try_exceeded"
        | "offline_pin_required"
        | "online_or_offline_pin_required" => "pin",
        "processing_error"
        | "try_again_later"
        | "issuer_not_available"
        | "reenter_transaction"
        | "approve_with_id"
        | "no_action_taken" => "again",
        "card_velocity_exceeded" | "withdrawal_count_limit_exceeded" | "amount_too_large" | "invalid_amount" => "limit",
        "card_not_supported"
        | "currency_not_supported"
        | "transaction_not_allowed"
        | "not_permitted"
        | "service_not_allowed"
        | "testmode_decline"
        | "live_mode_test_card"
        | "test_mode_live_card" => "kind",
        "duplicate_transaction" => "duplicate",
        _ => "bank",
    }
}

/// All that is said of refused cards, for the script of the payment page.
pub(super) fn script_words(words: Words<'_>) -> serde_json::Value {
    serde_json::json!({
        "payUnreachable": t_plain!(words, "pay-unreachable"),
        "payFailed": t_plain!(words, "declined-bank"),
        "paying": t_plain!(words, "paying"),
    })
}

#[cfg(test)]
mod tests {
    use kit::locale::Locale;

    use super::*;

    #[test]
    fn money_is_taken_by_whom_the_site_names() {
        let of = |is_stripe, key, cards: &[&str]| Checkout::of(is_stripe, key, cards.iter().copied());
        let known = |checkout| match checkout {
            Checkout::Sandbox(cards) => cards.iter().map(|card| card.digits).collect(),
            Checkout::Stripe(key) => vec![if key == "pk_test" { "Stripe" } else { "" }],
            Checkout::Closed => Vec::new(),
        };
        assert_eq!(known(of(false, None, &["pm_card_amex", "pm_card_visa"])), ["4242"]);
        assert_eq!(known(of(true, Some("pk_test"), &[])), ["Stripe"]);
        assert!(known(of(true, None, &[])).is_empty() && known(of(false, None, &[])).is_empty());
    }

    #[test]
    fn a_refused_card_is_explained_by_its_code() {
        for (code, expected) in [
            ("insufficient_funds", "funds"),
            ("lost_card", "bank"),
            ("stolen_card", "bank"),
            ("fraudulent", "bank"),
            ("do_not_honor", "bank"),
            ("", "bank"),
            ("incorrect_cvc", "details"),
            ("payment_intent_authentication_failure", "consent"),
            ("processing_error", "again"),
            ("card_velocity_exceeded", "limit"),
        ] {
            assert_eq!(decline(code), expected, "{code}");
        }
        let catalogue = kit::catalogue(crate::WORDS, jiff::tz::TimeZone::UTC);
        for locale in Locale::ALL {
            for kind in ["funds", "expired", "details", "consent", "pin", "again", "limit", "kind", "duplicate", "bank"]
            {
                assert!(catalogue.of(locale).find(&format!("declined-{kind}")).is_some(), "{locale} {kind}");
            }
        }
    }
}

//! The sandbox's cards: Stripe's test cards, and what becomes of an intent that is given one.

use domain::gateway::{TestCard, TestCardOutcome};
use entities::sandbox_intent::Status;

/// Stripe's test cards, by the names that its documentation gives them.
pub(super) const ALL: [TestCard; 17] = [
    pays("pm_card_visa"),
    pays("pm_card_visa_debit"),
    pays("pm_card_mastercard"),
    pays("pm_card_mastercard_debit"),
    pays("pm_card_amex"),
    pays("pm_card_discover"),
    pays("pm_card_jcb"),
    asks("pm_card_authenticationRequired"),
    asks("pm_card_threeDSecureRequired"),
    asks("pm_card_threeDSecure2Required"),
    declines("pm_card_visa_chargeDeclined", "generic_decline"),
    declines("pm_card_visa_chargeDeclinedInsufficientFunds", "insufficient_funds"),
    declines("pm_card_visa_chargeDeclinedLostCard", "lost_card"),
    declines("pm_card_visa_chargeDeclinedStolenCard", "stolen_card"),
    declines("pm_card_chargeDeclinedExpiredCard", "expired_card"),
    declines("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc"),
    declines("pm_card_chargeDeclinedProcessingError", "processing_error"),
];

const fn pays(method: &'static str) -> TestCard {
    TestCard { method, outcome: TestCardOutcome::Pays }
}

const fn asks(method: &'static str) -> TestCard {
    TestCard { method, outcome: TestCardOutcome::AsksForConsent }
}

const fn declines(method: &'static str, code: &'static str) -> TestCard {
    TestCard { method, outcome: TestCardOutcome::Declines(code) }
}

pub(super) fn find(name: &str) -> Option<TestCard> {
    ALL.into_iter().find(|card| card.method == name)
}

/// Where an intent is after this card was given.
pub(super) fn outcome(card: TestCard) -> (Status, Option<&'static str>) {
    match card.outcome {
        TestCardOutcome::Pays => (Status::RequiresCapture, None),
        TestCardOutcome::AsksForConsent => (Status::RequiresAction, None),
        TestCardOutcome::Declines(code) => (Status::RequiresPaymentMethod, Some(code)),
    }
}

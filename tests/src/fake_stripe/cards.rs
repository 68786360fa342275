//! Test cards, by the names that Stripe's documentation gives them.

/// What a card does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Card {
    Pays,
    /// Its bank wants the payer's consent.
    Asks,
    /// It is refused: the error's code, and the issuer's reason where there is one.
    Declines(&'static str, Option<&'static str>),
}

const CARDS: [(&str, Card); 8] = [
    ("pm_card_visa", Card::Pays),
    ("pm_card_mastercard", Card::Pays),
    ("pm_card_authenticationRequired", Card::Asks),
    ("pm_card_threeDSecure2Required", Card::Asks),
    ("pm_card_visa_chargeDeclined", Card::Declines("card_declined", Some("generic_decline"))),
    ("pm_card_visa_chargeDeclinedInsufficientFunds", Card::Declines("card_declined", Some("insufficient_funds"))),
    ("pm_card_chargeDeclinedExpiredCard", Card::Declines("expired_card", None)),
    ("pm_card_chargeDeclinedProcessingError", Card::Declines("processing_error", None)),
];

pub(super) fn card(name: &str) -> Option<Card> {
    CARDS.iter().find(|(known, _)| *known == name).map(|(_, card)| *card)
}

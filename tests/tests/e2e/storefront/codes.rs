//! What becomes of a fan by each error code.

use std::collections::BTreeSet;

use error_codes::Code;
use kit::{
    answer::{REFUSALS, Shown},
    locale::Locale,
};

#[test]
fn every_error_code_has_its_page() {
    let known: BTreeSet<&str> = REFUSALS.iter().map(|(code, _)| *code).collect();
    let all: BTreeSet<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();

    assert_eq!(known.len(), REFUSALS.len(), "none is there twice");
    assert_eq!(known, all);
}

#[test]
fn every_refusal_with_a_page_of_its_own_has_words_in_every_language() {
    let catalogue = kit::catalogue(storefront::WORDS, kit::times::zone("UTC"));
    for locale in Locale::ALL {
        for (code, _) in REFUSALS.iter().filter(|(_, shown)| !matches!(shown, Shown::SignIn | Shown::Page(500))) {
            for part in ["title", "text"] {
                let key = format!("refusal-{}-{part}", code.to_lowercase().replace('_', "-"));
                assert!(catalogue.of(locale).find(&key).is_some(), "{locale}: {key}");
            }
        }
    }
}

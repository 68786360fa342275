//! The words of the fans' pages.

use kit::locale::Locale;

/// Fluent files, by language.
pub const SOURCES: &[(Locale, &str)] =
    kit::sources!["account", "matches", "orders", "resale", "search", "site", "tickets"];

#[cfg(test)]
mod tests {
    #[test]
    fn every_language_says_what_the_others_say() {
        let differences = kit::words::differences(super::SOURCES);
        assert!(differences.is_empty(), "{differences:#?}");
    }
}

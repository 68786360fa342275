//! The words of the fans' pages.

use kit::locale::Locale::{self, Arabic, English, French, Spanish};

macro_rules! words {
    ($($name:literal),+) => {
        /// Fluent files, by language.
        pub const SOURCES: &[(Locale, &str)] = &[$(
            (English, include_str!(concat!("../locales/en/", $name, ".ftl"))),
            (Spanish, include_str!(concat!("../locales/es/", $name, ".ftl"))),
            (French, include_str!(concat!("../locales/fr/", $name, ".ftl"))),
            (Arabic, include_str!(concat!("../locales/ar/", $name, ".ftl"))),
        )+];
    };
}

words!["account", "matches", "orders", "resale", "site", "teams"];

#[cfg(test)]
mod tests {
    #[test]
    fn every_language_says_what_the_others_say() {
        let differences = kit::words::differences(super::SOURCES);
        assert!(differences.is_empty(), "{differences:#?}");
    }
}

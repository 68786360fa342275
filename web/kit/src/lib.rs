//! What the pages of Matchday are made of: languages, money and times in them, layout and forms, and how a page asks the
//! API.
//!
//! Invariant: nothing here knows more of Matchday than a client does, which is `schema.graphql`.

pub mod amount;
pub mod answer;
pub mod api;
pub mod assets;
pub mod captcha;
pub mod form;
pub mod kept;
pub mod kept_body;
pub mod layout;
pub mod operator_pages;
pub mod policy;
pub mod refusal;
pub mod search_box;
pub mod theme;
pub mod visit;

pub use localization::{countries, locale, matches, money, sources, t, t_plain, teams, times, words};

/// The kit's own words, by language.
pub const WORDS: &[(locale::Locale, &str)] = sources!["kit"];

/// The kit's own words and those of `sources`.
///
/// # Panics
///
/// Where a file is not Fluent's, or names a message twice: they are part of the program.
#[must_use]
pub fn catalogue(sources: &[(locale::Locale, &'static str)], zone: jiff::tz::TimeZone) -> words::Catalogue {
    words::Catalogue::new(&[WORDS, sources].concat(), zone)
}

/// What the kit itself asks the API, for a manifest of trusted documents.
pub const DOCUMENTS: &[&str] = &[visit::REFRESH_SESSION, captcha::SOLVE_CAPTCHA];

#[cfg(test)]
mod tests {
    #[test]
    fn every_language_says_what_the_others_say() {
        let differences = crate::words::differences(super::WORDS);
        assert!(differences.is_empty(), "{differences:#?}");
    }
}

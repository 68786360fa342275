//! Countries by their codes, as each language calls and orders them: tables that `data/countries.mjs` writes.

use crate::locale::Locale;

const fn table(locale: Locale) -> &'static str {
    match locale {
        Locale::English => include_str!("../data/countries.en.tsv"),
        Locale::Spanish => include_str!("../data/countries.es.tsv"),
        Locale::French => include_str!("../data/countries.fr.tsv"),
        Locale::Arabic => include_str!("../data/countries.ar.tsv"),
    }
}

/// All countries, each with its code (ISO 3166-1 alpha-2) and its name.
pub fn all<'a>(locale: Locale) -> impl Iterator<Item = (&'a str, &'a str)> {
    // As short-lived as whoever wants them beside others.
    let table: &'a str = table(locale);
    table.lines().filter_map(|line| line.split_once('\t'))
}

/// What a language calls a country.
#[must_use]
pub fn name(code: &str, locale: Locale) -> Option<&'static str> {
    all(locale).find(|(known, _)| *known == code).map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_language_names_every_country() {
        let codes = |locale| all(locale).map(|(code, _)| code).collect::<BTreeSet<_>>();
        assert_eq!(codes(Locale::English).len(), 249);
        for locale in Locale::ALL {
            assert_eq!(codes(locale), codes(Locale::English), "{locale}");
            assert!(all(locale).all(|(code, name)| code.len() == 2 && !name.is_empty()), "{locale}");
        }
    }

    #[test]
    fn a_country_is_called_and_ordered_as_its_readers_do() {
        for (locale, expected) in [
            (Locale::English, "Spain"),
            (Locale::Spanish, "España"),
            (Locale::French, "Espagne"),
            (Locale::Arabic, "إسبانيا"),
        ] {
            assert_eq!(name("ES", locale), Some(expected));
        }
        assert_eq!(name("XX", Locale::English), None);
        let place = |name| all(Locale::French).position(|(_, known)| known == name);
        assert!(place("Équateur") < place("Espagne"), "É stands among the E");
    }
}

//! What a language calls a match: who plays, in which stage, and where.

use crate::{t_plain, teams, words::Words};

/// Two teams in one line of plain text, as the reader's language calls them.
#[must_use]
pub fn fixture(home: &str, away: &str, words: Words<'_>) -> String {
    t_plain!(words, "versus-long", home = teams::name(home, words), away = teams::name(away, words))
}

/// The group of a match, or its round.
#[must_use]
pub fn stage(group: Option<&str>, round: i64, words: Words<'_>) -> String {
    match group {
        Some(group) => t_plain!(words, "stage-group", group = group.trim_start_matches("Group ")),
        None => t_plain!(words, "stage-round", round = round),
    }
}

/// A venue as the reader's language calls it, where that is known.
#[must_use]
pub fn venue(name: &str, words: Words<'_>) -> String {
    let key: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    let key = if matches!(name, "TBA" | "TBD" | "To be announced") { "to-be-announced".to_owned() } else { key };
    words.find(&format!("venue-{key}")).map_or_else(|| name.to_owned(), |known| known.into_owned())
}

/// A category of places.
#[must_use]
pub fn category(number: i64, words: Words<'_>) -> String {
    t_plain!(words, "category", n = number)
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::{locale::Locale, words::Catalogue};

    #[test]
    fn a_match_is_called_as_its_readers_call_it() {
        let catalogue = Catalogue::new(&[], TimeZone::UTC);
        for (locale, expected) in [
            (Locale::English, ["Qatar v Wales", "Group A", "Round of 16", "Al Bayt Stadium", "Category 2"]),
            (Locale::Spanish, ["Catar – Gales", "Grupo A", "Octavos de final", "Estadio Al Bayt", "Categoría 2"]),
        ] {
            let words = catalogue.of(locale);
            let said = [
                fixture("Qatar", "Wales", words),
                stage(Some("Group A"), 1, words),
                stage(None, 4, words),
                venue("Al Bayt Stadium", words),
                category(2, words),
            ];
            assert_eq!(said, expected.map(ToOwned::to_owned));
        }
        assert_eq!(venue("Camp Nou", catalogue.of(Locale::Arabic)), "Camp Nou");
    }
}

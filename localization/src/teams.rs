//! National teams by the names that master lists call them: their codes, and what each language calls them.

use std::{collections::HashMap, sync::LazyLock};

use crate::{countries, locale::Locale, t_plain, words::Words};

/// A team by its name, normalised.
static TEAMS: LazyLock<HashMap<String, Team>> = LazyLock::new(|| {
    let rows = include_str!("../data/teams.tsv").lines();
    let teams = rows.flat_map(|row| {
        let mut parts = row.split('\t');
        let code = parts.next().unwrap_or_default();
        let country = parts.next().unwrap_or_default();
        let names = parts.next().unwrap_or_default().split('|').chain(countries::name(country, Locale::English));
        names.filter(|name| !name.is_empty()).map(move |name| (normalised(name), Team { code, country }))
    });
    teams.collect()
});

/// What languages call countries.
static COUNTRIES: LazyLock<HashMap<(Locale, &'static str), &'static str>> = LazyLock::new(|| {
    let of = |locale| countries::all(locale).map(move |(code, name)| ((locale, code), name));
    Locale::ALL.into_iter().flat_map(of).collect()
});

#[derive(Debug, Clone, Copy)]
struct Team {
    /// As FIFA has it: three letters.
    code: &'static str,
    /// Whose team it is (ISO 3166-1 alpha-2); empty where that is no country of the standard's.
    country: &'static str,
}

/// What stands in a list instead of a team that is not known yet.
#[derive(Debug, PartialEq, Eq)]
enum Place<'a> {
    Unknown,
    /// By the final order of a group, or of one of several: `1A`, `3C/D/F`.
    OfGroup(char, &'a str),
    WinnerOf(&'a str),
    LoserOf(&'a str),
}

impl<'a> Place<'a> {
    fn of(name: &'a str) -> Option<Self> {
        if matches!(name, "TBA" | "TBD" | "To be announced" | "To be determined" | "") {
            return Some(Self::Unknown);
        }
        let of_match = |rest: &'a str| {
            let rest = rest.trim_start_matches(|c: char| c.is_ascii_alphabetic() || c == ' ');
            Some(rest).filter(|number| !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit()))
        };
        let is_groups = |rest: &str| rest.chars().all(|c| c.is_ascii_uppercase() || c == '/') && !rest.is_empty();
        match name.split_at_checked(1)? {
            ("1" | "2" | "3", groups) if is_groups(groups) => Some(Self::OfGroup(name.chars().next()?, groups)),
            ("W", rest) if rest.starts_with("inner ") || is_number(rest) => of_match(rest).map(Self::WinnerOf),
            ("L", rest) if rest.starts_with("oser ") || is_number(rest) => of_match(rest).map(Self::LoserOf),
            _ => None,
        }
    }

    fn said(&self, words: Words<'_>) -> String {
        match self {
            Self::Unknown => t_plain!(words, "team-to-be-announced"),
            Self::OfGroup('1', group) => t_plain!(words, "team-winner-of-group", group = *group),
            Self::OfGroup('2', group) => t_plain!(words, "team-runner-up-of-group", group = *group),
            Self::OfGroup(_, group) => t_plain!(words, "team-third-of-groups", group = *group),
            Self::WinnerOf(number) => t_plain!(words, "team-winner-of-match", n = *number),
            Self::LoserOf(number) => t_plain!(words, "team-loser-of-match", n = *number),
        }
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit())
}

/// Whether a name is of a team, and not of the place of one that is not known yet.
#[must_use]
pub fn is_known(name: &str) -> bool {
    Place::of(name).is_none()
}

/// The three letters that stand for a team on a scoreboard.
#[must_use]
pub fn code(name: &str) -> Option<&'static str> {
    TEAMS.get(&normalised(name)).map(|team| team.code)
}

/// What a language calls a team: English as the list does, the others as they call its country, unless they have a name of
/// its own for the team. One that nobody knows here stays as it is listed.
#[must_use]
pub fn name(listed: &str, words: Words<'_>) -> String {
    if let Some(place) = Place::of(listed) {
        return place.said(words);
    }
    let Some(team) = TEAMS.get(&normalised(listed)) else { return listed.to_owned() };
    if words.locale == Locale::English {
        return listed.to_owned();
    }
    let own = words.find(&format!("team-{}", team.code.to_ascii_lowercase())).map(|name| name.into_owned());
    let of_country = || COUNTRIES.get(&(words.locale, team.country)).map(|name| (*name).to_owned());
    own.or_else(of_country).unwrap_or_else(|| listed.to_owned())
}

/// Without what lists write in several ways.
fn normalised(name: &str) -> String {
    name.to_lowercase().replace('&', "and").replace('\u{2019}', "'").replace('.', "").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::words::Catalogue;

    /// The teams of the World Cup 2022, as its master list names them.
    const OF_2022: [&str; 32] = [
        "Argentina",
        "Australia",
        "Belgium",
        "Brazil",
        "Cameroon",
        "Canada",
        "Costa Rica",
        "Croatia",
        "Denmark",
        "Ecuador",
        "England",
        "France",
        "Germany",
        "Ghana",
        "Iran",
        "Japan",
        "Korea Republic",
        "Mexico",
        "Morocco",
        "Netherlands",
        "Poland",
        "Portugal",
        "Qatar",
        "Saudi Arabia",
        "Senegal",
        "Serbia",
        "Spain",
        "Switzerland",
        "Tunisia",
        "USA",
        "Uruguay",
        "Wales",
    ];

    #[test]
    fn every_team_has_a_code_and_a_name_in_every_language() {
        let catalogue = Catalogue::new(&[], jiff::tz::TimeZone::UTC);
        let codes: BTreeSet<&str> = TEAMS.values().map(|team| team.code).collect();
        assert_eq!(codes.len(), 211, "as many as FIFA has members");
        assert!(codes.iter().all(|code| code.len() == 3 && code.bytes().all(|letter| letter.is_ascii_uppercase())));
        for (listed, team) in TEAMS.iter() {
            assert!(name(listed, catalogue.of(Locale::Arabic)) != *listed, "{} has no name in Arabic", team.code);
        }
        for listed in OF_2022 {
            assert!(code(listed).is_some(), "{listed}");
            assert_eq!(name(listed, catalogue.of(Locale::English)), listed);
        }
    }

    #[test]
    fn a_team_is_found_by_each_of_its_names() {
        let catalogue = Catalogue::new(&[], jiff::tz::TimeZone::UTC);
        for (listed, code_of, spanish, arabic) in [
            ("Korea Republic", "KOR", "Corea del Sur", "كوريا الجنوبية"),
            ("South Korea", "KOR", "Corea del Sur", "كوريا الجنوبية"),
            ("USA", "USA", "Estados Unidos", "الولايات المتحدة"),
            ("Wales", "WAL", "Gales", "ويلز"),
            ("Côte d'Ivoire", "CIV", "Costa de Marfil", "ساحل العاج"),
            ("Trinidad and Tobago", "TRI", "Trinidad y Tobago", "ترينيداد وتوباغو"),
            ("St. Lucia", "LCA", "Santa Lucía", "سانت لوسيا"),
        ] {
            let names = [Locale::Spanish, Locale::Arabic].map(|locale| name(listed, catalogue.of(locale)));
            assert_eq!((code(listed), names), (Some(code_of), [spanish.to_owned(), arabic.to_owned()]), "{listed}");
        }
        assert_eq!(
            (code("FC Nowhere"), name("FC Nowhere", catalogue.of(Locale::French))),
            (None, "FC Nowhere".to_owned())
        );
    }

    #[test]
    fn a_place_of_a_team_is_said_in_words() {
        let catalogue = Catalogue::new(&[], jiff::tz::TimeZone::UTC);
        for (listed, english, french) in [
            ("TBA", "To be announced", "À annoncer"),
            ("1A", "Winner of group A", "Premier du groupe A"),
            ("2H", "Runner-up of group H", "Deuxième du groupe H"),
            ("3C/D/F", "Third of group C/D/F", "Troisième du groupe C/D/F"),
            ("Winner match 49", "Winner of match 49", "Vainqueur du match 49"),
            ("W49", "Winner of match 49", "Vainqueur du match 49"),
            ("Loser Match 61", "Loser of match 61", "Perdant du match 61"),
        ] {
            let names = [Locale::English, Locale::French].map(|locale| name(listed, catalogue.of(locale)));
            assert_eq!(names, [english.to_owned(), french.to_owned()]);
            assert!(!is_known(listed) && code(listed).is_none(), "{listed}");
        }
        for team in OF_2022 {
            assert!(is_known(team), "{team}");
        }
        assert!(["Winners FC", "W", "1860 München", "Luxembourg"].into_iter().all(is_known));
    }
}

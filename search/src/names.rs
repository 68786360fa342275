//! Names: what teams, venues, cities, rounds, groups, months and days are called, by the world's languages and by fans.
//!
//! `data/teams.tsv` has the teams of FIFA's members by their codes, as master lists name them; `data/countries.tsv` and `data/calendar.tsv`
//! what languages call countries, months and weekdays (CLDR, Unicode-3.0, `data/LICENCE.txt`); `data/aliases.tsv` the rest, by hand.

use std::{collections::HashMap, sync::LazyLock};

use crate::lexicon::{Lexicon, Meaning, PhraseKind, Relative, Stage};

const TEAMS_TSV: &str = include_str!("../data/teams.tsv");
const COUNTRIES_TSV: &str = include_str!("../data/countries.tsv");
const CALENDAR_TSV: &str = include_str!("../data/calendar.tsv");
const ALIASES_TSV: &str = include_str!("../data/aliases.tsv");

/// Groups of a tournament go to L at most.
const GROUPS: std::ops::RangeInclusive<char> = 'a'..='l';

/// What is the same in every tournament.
pub static NAMES: LazyLock<Names> = LazyLock::new(Names::read);

#[derive(Debug)]
pub struct Names {
    pub lexicon: Lexicon,
    venues: HashMap<&'static str, u16>,
    /// The cities of venues, by what the venues are called.
    cities: HashMap<&'static str, Vec<&'static str>>,
}

impl Names {
    fn read() -> Self {
        let mut names = Self { lexicon: Lexicon::default(), venues: HashMap::new(), cities: HashMap::new() };
        names.read_teams();
        names.read_aliases();
        for row in CALENDAR_TSV.lines() {
            names.read_row(row);
        }
        names
    }

    /// The team that a master list names so; none of one that is not known yet, or is no member's.
    pub fn team(&self, listed: &str) -> Option<u16> {
        self.lexicon.meanings(listed).into_iter().find_map(|meaning| match meaning {
            Meaning::Team(team) => Some(team),
            _ => None,
        })
    }

    pub fn venue(&self, listed: &str) -> Option<u16> {
        self.venues.get(listed).copied()
    }

    /// The cities that a venue is looked for in.
    pub fn cities(&self, venue: &str) -> &[&'static str] {
        self.cities.get(venue).map_or(&[], Vec::as_slice)
    }

    pub fn city(&self, name: &str) -> Option<u16> {
        self.lexicon.meanings(name).into_iter().find_map(|meaning| match meaning {
            Meaning::City(city) => Some(city),
            _ => None,
        })
    }

    fn read_teams(&mut self) {
        let countries: HashMap<&str, &str> = COUNTRIES_TSV.lines().filter_map(|row| row.split_once('\t')).collect();
        for (team, row) in (0..).zip(TEAMS_TSV.lines()) {
            let mut parts = row.split('\t');
            let (code, country) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
            let listed = parts.next().unwrap_or_default().split('|');
            let foreign = countries.get(country).map_or("", |names| *names).split('|');
            // The first of CLDR's names are the English ones.
            for (at, name) in listed.chain(foreign).filter(|name| !name.is_empty()).enumerate() {
                self.insert(name, Meaning::Team(team), kind_of(at));
            }
            self.insert(code, Meaning::Team(team), PhraseKind::Alias);
            if !country.is_empty() {
                self.insert(&flag(country), Meaning::Team(team), PhraseKind::Alias);
            }
        }
        for (country, region) in [("ENG", "gbeng"), ("WAL", "gbwls"), ("SCO", "gbsct")] {
            if let Some(team) = team_by_code(country) {
                let tags = region.chars().filter_map(|letter| char::from_u32(0xe0000 + u32::from(letter)));
                let flag: String = std::iter::once('\u{1f3f4}').chain(tags).collect();
                self.insert(&flag, Meaning::Team(team), PhraseKind::Alias);
            }
        }
    }

    fn read_aliases(&mut self) {
        for row in ALIASES_TSV.lines().filter(|row| !row.starts_with('#')) {
            self.read_row(row);
        }
    }

    fn read_row(&mut self, row: &'static str) {
        let mut parts = row.split('\t');
        let (Some(kind), Some(key), Some(names)) = (parts.next(), parts.next(), parts.next()) else { return };
        let names = names.split('|');
        let meaning = match kind {
            "team" => team_by_code(key).map(Meaning::Team),
            "venue" => {
                let next = u16::try_from(self.venues.len()).ok();
                let venue = next.map(|next| *self.venues.entry(key).or_insert(next));
                venue.map(Meaning::Venue).inspect(|meaning| self.insert(key, *meaning, PhraseKind::Listed))
            }
            "in" => {
                self.cities.insert(key, names.collect());
                return;
            }
            "group" => {
                for (word, letter) in names.flat_map(|word| GROUPS.map(move |letter| (word, letter))) {
                    self.insert(&format!("{word} {letter}"), Meaning::Group(letter), PhraseKind::Alias);
                    self.insert(&format!("{letter} {word}"), Meaning::Group(letter), PhraseKind::Alias);
                }
                return;
            }
            "city" => Some(Meaning::City(city_by_name(key))),
            "stage" => stage(key).map(Meaning::Stage),
            "matchday" => key.parse().ok().map(Meaning::Matchday),
            "day" => relative(key).map(Meaning::Day),
            "month" => key.parse().ok().map(Meaning::Month),
            "weekday" => key.parse().ok().map(Meaning::Weekday),
            "match" => Some(Meaning::MatchWord),
            "filler" => Some(Meaning::Filler),
            _ => None,
        };
        let Some(meaning) = meaning else { return };
        let first_is_alias = usize::from(kind == "team");
        names.enumerate().for_each(|(at, name)| self.insert(name, meaning, kind_of(at + first_is_alias)));
    }

    /// German writes ä as ae where it can't, and so do its fans.
    fn insert(&mut self, name: &str, meaning: Meaning, kind: PhraseKind) {
        self.lexicon.insert(name, meaning, kind);
        let spelled = name.replace(['ä', 'Ä'], "ae").replace(['ö', 'Ö'], "oe").replace(['ü', 'Ü'], "ue");
        if spelled != name {
            self.lexicon.insert(&spelled, meaning, kind);
        }
    }
}

/// The first name of a row is the one in programmes.
fn kind_of(at: usize) -> PhraseKind {
    if at == 0 { PhraseKind::Listed } else { PhraseKind::Alias }
}

fn team_by_code(code: &str) -> Option<u16> {
    let at = TEAMS_TSV.lines().position(|row| row.split('\t').next() == Some(code))?;
    u16::try_from(at).ok()
}

/// Cities are numbered by their rows.
fn city_by_name(name: &str) -> u16 {
    let mut cities = ALIASES_TSV.lines().filter(|row| row.starts_with("city\t"));
    cities
        .position(|row| row.split('\t').nth(1) == Some(name))
        .and_then(|at| u16::try_from(at).ok())
        .unwrap_or(u16::MAX)
}

fn flag(country: &str) -> String {
    country.chars().filter_map(|letter| char::from_u32(0x1f1e6 + u32::from(letter) - u32::from('A'))).collect()
}

fn stage(key: &str) -> Option<Stage> {
    Some(match key {
        "group-stage" => Stage::GroupStage,
        "knockout" => Stage::Knockout,
        "round-of-32" => Stage::RoundOf32,
        "round-of-16" => Stage::RoundOf16,
        "quarter-final" => Stage::QuarterFinal,
        "semi-final" => Stage::SemiFinal,
        "third-place" => Stage::ThirdPlace,
        "final" => Stage::Final,
        "finals" => Stage::Finals,
        "opening" => Stage::Opening,
        _ => return None,
    })
}

fn relative(key: &str) -> Option<Relative> {
    Some(match key {
        "yesterday" => Relative::Yesterday,
        "today" => Relative::Today,
        "tomorrow" => Relative::Tomorrow,
        "after-tomorrow" => Relative::AfterTomorrow,
        "weekend" => Relative::Weekend,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_data_means_something() {
        let known =
            ["team", "venue", "in", "group", "city", "stage", "matchday", "day", "month", "weekday", "match", "filler"];
        for row in ALIASES_TSV.lines().filter(|row| !row.starts_with('#')).chain(CALENDAR_TSV.lines()) {
            let parts: Vec<&str> = row.split('\t').collect();
            assert_eq!(parts.len(), 3, "{row}");
            assert!(known.contains(&parts[0]), "{row}");
            let is_known = match parts[0] {
                "team" => team_by_code(parts[1]).is_some(),
                "stage" => stage(parts[1]).is_some(),
                "day" => relative(parts[1]).is_some(),
                "in" => NAMES.venue(parts[1]).is_some(),
                "matchday" | "month" | "weekday" => parts[1].parse::<u8>().is_ok(),
                _ => true,
            };
            assert!(is_known, "{row}");
        }
    }

    #[test]
    fn every_team_has_a_name_in_each_language_that_is_promised() {
        let teams: std::collections::BTreeSet<u16> = TEAMS_TSV
            .lines()
            .filter_map(|row| {
                let mut parts = row.split('\t');
                let (code, country) = (parts.next()?, parts.next()?);
                let listed = parts.next().unwrap_or_default().split('|').next().filter(|name| !name.is_empty());
                let english =
                    COUNTRIES_TSV.lines().filter_map(|row| row.split_once('\t')).find(|(of, _)| *of == country);
                NAMES
                    .team(listed.or_else(|| english.and_then(|(_, names)| names.split('|').next()))?)
                    .or_else(|| panic!("{code}"))
            })
            .collect();
        assert_eq!(teams.len(), 211, "as many as FIFA has members");
        for names in [
            [
                "Germany",
                "Alemania",
                "Allemagne",
                "Deutschland",
                "Alemanha",
                "Germania",
                "ألمانيا",
                "ドイツ",
                "독일",
                "德国",
            ],
            [
                "England",
                "Inglaterra",
                "Angleterre",
                "Engeland",
                "Anglia",
                "Inghilterra",
                "إنجلترا",
                "イングランド",
                "잉글랜드",
                "英格兰",
            ],
            [
                "USA",
                "Estados Unidos",
                "États-Unis",
                "Vereinigte Staaten",
                "EUA",
                "Stati Uniti",
                "أمريكا",
                "アメリカ",
                "미국",
                "美国",
            ],
        ] {
            let teams = names.map(|name| NAMES.team(name));
            assert!(teams[0].is_some() && teams.iter().all(|team| *team == teams[0]), "{names:?}: {teams:?}");
        }
    }

    #[test]
    fn every_venue_is_in_a_city_that_is_known() {
        for (venue, cities) in &NAMES.cities {
            for city in cities {
                assert!(NAMES.city(city).is_some() || NAMES.lexicon.is_phrase(&city.to_lowercase()), "{venue}: {city}");
            }
        }
    }
}

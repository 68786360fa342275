//! National teams and the countries and regions of the world: what is known of a fan's taste before anything is sold.

use std::{collections::HashMap, sync::LazyLock};

/// The names of teams that master lists have, by country (GB has four of them).
const TEAMS_TSV: &str = include_str!("../../data/teams.tsv");

/// Country, region and continent, by CLDR's containment of territories (Unicode-3.0, `data/LICENCE.txt`).
const REGIONS_TSV: &str = include_str!("../../data/regions.tsv");

/// How many teams `teams.tsv` has; a test counts them.
pub(crate) const TEAMS: usize = 211;

/// Of a fan's own team, of a team of their region, and of any other, before anything is sold. A match is worth the mean of its two
/// teams: 8 for the own team against one from elsewhere, 2 for one of the region.
const OWN: f64 = 15.0;
const REGION: f64 = 3.0;

/// A place in `teams.tsv`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Team(u8);

impl Team {
    /// By the name that a master list has; none of what stands in for a team that is not known yet, as `1A` or `TBA`.
    pub(crate) fn named(name: &str) -> Option<Self> {
        if let Some(team) = BY_NAME.get(name) {
            return Some(*team);
        }
        let plain = name.replace('\u{2019}', "'").replace('.', "").replace('&', "and");
        BY_NAME.get(plain.trim()).or_else(|| BY_NAME.get(plain.trim().to_lowercase().as_str())).copied()
    }

    pub(crate) fn slot(self) -> usize {
        usize::from(self.0)
    }

    /// The first of its names.
    pub(crate) fn name(self) -> &'static str {
        ROWS[self.slot()].name
    }
}

struct Row {
    name: &'static str,
    country: &'static str,
    /// None of a place that CLDR does not have.
    place: Option<Place>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    region: &'static str,
    continent: &'static str,
}

static PLACES: LazyLock<HashMap<&'static str, Place>> = LazyLock::new(|| {
    let rows = REGIONS_TSV.lines().filter_map(|row| {
        let mut parts = row.split('\t');
        Some((parts.next()?, Place { region: parts.next()?, continent: parts.next()? }))
    });
    rows.collect()
});

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let rows = TEAMS_TSV.lines().filter_map(|row| {
        let (country, names) = row.split_once('\t')?;
        let name = names.split('|').next()?;
        Some(Row { name, country, place: PLACES.get(country).copied() })
    });
    rows.take(TEAMS).collect()
});

/// As they are written, and in lower case without accents of typography.
static BY_NAME: LazyLock<HashMap<String, Team>> = LazyLock::new(|| {
    let mut names = HashMap::new();
    for (slot, row) in TEAMS_TSV.lines().take(TEAMS).enumerate() {
        let (Some((_, all)), Ok(slot)) = (row.split_once('\t'), u8::try_from(slot)) else { continue };
        for name in all.split('|') {
            names.insert(name.to_owned(), Team(slot));
            names.insert(name.replace('\u{2019}', "'").replace('.', "").replace('&', "and").to_lowercase(), Team(slot));
        }
    }
    names
});

/// The region that countries with few bookings are counted in; none of what is not a country.
pub(crate) fn region_of(country: &str) -> Option<&'static str> {
    PLACES.get(country).map(|place| place.region)
}

/// What a team is to a fan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Relation {
    Own,
    Region,
    Other,
}

impl Relation {
    pub(crate) fn weight(self) -> f64 {
        match self {
            Self::Own => OWN,
            Self::Region => REGION,
            Self::Other => 1.0,
        }
    }
}

/// What each team is to fans of a country (ISO 3166-1 alpha-2), where `playing` take part. A fan's region is the smallest one around
/// their country that has a team in it: of Thailand, that is Asia.
pub(crate) fn relations(country: Option<&str>, playing: &[Team]) -> [Relation; TEAMS] {
    let mut relations = [Relation::Other; TEAMS];
    let Some(country) = country else { return relations };
    let home = PLACES.get(country).copied();
    let of_region =
        |team: &Team| home.is_some_and(|home| ROWS[team.slot()].place.is_some_and(|place| place.region == home.region));
    let has_region = playing.iter().any(of_region);
    for team in playing {
        let row = &ROWS[team.slot()];
        let is_near = |home: Place| row.place.is_some_and(|place| !has_region && place.continent == home.continent);
        if row.country == country {
            relations[team.slot()] = Relation::Own;
        } else if of_region(team) || home.is_some_and(is_near) {
            relations[team.slot()] = Relation::Region;
        }
    }
    relations
}

/// How much more than a match of the groups one of a later round is wanted.
pub(crate) fn round_weight(round_number: i32) -> f64 {
    match round_number {
        5 => 1.1,
        6 => 1.3,
        7 => 1.5,
        _ => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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

    fn related(country: &str, relation: Relation) -> Vec<&'static str> {
        let playing: Vec<Team> = OF_2022.iter().filter_map(|name| Team::named(name)).collect();
        let relations = relations(Some(country), &playing);
        let mut names: Vec<&str> = OF_2022
            .into_iter()
            .filter(|name| relations[Team::named(name).expect("the test has it").slot()] == relation)
            .collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn every_team_of_the_list_has_its_place_and_no_placeholder_is_one() {
        assert_eq!(TEAMS_TSV.lines().count(), TEAMS);
        assert_eq!(
            ROWS.iter().filter(|row| row.place.is_none()).map(|row| row.name).collect::<Vec<_>>(),
            Vec::<&str>::new()
        );

        assert!(OF_2022.into_iter().all(|name| Team::named(name).is_some()));
        assert_eq!(Team::named("IR Iran"), Team::named("Iran"));
        assert_eq!(Team::named("United States"), Team::named("USA"));
        assert_eq!(Team::named("South Korea"), Team::named("Korea Republic"));
        assert!(["TBA", "1A", "2B", "W49", ""].into_iter().all(|name| Team::named(name).is_none()));
    }

    #[test]
    fn a_country_has_its_teams_and_its_region() {
        assert_eq!(related("GB", Relation::Own), ["England", "Wales"]);
        assert_eq!(related("MX", Relation::Own), ["Mexico"]);
        assert_eq!(related("PE", Relation::Own), Vec::<&str>::new());
        assert_eq!(
            related("PE", Relation::Region),
            ["Argentina", "Brazil", "Costa Rica", "Ecuador", "Mexico", "Uruguay"]
        );
        assert_eq!(related("QA", Relation::Region), ["Saudi Arabia"]);
    }

    #[test]
    fn a_region_without_a_team_gives_way_to_the_continent() {
        assert_eq!(related("TH", Relation::Region), ["Iran", "Japan", "Korea Republic", "Qatar", "Saudi Arabia"]);
        assert_eq!(related("FJ", Relation::Region), ["Australia"]);
        assert_eq!(related("AQ", Relation::Region), Vec::<&str>::new());
    }
}

//! Fixtures: what the matches of a list are to a search, each by itself and among the others.
//!
//! Which round is the semi-final is seen from the end of the list; a team or a venue that the house does not know is found by what
//! the list calls it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use jiff::{Timestamp, civil::Date, tz::TimeZone};

use crate::{
    document::MatchDocument,
    lexicon::{Lexicon, Meaning, PhraseKind, Relative, Stage},
    names::NAMES,
};

/// Names that the house does not know are numbered from here on.
const OWN_NAMES: u16 = 10_000;

/// The knockout rounds from the last.
const STAGES: [Stage; 5] = [Stage::Final, Stage::SemiFinal, Stage::QuarterFinal, Stage::RoundOf16, Stage::RoundOf32];

/// Where a word of a query was found, from the dearest on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Field {
    Team,
    Venue,
    City,
    Stage,
    Group,
    Date,
    Number,
    Title,
    Description,
}

impl Field {
    /// Whether it says what is looked for by itself, where not every word was found.
    pub(crate) fn is_telling(self) -> bool {
        matches!(self, Self::Team | Self::Venue | Self::City | Self::Stage | Self::Title | Self::Description)
    }
}

/// A match with what its words mean.
#[derive(Debug, Clone)]
pub(crate) struct Fixture {
    pub document: MatchDocument,
    teams: [Option<u16>; 2],
    venue: Option<u16>,
    cities: Vec<u16>,
    stage: Option<Stage>,
    is_opening: bool,
    group: Option<char>,
    zone: TimeZone,
    date: Date,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Fixtures {
    /// By their numbers.
    all: Vec<Fixture>,
    places: HashMap<i32, usize>,
    /// What the list calls teams and venues.
    pub lexicon: Lexicon,
}

/// The days that a query's words mean at the venue of a match.
#[derive(Debug, Clone, Copy)]
struct Today(Date);

impl Fixtures {
    pub(crate) fn of<'a>(documents: impl Iterator<Item = &'a MatchDocument>) -> Self {
        let mut lexicon = Lexicon::default();
        let mut own = Own::default();
        let mut all: Vec<Fixture> = documents.map(|document| fixture(document, &mut own, &mut lexicon)).collect();
        all.sort_by_key(|fixture| fixture.document.number);
        place_stages(&mut all);
        let places = all.iter().enumerate().map(|(place, fixture)| (fixture.document.number, place)).collect();
        Self { all, places, lexicon }
    }

    pub(crate) fn all(&self) -> &[Fixture] {
        &self.all
    }

    pub(crate) fn place(&self, number: i32) -> Option<usize> {
        self.places.get(&number).copied()
    }

    /// Takes over what a match has become, if that moves nothing but its tickets.
    pub(crate) fn replace(&mut self, document: &MatchDocument) -> bool {
        let Some(place) = self.place(document.number) else { return false };
        let known = &mut self.all[place].document;
        let moved = MatchDocument {
            categories: known.categories.clone(),
            is_closed: known.is_closed,
            version: known.version,
            ..document.clone()
        };
        if moved != *known {
            return false;
        }
        known.clone_from(document);
        true
    }

    /// The matches that a meaning is true of, with the field by which.
    pub(crate) fn that_are(&self, meaning: Meaning, now: DateTime<Utc>) -> Vec<(usize, Field)> {
        let matching = |is_strict: bool| -> Vec<(usize, Field)> {
            let fixtures = self.all.iter().enumerate();
            fixtures.filter_map(|(place, fixture)| Some((place, fixture.field(meaning, now, is_strict)?))).collect()
        };
        let strict = matching(true);
        // Nothing is played on the Saturday that comes: those after it are meant.
        if strict.is_empty() && matches!(meaning, Meaning::Weekday(_)) { matching(false) } else { strict }
    }
}

impl Fixture {
    pub(crate) fn kick_off(&self) -> i64 {
        self.document.kick_off.timestamp()
    }

    /// The day of the kick-off at the venue.
    pub(crate) fn day(&self) -> Date {
        self.date
    }

    /// Whether who plays and where is known.
    pub(crate) fn has_names(&self) -> bool {
        self.teams[0].is_some() && self.venue.is_some()
    }

    fn field(&self, meaning: Meaning, now: DateTime<Utc>, is_strict: bool) -> Option<Field> {
        let today = || Today(civil_date(now, &self.zone));
        let (is_so, field) = match meaning {
            Meaning::Team(team) => (self.teams.contains(&Some(team)), Field::Team),
            Meaning::Venue(venue) => (self.venue == Some(venue), Field::Venue),
            Meaning::City(city) => (self.cities.contains(&city), Field::City),
            Meaning::Stage(stage) => (self.is_at(stage), Field::Stage),
            Meaning::Matchday(round) => (self.group.is_some() && self.document.round == i32::from(round), Field::Stage),
            Meaning::Group(letter) => (self.group == Some(letter), Field::Group),
            Meaning::Number(number) => (self.document.number == number, Field::Number),
            Meaning::Date { year, month, day } => {
                let is_year = year.is_none_or(|year| year == self.date.year());
                (is_year && self.date.month() == month && self.date.day() == day, Field::Date)
            }
            Meaning::Month(month) => (self.date.month() == month, Field::Date),
            Meaning::Weekday(weekday) => {
                let is_day = self.date.weekday().to_monday_one_offset() == weekday;
                (is_day && (!is_strict || today().is_within_a_week(self.date)), Field::Date)
            }
            Meaning::Day(relative) => (today().is(relative, self.date), Field::Date),
            Meaning::MatchWord | Meaning::Filler => return None,
        };
        is_so.then_some(field)
    }

    fn is_at(&self, stage: Stage) -> bool {
        match stage {
            Stage::GroupStage => self.group.is_some(),
            Stage::Knockout => self.group.is_none() && self.stage.is_some(),
            Stage::Opening => self.is_opening,
            Stage::Finals => matches!(self.stage, Some(Stage::Final | Stage::ThirdPlace)),
            stage => self.stage == Some(stage),
        }
    }
}

impl Today {
    fn is(self, relative: Relative, date: Date) -> bool {
        let days = self.days_to(date);
        match relative {
            Relative::Yesterday => days == -1,
            Relative::Today => days == 0,
            Relative::Tomorrow => days == 1,
            Relative::AfterTomorrow => days == 2,
            Relative::Weekend => date.weekday().to_monday_one_offset() >= 6 && self.is_within_a_week(date),
        }
    }

    fn is_within_a_week(self, date: Date) -> bool {
        (0..7).contains(&self.days_to(date))
    }

    fn days_to(self, date: Date) -> i64 {
        (date - self.0).get_days().into()
    }
}

/// Names of the list that the house does not know, numbered as they come.
#[derive(Default)]
struct Own(BTreeMap<String, u16>);

impl Own {
    fn number(&mut self, name: &str) -> u16 {
        let next = OWN_NAMES + u16::try_from(self.0.len()).unwrap_or(u16::MAX - OWN_NAMES);
        *self.0.entry(name.to_owned()).or_insert(next)
    }
}

fn fixture(document: &MatchDocument, own: &mut Own, lexicon: &mut Lexicon) -> Fixture {
    let mut name = |listed: &str, known: Option<u16>, meaning: fn(u16) -> Meaning| {
        if is_placeholder(listed) {
            return None;
        }
        let number = known.unwrap_or_else(|| own.number(listed));
        lexicon.insert(listed, meaning(number), PhraseKind::Listed);
        lexicon.insert_parts(listed, meaning(number));
        Some(number)
    };
    let teams = [&document.home_team, &document.away_team].map(|team| name(team, NAMES.team(team), Meaning::Team));
    let venue = name(&document.venue, NAMES.venue(&document.venue), Meaning::Venue);
    let listed = document.city.as_deref().into_iter().filter_map(|city| name(city, NAMES.city(city), Meaning::City));
    let known = NAMES.cities(&document.venue).iter().filter_map(|city| NAMES.city(city));
    let cities: BTreeSet<u16> = listed.chain(known).collect();
    let zone = TimeZone::get(&document.time_zone).unwrap_or(TimeZone::UTC);
    Fixture {
        teams,
        venue,
        cities: cities.into_iter().collect(),
        stage: None,
        is_opening: false,
        group: document.group.as_deref().and_then(group_letter),
        date: civil_date(document.kick_off, &zone),
        zone,
        document: document.clone(),
    }
}

/// `A` and `Group A` alike.
fn group_letter(group: &str) -> Option<char> {
    group.chars().next_back().map(|letter| letter.to_ascii_lowercase()).filter(char::is_ascii_lowercase)
}

/// What stands in a list instead of a team or a venue that is not known yet: `TBA`, `1A`, `3C/D/F`, `W49`, `Winner match 49`.
fn is_placeholder(name: &str) -> bool {
    let has_digit = name.chars().any(|c| c.is_ascii_digit());
    let is_place = name.starts_with(|c: char| c.is_ascii_digit()) && !name.contains(' ');
    let is_outcome = ["W", "L", "Winner", "Loser", "Runner"].iter().any(|outcome| name.starts_with(outcome));
    matches!(name, "" | "TBA" | "TBD" | "To be announced" | "To be determined") || is_place || (has_digit && is_outcome)
}

/// By how many matches the last knockout round has, and how many rounds are between.
fn place_stages(all: &mut [Fixture]) {
    let opening = all.iter().filter(|fixture| fixture.group.is_some()).map(|fixture| fixture.document.kick_off).min();
    let mut rounds: BTreeMap<i32, Vec<(DateTime<Utc>, i32)>> = BTreeMap::new();
    for fixture in all.iter().filter(|fixture| fixture.group.is_none()) {
        let key = (fixture.document.kick_off, fixture.document.number);
        rounds.entry(fixture.document.round).or_default().push(key);
    }
    let mut rounds: Vec<_> = rounds.into_iter().collect();
    rounds.iter_mut().for_each(|(_, played)| played.sort());
    let mut stages: HashMap<i32, Stage> = HashMap::new();
    if let [.., (_, third), (_, last)] = rounds.as_slice()
        && let ([third], [_]) = (third.as_slice(), last.as_slice())
    {
        stages.insert(third.1, Stage::ThirdPlace);
        rounds.remove(rounds.len() - 2);
    }
    // A list that ends before the final is known to end there by the number of its matches.
    let matches_of_last = rounds.last().map_or(0, |(_, last)| last.len());
    let ends_before = if matches_of_last <= 2 { 0 } else { matches_of_last.next_power_of_two().ilog2() as usize };
    let stages_from_last = STAGES.into_iter().skip(ends_before);
    for ((_, played), stage) in rounds.iter().rev().zip(stages_from_last) {
        for (at, (_, number)) in played.iter().enumerate() {
            let is_third = stage == Stage::Final && played.len() == 2 && at == 0;
            stages.insert(*number, if is_third { Stage::ThirdPlace } else { stage });
        }
    }
    for fixture in all {
        fixture.is_opening = fixture.group.is_some() && Some(fixture.document.kick_off) == opening;
        fixture.stage = stages.get(&fixture.document.number).copied();
    }
}

fn civil_date(at: DateTime<Utc>, zone: &TimeZone) -> Date {
    let at = Timestamp::from_second(at.timestamp()).unwrap_or_default();
    zone.to_datetime(at).date()
}

//! Bookings as a table of hours, countries and matches.

use std::collections::{BTreeMap, HashMap};

use super::{
    counts::{CountryCode, Counts, FEWEST_PEOPLE},
    learned::WORLD,
    teams::{Team, region_of, round_weight},
    timeline::Timeline,
};

const HOUR_SECONDS: i64 = 3600;

/// Of a match that was booked while it was not known to be on sale.
const LEAST_ON_SALE: f64 = 0.02;

/// Bookings, laid out for learning many times.
pub(crate) struct Cells<'a> {
    pub(crate) counts: &'a Counts,
    pub(crate) timeline: Timeline,
    pub(crate) playing: Vec<Team>,
    pub(crate) variants: Vec<Variant>,
    pub(crate) hours: Vec<i64>,
    /// By hour, then variant.
    pub(crate) on_sale: Vec<f64>,
    /// By hour.
    pub(crate) rows: Vec<Row>,
    /// What each country is counted with; the first are those whose country is not known.
    pub(crate) groups: Vec<String>,
    people: HashMap<(Option<CountryCode>, Option<i32>), u64>,
}

/// A match as a pair of teams.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Variant {
    pub(crate) slot: usize,
    pub(crate) teams: [Option<Team>; 2],
    pub(crate) round: f64,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    pub(crate) hour: usize,
    pub(crate) group: usize,
    pub(crate) variant: usize,
    pub(crate) sold: u32,
    pub(crate) held: u32,
}

impl<'a> Cells<'a> {
    pub(crate) fn new(counts: &'a Counts) -> Self {
        let timeline = Timeline::new(counts);
        let mut variants = Vec::new();
        for slot in 0..timeline.numbers.len() {
            let of = timeline.pairings(slot);
            variants.extend(of.into_iter().map(|(teams, round)| Variant { slot, teams, round: round_weight(round) }));
        }
        let mut hours: Vec<i64> = counts.taken.iter().map(|taken| taken.hour).collect();
        hours.sort_unstable();
        hours.dedup();
        let on_sale = on_sale(&timeline, &variants, &hours);
        let people: HashMap<_, _> =
            counts.people.iter().map(|people| ((people.country, people.match_number), people.subjects)).collect();
        let (groups, of_country) = groups(&people);
        let mut cells = Self {
            counts,
            playing: timeline.playing(),
            timeline,
            variants,
            hours,
            on_sale,
            rows: Vec::with_capacity(counts.taken.len()),
            groups,
            people,
        };
        cells.enter(&of_country);
        cells
    }

    fn enter(&mut self, of_country: &HashMap<CountryCode, usize>) {
        let slots: HashMap<i32, usize> =
            self.timeline.numbers.iter().enumerate().map(|(slot, number)| (*number, slot)).collect();
        let firsts: Vec<usize> = (0..self.timeline.numbers.len())
            .map(|slot| self.variants.partition_point(|variant| variant.slot < slot))
            .collect();
        let mut hour = 0;
        for taken in &self.counts.taken {
            while self.hours[hour] < taken.hour {
                hour += 1;
            }
            let slot = slots[&taken.match_number];
            let teams = self.timeline.facts(slot, (taken.hour + 1) * HOUR_SECONDS * 1_000_000).teams;
            let of = self.variants[firsts[slot]..].iter().take_while(|variant| variant.slot == slot);
            let variant = firsts[slot] + of.into_iter().position(|variant| variant.teams == teams).unwrap_or_default();
            let group = taken.country.and_then(|country| of_country.get(&country)).copied().unwrap_or_default();
            let part = &mut self.on_sale[hour * self.variants.len() + variant];
            *part = part.max(LEAST_ON_SALE);
            self.rows.push(Row { hour, group, variant, sold: taken.sold, held: taken.held });
        }
    }

    pub(crate) fn people_of(&self, country: Option<CountryCode>, match_number: Option<i32>) -> u64 {
        self.people.get(&(country, match_number)).copied().unwrap_or_default()
    }

    /// How many people of a group booked a match: of a region, of the country of it where it was most, for people are not summed.
    pub(crate) fn people_of_group(&self, name: &str, match_number: i32) -> u64 {
        if name == WORLD {
            return self.people_of(None, Some(match_number));
        }
        if let Some(country) = CountryCode::new(name) {
            return self.people_of(Some(country), Some(match_number));
        }
        // Of another country are other people, but for those who moved.
        let within = self.people.iter().filter(|((country, number), _)| {
            *number == Some(match_number)
                && country.is_some_and(|country| {
                    region_of(country.as_str()) == Some(name) && self.people_of(Some(country), None) < FEWEST_PEOPLE
                })
        });
        within.map(|(_, subjects)| *subjects).sum()
    }
}

fn on_sale(timeline: &Timeline, variants: &[Variant], hours: &[i64]) -> Vec<f64> {
    let mut on_sale = vec![0.0; hours.len() * variants.len()];
    for (row, hour) in hours.iter().enumerate() {
        let of_hour = &mut on_sale[row * variants.len()..(row + 1) * variants.len()];
        let (from, until) = (hour * HOUR_SECONDS, (hour + 1) * HOUR_SECONDS);
        let mut first = 0;
        for of_slot in variants.chunk_by(|one, other| one.slot == other.slot) {
            timeline.parts(of_slot[0].slot, from, until, |moment, part| {
                if let Some(at) = of_slot.iter().position(|variant| variant.teams == moment.teams) {
                    of_hour[first + at] += part;
                }
            });
            first += of_slot.len();
        }
    }
    on_sale
}

/// The names of groups, and which one each country is in: its own where it has people enough, else its region's.
fn groups(people: &HashMap<(Option<CountryCode>, Option<i32>), u64>) -> (Vec<String>, HashMap<CountryCode, usize>) {
    let countries: BTreeMap<CountryCode, u64> = people
        .iter()
        .filter_map(|((country, number), subjects)| Some((country.filter(|_| number.is_none())?, *subjects)))
        .collect();
    let mut regions: BTreeMap<&str, u64> = BTreeMap::new();
    for (country, subjects) in countries.iter().filter(|(_, subjects)| **subjects < FEWEST_PEOPLE) {
        if let Some(region) = region_of(country.as_str()) {
            *regions.entry(region).or_default() += subjects;
        }
    }
    let mut names = vec![String::new()];
    let mut of_country = HashMap::new();
    for (country, subjects) in &countries {
        let region = region_of(country.as_str())
            .filter(|region| regions.get(region).is_some_and(|people| *people >= FEWEST_PEOPLE));
        let name = if *subjects >= FEWEST_PEOPLE { Some(country.as_str()) } else { region };
        let Some(name) = name else { continue };
        let at = names.iter().position(|known| known == name).unwrap_or_else(|| {
            names.push(name.to_owned());
            names.len() - 1
        });
        of_country.insert(*country, at);
    }
    (names, of_country)
}

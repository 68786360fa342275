//! Simulated fans who buy tickets of the World Cup 2022, so that what a model finds out can be compared with what is true.
//!
//! Residents come by FIFA's sales of 2022, the host's capped. A fan follows a team that no model is told: their own, one of their
//! region, one of a diaspora that the prior does not know, or a famous one. They travel at a time, and buy one to three times. World
//! A is that; in B half of the fans follow one of six tastes that no feature knows; in C all choose by lot.

use std::collections::{BTreeMap, HashMap};

use analytics::{
    model::Fixture,
    rows::{Booking, BookingStatus, Channel, MatchOnSale, OnSale},
};
use chrono::{DateTime, TimeDelta, Utc};
use rand::{Rng, SeedableRng, rngs::StdRng};
use uuid::Uuid;

use self::tables::{RESIDENTS, followers, numbers};

/// The team that a diaspora follows beside what the prior knows: of two countries the same for all seeds, of the others by lot.
pub(crate) const KNOWN_DIASPORA: [(&str, &str); 2] = [("IN", "Portugal"), ("LB", "Germany")];

const DAYS: f64 = 60.0;
const CATEGORIES: usize = 3;
const PRICES: [i64; CATEGORIES] = [7_500, 12_500, 19_500];

#[path = "tables.rs"]
mod tables;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Teams, regions, dates.
    A,
    /// Half of the fans by tastes that no feature knows.
    B,
    /// By lot.
    C,
}

/// A choice of the last fifth of the time, with what is true of it.
#[derive(Debug, Clone)]
pub(crate) struct Chosen {
    pub(crate) fan: usize,
    pub(crate) country: &'static str,
    pub(crate) at: DateTime<Utc>,
    /// Places in `fixtures`.
    pub(crate) held: Vec<(usize, usize)>,
    pub(crate) open: Vec<usize>,
    pub(crate) chosen: usize,
    /// What the fan really thinks of each of `open`.
    pub(crate) truth: Vec<f64>,
}

pub(crate) struct World {
    pub(crate) fixtures: Vec<Fixture>,
    pub(crate) bookings: Vec<Booking>,
    pub(crate) states: Vec<MatchOnSale>,
    pub(crate) chosen: Vec<Chosen>,
    /// When the first was placed, and everything after four fifths of the time is to be foreseen.
    pub(crate) starts: DateTime<Utc>,
    pub(crate) test_from: DateTime<Utc>,
    /// How many matches are gone then.
    pub(crate) gone: usize,
}

pub(crate) fn fixtures() -> Vec<Fixture> {
    let read = |line: &str| {
        let value: serde_json::Value = serde_json::from_str(line).ok()?;
        let text = |name: &str| value[name].as_str().map(ToOwned::to_owned);
        let number = |name: &str| i32::try_from(value[name].as_i64()?).ok();
        Some(Fixture {
            number: number("matchNumber")?,
            kick_off: text("dateUtc")?.parse().ok()?,
            venue: text("location")?,
            home_team: text("homeTeam")?,
            away_team: text("awayTeam")?,
            round_number: number("roundNumber")?,
            group: text("group"),
        })
    };
    include_str!("../../../server/data/world-cup-2022.jsonl").lines().filter_map(read).collect()
}

struct Fan {
    country: &'static str,
    team: Option<String>,
    /// One of six, in world B.
    taste: Option<usize>,
    category: usize,
    /// The day of the tournament around which they are there.
    there: f64,
}

impl World {
    /// With as many tickets as leave 11 to 14 matches sold out at `test_from`.
    pub(crate) fn new(kind: Kind, fans: usize, seed: u64) -> Self {
        let (mut low, mut high) = (0.3, 6.0);
        let mut best = Self::with_capacity(kind, fans, seed, 1.0);
        for _ in 0..24 {
            if (11..=14).contains(&best.gone) {
                break;
            }
            let middle = f64::midpoint(low, high);
            best = Self::with_capacity(kind, fans, seed, middle);
            if best.gone > 14 { low = middle } else { high = middle }
        }
        best
    }

    fn with_capacity(kind: Kind, fans: usize, seed: u64, factor: f64) -> Self {
        let mut world = Simulation::new(kind, fans, seed, factor);
        world.run();
        world.world
    }
}

struct Simulation {
    world: World,
    kind: Kind,
    dice: StdRng,
    fans: Vec<Fan>,
    appeal: Vec<f64>,
    tastes: Vec<Vec<f64>>,
    left: Vec<[i64; CATEGORIES]>,
    versions: Vec<i32>,
    held: HashMap<usize, Vec<(usize, usize)>>,
}

impl Simulation {
    fn new(kind: Kind, fans: usize, seed: u64, factor: f64) -> Self {
        let mut dice = StdRng::seed_from_u64(seed);
        let fixtures = fixtures();
        let teams: Vec<String> = {
            let known: BTreeMap<String, ()> = fixtures
                .iter()
                .take(48)
                .flat_map(|fixture| [(fixture.home_team.clone(), ()), (fixture.away_team.clone(), ())])
                .collect();
            known.into_keys().collect()
        };
        let mut of_country: HashMap<&str, Vec<f64>> = HashMap::new();
        for (country, _) in numbers(RESIDENTS) {
            let mut of = Vec::new();
            for _ in 0..2 {
                of.push((teams[dice.random_range(0..teams.len())].clone(), dice.random_range(2.0..14.0)));
            }
            if let Some((_, team)) = KNOWN_DIASPORA.iter().find(|(known, _)| *known == country) {
                of = vec![((*team).to_owned(), 25.0)];
            }
            of_country.insert(country, followers(country, &teams, &of));
        }
        let appeal = fixtures
            .iter()
            .map(|fixture| match fixture.round_number {
                4 => 0.1,
                5 => 0.2,
                6 => 0.4,
                7 => 0.5,
                _ => 0.0,
            } + normal(&mut dice) * 0.3)
            .collect();
        let tastes = tastes(&mut dice, fixtures.len());
        let residents = numbers(RESIDENTS);
        let total: f64 = residents.iter().map(|(_, share)| share).sum();
        let fans: Vec<Fan> = (0..fans)
            .map(|_| {
                let mut at = dice.random_range(0.0..total);
                let country = residents
                    .iter()
                    .find(|(_, share)| {
                        at -= share;
                        at < 0.0
                    })
                    .map_or("QA", |(country, _)| *country);
                let taste = (kind == Kind::B && dice.random_bool(0.5)).then(|| dice.random_range(0..6));
                let team = Some(teams[drawn(&mut dice, &of_country[country])].clone());
                Fan {
                    country,
                    team,
                    taste,
                    category: dice.random_range(0..CATEGORIES),
                    there: dice.random_range(0.0..28.0),
                }
            })
            .collect();
        // Some 1.7 bookings a fan, in thirds to the categories; more where the stadium is large, and as allotments are: very unlike.
        let each = fans.len() as f64 * 1.7 / 64.0 * factor * 1.6 / 3.0;
        #[expect(clippy::cast_possible_truncation, reason = "some thousands")]
        let capacities: Vec<[i64; CATEGORIES]> = fixtures
            .iter()
            .map(|fixture| {
                let size = match fixture.venue.as_str() {
                    "Lusail Stadium" => 1.5,
                    "Al Bayt Stadium" => 1.25,
                    _ => 0.9,
                };
                [((each * size * (normal(&mut dice) * 0.8).exp()).ceil() as i64).max(1); CATEGORIES]
            })
            .collect();
        let starts: DateTime<Utc> = "2022-09-01T00:00:00Z".parse().unwrap_or_default();
        let count = fixtures.len();
        let world = World {
            fixtures,
            bookings: Vec::new(),
            states: Vec::new(),
            chosen: Vec::new(),
            starts,
            test_from: starts + seconds(DAYS * 0.8),
            gone: 0,
        };
        let mut simulation = Self {
            world,
            kind,
            dice,
            fans,
            appeal,
            tastes,
            left: capacities,
            versions: vec![0; count],
            held: HashMap::new(),
        };
        for place in 0..count {
            simulation.write_state(place, starts - TimeDelta::hours(1));
        }
        simulation
    }

    fn run(&mut self) {
        let mut visits: Vec<(f64, usize)> = Vec::new();
        for fan in 0..self.fans.len() {
            let first = self.dice.random_range(0.0..DAYS);
            let count = match self.dice.random_range(0.0..1.0) {
                below if below < 0.5 => 1,
                below if below < 0.8 => 2,
                _ => 3,
            };
            let mut at = first;
            for _ in 0..count {
                if at < DAYS {
                    visits.push((at, fan));
                }
                at += if self.dice.random_bool(0.4) {
                    self.dice.random_range(0.0005..0.01)
                } else {
                    self.dice.random_range(0.5..20.0)
                };
            }
        }
        visits.sort_by(|one, other| one.0.total_cmp(&other.0));
        for (day, fan) in visits {
            let at = self.world.starts + seconds(day);
            if self.world.gone == 0 && at >= self.world.test_from {
                self.world.gone = self.left.iter().filter(|left| left.iter().all(|left| *left <= 0)).count();
            }
            self.visit(fan, at);
        }
    }

    fn visit(&mut self, fan: usize, at: DateTime<Utc>) {
        let held = self.held.get(&fan).cloned().unwrap_or_default();
        let fixtures = &self.world.fixtures;
        let clashes = |place: usize| {
            held.iter()
                .any(|(held, _)| (fixtures[*held].kick_off - fixtures[place].kick_off).abs() < TimeDelta::hours(2))
        };
        let open: Vec<usize> = (0..fixtures.len())
            .filter(|place| self.left[*place].iter().any(|left| *left > 0) && !clashes(*place))
            .collect();
        if open.len() < 2 {
            return;
        }
        let truth: Vec<f64> = open.iter().map(|place| self.utility(fan, *place, &held)).collect();
        let chosen = open[drawn(&mut self.dice, &truth)];
        let usual = self.fans[fan].category;
        let Some(category) = (0..CATEGORIES)
            .filter(|category| self.left[chosen][*category] > 0)
            .min_by_key(|category| category.abs_diff(usual))
        else {
            return;
        };
        if at >= self.world.test_from {
            let country = self.fans[fan].country;
            self.world.chosen.push(Chosen { fan, country, at, held: held.clone(), open, chosen, truth });
        }
        // One in ten holds is not paid.
        let sold = self.dice.random_bool(0.9);
        self.write_booking(fan, chosen, category, at, sold);
        if sold {
            self.left[chosen][category] -= 1;
            if self.left[chosen][category] == 0 {
                self.write_state(chosen, at);
            }
        }
        self.held.entry(fan).or_default().push((chosen, category));
    }

    fn utility(&self, fan: usize, place: usize, held: &[(usize, usize)]) -> f64 {
        let (fan, fixture) = (&self.fans[fan], &self.world.fixtures[place]);
        if self.kind == Kind::C {
            return 0.0;
        }
        if let Some(taste) = fan.taste {
            return self.tastes[taste][place];
        }
        let plays = fan.team.as_ref().is_some_and(|team| *team == fixture.home_team || *team == fixture.away_team);
        let first = self.world.fixtures[0].kick_off;
        let day = (fixture.kick_off - first).num_hours() as f64 / 24.0;
        let away = (day - fan.there).abs();
        let near_held = held
            .iter()
            .any(|(held, _)| (self.world.fixtures[*held].kick_off - fixture.kick_off).abs() <= TimeDelta::days(3));
        self.appeal[place] + if plays { 3.5 } else { 0.0 } - away * 0.06 + if near_held { 0.6 } else { 0.0 }
    }

    fn write_booking(&mut self, fan: usize, place: usize, category: usize, at: DateTime<Utc>, sold: bool) {
        self.world.bookings.push(Booking {
            reservation_id: Uuid::from_u128(self.dice.random()),
            version: 2,
            at: at + TimeDelta::minutes(10),
            placed_at: at,
            subject: Some(Uuid::from_u128(0x5000_0000_0000_0000_0000_0000_0000_0000 + fan as u128)),
            country: Some(self.fans[fan].country.to_owned()),
            match_number: self.world.fixtures[place].number,
            category: i32::try_from(category + 1).unwrap_or(1),
            quantity: 1,
            returned: 0,
            status: if sold { BookingStatus::Reserved } else { BookingStatus::Cancelled },
            cancel_reason: (!sold).then(|| "EXPIRED".to_owned()),
            unit_price_minor: PRICES[category],
            channel: Channel::Stock,
        });
    }

    fn write_state(&mut self, place: usize, at: DateTime<Utc>) {
        self.versions[place] += 1;
        let fixture = &self.world.fixtures[place];
        let on_sale =
            |category: usize| Some(OnSale { sellable: self.left[place][category] > 0, price_minor: PRICES[category] });
        self.world.states.push(MatchOnSale {
            match_number: fixture.number,
            version: self.versions[place],
            at,
            round_number: fixture.round_number,
            kick_off: fixture.kick_off,
            venue: fixture.venue.clone(),
            home_team: fixture.home_team.clone(),
            away_team: fixture.away_team.clone(),
            group: fixture.group.clone(),
            closed: false,
            categories: [on_sale(0), on_sale(1), on_sale(2)],
        });
    }
}

/// What six kinds of fans think of each match. They cancel out, so that popularity does not show them.
fn tastes(dice: &mut StdRng, count: usize) -> Vec<Vec<f64>> {
    let mut tastes: Vec<Vec<f64>> = (0..6).map(|_| (0..count).map(|_| normal(dice) * 1.8).collect()).collect();
    for place in 0..count {
        let mean = tastes.iter().map(|taste| taste[place]).sum::<f64>() / 6.0;
        tastes.iter_mut().for_each(|taste| taste[place] -= mean);
    }
    tastes
}

fn seconds(days: f64) -> TimeDelta {
    #[expect(clippy::cast_possible_truncation, reason = "sixty days have few microseconds")]
    TimeDelta::microseconds((days * 86_400e6) as i64)
}

fn normal(dice: &mut StdRng) -> f64 {
    let (one, other): (f64, f64) = (dice.random_range(f64::EPSILON..1.0), dice.random_range(0.0..1.0));
    (-2.0 * one.ln()).sqrt() * (std::f64::consts::TAU * other).cos()
}

/// A place, likelier where the logarithm is greater.
fn drawn(dice: &mut StdRng, logs: &[f64]) -> usize {
    let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let parts: Vec<f64> = logs.iter().map(|log| (log - most).exp()).collect();
    let mut at = dice.random_range(0.0..parts.iter().sum::<f64>());
    parts
        .iter()
        .position(|part| {
            at -= part;
            at < 0.0
        })
        .unwrap_or(logs.len() - 1)
}
